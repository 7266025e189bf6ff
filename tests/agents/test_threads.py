"""The number of threads follows the model's width, stays with the run, and is overruled by a setting."""

import json

import pytest

torch = pytest.importorskip("torch")

from click.testing import CliRunner  # noqa: E402
from tiny_runs import SMALL  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent  # noqa: E402
from agents.ppo import train  # noqa: E402
from agents.runs import threads  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    """A machine with eight cores, none of which anything limits; torch has its threads back at the end."""
    before = torch.get_num_threads()
    monkeypatch.setattr(threads, "_ALL", 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    yield
    torch.set_num_threads(before)


def test_narrow_models_have_one_thread_and_wide_ones_a_fair_share(monkeypatch):
    assert [threads.use_threads(0, width) for width in (64, 511, 512, 768)] == [1, 1, 8, 8]
    assert torch.get_num_threads() == 8
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    assert threads.use_threads(0, 768) == 2
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "16")
    assert threads.use_threads(0, 768) == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "8")  # says what each process gets
    assert threads.use_threads(0, 768) == 8


def test_what_is_asked_for_comes_first():
    assert threads.use_threads(3, 64) == torch.get_num_threads() == 3
    with pytest.raises(ConfigError, match=r"threads must .*got -1"):
        RunSpec.parse("FormalArith-v0", {"threads": -1})


@pytest.mark.train
def test_a_run_keeps_its_number_and_goes_on_with_it(tmp_path, monkeypatch):
    settings = {**SMALL, "steps": 4, "checkpoint_every": 2, "width": 16}
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    train(RunSpec.parse("FormalArith-v0", settings), whole)
    assert Run.open(whole).spec.config.threads == torch.get_num_threads() == 1

    monkeypatch.setattr(threads, "WIDE", 16)
    train(RunSpec.parse("FormalArith-v0", {**settings, "threads": 2}), stopped)
    PolicyAgent.load(Run.open(whole))
    assert torch.get_num_threads() == 1  # the run's, where its width would now ask for eight
    train(Run.open(whole).spec, whole, resume=True)
    assert torch.get_num_threads() == 1
    monkeypatch.setattr(threads, "_ALL", 1)
    PolicyAgent.load(Run.open(stopped))
    assert torch.get_num_threads() == 1  # no more than there are


@pytest.mark.train
@pytest.mark.parametrize("command", ["train", "sft"])
def test_the_command_takes_the_number(tmp_path, command):
    out = tmp_path / "run"
    small = ("test_episodes=8", "layers=1", "width=16", "validation=8")
    arguments = [command, "FormalArith-v0", "--out", str(out), "--steps", "1", "--threads", "2", "--device", "cpu"]
    done = CliRunner().invoke(main, [*arguments, *(part for one in small for part in ("--set", one))])
    assert done.exit_code == 0, done.output
    assert json.loads((out / "config.json").read_text())["agent"]["threads"] == torch.get_num_threads() == 2
