"""Trackers get what metrics.jsonl gets, and a run that goes on goes on as the same one there."""

import importlib.util
import json
import struct
import time

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_runs import SMALL, accelerator

from agents.cli import main
from agents.runs.config import TRACKERS, PPOConfig
from agents.runs.folder import Run
from agents.runs.log import RunLog
from agents.runs.spec import RunSpec
from formal_envs.errors import ConfigError

ROWS = [
    {"step": 1, "loss": -0.5, "exact": 0.25},
    {"step": 2, "loss": 1.5},
    {"step": 3, "loss": 2.0, "exact": 1.0},
    {"step": 4, "loss": 3.5, "explains/exact": 0.5},
]


def points(rows, name):
    return [(row["step"], row[name]) for row in rows if name in row]


NAMES = ("loss", "exact", "explains/exact")
EXPECTED = {name: points(ROWS, name) for name in NAMES}


def seen_by_tensorboard(run):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(str(run.tensorboard)).Reload()
    return {name: [(event.step, event.value) for event in board.Scalars(name)] for name in board.Tags()["scalars"]}


def seen_by_trackio(run):
    from trackio.sqlite_storage import SQLiteStorage

    told = json.loads(run.trackers_file.read_text())
    assert SQLiteStorage.get_runs(told["project"]).count(told["run"]) == 1
    assert SQLiteStorage.get_run_config(told["project"], told["run"])["env"] == run.spec.env
    return _by_name(SQLiteStorage.get_logs(told["project"], told["run"]), "step")


def seen_by_wandb(run):
    """From the files that `wandb sync` sends: one for each time that the run was open, all with its id."""
    from wandb.proto.wandb_internal_pb2 import Record

    rows, ids = [], set()
    for path in (run.folder / "wandb").glob("offline-run-*/*.wandb"):
        for data in records_of(path.read_bytes()):
            record = Record.FromString(data)
            if record.WhichOneof("record_type") == "run":
                ids.add(record.run.run_id)
            items = record.history.item
            rows.append({item.key or item.nested_key[0]: json.loads(item.value_json) for item in items})
    assert ids == {json.loads(run.trackers_file.read_text())["run"]}
    return _by_name(rows, "_step")


def records_of(file):
    """The records of a log of LevelDB's format behind wandb's own seven bytes: each whole, or in parts, of a checksum,
    a length, a kind and the data, in blocks of 32 KiB."""
    at, record = 7, b""
    while at + 7 <= len(file):
        if (left := -at % 32_768) and left < 7:
            at += left
            continue
        length, kind = struct.unpack("<HB", file[at + 4 : at + 7])
        record += file[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield record
            record = b""


def _by_name(rows, step):
    """What a metric was at each step, which may have been sent again: with another value it would be there twice."""
    return {name: sorted({(row[step], row[name]) for row in rows if name in row}) for name in NAMES}


SEEN = {"tensorboard": seen_by_tensorboard, "trackio": seen_by_trackio, "wandb": seen_by_wandb}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a run can go, with all that trackers keep beside it, and without a network."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    return tmp_path / "run"


@pytest.mark.process
@pytest.mark.parametrize("name", TRACKERS)
def test_a_tracker_has_the_metrics_of_each_step_also_of_a_run_that_was_killed(folder, name):
    pytest.importorskip(name)
    accelerator()  # which every run has
    run = Run.create(folder, RunSpec.parse("FormalArith-v0", {**SMALL, "log": name}))
    with RunLog(run, -1, main=True) as log:
        for row in ROWS[:3]:
            log.write(row)
    time.sleep(1.1)  # wandb names what it keeps of each opening by the second
    with RunLog(Run.open(folder), 2, main=True) as log:  # the checkpoint was of step 2
        for row in ROWS[2:]:
            log.write(row)
    assert run.metrics() == ROWS
    assert SEEN[name](run) == EXPECTED


@pytest.mark.train
def test_several_trackers_get_the_metrics_of_a_run_that_is_resumed(folder):
    names = [name for name in TRACKERS if importlib.util.find_spec(name)]
    settings = [f"--set={name}={value}" for name, value in {**SMALL, "checkpoint_every": 2}.items()]
    logs = [f"--log={name}" for name in names]
    begun = CliRunner().invoke(main, ["train", "FormalArith-v0", "--steps=4", f"--out={folder}", *settings, *logs])
    assert begun.exit_code == 0, begun.output
    run, called = Run.open(folder), (folder / "trackers.json").read_text()
    assert run.spec.config.trackers == names
    resumed = CliRunner().invoke(main, ["train", f"--out={folder}", "--resume"])
    assert resumed.exit_code == 0, resumed.output
    assert (folder / "trackers.json").read_text() == called
    expected = points(run.metrics(), "loss")
    assert len(expected) == 4
    for name in names:
        assert SEEN[name](run)["loss"] == [(step, pytest.approx(loss)) for step, loss in expected]


@pytest.mark.train
def test_no_tracker_is_the_default_and_curves_are_drawn_from_the_metrics(folder):
    settings = [f"--set={name}={value}" for name, value in SMALL.items()]
    done = CliRunner().invoke(main, ["train", "FormalArith-v0", "--steps=2", f"--out={folder}", *settings])
    assert done.exit_code == 0, done.output
    left = {path.name for path in folder.iterdir()} - {"run.lock"}
    wanted = {"config.json", "metrics.jsonl", "samples.jsonl", "samples.md", "summary.json", "curves.png"}
    assert left == {*wanted, "checkpoint"}


@pytest.mark.parametrize("command", ["train", "sft"])
@pytest.mark.parametrize("name", TRACKERS)
def test_a_library_that_is_missing_is_named_before_anything_is_made(folder, monkeypatch, command, name):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda asked, *rest: None if asked == name else found(asked, *rest)
    )
    done = CliRunner().invoke(main, [command, "FormalArith-v0", f"--out={folder}", f"--log={name}"])
    assert done.exit_code == 1
    assert f"pip install 'formal-envs[{name}]'" in done.output
    assert not folder.exists()


def test_trackers_are_named_once_each_and_others_are_refused():
    assert PPOConfig(log="wandb,tensorboard,wandb").trackers == ["wandb", "tensorboard"]
    assert PPOConfig().trackers == []
    with pytest.raises(ConfigError, match="did you mean 'tensorboard'"):
        PPOConfig(log="tensorbord")
