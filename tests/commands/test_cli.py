"""The command line, as a user meets it."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from agents.cli import main


def run(*arguments, input=None, code=0):
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=input)
    assert result.exit_code == code, result.output
    return result.output


def test_list_names_every_environment():
    rows = json.loads(run("list", "--json"))
    assert {"FormalArith-v0", "FormalArithToken-v0"} <= {row["env"] for row in rows}
    assert "paper" in rows[0]["rewards"]
    assert "carries" in rows[0]["difficulty"]
    assert "terms" in run("list")
    assert "carries" in run("list")


def test_eval_says_what_was_reached_at_each_difficulty():
    ask = ["eval", "oracle", "--env", "FormalArith-v0", "--episodes", 64, "--set", "terms=2"]
    result = json.loads(run(*ask, "--json"))
    assert [row["difficulty"] for row in result["by_difficulty"]] == [[1, 1], [2, 2]]  # with a carry, and without
    assert [row["exact"] for row in result["by_difficulty"]] == [1, 1]
    assert sum(row["episodes"] for row in result["by_difficulty"]) == 64
    assert "difficulty           episodes reward_mean       exact" in run(*ask)


def test_sample_gives_what_the_environment_asks():
    import gymnasium

    rows = [json.loads(line) for line in run("sample", "FormalArith-v0", "--n", 3, "--seed", 7, "--json").splitlines()]
    env = gymnasium.make("formal_envs:FormalArith-v0")
    asked = [env.reset(seed=7)[0]]
    for row in rows:
        assert env.step(row["solution"])[1] == 1.0
        asked.append(env.reset()[0])
    assert [row["prompt"] for row in rows] == asked[:3]


def test_score_adds_reward_parts_and_failure(tmp_path):
    rows = [{"prompt": "1+2=", "completion": text, "id": n} for n, text in enumerate(("3", "4", "nan"))]
    source, target = tmp_path / "rows.jsonl", tmp_path / "scored.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    run("score", "FormalArith-v0", "--in", source, "--out", target)
    scored = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in scored] == [0, 1, 2]
    assert scored[0]["reward"] == 1.0
    assert scored[0]["failure"] is None
    assert scored[1]["parts"]["error"] == 1.0
    assert scored[2]["reward"] < 1e-20
    assert "'n'" in scored[2]["failure"]


def test_workers_score_the_same(tmp_path):
    rows = [{"prompt": "1+2=", "completion": str(n)} for n in range(20)]
    lines = "\n".join(map(json.dumps, rows))
    alone, shared = (
        run("score", "FormalArith-v0", "--in", "-", "--out", "-", "--workers", workers, input=lines)
        for workers in (0, 2)
    )
    assert shared == alone
    evaluate = ["eval", "random", "--env", "FormalArith-v0", "--episodes", 100, "--json", "--workers"]
    assert run(*evaluate, 2) == run(*evaluate, 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [("{", "line 1 is not a JSON"), ("[]", "line 1 is not a JSON object"), ('{"prompt": "1+2="}', "'completion'")],
)
def test_score_says_which_line_is_wrong(line, said):
    assert said in run("score", "FormalArith-v0", "--in", "-", "--out", "-", input=line, code=1)


def test_eval_writes_what_it_saw(tmp_path):
    out = tmp_path / "seen.jsonl"
    shown = run("eval", "constant", "--env", "FormalArith-v0", "--episodes", 40, "--json", "--out", out)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(rows) == 40
    assert np.mean([row["reward"] for row in rows]) == pytest.approx(json.loads(shown)["reward_mean"], abs=1e-4)
    assert {"prompt", "completion", "reward", "parts", "failure", "failed_at"} == set(rows[0])


def test_eval_of_the_baselines():
    def evaluate(agent):
        return json.loads(run("eval", agent, "--env", "FormalArith-v0", "--episodes", 2000, "--json"))

    constant, oracle, random = map(evaluate, ("constant", "oracle", "random"))
    assert oracle["reward_mean"] == oracle["exact"] == 1.0
    assert constant["reward_mean"] == pytest.approx(0.747, abs=0.02)  # the figures of the paper's generator
    assert constant["exact"] == pytest.approx(0.058, abs=0.02)
    assert random["exact"] < constant["exact"]
    assert random["reward_mean"] < 0.4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian", "FormalArith-v0"], "train"),
        (["sample", "FormalArit-v0"], "FormalArith-v0"),
        (["sample", "FormalArith-v0", "--sed", "1"], "--seed"),
        (["sample", "FormalArith-v0", "--set", "term=3"], "terms"),
        (["sample", "FormalArith-v0", "--set", "terms"], "KEY=VALUE"),
        (["sample", "FormalArith-v0", "--set", "reward=papr"], "paper"),
        (["eval", "oracl", "--env", "FormalArith-v0"], "oracle"),
        (["eval", "oracle"], "--env"),
        (["eval", "oracle", "--env", "FormalArith-v0", "--split", "tests"], "test"),
        (["train", "FormalArith-v0", "--out", "x", "--set", "learning_rte=1"], "learning_rate"),
        (["train", "--out", "no-such-folder", "--resume"], "no config.json"),
        (["reproduce", "stabilit", "--out", "x"], "stability"),
        (["reproduce", "fig3", "--out", "x", "--set", "stps=1"], "steps"),
        (["plot", "no-such-folder"], "no config.json"),
    ],
)
def test_typos_name_the_nearest(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if arguments[0] in ("train", "reproduce"):
        pytest.importorskip("torch")
    output = CliRunner().invoke(main, arguments)
    assert output.exit_code in (1, 2)
    assert said in output.output
    assert not list(tmp_path.iterdir())


def test_train_eval_and_plot(tmp_path):
    pytest.importorskip("torch")
    settings = ["--set", "prompts=8", "--set", "completions=2", "--set", "width=16", "--set", "device=cpu"]
    for name in ("a", "b"):
        out = run("train", "FormalArith-v0", "--out", tmp_path / name, "--steps", 3, *settings)
        assert "48 reward evaluations" in out
    greedy = json.loads(run("eval", tmp_path / "a", "--episodes", 64, "--json"))
    assert 0 < greedy["reward_mean"] <= 1
    assert greedy["split"] == "test"
    run("eval", tmp_path / "a", "--episodes", 64, "--sampled")
    run("plot", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "both.png")
    for picture in ("both.png", "a/curves.png"):
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "a" / "samples.md").read_text()
    assert "## Step 1\n" in page
    assert "## Step 3\n" in page
    first = json.loads((tmp_path / "a" / "samples.jsonl").read_text().splitlines()[0])
    assert f"| ` {first['prompt']} ` |" in page
    assert "--resume" in run("train", "FormalArith-v0", "--out", tmp_path / "a", *settings, code=1)
    assert "leave out" in run("train", "--out", tmp_path / "a", "--resume", "--steps", 3, code=1)


def test_help_of_every_command():
    for name, command in main.commands.items():
        assert command.help, name
        assert "--help" in run(name, "--help")


def test_export_says_what_it_wrote_and_keeps_what_is_there(tmp_path):
    out = tmp_path / "rows.jsonl"
    export = ["export", "FormalArith-v0", "--n", 3, "--out"]
    assert f"3 rows in {out}" in run(*export, out)
    first = out.read_bytes()
    assert "--force" in run(*export, out, "--seed", 1, code=1)
    assert out.read_bytes() == first
    run(*export, out, "--seed", 1, "--force")
    assert out.read_bytes() != first
    assert "ends in .jsonl" in run(*export, tmp_path / "e.csv", code=1)
    assert "--format parquet" in run(*export, tmp_path / "e.parquet", code=1)
    assert {path.name for path in tmp_path.iterdir()} == {"rows.jsonl"}


OWN = """
class Seven:
    def act(self, prompts):
        return ["7" for _ in prompts]

