"""The task of satisfaction: find the values under which a formula is true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random
from typing import Literal

import numpy as np
from lark import Lark
from numpy.typing import NDArray

from formal_envs.errors import check_choice, check_integer
from formal_envs.languages.mask_grammar import OPTIONS, Continuation
from formal_envs.score import Reward
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.satisfaction.reward import read_prompt
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys

NAMES = "abcdefghij"


@dataclass(frozen=True)
class SatisfactionProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt the only values under which its formula is true.
    """

    prompts: list[str]
    solutions: list[str]


class SatisfactionTask:
    """Say for each variable whether it is true, so that every clause of a formula has a true literal.

    A prompt is ``(a|~b|c)&(~a|b|d): ``, an answer ``a b ~c d``. The values are drawn first, then clauses that are true
    under them and false under other values that are left, until no others are left: there is one solution, and a
    guess is right once in 2^variables.

    Args:
        variables: how many, 3 to 10.
        width: literals of a clause, 2 to 3; of different variables.
        split: "train", "test" (a tenth, chosen by a hash of the prompt) or "all".

    Raises:
        ConfigError: an option is out of range.
    """

    problems_ahead = 64

    def __init__(self, *, variables: int = 5, width: int = 3, split: Literal["train", "test", "all"] = "train"):
        self.variables = check_integer("variables", variables, 3, len(NAMES))
        self.width = check_integer("width", width, 2, 3)
        self.split = check_choice("split", split, ("train", "test", "all"))
        self.names = NAMES[:variables]
        self.vocabulary = (*self.names, "~", "|", ")&(", "(", "): ", " ")
        self.charset = "".join(sorted(set("".join(self.vocabulary))))
        self._most = min(variables * (4 if width == 2 else 5), 2**variables - 1)  # clauses, or others are drawn
        self.max_prompt_length = self._most * (3 * width + 2) + 1
        self.max_prompt_tokens = self._most * 3 * width + 1
        self.max_solution_length = self.max_solution_tokens = 3 * variables - 1

    def sample(self, keys: Keys) -> SatisfactionProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        made = []
        for key in keys.tolist():
            random = Random(key)
            problem = None
            while problem is None:
                problem = self._attempt(random)
            made.append(problem)
        return SatisfactionProblems([prompt for prompt, _ in made], [solution for _, solution in made])

    def difficulty(self, problems: SatisfactionProblems) -> NDArray[np.float64]:
        """The literals of each formula, (n,)."""
        return np.array([prompt.count("|") + prompt.count("(") for prompt in problems.prompts], float)

    def continuation(self, prompt: str) -> Continuation:
        """Values of all variables of the prompt, in the order of the alphabet."""
        formula = read_prompt(prompt)
        return Continuation(_values("".join(sorted(formula.variables)) if formula else self.names))

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is what makes every clause true."""
        return RewardCheck("formal_envs.tasks.satisfaction.judge:right", _grammar())

    def _attempt(self, random: Random) -> tuple[str, str] | None:
        names, width = self.names, self.width
        truths = [random.random() < 0.5 for _ in names]
        planted = sum(1 << n for n, true in enumerate(truths) if true)  # its place among all values
        tables, full = _tables(len(names))
        left = full ^ 1 << planted
        clauses: list[str] = []
        while left:
            chosen = random.sample(range(len(names)), width)
            signs = [random.random() < 0.5 for _ in chosen]
            holds = 0
            for n, sign in zip(chosen, signs, strict=True):
                holds |= tables[n] if sign else full ^ tables[n]
            if holds >> planted & 1 and left & ~holds:
                left &= holds
                literals = (f"{'' if sign else '~'}{names[n]}" for n, sign in zip(chosen, signs, strict=True))
                clauses.append(f"({'|'.join(literals)})")
        if len(clauses) > self._most:
            return None
        random.shuffle(clauses)
        prompt = f"{'&'.join(clauses)}: "
        if self.split != "all" and held_out(prompt) != (self.split == "test"):
            return None
        return prompt, " ".join(name if true else f"~{name}" for name, true in zip(names, truths, strict=True))


@cache
def _tables(count: int) -> tuple[list[int], int]:
    """For each variable the values of all under which it is true, as bits, and the bits of all values."""
    tables = [sum(1 << values for values in range(1 << count) if values >> n & 1) for n in range(count)]
    return tables, (1 << (1 << count)) - 1


@lru_cache(256)
def _values(names: str) -> str:
    literals = ' " " '.join(f'("{name}" | "~" "{name}")' for name in names)
    return f"{OPTIONS}\nstart: {literals}"


@cache
def _grammar() -> Lark:
    """Of values in any order."""
    return Lark(f'start: literal (" " literal)*\nliteral: "~"? /[{NAMES}]/', parser="lalr")
