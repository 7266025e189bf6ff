"""The reward of countdown: does an expression over the given numbers have the value that is asked?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from formal_envs.errors import ParseFailure, check_choice
from formal_envs.score import Score
from formal_envs.tasks.countdown.expressions import evaluate

PARTIAL = 0.1
"""What an expression earns that keeps to the given numbers and has another value, however near."""

_PROMPT = re.compile(r"([1-9][0-9]{0,8}(?: [1-9][0-9]{0,8}){0,31}) -> ([1-9][0-9]{0,8}): ")


class Asked(NamedTuple):
    """What a prompt gives, as it is written, and what it asks for."""

    given: tuple[str, ...]
    target: int


@lru_cache(1 << 12)
def read_prompt(prompt: str) -> Asked | None:
    """What a prompt such as ``3 7 25 -> 46: `` asks; None of any other text."""
    match = _PROMPT.fullmatch(prompt)
    return match and Asked(tuple(match[1].split(" ")), int(match[2]))


class CountdownReward:
    """1 for an expression with the asked value, exactly, in which each given number is used at most once.

    Operators are ``+ - * /``, brackets and blanks may stand between; there are no signs. With ``kind="partial"`` any
    other expression over the given numbers earns 0.1, whatever its value: to be near is no step towards a solution, and
    pays nothing. Any other text earns 0.

    Parts: ``exact`` and ``legal`` in {0, 1}.

    Raises:
        ConfigError: ``kind`` is neither "partial" nor "exact".
    """

    range = (0.0, 1.0)

    def __init__(self, kind: str = "partial"):
        self.kind = check_choice("reward", kind, ("partial", "exact"))

    def __repr__(self) -> str:
        return f"CountdownReward({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CountdownReward) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((CountdownReward, self.kind))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion, in time linear in its length."""
        asked = read_prompt(prompt)
        if asked is None:
            return Score(0.0, {"exact": 0.0, "legal": 0.0}, "the prompt is none of countdown")
        try:
            value = evaluate(completion, asked.given)
        except ParseFailure as failure:
            place = failure.column if failure.column >= 0 else None
            said = failure.reason if place is None else str(failure)
            return Score(0.0, {"exact": 0.0, "legal": 0.0}, said, place)
        if value.over == asked.target * value.under:
            return Score(1.0, {"exact": 1.0, "legal": 1.0})
        shown = f"{value.over // value.under}" if value.over % value.under == 0 else f"{value.over / value.under:.4g}"
        worth = PARTIAL if self.kind == "partial" else 0.0
        return Score(worth, {"exact": 0.0, "legal": 1.0}, f"the value is {shown}, not {asked.target}")


def partial_credit() -> CountdownReward:
    """0.1 for any expression over the given numbers, 1 for a solution."""
    return CountdownReward("partial")


def exact() -> CountdownReward:
    """1 for a solution, 0 for anything else."""
    return CountdownReward("exact")
