"""A real run killed with SIGKILL in the middle of a step, and resumed, beside the same run left alone."""

import signal
import subprocess
import sys
import time


def whole_and_killed(trainer, settings, folder, steps=40, lines=8, env="FormalArith-v0"):
    """The folders of the two, of 40 steps with a checkpoint every five; the kill comes past ``lines`` of metrics."""
    command = [sys.executable, "-m", "formal_envs", trainer]
    whole, killed = folder / "whole", folder / "killed"
    given = [f"--set={name}={value}" for name, value in {**settings, "checkpoint_every": 5}.items()]
    begin = [*command, env, "--steps", str(steps), *given]
    subprocess.run([*begin, "--out", whole], check=True)
    process = subprocess.Popen([*begin, "--out", killed])
    metrics = killed / "metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (metrics.exists() and len(metrics.read_text().splitlines()) >= lines):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(metrics.read_text().splitlines()) < steps
    subprocess.run([*command, "--out", killed, "--resume"], check=True)
    return whole, killed
