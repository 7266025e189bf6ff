"""One run on several processes, started as the documents say."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")

from ranks import start_ranks
from tiny_runs import SMALL

from agents.runs.folder import Run

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "several_processes.md"
AUTO = {name: value for name, value in SMALL.items() if name != "device"}
"""Settings of a small run on the device that it finds."""


def start(command, folder, **settings):
    """Run a command line of the documents into ``folder`` instead, with more settings."""
    torchrun, *arguments = shlex.split(command)
    assert torchrun == "torchrun"
    arguments[arguments.index("--out") + 1] = str(folder)
    given = [f"--set={name}={value}" for name, value in settings.items()]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "torch.distributed.run", *arguments, *given], check=True, env=environment)


@pytest.mark.process
def test_the_command_of_the_page_starts_one_run(tmp_path):
    command = next(line for line in PAGE.read_text().splitlines() if line.startswith("torchrun --standalone "))
    start(command, tmp_path / "run", **AUTO, steps=3)
    rows = Run.open(tmp_path / "run").metrics()
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert rows[-1]["reward_evaluations"] == 3 * 2 * SMALL["prompts"] * SMALL["completions"]


@pytest.mark.process
def test_a_ctrl_c_that_one_process_hears_ends_all_of_them_after_the_same_step(tmp_path):
    given = [f"--set={name}={value}" for name, value in SMALL.items()]
    command = ["-m", "formal_envs", "train", "FormalArith-v0", "--steps=5000", "--out", tmp_path / "run", *given]
    processes = start_ranks(2, *command)
    metrics = tmp_path / "run" / "metrics.jsonl"
    while not (metrics.exists() and len(metrics.read_text().splitlines()) >= 3):
        assert all(process.poll() is None for process in processes)
        time.sleep(0.005)
    processes[1].send_signal(signal.SIGINT)
    said = [process.communicate(timeout=600) for process in processes]
    assert [process.returncode for process in processes] == [130, 0], said
    step = Run.open(tmp_path / "run").metrics()[-1]["step"]
    assert f"stopped after step {step}; go on with" in said[0][0]
    assert (tmp_path / "run" / "checkpoint").is_dir()
