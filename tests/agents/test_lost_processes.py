"""A process of a run that is killed: the others say which, end, and the run goes on."""

import os
import signal
import socket
import threading
import time

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")

from ranks import start_ranks
from tiny_runs import SMALL, without_times

from agents.runs import watch
from agents.runs.folder import Run

A_MINUTE = 60
WATCHED = """
import os, time
from accelerate import PartialState
from torch import distributed
from agents.runs import watch
watch._GRACE = 2
state = PartialState(cpu=True)
with watch.Watch(state.process_index, state.num_processes) as kept:
    {does}
kept.close()
"""
BUSY = """
    if state.process_index == 1:
        child = os.fork() or time.sleep(600)
        print(child, flush=True)
        time.sleep(600)
"""
"""What the second process does: it has a child, as a pool of workers is, that lives longer."""


def train_command(trainer, folder, *more):
    return ["-m", "formal_envs", trainer, "--out", folder, *more]


def wait_for_lines(folder, count, processes):
    metrics, deadline = folder / "metrics.jsonl", time.monotonic() + 120
    while not (metrics.exists() and len(metrics.read_text().splitlines()) >= count):
        assert all(process.poll() is None for process in processes)
        assert time.monotonic() < deadline
        time.sleep(0.005)


def finish(processes, within=600):
    """What each process has said; each of them ends within so many seconds."""
    said = [process.communicate(timeout=within) for process in processes]
    return [error for _, error in said]


def train_and_kill(trainer, folder, count, victim, settings):
    """Kill a process of a run in the middle, see what the others say, and go on with it."""
    processes = start_ranks(count, *train_command(trainer, folder, *settings))
    wait_for_lines(folder, 8, processes)
    processes[victim].send_signal(signal.SIGKILL)
    errors = finish(processes, A_MINUTE)
    assert processes[victim].returncode == -signal.SIGKILL
    for rank in {*range(count)} - {victim}:
        assert processes[rank].returncode == 1
        assert f"Error: process {victim} of {count} (" in errors[rank]
        assert f"pid {processes[victim].pid})" in errors[rank]
        assert "--resume" in errors[rank]
        assert "Traceback" not in errors[rank]
    assert len((folder / "metrics.jsonl").read_text().splitlines()) < 40
    resumed = start_ranks(count, *train_command(trainer, folder, "--resume"))
    errors = finish(resumed)
    assert [process.returncode for process in resumed] == [0] * count, errors
    return without_times(Run.open(folder))


@pytest.mark.process
@pytest.mark.parametrize(("trainer", "victim"), [("train", 0), ("sft", 1)])
def test_the_others_say_which_one_was_killed_and_the_run_goes_on(tmp_path, trainer, victim):
    given = {**SMALL, "checkpoint_every": 5}
    if trainer == "sft":
        given = {name: given[name] for name in given if name not in ("prompts", "completions")}
        given |= {"examples": 64, "batch": 8, "validation": 16}
    settings = ["FormalArith-v0", "--steps=40", *(f"--set={name}={value}" for name, value in given.items())]
    metrics = train_and_kill(trainer, tmp_path / "killed", 2, victim, settings)
    finish(start_ranks(2, *train_command(trainer, tmp_path / "whole", *settings)))
    assert metrics == without_times(Run.open(tmp_path / "whole"))


@pytest.mark.process
def test_the_first_process_tells_the_others_which_one_was_killed(tmp_path):
    given = {**SMALL, "checkpoint_every": 5}
    settings = ["FormalArith-v0", "--steps=40", *(f"--set={name}={value}" for name, value in given.items())]
    metrics = train_and_kill("train", tmp_path / "killed", 3, 1, settings)
    assert [row["step"] for row in metrics] == [*range(1, 41)]


@pytest.mark.process
@pytest.mark.parametrize("does", ["time.sleep(600)", "distributed.barrier()"])
def test_a_process_that_does_not_notice_ends_all_the_same(does):
    """It scores, or it waits where a child of the one that was killed holds the connection open."""
    first, second = start_ranks(2, "-c", WATCHED.format(does=f"{BUSY}\n    {does}"))
    child = int(second.stdout.readline())
    try:
        second.send_signal(signal.SIGKILL)
        _, error = first.communicate(timeout=A_MINUTE)
        assert first.returncode == 1
        assert f"Error: process 1 of 2 ({os.uname().nodename}, pid {second.pid})" in error
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.process
def test_a_process_that_refuses_its_settings_is_named_by_the_others(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    processes = start_ranks(2, *train_command("train", tmp_path, "FormalArith-v0", "--device=cpu"))
    errors = finish(processes)
    assert "holds a run already" in errors[0]
    assert "Error: process 0 of 2 (" in errors[1]
    assert not any("Traceback" in error for error in errors)


@pytest.mark.process
def test_a_process_that_is_done_is_not_missed():
    processes = start_ranks(2, "-c", WATCHED.format(does="time.sleep(4 * (1 - state.process_index))"))
    errors = finish(processes)
    assert [process.returncode for process in processes] == [0, 0], errors


@pytest.mark.process
def test_what_a_process_says_at_once_is_heard_one_by_one():
    """It is done before the first process has read who it is."""
    late = "hear = watch._hear; watch._hear = lambda *given: time.sleep(state.process_index == 0) or hear(*given)"
    code = WATCHED.format(does="time.sleep(8 * (1 - state.process_index))").replace("with watch", f"{late}\nwith watch")
    processes = start_ranks(2, "-c", code)
    errors = finish(processes)
    assert [process.returncode for process in processes] == [0, 0], errors


def test_who_speaks_for_ever_is_not_heard_for_ever():
    heard, speaker = socket.socketpair()
    done = threading.Event()

    def drip():
        while not done.wait(0.05):
            speaker.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with heard, speaker:
        with pytest.raises(TimeoutError):
            watch._hear(heard, within=0.5)
        done.set()
        thread.join()
