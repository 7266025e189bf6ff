"""What is scored, what came of it, and how both are written as code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

_LITERAL = 72
"""Longest text that is written out; a longer one is written as repetitions where it is made of some."""
_LONGEST_UNIT = 24
_SHOWN = 40


class Case(NamedTuple):
    """A completion of a prompt, and the gold solution of that prompt where there is one."""

    prompt: str
    completion: str
    solution: str | None = None


State = Literal["scored", "left out", "raised", "hung", "died", "not asked"]


ENDED = ("hung", "died")
"""The states of cases whose process had to be ended, or ended itself."""


class Outcome(NamedTuple):
    """What came of scoring a case.

    Attributes:
        state: "scored"; "left out" where the reward gave None, as TRL allows; "raised", "hung" or "died" where there is
            no score; "not asked" where the texts before it hung.
        value, parts: of the score, where there is one.
        reasons: what else is in the score: why it is not the full one, and where.
        problem: why there is no score.
        random: names of the global generators whose state the reward changed.
        ran: the reward ran the text as code.
        seconds: CPU time, where it was asked for.
    """

    state: State
    value: float = math.nan
    parts: Mapping[str, float] = {}
    reasons: tuple[object, ...] = ()
    problem: str = ""
    random: tuple[str, ...] = ()
    ran: bool = False
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.value:.6g}" if self.state == "scored" else self.problem or self.state


def same(one: Outcome, other: Outcome, tolerance: float) -> bool:
    """Whether two outcomes are of the same kind and, to within ``tolerance``, the same score."""
    if "not asked" in (one.state, other.state):
        return True
    if one.state != other.state or one.parts.keys() != other.parts.keys():
        return False
    pairs = [(one.value, other.value), *((part, other.parts[name]) for name, part in one.parts.items())]
    if not all(a == b or abs(a - b) <= tolerance or (math.isnan(a) and math.isnan(b)) for a, b in pairs):
        return False
    return tolerance > 0 or one.reasons == other.reasons  # a failure may spell the value out


def literal(text: str) -> str:
    """A text as Python's source, in ASCII; a long one that repeats itself is short."""
    if len(text) <= _LITERAL:
        return ascii(text)
    head, best = "", ascii(text)
    for begin in (0, 1, 2):
        for size in range(1, _LONGEST_UNIT):
            unit = text[begin : begin + size]
            times = 1
            while text.startswith(unit, begin + times * size):
                times += 1
            tail = text[begin + times * size :]
            head = f"{text[:begin]!a} + " if begin else ""
            written = f"{head}{unit!a} * {times}" + (f" + {tail!a}" if tail else "")
            if len(written) < len(best):
                best = written
    return best


def shown(text: str) -> str:
    """A text in a message: in ASCII, and cut where it is long."""
    written = ascii(text)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}... ({len(text):,} characters)"
