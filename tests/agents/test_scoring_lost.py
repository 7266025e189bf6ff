"""Training runs whose scoring is killed in the middle, a server or a worker, with -9."""

import os
import signal
import threading
from contextlib import ExitStack

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("httpx2")
pytest.importorskip("uvicorn")

from leftovers import linux
from served import server
from tiny_runs import SMALL, without_times

from agents.ppo import train
from agents.runs.folder import Run
from agents.runs.spec import RunSpec
from formal_envs.adapters import remote
from formal_envs.adapters.remote import RemoteReward
from formal_envs.pool import ScoringPool
from formal_envs.score import Unscored

SETTINGS = {**SMALL, "steps": 8}
AGAIN = 'from agents.cli import main; main(["serve", "FormalArith-v0", "--workers", "1", "--port", "{port}"])'


def run_with(folder, **settings):
    train(RunSpec.parse("FormalArith-v0", {**SETTINGS, **settings}), folder)
    return without_times(Run.open(folder))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return run_with(tmp_path_factory.mktemp("here") / "run")


def at_call(number, method, disturb):
    """The method, and beside its call of that number what disturbs it."""
    calls = []

    def called(self, *arguments):
        calls.append(arguments)
        if len(calls) == number:
            threading.Thread(target=disturb, args=(self,)).start()
        return method(self, *arguments)

    return called


@linux
@pytest.mark.process
def test_a_run_waits_for_a_server_that_comes_back(tmp_path, monkeypatch, undisturbed):
    """And comes out as if nothing had been."""
    monkeypatch.setattr(remote, "_FIRST_WAIT", 2.0)
    with ExitStack() as stack:
        first = stack.enter_context(server(tmp_path, "FormalArith-v0", "--workers", "1"))

        def kill(_):
            first.end(signal.SIGKILL)
            stack.enter_context(server(tmp_path, code=AGAIN.format(port=first.port)))

        monkeypatch.setattr(RemoteReward, "_scores", at_call(4, RemoteReward._scores, kill))
        assert run_with(tmp_path / "run", scorer=first.url) == undisturbed
        assert first.process.poll() == -signal.SIGKILL
    assert [row["unscored"] for row in undisturbed] == [0.0] * 8


@linux
@pytest.mark.process
def test_a_run_whose_server_stays_away_ends_with_an_error_and_can_go_on(tmp_path, monkeypatch, undisturbed):
    folder = tmp_path / "run"
    with server(tmp_path, "FormalArith-v0", "--workers", "1") as first:
        spec = RunSpec.parse("FormalArith-v0", {**SETTINGS, "scorer": first.url})
        with monkeypatch.context() as patch:
            patch.setattr(remote.time, "sleep", lambda seconds: None)
            patch.setattr(
                RemoteReward, "_scores", at_call(4, RemoteReward._scores, lambda _: first.end(signal.SIGKILL))
            )
            with pytest.raises(Unscored, match=rf"none of the step's 64 .*{first.url} does not answer.*--resume"):
                train(spec, folder)
    rows = without_times(Run.open(folder))
    assert 3 <= len(rows) < 8
    assert rows == undisturbed[: len(rows)]  # nothing was scored 0 that was not
    with server(tmp_path, code=AGAIN.format(port=first.port)):
        train(spec, folder, resume=True)
    assert without_times(Run.open(folder)) == undisturbed


@linux
@pytest.mark.process
def test_a_worker_that_is_killed_changes_nothing(tmp_path, monkeypatch, undisturbed):
    killed = []

    def kill(pool):
        killed.append(pool.pids[0])
        os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr(ScoringPool, "score_batch", at_call(4, ScoringPool.score_batch, kill))
    assert run_with(tmp_path / "run", workers=2) == undisturbed
    assert killed
