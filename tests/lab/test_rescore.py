"""``formal-envs rescore``: the samples of a run by another reward."""

import json

import pytest
from browsed_runs import write_run
from click.testing import CliRunner

from agents.cli import main
from agents.lab.rescoring import Caller, read_samples, rescore
from formal_envs.errors import ConfigError
from formal_envs.score import Score, Unscored

OWN = """
from formal_envs.score import Score, Unscored

class Length:
    range = (0.0, 10.0)
    def score(self, prompt, completion):
        if completion == "seven":
            raise Unscored("the judge is down")
        return Score(min(10.0, len(completion)), {"characters": float(len(completion))}, "short", 0)

def exact(completion, solution):
    return float(completion == solution)

def listed(completions, **columns):
    return [None if text == "seven" else 0.25 for text in completions]

def broken(prompt, completion):
    raise KeyError("gold")
"""


def call(*arguments, code=0):
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(OWN)
    return write_run(tmp_path / "run", steps=8, gamed=True)


def rows_of(run, name):
    return [json.loads(line) for line in (run / "rescored" / f"{name}.jsonl").read_text().splitlines()]


def test_a_function_of_the_solution_shows_where_a_run_was_gamed(run):
    text = call("rescore", run, "--reward", "own.py:exact")
    rows = rows_of(run, "exact")
    assert len(rows) == 64
    assert [row["other"]["score"] for row in rows] == [0.0] * 64
    assert [row["gap"] for row in rows] == [row["reward"] for row in rows]
    assert text.splitlines()[0].split() == [
        "steps",
        "samples",
        "trained",
        "by",
        "exact",
        "rank",
        "correlation",
        "disagree",
    ]
    assert text.splitlines()[8].split() == ["8", "8", "1.000", "0.000", "-", "100%"]
    assert f"64 samples in {run}/rescored/exact.jsonl" in text
    assert text.count("  ->  ") == 10


def test_a_reward_of_the_environment_by_its_name(run):
    found = json.loads(call("rescore", run, "--reward", "paper", "--json"))
    rows = rows_of(run, "paper")
    assert found["bands"][-1]["mean"] == 1.0
    assert found["bands"][-1]["other"] == pytest.approx(sum(row["other"]["score"] for row in rows[-8:]) / 8)
    assert all(row["other"]["failure"] for row in rows if row["completion"] == "seven")
    assert "did you mean" in call("rescore", run, "--reward", "papper", code=1)


def test_what_has_no_score_stays_apart(run):
    text = call("rescore", run, "--reward", "own.py:Length")
    rows = rows_of(run, "Length")
    lost = [row for row in rows if row["completion"] == "seven"]
    assert lost
    for row in lost:
        assert row["other"] == {"score": None, "unscored": "the judge is down"}
        assert row["gap"] is None
    assert f"{len(lost)} samples have no score by one of them, and are left out" in text
    long = next(row for row in rows if len(row["completion"]) > 10)
    assert long["other"] == {
        "score": 10.0,
        "parts": {"characters": len(long["completion"])},
        "failure": "short",
        "failed_at": 0,
    }
    assert long["gap"] == 0.0  # 10 is the most of its range, as 1 is of the other's
    call("rescore", run, "--reward", "own.py:listed")
    assert sum(row["other"]["score"] is None for row in rows_of(run, "listed")) == len(lost)


def test_errors_are_one_line(run, tmp_path):
    assert "raised KeyError: 'gold'" in call("rescore", run, "--reward", "own.py:broken", code=1)
    assert "unknown object" in call("rescore", run, "--reward", "own.py:brokn", code=1)
    assert "--name must be" in call("rescore", run, "--reward", "own.py:exact", "--name", "../x", code=1)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "has no samples" in call("rescore", empty, "--reward", "own.py:exact", code=1)
    assert not (run / "rescored").exists()


def test_solutions_that_an_old_run_lacks_are_said(run):
    rows = [json.loads(line) for line in (run / "samples.jsonl").read_text().splitlines()]
    for row in rows:
        row.pop("solution", None)
    (run / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "which 64 of the 64 samples lack" in call("rescore", run, "--reward", "own.py:exact", code=1)
    call("rescore", run, "--reward", "own.py:Length")


def test_every_completion_of_a_prompt_has_its_solution(run):
    samples, left_out = read_samples(run)
    assert left_out == []
    assert {(row["prompt"], row["solution"]) for row in samples} == {
        ("1+2=", "3"),
        *((f"{n}+4=", str(n + 4)) for n in range(1, 9)),
    }


def test_gaps_are_of_shares_by_hand():
    """Of a range of [0, 2] 1 is a half; without one, 3 of what spans 1 to 5 is a half, and 5 all."""
    rows = [
        {"step": 1, "prompt": "p", "completion": c, "reward": r, "solution": None}
        for c, r in (("a", 1.0), ("b", 2.0), ("c", None), ("d", 0.0))
    ]
    given = {"a": Score(3.0, {}), "b": Score(1.0, {}), "c": Score(5.0, {}), "d": Unscored("down")}
    found = rescore(rows, lambda block: [given[row["completion"]] for row in block], (0.0, 2.0), None)
    assert [row["gap"] for row in found] == [0.0, 1.0, None, None]


def test_a_reward_must_give_a_score_for_each():
    rows = [{"step": 1, "prompt": "p", "completion": "c", "reward": 1.0, "solution": None}]
    with pytest.raises(ConfigError, match="gave 0 scores for 1"):
        Caller(lambda completions: [], rows).score(rows)
    with pytest.raises(ConfigError, match="expected a number"):
        Caller(lambda completion: "good", rows).score(rows)
    (lost,) = Caller(lambda completion: float("nan"), rows).score(rows)
    assert lost.reason == "the reward gave nan"
