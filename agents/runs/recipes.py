"""Settings that differ from a trainer's defaults where a task, or a model that is trained already, needs it."""

from __future__ import annotations

from agents.runs.config import PPOConfig, TrainingConfig
from formal_envs.tasks import find_task
from formal_envs.tasks.protocol import Settings

_WARM: Settings = {
    "learning_rate": 3e-4,
    "entropy_coef": 0.0,
    "entropy_target": -1.0,
    "batch_entropy_coef": 0.0,
    "kl_coef": 0.05,
}
"""PPO on a model that knows the task: stay near it, and add no entropy to what is varied already."""


def recipe(task: str, kind: type[TrainingConfig], warm: bool) -> Settings:
    """Settings for a task, under those that a user gives.

    Args:
        task: the name of a registered task.
        kind: PPOConfig or SFTConfig.
        warm: whether training starts from a model's weights, not from random ones.
    """
    own = find_task(task).recipe
    if kind is not PPOConfig:
        return {**own.model, **own.supervised}
    return {**own.model, **_WARM, **own.warm} if warm else {**own.model, **own.cold}
