"""What a row's id may ask for: plain options, and beyond them what the scoring process trusts."""

import json
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import gymnasium
import pytest
from hostile_ids import WAYS_IN, cases, option_values, table, whole_ids
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.adapters.rows import MAX_ID, rows, score, score_batch
from formal_envs.adapters.trl import ProblemEnvironment, make_reward, programmed_reward
from formal_envs.adapters.trust import check_options
from formal_envs.adapters.verl import compute_score, compute_score_batch, make_compute_score, make_compute_score_batch
from formal_envs.errors import ConfigError
from formal_envs.tasks import TASKS, TaskSpec, option_names
from formal_envs.testing.calls import as_scorer

GRAMMAR = "start: NUMBER (OPERATOR NUMBER)*\nNUMBER: /[0-9]/\nOPERATOR: /[+*]/"


def row_id(env="FormalArith-v0", index=0, seed=0, **options):
    return json.dumps({"env": env, "index": index, "options": options, "seed": seed})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """What came of every hostile value of every option of every task, in every way in."""
    folder = tmp_path_factory.mktemp("hostile")
    script = Path(__file__).parents[1] / "support" / "hostile_ids.py"
    done = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *found, left = map(json.loads, done.stdout.splitlines())
    return folder, found, left["left"]


@pytest.mark.slow
def test_all_options_of_all_tasks_are_tried_in_every_way_in(hostile):
    folder, found, _ = hostile
    asked = Counter((task, option, kind) for task, option, kind, _ in cases(str(folder)))
    tried = Counter((row["task"], row["option"], row["kind"]) for row in found)
    assert tried == {case: count * len(WAYS_IN) for case, count in asked.items()}
    assert {(task, option) for task, option, _ in asked} >= {
        (name, each) for name in TASKS for each in option_names(name)
    }
    assert {kind for *_, kind in asked} == {*option_values(""), *whole_ids("")}


@pytest.mark.slow
def test_an_id_that_is_hostile_as_a_whole_is_refused_before_anything_is_opened_imported_or_run(hostile):
    _, found, _ = hostile
    whole = [row for row in found if not row["task"]]
    assert [row for row in whole if row["outcome"] != "refused" or row["seen"]] == []
    assert {row["way"] for row in whole} == set(WAYS_IN)


@pytest.mark.slow
def test_the_page_has_the_list_of_what_is_tried(hostile):
    _, found, _ = hostile
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "rows_are_data.md").read_text(encoding="utf-8")
    assert table() in page
    assert "more than 50,000 attempts" in page
    assert len(found) > 50_000


@pytest.mark.slow
def test_an_option_that_is_not_declared_plain_is_refused_before_anything_is_opened_imported_or_run(hostile):
    _, found, _ = hostile
    reaching = [row for row in found if row["task"] and not row["plain"]]
    assert [row for row in reaching if row["outcome"] != "refused" or row["seen"]] == []
    assert {"evaluator", "prompt", "grammar", "corpus", "dataset", "classifier"} <= {row["option"] for row in reaching}


@pytest.mark.slow
def test_a_plain_option_touches_nothing_that_its_value_could_name(hostile):
    folder, found, left = hostile
    plain = [row for row in found if row["plain"]]
    assert {row["outcome"] for row in plain} == {"refused", "scored"}  # and no other exception
    touched = [text for row in plain for text in row["seen"]]
    assert [text for text in touched if str(folder) in text or "evil" in text or "socket" in text] == []
    assert left == []


def test_a_new_option_is_refused_until_it_is_declared(monkeypatch):
    def other(*, table="", rounds=3, split="train"):
        raise AssertionError("made")

    monkeypatch.setitem(TASKS, "Other", TaskSpec(other, {"paper": TASKS["Arith"].rewards["paper"]}))
    for options in ({"table": "x"}, {"rounds": 4}, {"rounds": 3.0}, {"rounds": True}, {"split": "test"}):
        with pytest.raises(ConfigError, match="trusts"):
            score(row_id("FormalOther-v0", **options), "7")
    check_options("Other", {"table": "", "rounds": 3, "split": "train", "reward": None}, ())  # what it is without them
    with pytest.raises(ConfigError, match="unknown reward"):
        score(row_id("FormalOther-v0", reward="os:getpid"), "7")


@pytest.mark.parametrize("name", TASKS)
def test_what_is_declared_plain_is_an_option(name):
    assert TASKS[name].plain <= set(option_names(name)) - {"reward"}
    assert "split" in TASKS[name].plain


