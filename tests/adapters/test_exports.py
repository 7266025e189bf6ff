"""Packages for other trainers: what is written, what is refused, and that options are data in them."""

import ast
import json
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from agents.cli import main
from formal_envs.adapters.exports import hub, nemo_gym, verifiers
from formal_envs.adapters.exports.environment import FILE, Environment, package_name
from formal_envs.adapters.rows import rows
from formal_envs.errors import ConfigError
from formal_envs.score import Unscored
from formal_envs.tasks import TASKS, TaskSpec
from formal_envs.tasks.arithmetic import ArithmeticTask, exact

try:
    import tomllib
except ImportError:  # before Python 3.11
    tomllib = None

FORMATS = {
    "verifiers": ("formal_arith", lambda out, environment: verifiers.write(out, environment)),
    "nemo-gym": ("resources_servers/formal_arith", lambda out, environment: nemo_gym.write(out, environment, 3)),
    "hf": ("formal_arith", lambda out, environment: hub.write(out, environment, 3)),
}
HOSTILE = (
    *('"', "'", '"""', "'''", "\n", "\r\nprint()", "\\", "`", "\0", "\u2028", "é"),
    *("{{ x }}", "{% x %}", "${name}", "$name", "%(x)s", "{name}"),
    *('"]\nprint = 1 #', "---\nlicense: evil", "</script>", "!!python/x", "../../etc/passwd", "C:\\x\\y"),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.sampled_from(HOSTILE)).map("".join)


class NotedTask(ArithmeticTask):
    """A task with an option that can be any text, and changes nothing."""

    def __init__(self, note="", split="train"):
        super().__init__(split=split)
        self.note = note


@pytest.fixture(scope="module", autouse=True)
def noted():
    TASKS["Noted"] = TaskSpec(NotedTask, {"exact": exact})
    yield
    del TASKS["Noted"]


def export(env, form, out, *options, n=3, code=0):
    number = [] if form == "verifiers" else ["--n", str(n)]
    made = CliRunner().invoke(main, ["export", env, "--format", form, "--out", str(out), *number, *options])
    assert made.exit_code == code, made.output
    return made.output


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def parse(name, content):
    """The file as those read it who it is for; what is not read so is not known here."""
    if name.endswith(".parquet"):
        return
    text = content.decode("utf-8")
    if name.endswith(".py"):
        ast.parse(text)
    elif name.endswith(".toml") and tomllib:
        tomllib.loads(text)
    elif name.endswith(".json"):
        json.loads(text)
    elif name.endswith(".jsonl"):
        list(map(json.loads, text.splitlines()))
    elif name.endswith(".yaml"):
        pytest.importorskip("yaml").safe_load(text)
    else:
        assert name.endswith((".md", ".txt"))


@pytest.mark.parametrize("form", ["verifiers", "nemo-gym"])
@given(note=TEXTS.filter(bool))  # the default says nothing, and needs no trust
@example(note="".join(HOSTILE))
def test_an_option_is_data_in_what_is_written(form, note):
    place, write = FORMATS[form]
    with tempfile.TemporaryDirectory() as folder:
        out, harmless = (Path(folder, name, place) for name in ("a", "b"))
        environment = Environment.of("FormalNoted-v0", {"note": note}, 7)
        write(out, environment)
        write(harmless, Environment.of("FormalNoted-v0", {"note": "x"}, 7))
        written, expected = files_of(out), files_of(harmless)
    assert written.keys() == expected.keys()
    for name, content in written.items():
        parse(name, content)
        if name.endswith(FILE):
            assert json.loads(content) == {"env": "FormalNoted-v0", "options": {"note": note}, "seed": 7}
        elif name.endswith(".jsonl"):
            for line in content.decode("utf-8").splitlines():
                row = json.loads(line)
                assert json.loads(row["id"])["options"]["note"] == note
                assert environment.score(row["id"], row["solution"]).value == 1
        else:
            assert content == expected[name]


@given(note=TEXTS.filter(bool))
@example(note="".join(HOSTILE))
def test_a_card_does_not_hold_options(note):
    pytest.importorskip("huggingface_hub")
    assert hub.dataset_card(Environment("FormalNoted-v0", {"note": note}), 3) == hub.dataset_card(
        Environment("FormalNoted-v0", {"note": "x"}), 3
    )


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "term=3"], "did you mean 'terms'"),
        (["--set", "terms=[3]"], "JSON values"),
        (["--set", "terms={{7*7}}"], "terms"),
        (["--set", "reward=os:getpid"], "unknown reward"),
        (["--set", "split=test"], "leave out split"),
        (["--set", "__class__=x"], "unknown option"),
    ],
)
def test_what_has_no_meaning_is_refused_and_nothing_is_written(tmp_path, form, options, said):
    out = tmp_path / FORMATS[form][0]
    assert said in export("FormalArith-v0", form, out, *options, code=1)
    assert not out.exists()


