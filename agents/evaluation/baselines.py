"""Agents to compare with: random text, the best constant answer, and an oracle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.evaluation.agent import BASELINE, EVALUATION
from formal_envs.errors import ConfigError
from formal_envs.score import Reward, all_scored, score_batch
from formal_envs.tasks import Task
from formal_envs.tasks.streams import problem_keys, seeded_stream


class RandomAgent:
    """Answers with 1 to as many characters as a solution may have, uniform over the task's characters."""

    def __init__(self, task: Task, seed: int):
        self._charset = list(task.charset)
        self._longest = task.max_solution_length
        self._rng = np.random.default_rng(seed)

    def act(self, prompts: Sequence[str]) -> list[str]:
        """A random completion of each prompt."""
        lengths = self._rng.integers(1, self._longest + 1, len(prompts))
        return ["".join(self._rng.choice(self._charset, length)) for length in lengths]


class ConstantAgent:
    """Always gives one answer; ``best`` finds the one that earns most: what not reading the prompt is worth."""

    def __init__(self, answer: str):
        self.answer = answer

    @classmethod
    def best(cls, task: Task, reward: Reward, seed: int, samples: int = 512) -> ConstantAgent:
        """The solution of a sampled problem that earns most on average over all the sampled prompts."""
        problems = task.sample(problem_keys(seeded_stream(seed, BASELINE), np.arange(samples)))

        def earns(answer: str) -> float:
            scores = all_scored(score_batch(reward, problems.prompts, [answer] * samples))
            return sum(score.value for score in scores)

        return cls(max(sorted(set(problems.solutions)), key=earns))

    def act(self, prompts: Sequence[str]) -> list[str]:
        """The one answer to each prompt."""
        return [self.answer] * len(prompts)


class OracleAgent:
    """Gives the task's own solutions to the problems of the stream that it will be asked.

    Args:
        task, episodes, seed: as ``evaluate`` is going to have them.
    """

    def __init__(self, task: Task, episodes: int, seed: int):
        problems = task.sample(problem_keys(seeded_stream(seed, EVALUATION), np.arange(episodes)))
        self._solutions = dict(zip(problems.prompts, problems.solutions, strict=True))

    def act(self, prompts: Sequence[str]) -> list[str]:
        """The solution of each prompt.

        Raises:
            ConfigError: a prompt is not one of the stream's.
        """
        try:
            return [self._solutions[prompt] for prompt in prompts]
        except KeyError as error:
            raise ConfigError(f"the oracle was not built for the prompt {error.args[0]!r}") from None
