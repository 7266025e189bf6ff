"""Second attempts: when an answer may be followed by another one, what is said of it, and what that costs.

An answer is right where its score has no failure. A wrong one is followed by its failure and another attempt, while
there are some; the episode earns what its last attempt does, less a cost for each one before it. All episodes that end
wrong have had all attempts, so that no wrong answer earns more by coming early.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from formal_envs.errors import ConfigError, check_integer
from formal_envs.score import Reward, Score

MOST_ATTEMPTS = 10
"""The most attempts of an episode."""
ATTEMPT_COST = 0.05
"""What a further attempt costs, if nothing else is said."""
LONGEST_SAID = 10_000
"""Characters of a wrong answer that an observation shows."""
LONGEST_FAILURE = 120
"""Characters of a failure that are told."""
_AROUND = len("\n! \n")


@dataclass(frozen=True)
class Attempts:
    """How many attempts an episode has, and what they cost.

    Attributes:
        most: attempts of an episode, 1 to ``MOST_ATTEMPTS``.
        cost: of each further attempt, in the reward's units.

    Raises:
        ConfigError: a value is out of range.
    """

    most: int = 1
    cost: float = ATTEMPT_COST

    def __post_init__(self) -> None:
        check_integer("attempts", self.most, 1, MOST_ATTEMPTS)
        if isinstance(self.cost, bool) or not isinstance(self.cost, (int, float)) or not 0 <= self.cost < math.inf:
            raise ConfigError(f"attempt_cost must be a number of at least 0, got {self.cost!r}")

    def range(self, reward: Reward) -> tuple[float, float]:
        """The least and the greatest that an episode earns.

        Raises:
            ConfigError: the last attempt's costs are as much as the reward can pay, or more.
        """
        low, high = reward.range
        costs = self.cost * (self.most - 1)
        if costs and costs >= high - low:
            raise ConfigError(
                f"attempt_cost must be less than {(high - low) / (self.most - 1):g}, so that {self.most} attempts cost "
                f"less than a right answer earns, got {self.cost!r}"
            )
        return low - costs, high

    def goes_on(self, score: Score, number: int) -> bool:
        """Whether attempt ``number``, counted from 1, is followed by another one."""
        return score.failure is not None and number < self.most

    def earned(self, value: float, number: int) -> float:
        """What an episode earns whose last attempt is this one, of this value."""
        return value - self.cost * (number - 1)


def told(completion: str, score: Score, solution: str) -> str:
    """The failure of a wrong answer as its agent is told it: a line, with its place in the answer where it has one.

    A failure that speaks of the solution, names it, or what is left of it from the place on, is told as "wrong".
    """
    failure, place = score.failure or "", score.failed_at
    left = solution[place:] if place is not None and solution[:place] == completion[:place] else ""
    if "solution" in failure or _names(failure, solution) or _names(failure, left):
        failure = ""
    where = "" if place is None else f"at {place + 1}: "
    return f"{where}{' '.join(failure.split()) or 'wrong'}"[:LONGEST_FAILURE]


def _names(failure: str, text: str) -> bool:
    text = text.strip()
    return bool(text) and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", failure) is not None


def conversation(prompt: str, completions: Sequence[str], failures: Sequence[str]) -> str:
    """What is observed after wrong answers: each behind the prompt, then what was told of it, and the prompt again.

    ::

        14+13=2*
        ! wrong
        14+13=
    """
    tries = zip(completions, failures, strict=True)
    return "".join(f"{prompt}{said[:LONGEST_SAID]}\n! {failure}\n" for said, failure in tries) + prompt


def longest_conversation(prompt: int, most: int) -> int:
    """The most characters that are observed, of a prompt of so many and so many attempts."""
    return most * prompt + (most - 1) * (LONGEST_SAID + LONGEST_FAILURE + _AROUND)


class Episode:
    """A problem that is answered: its prompt, what was said so far, and what was told of it.

    Attributes:
        prompt: of the problem.
        said, told: the wrong answers that were followed by another attempt, and their failures as they were told.

    Args:
        attempts: how many there are, and what they cost.
        prompt: as above.
        solution: which is never told.
    """

    def __init__(self, attempts: Attempts, prompt: str, solution: str):
        self.prompt = prompt
        self.said: list[str] = []
        self.told: list[str] = []
        self._attempts = attempts
        self._solution = solution

    @property
    def number(self) -> int:
        """Which attempt is next, counted from 1."""
        return len(self.told) + 1

    @property
    def observation(self) -> str:
        """What is observed as text: the prompt, or after wrong answers the ``conversation``."""
        return conversation(self.prompt, self.said, self.told)

    def answer(self, completion: str, score: Score) -> tuple[float, bool]:
        """Take in an answer and its score: what it earns, and whether the episode is over."""
        if not self._attempts.goes_on(score, self.number):
            return self._attempts.earned(score.value, self.number), True
        self.told.append(told(completion, score, self._solution))
        self.said.append(completion)
        return 0.0, False
