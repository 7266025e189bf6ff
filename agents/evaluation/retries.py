"""Second attempts in an evaluation: what was wrong is told, and asked again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from agents.evaluation.asking import Agent, ask, checked
from formal_envs.envs.attempts import Attempts, Episode
from formal_envs.score import Reward, Score, Unscored, score_batch
from formal_envs.tasks import Problems


@runtime_checkable
class RetryingAgent(Agent, Protocol):
    """An agent that reads episodes of several attempts in a form of its own, not as text."""

    def act_again(self, episodes: Sequence[Episode]) -> list[str]:
        """The next completion of each episode's prompt."""
        ...


def try_again(
    agent: Agent,
    reward: Reward,
    attempts: Attempts,
    problems: Problems,
    completions: Sequence[str],
    results: Sequence[Score | Unscored],
) -> tuple[list[str], list[Score | Unscored]]:
    """The last completions of the problems, after these first ones, and their scores, with what was earned for values.

    An agent without ``act_again`` is given the ``observation`` of the text form.
    """
    pairs = zip(problems.prompts, problems.solutions, strict=True)
    episodes = [Episode(attempts, *pair) for pair in pairs]
    texts, last = list(completions), list(results)
    asked = list(range(len(episodes)))
    while asked:
        going = []
        for row in asked:
            result = last[row]
            if isinstance(result, Score):
                earned, ended = episodes[row].answer(texts[row], result)
                last[row] = result._replace(value=earned)
                if not ended:
                    going.append(row)
        asked = going
        if asked:
            again = [episodes[row] for row in asked]
            if isinstance(agent, RetryingAgent):
                said = checked(agent, "act_again", agent.act_again(again), len(again))
            else:
                said = ask(agent, [episode.observation for episode in again])
            scores = score_batch(reward, [episode.prompt for episode in again], said)
            for row, text, score in zip(asked, said, scores, strict=True):
                texts[row], last[row] = text, score
    return texts, last


def shares(first: Sequence[Score | Unscored], last: Sequence[Score | Unscored]) -> dict[str, float]:
    """The shares of the episodes with a score that were right at the first attempt, and at any."""
    pairs = [(one, end) for one, end in zip(first, last, strict=True) if isinstance(end, Score)]
    return {
        "right_first": sum(isinstance(one, Score) and one.failure is None for one, _ in pairs) / len(pairs),
        "right_within": sum(end.failure is None for _, end in pairs) / len(pairs),
    }
