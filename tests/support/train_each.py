"""Runs of several settings, one after the other, for the processes that torchrun starts."""

import json
import sys
from pathlib import Path

import torch
from lossy_rewards import LossyPromptsSpec, LossySpec

from agents.ppo import train
from agents.runs.config import PPOConfig, SFTConfig
from agents.runs.spec import RunSpec
from agents.sft import train_supervised


def main(out: str, cases: str) -> None:
    """Train each case, (name, trainer, settings), of a JSON list, into a folder of its name."""
    torch.set_num_threads(1)
    for name, trainer, settings in json.loads(cases):
        kind, start = {"ppo": (PPOConfig, train), "sft": (SFTConfig, train_supervised)}[trainer]
        spec = {"unscored": LossySpec, "unscored prompts": LossyPromptsSpec}.get(name, RunSpec)
        env = "FormalMix-v0" if "parts" in settings else "FormalArith-v0"
        start(spec.parse(env, settings, kind), Path(out) / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
