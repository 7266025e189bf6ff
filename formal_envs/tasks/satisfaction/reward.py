"""The reward of satisfaction: is a formula true under the values that are said?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from formal_envs.errors import ParseFailure, check_choice
from formal_envs.score import Score

PARTIAL = 0.1
"""What values of all variables earn under which the formula is false, however few clauses are."""
MAX_TEXT = 1_000
"""Longest completion, in characters."""
MAX_PROMPT = 10_000

_CLAUSE = r"\(~?[a-z](?:\|~?[a-z])*\)"
_PROMPT = re.compile(rf"{_CLAUSE}(?:&{_CLAUSE})*: ")
_LITERAL = re.compile("~?[a-z]")


class Formula(NamedTuple):
    """Clauses as they are written, the literals of each, and the variables of all."""

    clauses: tuple[str, ...]
    literals: tuple[frozenset[str], ...]
    variables: frozenset[str]


@lru_cache(1 << 12)
def read_prompt(prompt: str) -> Formula | None:
    """The formula of a prompt such as ``(a|~b)&(b|c): ``; None of any other text."""
    if len(prompt) > MAX_PROMPT or not _PROMPT.fullmatch(prompt):
        return None
    clauses = tuple(prompt[:-2].split("&"))
    literals = tuple(frozenset(clause[1:-1].split("|")) for clause in clauses)
    return Formula(clauses, literals, frozenset(each[-1] for clause in literals for each in clause))


def read_values(text: str, variables: frozenset[str]) -> set[str]:
    """The literals that are said to be true, such as ``a ~b c``.

    Raises:
        ParseFailure: the text is something else, or says a variable twice or one that the formula has not, with the
            place.
    """
    if len(text) > MAX_TEXT:
        raise ParseFailure(f"{len(text)} characters, at most {MAX_TEXT} allowed", text, MAX_TEXT)
    said: dict[str, str] = {}
    place = 0
    while match := _LITERAL.match(text, place):
        variable = match[0][-1]
        if variable not in variables or variable in said:
            what = "is said before" if variable in said else "is no variable of the formula"
            raise ParseFailure(f"{variable} {what}", text, match.end() - 1)
        said[variable] = match[0]
        place = match.end()
        if place == len(text):
            return set(said.values())
        if text[place] != " ":
            raise ParseFailure(f"expected ' ', got {text[place]!r}", text, place)
        place += 1
    place += text[place : place + 1] == "~"
    found = repr(text[place]) if place < len(text) else "the end"
    raise ParseFailure(f"expected a variable or '~', got {found}", text, place)


class SatisfactionReward:
    """1 for truth values under which every clause of the formula has a true literal.

    Values are literals with a blank between, ``a ~b c``, in any order, each variable at most once. With
    ``kind="partial"`` values of all variables earn 0.1 where a clause is false: a guess makes most clauses true,
    and is not paid for that. Any other text earns 0.

    Parts: ``exact`` and ``complete`` in {0, 1}, all variables are said; ``clauses`` in [0, 1], the share of those that
    are true, which is not paid for.

    Raises:
        ConfigError: ``kind`` is neither "partial" nor "exact".
    """

    range = (0.0, 1.0)

    def __init__(self, kind: str = "partial"):
        self.kind = check_choice("reward", kind, ("partial", "exact"))

    def __repr__(self) -> str:
        return f"SatisfactionReward({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SatisfactionReward) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((SatisfactionReward, self.kind))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion, in time linear in its length and the prompt's."""
        nothing = {"exact": 0.0, "complete": 0.0, "clauses": 0.0}
        formula = read_prompt(prompt)
        if formula is None:
            return Score(0.0, nothing, "the prompt is no formula")
        try:
            said = read_values(completion, formula.variables)
        except ParseFailure as failure:
            return Score(0.0, nothing, str(failure), failure.column)
        false = [n for n, clause in enumerate(formula.literals) if said.isdisjoint(clause)]
        complete = float(len(said) == len(formula.variables))
        share = 1 - len(false) / len(formula.literals)
        parts = {"exact": float(not false), "complete": complete, "clauses": share}
        if not false:
            return Score(1.0, parts)
        worth = PARTIAL * complete if self.kind == "partial" else 0.0
        return Score(worth, parts, f"{formula.clauses[false[0]]} is not true")


def partial_credit() -> SatisfactionReward:
    """1 for a formula that is true, 0.1 for values of all variables."""
    return SatisfactionReward("partial")


def exact() -> SatisfactionReward:
    """1 for a formula that is true, 0 for anything else."""
    return SatisfactionReward("exact")
