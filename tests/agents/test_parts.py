"""The parts of a mixture in training: figures and choices by hand, and whole runs."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from killed_runs import whole_and_killed
from tiny_runs import SMALL, alone, without_times

from agents.evaluation.agent import right_by_part
from agents.evaluation.levels import by_part
from agents.parts import FLOOR, KEPT, ask, look, weights
from agents.ppo import train
from agents.runs.folder import Run
from agents.runs.plots import plot_runs
from agents.runs.spec import RunSpec
from formal_envs.errors import ConfigError
from formal_envs.score import Score, Unscored
from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys, seeded_stream

MIX = "FormalMix-v0"
RIGHT, WRONG = Score(1.0, {}), Score(0.25, {}, "wrong")


def counts(scored=(), right=()):
    return SimpleNamespace(part_scored=list(scored), part_right=list(right))


def batch(parts, count=3):
    """Problems of these parts."""
    task, _ = make_task("Mix", parts=f"FormalArith-v0 terms=2..{count + 1}")
    problems = SimpleNamespace(prompts=[""] * len(parts), parts=np.array(parts))
    return task, problems


# ---- Choices


def test_weights_by_hand():
    """p = 1/2, 1/4 and 99/100 have p(1 - p) = 0.25, 0.1875 and 0.0099, 0.4474 in all; each part has 0.2 / 3 besides."""
    found = weights(counts([0, 6, 98], [0, 1, 98]), 3)
    spreads = [0.25, 0.1875, 0.0099]
    assert found.tolist() == pytest.approx([0.8 * spread / 0.4474 + 0.2 / 3 for spread in spreads])
    assert weights(counts(), 4).tolist() == [0.25] * 4


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=1, max_size=64))
def test_no_part_is_lost_and_the_uncertain_come_first(found):
    scored = [count for count, _ in found]
    chances = weights(counts(scored, [count * share for count, share in found]), len(found))
    assert chances.sum() == pytest.approx(1)
    assert chances.min() >= FLOOR / len(found)
    p = [(count * share + 1) / (count + 2) for count, share in found]
    assert math.isclose(chances.max(), chances[np.argmin(np.abs(np.array(p) - 0.5))], rel_tol=1e-9)


def test_success_decides_what_is_asked_and_uniform_does_not():
    task, _ = make_task("Mix", parts="FormalArith-v0 terms=2..3")
    keys = problem_keys(seeded_stream(1), np.arange(4000))
    known = counts([1000, 1000], [500, 1000])  # p(1 - p) = 0.25 and 0.001: chances of 0.9 and 0.1
    chosen = ask(task, keys, "success", known)
    assert np.mean(chosen.parts == 1) == pytest.approx(weights(known, 2)[1], abs=0.025)
    assert ask(task, keys, "success", known).prompts == chosen.prompts
    assert ask(task, keys, "uniform", known).prompts == task.sample(keys).prompts
    assert ask(task, keys, "success", counts()).prompts == task.sample(keys).prompts
    other, _ = make_task("Arith")
    assert ask(other, keys, "uniform", counts()).prompts == other.sample(keys).prompts


# ---- Figures


def test_figures_and_counts_by_hand():
    task, problems = batch([0, 2, 0, 2])
    known = counts([10.0, 5.0, 0.0], [4.0, 5.0, 0.0])
    scores = [RIGHT, WRONG, RIGHT, RIGHT, WRONG, WRONG, WRONG, Unscored("away")]
    before = weights(known, 3).tolist()
    assert look(task, problems, scores, "success", known, alone()) == {
        "asked/1": 0.5,
        "asked/2": 0.0,
        "asked/3": 0.5,
        "reward/1": (1 + 0.25 + 0.25 + 0.25) / 4,
        "right/1": 0.25,
        "reward/3": (1 + 1 + 0.25) / 3,
        "right/3": 2 / 3,
        **{f"weight/{n}": chance for n, chance in enumerate(before, 1)},
    }
    assert known.part_scored == pytest.approx([10 * KEPT + 4, 5 * KEPT, 3])
    assert known.part_right == pytest.approx([4 * KEPT + 1, 5 * KEPT, 2])


def test_a_task_without_parts_has_no_figures():
    task, _ = make_task("Arith")
    known = counts()
    assert look(task, task.sample(np.arange(2, dtype=np.uint64)), [RIGHT] * 4, "uniform", known, alone()) == {}
    assert known == counts()


def test_evaluations_tell_parts_apart_by_hand():
    scores = [RIGHT, WRONG, RIGHT, Unscored("away"), RIGHT]
    assert right_by_part([2, 0, 0, 1, 2], scores) == {"right/1": 0.5, "right/3": 1.0}
    assert right_by_part([], scores) == {}
    rows = by_part(["a", "b", "c"], [2, 0, 0], [5.0, 1.0, 2.0], [RIGHT, WRONG, RIGHT])
    assert [(row["part"], row["name"], row["episodes"], row["right"]) for row in rows] == [
        (1, "a", 2, 0.5),
        (3, "c", 1, 1.0),
    ]
    assert rows[0]["reward_mean"] == 0.625
    assert [row["difficulty"] for row in rows[0]["by_difficulty"]] == [[1, 1], [2, 2]]


# ---- Runs


def test_a_run_logs_draws_and_reports_its_parts(tmp_path):
    settings = {**SMALL, "steps": 3, "evaluate_every": 3, "validation": 64, "sampling": "success"}
    summary = train(RunSpec.parse(MIX, {**settings, "parts": "FormalArith-v0 terms=2..4"}), tmp_path / "run")
    run = Run.open(tmp_path / "run")
    rows = run.metrics()
    for row in rows:
        for name in ("asked", "weight"):
            assert sum(row[f"{name}/{n}"] for n in (1, 2, 3)) == pytest.approx(1)
        parts = [n for n in (1, 2, 3) if row[f"asked/{n}"]]
        for name, whole in (("right", "exact"), ("reward", "reward_mean")):
            assert sum(row[f"asked/{n}"] * row[f"{name}/{n}"] for n in parts) == pytest.approx(row[whole])
    assert [rows[0][f"weight/{n}"] for n in (1, 2, 3)] == pytest.approx([1 / 3] * 3)
    assert {f"greedy_right/{n}" for n in (1, 2, 3)} <= rows[-1].keys()
    assert {f"right/{n}" for n in (1, 2, 3)} <= summary["greedy_test"].keys()
    plot_runs([run], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000

    from click.testing import CliRunner

    from agents.cli import main

    shown = CliRunner().invoke(main, ["eval", str(tmp_path / "run"), "--episodes", "60"])
    assert shown.exit_code == 0, shown.output
    assert "share of right answers to FormalArith-v0 terms=3" in shown.output
    told = CliRunner().invoke(main, ["eval", str(tmp_path / "run"), "--episodes", "60", "--json"])
    found = json.loads(told.stdout)
    assert sum(row["episodes"] for row in found["by_part"]) == 60
    assert [row["right"] for row in found["by_part"]] == [found[f"right/{row['part']}"] for row in found["by_part"]]


def test_success_needs_parts(tmp_path):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 1, "sampling": "success"})
    with pytest.raises(ConfigError, match="has no parts to choose"):
        train(spec, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with pytest.raises(ConfigError, match="did you mean 'success'"):
        RunSpec.parse(MIX, {"sampling": "succes"})


@pytest.mark.process
def test_a_killed_run_that_chooses_resumes_exactly(tmp_path):
    settings = {**SMALL, "sampling": "success", "parts": "FormalArith-v0 terms=2..3 max_operand=3"}
    whole, killed = whole_and_killed("train", settings, tmp_path, env=MIX)
    rows = without_times(Run.open(whole))
    assert rows[-1]["weight/1"] != rows[0]["weight/1"]
    assert without_times(Run.open(killed)) == rows