@given(st.text() | st.binary() | st.none() | st.integers() | st.recursive(st.none(), st.lists))
def test_no_id_is_anything_but_refused(text):
    with pytest.raises(ConfigError):
        score(text, "7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * MAX_ID, "JSON object"),
        (row_id()[:-1] + ',"options":{"a":' + "[" * 400 + "]" * 400 + "}}", "JSON values"),
        (row_id() + " " * MAX_ID, "at most 100000 characters"),
        (row_id().encode(), "JSON object"),
        (row_id(terms=10**9), "terms must be"),
        (row_id(seed=2**63), "seed must be"),
        (row_id(index=10**99), "index must be"),
        (row_id(index=1e400), "index must be"),
        (row_id("FormalGrammar-v0", size=10**9), "size must be"),
        (row_id("FormalGame-v0", playouts=10**9), "playouts must be"),
        (row_id(terms=[2]), "JSON values"),
    ],
)
def test_what_is_too_large_or_too_deep_is_named(text, said):
    with pytest.raises(ConfigError, match=said) as error:
        score(text, "7")
    assert len(str(error.value)) < 400


def test_no_id_of_a_batch_is_looked_at_before_all_are_found_good():
    ids = [row_id("FormalGrammar-v0", grammar="no such.lark"), row_id(terms=1)]
    for order in (ids, ids[::-1]):
        with pytest.raises(ConfigError, match="trusts"):
            score_batch(order, ["7", "7"])


@pytest.fixture
def mine(tmp_path):
    """A grammar, an evaluator and rows of the user's own."""
    (tmp_path / "own.lark").write_text(GRAMMAR, encoding="utf-8")
    (tmp_path / "own.py").write_text("def run(prompt, tree): return 0.25\n", encoding="utf-8")
    options = {"grammar": str(tmp_path / "own.lark"), "evaluator": f"{tmp_path / 'own.py'}:run", "size": 20}
    return options, list(rows("FormalGrammar-v0", 3, **options))


def test_what_is_trusted_scores_as_the_environment_pays(mine):
    options, made = mine
    played = gymnasium.make("formal_envs:FormalGrammar-v0", **options)
    played.reset(seed=0)
    _, paid, *_ = played.step(made[0]["solution"])
    id, solution = made[0]["id"], made[0]["solution"]
    trusted = [{"corpus": "elsewhere"}, options]
    environment = ProblemEnvironment(trusted)
    environment.reset(**made[0])
    environment.answer(solution)
    assert paid == 0.25
    assert score(id, solution, trusted=trusted).value == paid
    assert environment.get_reward() == paid
    assert make_reward(trusted)([""], [solution], [id]) == [paid]
    assert make_compute_score(trusted)("", solution, "", {"id": id})["score"] == paid
    assert make_compute_score_batch(trusted)([""], [solution], [""], [{"id": id}])[0]["score"] == paid
    for refused in ((), [{}], [{"grammar": options["grammar"]}, {"evaluator": options["evaluator"]}]):
        with pytest.raises(ConfigError, match="trusts"):  # the last: each for itself, and not together
            score(id, solution, trusted=refused)


def test_what_was_trusted_once_is_not_trusted_for_ever(mine):
    options, made = mine
    assert score(made[0]["id"], made[0]["solution"], trusted=[options]).value == 0.25
    with pytest.raises(ConfigError, match="trusts"):
        score(made[0]["id"], made[0]["solution"])


def test_a_column_of_a_dataset_is_no_trust(mine):
    options, made = mine
    arguments = [""], [made[0]["solution"]], [made[0]["id"]]
    for reward in (programmed_reward, make_reward([{"size": 3}])):
        with pytest.raises(ConfigError, match="trusts"):
            reward(*arguments, trusted=[options])
    environment = ProblemEnvironment()
    environment.reset(**made[0], trusted=[options])
    with pytest.raises(ConfigError, match="trusts"):
        environment.get_reward()


@pytest.mark.parametrize(
    ("trusted", "said"),
    [
        ({"grammar": "x"}, "list of options"),
        ("grammar", "list of options"),
        (None, "list of options"),
        (["grammar"], "must hold options"),
        ([{"gramar": "x"}], "grammar"),
        ([{"evaluator": len}], "JSON values"),
    ],
)
def test_what_is_no_trust_is_named(trusted, said):
    for take in (make_reward, make_compute_score, make_compute_score_batch, ProblemEnvironment):
        with pytest.raises(ConfigError, match=said):
            take(trusted)
    with pytest.raises(ConfigError, match=said):
        score(row_id(), "7", trusted=trusted)


