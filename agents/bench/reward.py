"""A reward that knows when it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.bench.clock import Clock
from agents.runs.spec import RunSpec
from formal_envs.score import Reward, Score, Unscored, all_scored, score_batch
from formal_envs.tasks import Task


class TimedReward:
    """A reward that notes when it began to score each batch, and what scoring took.

    Attributes:
        begun: the clock at each batch. Where there is one per step, it is a whole step from one to the next.
        spent: on all batches.
    """

    def __init__(self, reward: Reward):
        self._reward, self.range = reward, reward.range
        self.begun: list[Clock] = []
        self.spent = Clock()

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``."""
        self.begun.append(Clock.now())
        scores = score_batch(self._reward, prompts, completions)
        self.spent = self.spent.plus(Clock.now() - self.begun[-1])
        return scores


@dataclass(frozen=True)
class TimedSpec(RunSpec):
    """A spec whose rewards are timed.

    Attributes: rewards, those that were built of it.
    """

    rewards: list[TimedReward] = field(default_factory=list)

    def build(self) -> tuple[Task, Reward]:
        """The task and its reward."""
        task, reward = super().build()
        self.rewards.append(TimedReward(reward))
        return task, self.rewards[-1]
