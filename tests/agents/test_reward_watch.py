"""A watch on the reward in the loop of PPO: it stops a run, is resumed, and changes nothing else."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")

from tiny_runs import SMALL, without_times

from agents.ppo import train
from agents.runs.folder import Run
from agents.runs.spec import RunSpec
from formal_envs.testing import RewardWatch, same_value


def test_a_watch_stops_a_run_and_its_average_is_resumed(tmp_path):
    """All that the model writes counts as paid and is judged wrong, so that the average gap is known."""
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 8, "checkpoint_every": 3})

    def watch(most, **options):
        return RewardWatch(lambda completion: False, most=most, weight=0.02, paid_from=0.0, **options)

    train(spec, tmp_path / "whole", watch=watch(1.0))
    whole = Run.open(tmp_path / "whole").metrics()
    gaps = [1 - 0.98**step for step in range(1, 9)]
    assert [row["watch_mean_gap"] for row in whole] == pytest.approx(gaps)
    with pytest.warns(UserWarning, match="step 5: the reward pays 1.00 and the judge 0.00"):
        summary = train(spec, tmp_path / "run", watch=watch(0.09))  # 0.096 at step 5, surely above
    assert (summary["finished"], summary["step"]) == (False, 5)
    train(spec, tmp_path / "run", resume=True, watch=watch(1.0))
    assert without_times(Run.open(tmp_path / "run")) == without_times(Run.open(tmp_path / "whole"))


def test_a_watch_changes_nothing_of_what_is_learned(tmp_path):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 3})
    train(spec, tmp_path / "plain")
    train(spec, tmp_path / "watched", watch=RewardWatch(same_value, stop=False))
    plain, watched = (without_times(Run.open(tmp_path / name)) for name in ("plain", "watched"))
    assert [{name: row[name] for name in first} for first, row in zip(plain, watched, strict=True)] == plain
