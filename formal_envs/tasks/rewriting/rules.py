"""Prompts of rewriting: rules and a word, or numbers, and what comes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

MAX_STEPS = 1_000
"""Steps that a word may take; rules that take more are no problem of this task."""

_RULE = "[a-d]{1,4}>[a-d]{0,4}"
_RULES = re.compile(rf"({_RULE}(?:, {_RULE}){{0,15}}); ([a-d]{{1,64}}): ")
_SORT = re.compile(r"sort ((?:0|[1-9][0-9]{0,8})(?: (?:0|[1-9][0-9]{0,8})){0,63}): ")


class Rule(NamedTuple):
    """What is replaced, and by what."""

    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.left}>{self.right}"


class Asked(NamedTuple):
    """The answer to a prompt, the steps that lead to it, and the numbers that are to be sorted, as they are written."""

    answer: str
    steps: int
    numbers: tuple[str, ...]


@lru_cache(1 << 12)
def read_prompt(prompt: str) -> Asked | None:
    """What a prompt asks, ``ab>b, ca>; cabab: `` or ``sort 12 7 30: ``; None of any other text."""
    if match := _SORT.fullmatch(prompt):
        numbers = match[1].split(" ")
        return Asked(" ".join(sorted(numbers, key=int)), inversions([*map(int, numbers)]), tuple(numbers))
    match = _RULES.fullmatch(prompt)
    if match is None:
        return None
    rules = [Rule(*rule.split(">")) for rule in match[1].split(", ")]
    normal = normal_form(rules, match[2])
    return normal and Asked(*normal, ())


def normal_form(rules: Sequence[Rule], word: str) -> tuple[str, int] | None:
    """What a word comes to, and in how many steps; None where there are more than MAX_STEPS, or it grows too long.

    Each step takes the first of the rules that fits anywhere, at the first place where it fits.
    """
    for steps in range(MAX_STEPS + 1):
        rule = next((rule for rule in rules if rule.left in word), None)
        if rule is None:
            return word, steps
        word = word.replace(rule.left, rule.right, 1)
        if len(word) > MAX_STEPS:
            return None
    return None


def inversions(numbers: Sequence[int]) -> int:
    """Pairs of numbers of which the first is larger: the steps of sorting that exchange two neighbours each."""
    return sum(one > other for n, one in enumerate(numbers) for other in numbers[n + 1 :])
