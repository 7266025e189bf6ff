"""The point where agents are swapped: anything that answers prompts can be evaluated, and trained if it can learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from agents.evaluation.asking import Agent, ask
from agents.evaluation.diversity import count_words, diversity
from agents.evaluation.retries import shares, try_again
from formal_envs.envs.attempts import Attempts
from formal_envs.score import Reward, Score, Unscored, all_scored, score_batch
from formal_envs.tasks import Problems, Task
from formal_envs.tasks.protocol import Parted
from formal_envs.tasks.streams import problem_keys, seeded_stream

TRAINING, EVALUATION, BASELINE = range(3)
"""Purposes of a problem stream: the same seed gives each of them another one."""

_BATCH = 512
ONE = Attempts()


@runtime_checkable
class LearningAgent(Agent, Protocol):
    """An agent that also learns from what its completions earned."""

    def learn(self, prompts: Sequence[str], completions: Sequence[str], scores: Sequence[Score]) -> None:
        """Take in the scores of completions that ``act`` just gave, without those that could not be scored."""
        ...


def train_agent(
    agent: LearningAgent, task: Task, reward: Reward, *, batches: int, batch_size: int, seed: int
) -> list[float]:
    """Let an agent act and learn on fresh batches of a task; the mean reward of each batch.

    Raises:
        Unscored: no completion of a batch could be scored.
    """
    stream = seeded_stream(seed, TRAINING)
    means = []
    for batch in range(batches):
        prompts = task.sample(problem_keys(stream, np.arange(batch * batch_size, (batch + 1) * batch_size))).prompts
        completions = ask(agent, prompts)
        results = score_batch(reward, prompts, completions)
        rows = [row for row in zip(prompts, completions, results, strict=True) if isinstance(row[2], Score)]
        scores = scored_ones(results)
        agent.learn([prompt for prompt, _, _ in rows], [text for _, text, _ in rows], scores)
        means.append(float(np.mean([score.value for score in scores])))
    return means


def evaluate(
    agent: Agent,
    task: Task,
    reward: Reward,
    *,
    episodes: int,
    seed: int,
    batch_size: int = 0,
    attempts: Attempts = ONE,
    watch: Callable[[Problems, Sequence[str], Sequence[Score | Unscored]], Any] = lambda *batch: None,
) -> dict[str, float]:
    """Mean reward and mean parts (``exact`` among them, where the reward has it) over fresh problems of a task.

    ``mode_share`` is the share of the completion that is given most often.

    Of a task with parts ``right/n`` is the share of completions of part n, from 1, without failure.

    Where the completions are texts, of two words and more in the mean, their diversity is measured as well.

    With several attempts all this is of the last ones, and the reward is what the episodes earned; ``right_first`` and
    ``right_within`` are the shares that were right at the first attempt, and at any.

    Args:
        attempts: of an episode, and what they cost.
        batch_size: problems asked at once; 0 is 512, or ``task.problems_ahead`` where that is less.
        watch: is given the problems, completions and scores of each batch.

    Returns:
        Means over the completions that could be scored; ``unscored`` is how many could not, where there are any.

    Raises:
        Unscored: there is none.
    """
    batch_size = batch_size or min(_BATCH, task.problems_ahead)
    stream = seeded_stream(seed, EVALUATION)
    completions: list[str] = []
    first: list[Score | Unscored] = []
    results: list[Score | Unscored] = []
    asked: list[int] = []
    for start in range(0, episodes, batch_size):
        problems = task.sample(problem_keys(stream, np.arange(start, min(episodes, start + batch_size))))
        answers = ask(agent, problems.prompts)
        scored = score_batch(reward, problems.prompts, answers)
        if attempts.most > 1:
            first += scored
            answers, scored = try_again(agent, reward, attempts, problems, answers, scored)
        completions += answers
        results += scored
        watch(problems, answers, scored)
        if isinstance(task, Parted):
            asked += task.part_of(problems).tolist()
    scores = scored_ones(results)
    parts = {name: float(np.mean([score.parts[name] for score in scores])) for name in scores[0].parts}
    texts = sum(map(count_words, completions)) >= 2 * len(completions)
    return {
        "episodes": episodes,
        "reward_mean": float(np.mean([score.value for score in scores])),
        **(shares(first, results) if first else {}),
        **parts,
        "mode_share": Counter(completions).most_common(1)[0][1] / episodes,
        **right_by_part(asked, results),
        **(diversity(completions) if texts else {}),
        **({"unscored": episodes - len(scores)} if len(scores) < episodes else {}),
    }


def right_by_part(parts: Sequence[int], results: Sequence[Score | Unscored]) -> dict[str, float]:
    """The share of the completions of each part that have no failure, of those with a score, as ``right/n``.

    Args: parts, of each completion, from 0; empty of a task without parts.
    """
    right: dict[int, list[bool]] = {}
    for part, result in zip(parts, results if parts else (), strict=True):
        if isinstance(result, Score):
            right.setdefault(part, []).append(result.failure is None)
    return {f"right/{part + 1}": float(np.mean(right[part])) for part in sorted(right)}


def scored_ones(results: Sequence[Score | Unscored]) -> list[Score]:
    """The scores that could be given.

    Raises:
        Unscored: there is none.
    """
    scores = [result for result in results if isinstance(result, Score)]
    return scores or all_scored(results)
