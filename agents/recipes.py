"""Settings that differ from a trainer's defaults where another task, or a model that is trained already, needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.config import PPOConfig, TrainingConfig

_SENTIMENT: dict[str, Any] = {"width": 128}
_SENTIMENT_SFT: dict[str, Any] = {"steps": 600, "batch": 64}

_WARM: dict[str, Any] = {
    "learning_rate": 3e-4,
    "entropy_coef": 0.0,
    "entropy_target": -1.0,
    "batch_entropy_coef": 0.0,
    "kl_coef": 0.05,
}
"""PPO on a model that knows the task: stay near it, and add no entropy to what is varied already."""

_WARM_SENTIMENT: dict[str, Any] = {
    "steps": 250,
    "prompts": 32,
    "completions": 8,
    "learning_rate": 5e-4,
    "kl_coef": 0.005,
}
"""The paper's batch of 256, and a reward in [-1, 1] against a KL of some nats a completion."""


def recipe(task: str, kind: type[TrainingConfig], warm: bool) -> Mapping[str, Any]:
    """Settings for a task, under those that a user gives.

    Args:
        task: a key of ``formal_envs.tasks.TASKS``.
        kind: PPOConfig or SFTConfig.
        warm: whether training starts from a model's weights, not from random ones.
    """
    sentiment = task == "Sentiment"
    if kind is not PPOConfig:
        return {**_SENTIMENT, **_SENTIMENT_SFT} if sentiment else {}
    settings = dict(_SENTIMENT) if sentiment else {}
    if warm:
        settings |= _WARM | (_WARM_SENTIMENT if sentiment else {})
    return settings
