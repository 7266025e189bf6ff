"""Forms say what the tasks take, and a request may name nothing else."""

import pytest

from formal_envs.errors import ConfigError
from formal_envs.lab.forms import Field, choose, form_of
from formal_envs.serving.served import Served
from formal_envs.tasks import TASKS, env_ids, make_task, option_names

ENVS = [env_ids(name)[0] for name in TASKS]
SERVED = Served.of(ENVS)


def test_a_form_has_the_plain_options_of_its_task():
    form = form_of("FormalArith-v0", {})
    assert form.about == "Reduce an expression to a number."
    assert list(form.rewards) == ["paper", "exact"]
    fields = {field.name: field for field in form.fields}
    assert fields["max_operand"] == Field("max_operand", "integer", 10, about="operands are uniform in 0..max_operand.")
    assert (fields["terms"].kind, fields["terms"].nullable) == ("integer", True)
    assert fields["answer"].choices == ("number", "chain")
    assert fields["operators"].kind == "text"


@pytest.mark.parametrize("env", ENVS)
def test_all_plain_options_and_no_others_are_there(env):
    name = next(name for name in TASKS if env_ids(name)[0] == env)
    assert {field.name for field in form_of(env, {}).fields} == TASKS[name].plain


def test_an_option_of_a_reward_says_whose_it_is():
    fields = {field.name: field for field in form_of("FormalSentiment-v0", {}).fields}
    assert fields["target"].rewards == ("vader", "classifier")
    assert fields["output"].rewards == ("classifier",)
    assert fields["split"].rewards == ()


def test_what_the_server_was_started_with_is_no_field():
    form = form_of("FormalArith-v0", {"max_operand": 3})
    assert form.fixed == {"max_operand": 3}
    assert "max_operand" not in {field.name for field in form.fields}


@pytest.mark.parametrize("name", list(TASKS))
def test_every_choice_is_one_and_others_are_not(name):
    for field in form_of(env_ids(name)[0], {}).fields:
        if field.kind != "choice" or "classifier" in field.rewards[:1]:
            continue
        others = {"mode": "compose"} if field.name == "brief" else {}
        for choice in field.choices:
            make_task(name, **{**others, field.name: choice})
        with pytest.raises(ConfigError, match=field.name):
            make_task(name, **{**others, field.name: "no such choice"})


HOSTILE = ["/etc/passwd", "os:system", "../x.lark", "start: /(a+)+b/", "x" * 200]


def reaching():
    for name in TASKS:
        for option in option_names(name):
            if option != "reward" and option not in TASKS[name].plain:
                for value in HOSTILE:
                    yield env_ids(name)[0], option, value


@pytest.mark.parametrize(("env", "option", "value"), list(reaching()))
def test_no_request_reaches_files_code_or_grammars(env, option, value):
    with pytest.raises(ConfigError, match="trust"):
        choose(SERVED, env, {option: value})


@pytest.mark.parametrize(
    ("env", "options"),
    [
        ("FormalNone-v0", {}),
        ("os:FormalArith-v0", {}),
        (None, {}),
        ("FormalArith-v0", []),
        ("FormalArith-v0", {"max_operand": [1]}),
        ("FormalArith-v0", {"max_operand": {"a": 1}}),
        ("FormalArith-v0", {"nothing": 1}),
        ("FormalArith-v0", {"reward": "os:system"}),
        ("FormalArith-v0", {"operators": "+" * 2000}),
    ],
)
def test_what_is_not_there_is_refused(env, options):
    with pytest.raises(ConfigError):
        choose(SERVED, env, options)


def test_the_servers_own_options_are_used_and_stay():
    served = Served.of(["FormalArith-v0"], {"max_operand": 3})
    assert dict(choose(served, "FormalArith-v0", {"terms": 2}).options) == {"max_operand": 3, "terms": 2}
    with pytest.raises(ConfigError, match="leave it out"):
        choose(served, "FormalArith-v0", {"max_operand": 4})
