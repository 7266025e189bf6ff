"""The task of rewriting: the normal form of a word under rules, or numbers in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal

import numpy as np
from lark import Lark
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.languages.mask_grammar import OPTIONS, Continuation
from formal_envs.languages.unused_numbers import Unused
from formal_envs.score import Reward
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.rewriting.reward import PARTIAL, RewritingReward
from formal_envs.tasks.rewriting.rules import Rule, normal_form, read_prompt
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys

LETTERS = "abcd"
_LEFT = 2, 3  # letters of what a rule replaces, least and most
_TRIED, _LEAST = 400, 2  # problems that are tried first, and how many of them must fit


@dataclass(frozen=True)
class RewritingProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt the answer.
    """

    prompts: list[str]
    solutions: list[str]


class RewritingTask:
    """Apply rules to a word until none fits, or put numbers in order.

    A prompt of mode "rules" is ``ba>ab, aa>; babaa: ``: each step replaces by the first rule that fits, at the first
    place where it fits. What a rule writes is shorter than what it replaces, or as long and earlier in the alphabet, so
    that there is an end. A prompt of mode "sort" is ``sort 12 7 30: ``.

    Args:
        mode: "rules" or "sort".
        length: letters of the word, or how many numbers, 3 to 16.
        rules: how many, 1 to 6; of mode "rules".
        letters: how many there are, 2 to 4; of mode "rules".
        max_number: numbers are uniform in 0..max_number, which is 9 to 10^6; of mode "sort".
        split: "train", "test" (a tenth, chosen by a hash of the prompt) or "all".

    Raises:
        ConfigError: an option is out of range, or hardly any problem fits them all.
    """

    problems_ahead = 256

    def __init__(
        self,
        *,
        mode: str = "rules",
        length: int = 6,
        rules: int = 3,
        letters: int = 3,
        max_number: int = 99,
        split: Literal["train", "test", "all"] = "train",
    ):
        self.mode = check_choice("mode", mode, ("rules", "sort"))
        self.length = check_integer("length", length, 3, 16)
        self.rules = check_integer("rules", rules, 1, 6)
        self.letters = LETTERS[: check_integer("letters", letters, 2, len(LETTERS))]
        self.max_number = check_integer("max_number", max_number, 9, 10**6)
        self.split = check_choice("split", split, ("train", "test", "all"))
        if mode == "rules":
            self.vocabulary: tuple[str, ...] = (*self.letters, ">", ", ", "; ", ": ")
            self.charset = "".join(sorted(set("".join(self.vocabulary))))
            of_a_rule = _LEFT[1] + 1 + _LEFT[1]
            self.max_prompt_length = rules * (of_a_rule + 2) + length + 2
            self.max_prompt_tokens = rules * (of_a_rule + 1) + length + 1
            self.max_solution_length = self.max_solution_tokens = length
        else:
            small = max_number < 1_000
            self.vocabulary = (*map(str, range(max_number + 1)), "sort ", " ", ": ") if small else ()
            self.charset = " 0123456789:orst"
            self.max_solution_length = length * (len(str(max_number)) + 1) - 1
            self.max_prompt_length = len("sort : ") + self.max_solution_length
            self.max_solution_tokens = 2 * length - 1 if small else 0
            self.max_prompt_tokens = 2 * length + 1 if small else 0
        random = Random(0)
        if sum(self._attempt(random) is not None for _ in range(_TRIED)) < _LEAST:
            raise ConfigError(f"hardly any problem of split {split!r} fits these options: use more letters or rules")

    def sample(self, keys: Keys) -> RewritingProblems:
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
        return RewritingProblems([prompt for prompt, _ in made], [solution for _, solution in made])

    def difficulty(self, problems: RewritingProblems) -> NDArray[np.float64]:
        """The steps that lead to each answer, (n,): of numbers, exchanges of neighbours."""
        asked = map(read_prompt, problems.prompts)
        return np.array([each.steps for each in asked if each], float)

    def continuation(self, prompt: str) -> Continuation:
        """The prompt's numbers in any order, or a word that is no longer than the one in the prompt."""
        asked = read_prompt(prompt)
        if asked and asked.numbers:
            return Continuation(_orders(tuple(sorted(asked.numbers))), names=Unused(asked.numbers), named="NUMBER")
        return Continuation(_words(self.letters, self.length))

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is the solution alone; any text may begin as it does, and earn for that."""
        partial = isinstance(reward, RewritingReward) and reward.kind == "partial"
        return RewardCheck(grammar=_grammar(self.mode), floor=PARTIAL * partial)

    def _attempt(self, random: Random) -> tuple[str, str] | None:
        if self.mode == "sort":
            numbers = [random.randint(0, self.max_number) for _ in range(self.length)]
            prompt, solution = f"sort {' '.join(map(str, numbers))}: ", " ".join(map(str, sorted(numbers)))
        else:
            rules = [self._rule(random) for _ in range(self.rules)]
            word = "".join(random.choices(self.letters, k=self.length))
            normal = normal_form(rules, word)
            if len({rule.left for rule in rules}) < len(rules) or normal is None or min(len(normal[0]), normal[1]) < 2:
                return None
            prompt, solution = f"{', '.join(map(str, rules))}; {word}: ", normal[0]
        if self.split != "all" and held_out(prompt) != (self.split == "test"):
            return None
        return prompt, solution

    def _rule(self, random: Random) -> Rule:
        """What is written is less than what is replaced: shorter, or as long and earlier in the alphabet."""
        while True:
            left = "".join(random.choices(self.letters, k=random.randint(*_LEFT)))
            right = "".join(random.choices(self.letters, k=random.randint(0, len(left))))
            if (len(right), right) < (len(left), left):
                return Rule(left, right)


@lru_cache(4096)
def _orders(numbers: tuple[str, ...]) -> str:
    given = " | ".join(f'"{number}"' for number in dict.fromkeys(numbers))
    places = ' " " '.join(["NUMBER"] * len(numbers))
    return f"{OPTIONS}\nNUMBER: {given}\nstart: {places}"


@lru_cache(64)
def _words(letters: str, length: int) -> str:
    return f"{OPTIONS}\nstart: /[{letters}]{{1,{length}}}/"


@lru_cache(2)
def _grammar(mode: str) -> Lark:
    """Of answers of any length."""
    forms = {"sort": 'start: NUMBER (" " NUMBER)*\nNUMBER: /0|[1-9][0-9]*/', "rules": f"start: /[{LETTERS}]+/"}
    return Lark(forms[mode], parser="lalr")
