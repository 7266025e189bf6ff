"""What a run writes is what it was given, in both of its forms."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_runs import SMALL

from agents.runs.folder import Run
from agents.runs.log import RunLog
from agents.runs.spec import RunSpec


def test_tensorboard_has_the_metrics_of_each_step(tmp_path):
    run = Run.create(tmp_path / "run", RunSpec.parse("FormalArith-v0", SMALL))
    rows = [{"step": 1, "loss": -0.5, "exact": 0.25}, {"step": 2, "loss": 1.5}, {"step": 3, "loss": 2.0, "exact": 1}]
    with RunLog(run, -1, main=True) as log:
        for row in rows:
            log.write(row)
    assert run.metrics() == rows
    board = EventAccumulator(str(run.tensorboard)).Reload()
    assert board.Tags()["scalars"] == ["loss", "exact"]
    for name in ("loss", "exact"):
        expected = [(row["step"], row[name]) for row in rows if name in row]
        assert [(event.step, event.value) for event in board.Scalars(name)] == expected
