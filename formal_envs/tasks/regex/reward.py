"""The reward of regular expressions: which of the words in the prompt does one match?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from formal_envs.errors import ParseFailure, check_choice
from formal_envs.score import Score
from formal_envs.tasks.regex.expressions import MAX_LENGTH, read_expression

PARTIAL, BY_CHANCE = 0.5, 0.75
"""A wrong expression earns the first of these at most, and nothing if it tells no larger share of words than the other:
one that does not see the words, such as ``a*b*``, may be right about as many."""

_WORDS = "([a-d]{1,16}(?: [a-d]{1,16}){0,31})"
_PROMPT = re.compile(f"match {_WORDS}; not {_WORDS}; at most ([0-9]{{1,2}}): ")


class Asked(NamedTuple):
    """The words to match, those not to match, and the most characters of an answer."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    longest: int


@lru_cache(1 << 12)
def read_prompt(prompt: str) -> Asked | None:
    """What a prompt such as ``match ab b; not ba a; at most 4: `` asks; None of any other text."""
    match = _PROMPT.fullmatch(prompt)
    return match and Asked(tuple(match[1].split(" ")), tuple(match[2].split(" ")), min(int(match[3]), MAX_LENGTH))


class RegexReward:
    """1 for an expression that matches all of the first words, none of the others, and is no longer than asked.

    To list the words is too long. With ``kind="graded"`` other expressions earn something if they are right about more
    than three quarters of the words, wanted and unwanted ones counting alike, and up to a half. So what matches
    everything or nothing earns nothing, and one answer to all prompts very little. Text that is no expression, or is
    too long, earns 0.

    Parts: ``exact`` and ``well_formed`` in {0, 1}; ``matched`` and ``refused`` in [0, 1], the share of the wanted words
    that is matched and of the unwanted ones that is not.

    Raises:
        ConfigError: ``kind`` is neither "graded" nor "exact".
    """

    range = (0.0, 1.0)

    def __init__(self, kind: str = "graded"):
        self.kind = check_choice("reward", kind, ("graded", "exact"))

    def __repr__(self) -> str:
        return f"RegexReward({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RegexReward) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((RegexReward, self.kind))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion, in time linear in its length and in the words'."""
        asked = read_prompt(prompt)
        if asked is None:
            return _broken("the prompt asks for no expression")
        if len(completion) > asked.longest:
            return _broken(f"{len(completion)} characters, at most {asked.longest} allowed", asked.longest)
        expression = read_expression(completion)
        if isinstance(expression, ParseFailure):
            return _broken(str(expression), expression.column)
        missed = [word for word in asked.wanted if not expression.matches(word)]
        caught = [word for word in asked.unwanted if expression.matches(word)]
        matched = 1 - len(missed) / len(asked.wanted)
        refused = 1 - len(caught) / len(asked.unwanted)
        parts = {"exact": float(not missed and not caught), "well_formed": 1.0, "matched": matched, "refused": refused}
        if parts["exact"]:
            return Score(1.0, parts)
        wrong = [f"does not match {missed[0]}"] if missed else []
        wrong += [f"matches {caught[0]}"] if caught else []
        told = max(0.0, (matched + refused) / 2 - BY_CHANCE) / (1 - BY_CHANCE)
        return Score(PARTIAL * told if self.kind == "graded" else 0.0, parts, " and ".join(wrong))


def _broken(failure: str, place: int | None = None) -> Score:
    return Score(0.0, {"exact": 0.0, "well_formed": 0.0, "matched": 0.0, "refused": 0.0}, failure, place)


def graded() -> RegexReward:
    """1 for what tells all words apart; up to a half for what tells most of them."""
    return RegexReward("graded")


def exact() -> RegexReward:
    """1 for what tells all words apart, 0 for anything else."""
    return RegexReward("exact")