NAMES = ["json", "verifiers", "nemo_gym", "Formal", "a-b", "a b", 'a"b', "a\nb", "{{a}}", "1a", "_a", "é", "a" * 65]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_whose_name_is_no_packages_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="name the folder"):
        package_name(tmp_path / name)


def test_a_server_is_written_where_it_is_looked_for(tmp_path):
    said = export("FormalArith-v0", "nemo-gym", tmp_path / "mine", code=1)
    assert "write to resources_servers/mine" in said


def test_a_number_is_for_what_has_an_end(tmp_path):
    command = ["export", "FormalArith-v0", "--out", str(tmp_path / "mine"), "--format"]
    assert "leave out --n" in CliRunner().invoke(main, [*command, "verifiers", "--n", "3"]).output
    assert "add --n" in CliRunner().invoke(main, [*command, "nemo-gym"]).output
    assert not any(tmp_path.iterdir())


def test_a_folder_is_not_written_over(tmp_path):
    out = tmp_path / "formal_arith"
    export("FormalArith-v0", "verifiers", out)
    before = files_of(out)
    assert "--force" in export("FormalArith-v0", "verifiers", out, "--seed", "3", code=1)
    assert files_of(out) == before
    export("FormalArith-v0", "verifiers", out, "--seed", "3", "--force")
    assert Environment.read(out / "formal_arith" / FILE) == Environment("FormalArith-v0", {}, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 10**5,
        '{"env": 1, "options": {}, "seed": 0}',
        '{"env": "FormalArith-v0", "options": [], "seed": 0}',
    ],
)
def test_a_file_that_is_no_environments_is_refused(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        Environment.read(tmp_path / FILE)


def test_only_rows_of_the_environment_are_scored():
    environment = Environment.of("FormalArith-v0", {"terms": 3})
    row = next(environment.rows(1, "test", seed=5))
    assert environment.score(row["id"], row["solution"]).value == 1
    (other,) = rows("FormalSentiment-v0", 1)
    with pytest.raises(ConfigError, match="expected a row of FormalArith-v0"):
        environment.score(other["id"], "good")
    reaching = json.dumps({"env": "FormalGrammar-v0", "index": 0, "options": {"grammar": "secret.lark"}, "seed": 0})
    with pytest.raises(ConfigError, match="trusts"):
        Environment("FormalGrammar-v0", {"grammar": "other.lark"}).score(reaching, "a")


def test_an_environment_trusts_what_it_states(tmp_path):
    (tmp_path / "ab.lark").write_text('start: ("a" | "b")+ ";"\n', encoding="utf-8")
    environment = Environment.of("FormalGrammar-v0", {"grammar": str(tmp_path / "ab.lark")})
    row = next(environment.rows(1))
    assert environment.score(row["id"], row["solution"]).value == 1
    assert not environment.plain
    assert Environment("FormalArith-v0", {"terms": 3}).plain


def test_what_cannot_be_scored_is_not_a_score(monkeypatch):
    environment = Environment.of("FormalArith-v0", {"terms": 4})
    row = next(environment.rows(1))

    def down(self, prompt, completion):
        raise Unscored("the server is down")

    monkeypatch.setattr(type(environment.reward), "score", down)
    monkeypatch.setattr(type(environment.reward), "score_batch", None, raising=False)
    with pytest.raises(Unscored, match="the server is down"):
        environment.score(row["id"], row["solution"])


@pytest.mark.parametrize("env", [f"Formal{name}-v0" for name in TASKS])
def test_a_data_set_of_the_hub_is_read_by_its_card(tmp_path, env):
    datasets = pytest.importorskip("datasets")
    from huggingface_hub import DatasetCard

    out = tmp_path / "made"
    export(env, "hf", out, "--seed", "3", n=30)
    read = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert read["train"].to_list() == list(rows(env, 30, seed=3))
    assert read["test"].to_list() == list(rows(env, 3, seed=3, split="test"))
    assert not set(read["train"]["prompt"]) & set(read["test"]["prompt"])
    card = DatasetCard.load(out / "README.md")
    assert {"rl-environment", "formal-envs"} <= set(card.data.tags)
    assert (card.data.license, card.data.size_categories) == ("mit", ["n<1K"])
    code = card.text.split("```python\n")[1].split("```")[0].replace("PATH_OR_ID", str(out))
    lines = code.strip().splitlines()
    named = {}
    exec("\n".join(lines[:-1]), named)
    assert eval(lines[-1], named) == pytest.approx(named["score"](named["row"]["id"], named["row"]["solution"]).value)