def test_functions_that_trust_are_pickled_and_known_to_the_test_kit(mine):
    options, made = mine
    reward = pickle.loads(pickle.dumps(make_reward([options])))
    assert reward([""], [made[1]["solution"]], [made[1]["id"]]) == [0.25]
    assert as_scorer(make_reward([options]), with_solutions=True).kind == "trl"
    assert as_scorer(make_compute_score([options]), with_solutions=True).kind == "verl"
    assert as_scorer(make_compute_score_batch([options]), with_solutions=True).kind == "verl batch"


def test_verl_loads_trust_from_a_file_of_the_users(mine, tmp_path):
    import runpy

    options, made = mine
    lines = [
        "from formal_envs.adapters.verl import make_compute_score",
        f"compute_score = make_compute_score([{options}])",
    ]
    (tmp_path / "my_reward.py").write_text("\n".join(lines), encoding="utf-8")
    loaded = runpy.run_path(str(tmp_path / "my_reward.py"), run_name="custom_module")["compute_score"]
    assert (
        loaded(data_source="", solution_str=made[0]["solution"], ground_truth="", extra_info=made[0])["score"] == 0.25
    )


def test_rows_that_no_id_could_hold_are_not_made():
    with pytest.raises(ConfigError, match="100000 characters"):
        rows("FormalGrammar-v0", 1, grammar=GRAMMAR + "\n//" + "x" * MAX_ID)
    with pytest.raises(ConfigError, match="JSON values"):
        rows("FormalGrammar-v0", 1, evaluator=len)


MESSAGES = [
    ("29", "29"),
    ([{"role": "assistant", "content": "29"}], "29"),
    ([{"role": "user", "content": "?"}, {"role": "assistant", "content": "29"}], "29"),
    ([{"role": "assistant", "content": [{"type": "text", "text": "2"}, {"type": "text", "text": "9"}]}], "29"),
    ([{"role": "assistant", "content": None}], ""),
    ([{"role": "assistant", "content": []}], ""),
    ([{"role": "assistant", "tool_calls": []}], ""),
    ([{"role": "assistant", "content": "7"}, {"role": "tool", "name": "add", "content": "29"}], ""),
    ([{"role": "assistant"}, {"role": "tool", "content": [{"type": "image", "image": 0}]}], ""),
    ([{"role": "tool", "content": "7"}, {"role": "assistant", "content": "29"}], "29"),
    ([{"content": "7"}, {"role": "user", "content": "29"}], ""),
]


@pytest.mark.parametrize(("completion", "text"), MESSAGES)
def test_messages_are_scored_as_their_text(completion, text):
    assert programmed_reward(["p"], [completion], [row_id()]) == [score(row_id(), text).value]


@pytest.mark.parametrize(
    "completion",
    [
        *([], None, 29, b"29", ["29"], {"role": "assistant", "content": "29"}),
        *([{"content": 29}], [{"content": [{"type": "image", "text": "29"}]}], [{"content": [{"type": "text"}]}]),
        *([{"content": ["29"]}], [{"content": {"type": "text", "text": "29"}}]),
    ],
)
def test_what_is_no_completion_is_named(completion):
    with pytest.raises(ConfigError, match="a completion must be a text"):
        programmed_reward(["p"], [completion], [row_id()])


@pytest.mark.parametrize("way", ["`score`", "`score_batch`", "verl: `compute_score`", "verl: `compute_score_batch`"])
@pytest.mark.parametrize("completion", [None, 29, b"29", ["29"]])
def test_a_completion_that_is_no_text_is_an_error_and_no_wrong_answer(way, completion):
    with pytest.raises(ConfigError, match="a completion must be a text"):
        WAYS_IN[way](row_id(), completion)


def test_an_answer_that_is_no_text_is_not_taken():
    """A policy writes the arguments of a call: whatever they are, they raise nothing, and are no way to try answers."""
    environment = ProblemEnvironment()
    environment.reset(id=row_id())
    for answer in (29, None, ["29"], {"text": "29"}):
        assert "not taken" in environment.answer(answer)
    assert environment.get_reward() == score(row_id(), "").value


@pytest.mark.parametrize("ids", [None, [None], [], [{"id": 1}], [""]])
def test_ids_that_are_missing_are_named(ids):
    with pytest.raises(ConfigError):
        programmed_reward(["p"], ["29"], ids)
    with pytest.raises(ConfigError):
        programmed_reward(["p"], ["29"], id=ids)


@pytest.mark.parametrize("info", [None, {}, [], "id", {"id": None}, {"id": 3}])
def test_verl_rows_without_an_id_are_named(info):
    with pytest.raises(ConfigError):
        compute_score("", "29", "", info)
    with pytest.raises(ConfigError):
        compute_score_batch([""], ["29"], [""], [info])
