"""How fast PPO is: prompts per second for sampling, scoring and advantages, and for the update."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch

from agents.ppo import train
from agents.runs.folder import Run
from agents.runs.spec import RunSpec

SETTINGS: dict[str, Any] = {
    "prompts": 128,
    "completions": 1,
    "advantage": "gae",
    "epochs": 4,
    "layers": 2,
    "width": 64,
    "entropy_target": -1.0,
    "checkpoint_every": 1_000_000,
    "test_episodes": 1,
}
"""The paper's batch and epochs on a small GPT-2."""


def bench_ppo(steps: int = 60, device: str = "auto") -> dict[str, float]:
    """Train for ``steps`` steps; rates in prompts per second, without the first tenth of the steps."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        spec = RunSpec.parse("FormalArith-v0", {**SETTINGS, "steps": steps, "device": device})
        train(spec, out)
        rows = Run.open(out).metrics()[steps // 10 :]
    prompts = len(rows) * SETTINGS["prompts"]
    sampling, update = (sum(row[name] for row in rows) for name in ("sample_seconds", "update_seconds"))
    return {
        "threads": torch.get_num_threads(),
        "sampling_prompts_per_second": prompts / sampling,
        "update_prompts_per_second": prompts / update,
        "prompts_per_second": prompts / (sampling + update),
    }
