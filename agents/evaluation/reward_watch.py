"""A watch on a run's reward (``formal_envs.testing.RewardWatch``) in the loop of PPO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formal_envs.score import Score, Unscored
from formal_envs.tasks import Problems

if TYPE_CHECKING:  # the kit needs hypothesis, which training does not
    from formal_envs.testing import RewardWatch


def look(
    watch: RewardWatch, step: int, problems: Problems, texts: Sequence[str], scores: Sequence[Score | Unscored]
) -> dict[str, float]:
    """Have a watch look at a batch; returns what to log of it.

    Args: texts, scores, of as many completions for each problem, problem by problem.
    """
    group = len(texts) // len(problems.prompts)
    prompts = [prompt for prompt in problems.prompts for _ in range(group)]
    solutions = [solution for solution in problems.solutions for _ in range(group)]
    rewards = [score.value if isinstance(score, Score) else None for score in scores]
    found = watch.look(step, prompts, texts, rewards, solutions)
    return found.metrics() if found else {}
