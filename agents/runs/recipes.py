"""Settings that differ from a trainer's defaults where another task, or a model that is trained already, needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.runs.config import PPOConfig, TrainingConfig

Settings = Mapping[str, Any]

_MODELS: Mapping[str, Settings] = {
    "Sentiment": {"width": 128},
    "Game": {"architecture": "llama", "layers": 4, "width": 128, "context": 512},
}
"""New models, by task."""

_SFT: Mapping[str, Settings] = {
    "Sentiment": {"steps": 600, "batch": 64},
    # Many games, few at a time.
    "Game": {
        "steps": 10_000,
        "examples": 98_304,
        "batch": 16,
        "window": 32,
        "optimizer": "muon",
        "learning_rate": 4e-3,
        "warmup": 100,
        "evaluate_every": 1000,
        "validation": 256,
        "test_episodes": 1024,
    },
}

_WARM: Settings = {
    "learning_rate": 3e-4,
    "entropy_coef": 0.0,
    "entropy_target": -1.0,
    "batch_entropy_coef": 0.0,
    "kl_coef": 0.05,
}
"""PPO on a model that knows the task: stay near it, and add no entropy to what is varied already."""

_WARM_TASKS: Mapping[str, Settings] = {
    # The paper's batch of 256, and a reward in [-1, 1] against a KL of some nats a completion.
    "Sentiment": {"steps": 250, "prompts": 32, "completions": 8, "learning_rate": 5e-4, "kl_coef": 0.005},
    # Batches that the reward can play in about the time that the model needs.
    "Game": {
        "steps": 80,
        "prompts": 32,
        "completions": 8,
        "minibatches": 2,
        "credit": "error",
        "batch_entropy_coef": 0.01,
        "kl_coef": 0.005,
        "checkpoint_every": 20,
        "test_episodes": 512,
    },
}


def recipe(task: str, kind: type[TrainingConfig], warm: bool) -> Settings:
    """Settings for a task, under those that a user gives.

    Args:
        task: a key of ``formal_envs.tasks.TASKS``.
        kind: PPOConfig or SFTConfig.
        warm: whether training starts from a model's weights, not from random ones.
    """
    settings = _MODELS.get(task, {})
    if kind is not PPOConfig:
        return {**settings, **_SFT.get(task, {})}
    return {**settings, **(_WARM if warm else {}), **(_WARM_TASKS.get(task, {}) if warm else {})}
