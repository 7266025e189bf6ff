"""What the commands write of completions that could not be scored."""

import json

import pytest
from click.testing import CliRunner

from agents.cli import main
from formal_envs.score import Unscored
from formal_envs.tasks.arithmetic.reward import ArithmeticReward


@pytest.fixture
def lossy(monkeypatch):
    """Arithmetic's reward without scores for completions that end in 7."""
    real = ArithmeticReward.score_batch

    def score_batch(self, prompts, completions):
        results = real(self, prompts, completions)
        return [
            Unscored("its worker was killed") if text.endswith("7") else result
            for text, result in zip(completions, results, strict=True)
        ]

    monkeypatch.setattr(ArithmeticReward, "score_batch", score_batch)


def run(*arguments, **given):
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False, **given)


def test_score_writes_null_and_says_how_many(lossy, tmp_path):
    rows = [{"prompt": "1+1=", "completion": text} for text in ("2", "7", "0", "17")]
    out = tmp_path / "scored.jsonl"
    said = run("score", "FormalArith-v0", "--in", "-", "--out", out, input="\n".join(map(json.dumps, rows)))
    assert said.exit_code == 0
    assert '2 rows could not be scored: their reward is null, and "unscored" says why' in said.output
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["completion"] for row in found if row["reward"] is None] == ["7", "17"]
    assert found[1] == {**rows[1], "reward": None, "unscored": "its worker was killed"}
    assert found[0]["reward"] == 1.0
    assert "unscored" not in found[0]


def test_eval_counts_them_apart(lossy, tmp_path):
    out = tmp_path / "seen.jsonl"
    arguments = ["eval", "oracle", "--env", "FormalArith-v0", "--episodes", 300]
    found = json.loads(run(*arguments, "--json", "--out", out).output)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    lost = [row for row in rows if row["reward"] is None]
    assert len(rows) == 300
    assert len(lost) == found["unscored"] > 0
    assert all(row["completion"].endswith("7") for row in lost)
    assert found["reward_mean"] == 1.0
    assert sum(level["episodes"] for level in found["by_difficulty"]) == 300 - len(lost)
    assert "(completions that could not be scored" in run(*arguments).output


def test_eval_without_any_score_is_an_error_of_one_line(lossy, tmp_path):
    (tmp_path / "sevens.py").write_text(
        'class Sevens:\n    def act(self, prompts):\n        return ["7"] * len(prompts)\n'
    )
    said = run("eval", f"{tmp_path}/sevens.py:Sevens", "--env", "FormalArith-v0", "--episodes", 20)
    assert said.exit_code == 1
    assert said.output.strip().splitlines()[-1] == "Error: no score could be given: its worker was killed"