class Integers(Seven):
    def act(self, prompts):
        return [7 for _ in prompts]

class Short(Seven):
    def act(self, prompts):
        return ["7"]

class Text(Seven):
    def act(self, prompts):
        return "7" * len(prompts)

class Asks(Seven):
    def __init__(self, what):
        pass

class Nothing:
    pass

seven = Seven()
"""


def test_eval_of_an_own_agent(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_agent_of_a_test.py").write_text(OWN)
    ask = ["--env", "FormalArith-v0", "--episodes", 50, "--json"]
    results = [
        json.loads(run("eval", name, *ask))
        for name in ("own_agent_of_a_test:Seven", "own_agent_of_a_test:seven", "own_agent_of_a_test.py:Seven")
    ]
    assert {result["mode_share"] for result in results} == {1.0}
    assert len({result["reward_mean"] for result in results}) == 1
    for name, said in (
        ("Integers", "got 7 in it, which is of type int"),
        ("Short", "a list of 50 str, one per prompt, got 1"),
        ("Text", "a list of 50 str"),
        ("Asks", "needs no arguments"),
        ("Nothing", "an agent must have act(prompts)"),
        ("Sevn", "did you mean 'Seven'"),
    ):
        assert said in run("eval", f"own_agent_of_a_test:{name}", *ask, code=1)
    assert "--env" in run("eval", "own_agent_of_a_test:Seven", code=1)


def test_figures_are_explained_beside_them():
    shown = run("eval", "oracle", "--env", "FormalArith-v0", "--episodes", 20)
    assert "share of the completion that was given most often" in shown
