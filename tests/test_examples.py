"""The examples run, and the README's code does what it shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*arguments):
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_python_block_of_the_readme_runs():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert run("-c", block)


def test_own_agent():
    assert "reward_mean" in run("examples/own_agent.py")


def test_sb3_ppo():
    pytest.importorskip("stable_baselines3")
    assert "held-out prompts" in run("examples/sb3_ppo.py", "--steps", "2048")
