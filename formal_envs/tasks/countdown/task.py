"""The countdown task: reach a number from given ones by arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.languages.language import load
from formal_envs.languages.mask_grammar import Continuation
from formal_envs.score import Reward
from formal_envs.tasks.countdown.grammar import continuation
from formal_envs.tasks.countdown.reward import read_prompt
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys, integers, mix64

_TRIED, _LEAST = 512, 0.01  # numbers that are tried first, and the share of them that must make a problem
_LARGEST_WORD = 999
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True)
class CountdownProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt an expression with the value that is asked.
    """

    prompts: list[str]
    solutions: list[str]


class CountdownTask:
    """Write an expression over given numbers, each used at most once, whose value is the target.

    A prompt is ``3 7 25 50 -> 81: ``. The target is made from two or more of the numbers, is none of them, and all
    that its solution makes on the way is a whole number above 0; so there is a solution, and there may be many.

    Args:
        numbers: how many are given, 2 to 8.
        max_number: they are uniform in 1..max_number, which is 2 to 1,000.
        max_target: the target is at most this, 2 to 100,000.
        operators: characters of ``+-*/`` that solutions use, at least one. An answer may use all.
        split: "train", "test" (a tenth, chosen by a hash of the prompt) or "all".

    Raises:
        ConfigError: an option is out of range, or hardly any problem fits them all.
    """

    problems_ahead = 1024

    def __init__(
        self,
        *,
        numbers: int = 4,
        max_number: int = 20,
        max_target: int = 100,
        operators: str = "+-*/",
        split: Literal["train", "test", "all"] = "train",
    ):
        self.numbers = check_integer("numbers", numbers, 2, 8)
        self.max_number = check_integer("max_number", max_number, 2, 1_000)
        self.max_target = check_integer("max_target", max_target, 2, 100_000)
        self.split = check_choice("split", split, ("train", "test", "all"))
        if not isinstance(operators, str) or not operators or not set(operators) <= set("+-*/"):
            raise ConfigError(f"operators must be characters of '+-*/', at least one, got {operators!r}")
        self.operators = "".join(symbol for symbol in "+-*/" if symbol in operators)
        self.charset = " " + "".join(sorted(set("()->:0123456789" + self.operators)))
        self.max_prompt_tokens = 2 * numbers + 2 if self.vocabulary else 0
        self.max_solution_tokens = self._symbols if self.vocabulary else 0
        digits = len(str(max_number))
        self.max_prompt_length = numbers * (digits + 1) + len("-> : ") + len(str(max_target))
        self.max_solution_length = numbers * (digits - 1) + self._symbols
        keys = mix64(np.arange(_TRIED, dtype=np.uint64))
        made = [problem for problem in self._attempt(keys, 0) if problem and self._in_split(problem[0])]
        if len(made) < _LEAST * _TRIED * (0.1 if split == "test" else 1):
            raise ConfigError("hardly any numbers make a target: use more operators, or a larger max_target")

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """All numbers, operators, brackets and what stands between numbers; empty where numbers go past 999."""
        largest = max(self.max_number, self.max_target)
        if largest > _LARGEST_WORD:
            return ()
        return (*map(str, range(largest + 1)), " ", " -> ", ": ", *self.operators, "(", ")")

    @property
    def _symbols(self) -> int:
        """The most numbers, operators and brackets of a solution: every part but the whole may be in brackets."""
        return 2 * self.numbers - 1 + 2 * (self.numbers - 2)

    def sample(self, keys: Keys) -> CountdownProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        prompts, solutions = [""] * len(keys), [""] * len(keys)
        left, attempt = np.arange(len(keys)), 0
        while len(left):
            again = []
            for place, problem in zip(left.tolist(), self._attempt(keys[left], attempt), strict=True):
                if problem and self._in_split(problem[0]):
                    prompts[place], solutions[place] = problem
                else:
                    again.append(place)
            left, attempt = np.array(again, int), attempt + 1
        return CountdownProblems(prompts, solutions)

    def difficulty(self, problems: CountdownProblems) -> NDArray[np.float64]:
        """Numbers given, and operators of the solution, products and quotients twice, (n,)."""
        texts = zip(problems.prompts, problems.solutions, strict=True)
        return np.array([self._difficulty(prompt, solution) for prompt, solution in texts], float)

    def continuation(self, prompt: str) -> Continuation:
        """Expressions over the prompt's numbers, whatever their value."""
        asked = read_prompt(prompt)
        return continuation(asked.given if asked else ("1", "1"), self.operators)

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is what has the target's value and keeps to the numbers."""
        return RewardCheck("formal_envs.tasks.countdown.judge:right", load("arithmetic"))

    def _difficulty(self, prompt: str, solution: str) -> int:
        binds = sum(_BINDS[symbol] * solution.count(symbol) for symbol in self.operators)
        return prompt.count(" ", 0, prompt.index(" ->")) + 1 + binds

    def _in_split(self, prompt: str) -> bool:
        return self.split == "all" or held_out(prompt) == (self.split == "test")

    def _attempt(self, keys: Keys, attempt: int) -> list[tuple[str, str] | None]:
        """A prompt and its solution for each key, None where the random numbers of this attempt make none."""
        count = self.numbers
        begin = attempt * (count + 1 + 3 * (count - 1))
        bounds = [self.max_number] * count + [count - 1] + [1 << 16, 1 << 16, len(self.operators)] * (count - 1)
        draws = [integers(keys, begin + place, bound) for place, bound in enumerate(bounds)]
        return [self._make(row) for row in np.stack(draws, axis=1).tolist()]

    def _make(self, row: list[int]) -> tuple[str, str] | None:
        count = self.numbers
        given = [1 + number for number in row[:count]]
        parts = [(number, str(number), 3) for number in given[: 2 + row[count]]]  # those that the solution uses
        for place in range(count + 1, count + 1 + 3 * (len(parts) - 1), 3):
            one = parts.pop(row[place] * len(parts) >> 16)
            other = parts.pop(row[place + 1] * len(parts) >> 16)
            joined = _join(self.operators[row[place + 2]], one, other)
            if joined is None:
                return None
            parts.append(joined)
        target, solution, _ = parts[0]
        if target > self.max_target or target in given:
            return None
        return f"{' '.join(map(str, sorted(given)))} -> {target}: ", solution


def _join(symbol: str, one: tuple[int, str, int], other: tuple[int, str, int]) -> tuple[int, str, int] | None:
    """Value, text and strength of two parts under an operator; the larger comes first where the order counts.

    None where the value is not a whole number above 0.
    """
    if symbol in "-/" and one[0] < other[0]:
        one, other = other, one
    (a, left, left_binds), (b, right, right_binds) = one, other
    if (symbol == "-" and a == b) or (symbol == "/" and a % b):
        return None
    value = {"+": a + b, "-": a - b, "*": a * b, "/": a // b}[symbol]
    binds = _BINDS[symbol]
    left = f"({left})" if left_binds < binds else left
    right = f"({right})" if right_binds < binds or (right_binds == binds and symbol in "-/") else right
    return value, f"{left}{symbol}{right}", binds
