"""What is scored, what came of it, and how both are written as code."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from formal_envs.testing.watching import Act

_LITERAL = 72
"""Longest text that is written out; a longer one is written as repetitions where it is made of some."""
_LONGEST_UNIT = 24
_SHOWN = 40


@dataclass(frozen=True, eq=False)
class Problem:
    """What is asked, and what is known of its answer. Equal to itself alone, so that two rows with one prompt differ.

    Attributes:
        prompt: as a text; of messages that of the last one of the user's.
        solution: what the reward is given as its reference: a text, a number, a list; None where there is none.
        gold: a completion that should earn the maximum; None where none is known.
        columns: what else the row holds, by name.
        messages: the prompt as messages, where it was given as such.
    """

    prompt: str
    solution: Any = None
    gold: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    messages: Sequence[Mapping[str, Any]] | None = None

    @property
    def answer(self) -> str | None:
        """The solution as a bare text, from which wrong texts and forms of the right one are made."""
        return None if self.solution is None else spellings(self.solution)[0]


def spellings(solution: Any) -> list[str]:
    """A solution as texts, the usual first: a text is itself, a list JSON, or its members, or its first."""
    if isinstance(solution, str):
        return [solution]
    if isinstance(solution, bool):
        return [str(solution), str(solution).lower(), "yes" if solution else "no"]
    if isinstance(solution, (list, tuple)):
        members = [spellings(member)[0] for member in solution]
        return list(dict.fromkeys([_json(solution), *members[:1], ", ".join(members), " ".join(members)]))
    if isinstance(solution, float) and solution.is_integer():
        return [str(solution), str(int(solution))]
    if isinstance(solution, Mapping):
        return list(dict.fromkeys([_json(solution), *aliases(solution)[:1]]))
    return [str(solution)]


def aliases(solution: Any) -> list[str]:
    """The answers that a solution lists, any of which may be right: members of a list, or of a mapping's "target"."""
    if isinstance(solution, Mapping):
        held = [
            solution[name] for name in ("target", "answer", "answers", "ground_truth", "solution") if name in solution
        ]
        return aliases(held[0]) or spellings(held[0]) if held else []
    return [spellings(member)[0] for member in solution] if isinstance(solution, (list, tuple)) else []


def _json(solution: Any) -> str:
    try:
        return json.dumps(solution, ensure_ascii=False)
    except (TypeError, ValueError):  # what JSON has no form for
        return str(solution)


class Case(NamedTuple):
    """A completion of a problem."""

    problem: Problem
    completion: str

    @property
    def prompt(self) -> str:
        """The problem's prompt."""
        return self.problem.prompt

    @property
    def solution(self) -> Any:
        """What the reward is given as the problem's reference."""
        return self.problem.solution

    @property
    def gold(self) -> str | None:
        """A completion of the problem that should earn the maximum."""
        return self.problem.gold


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
        acts: what it did on the side.
        printed: bytes that it printed.
        seconds: CPU time, where it was asked for.
    """

    state: State
    value: float = math.nan
    parts: Mapping[str, float] = {}
    reasons: tuple[object, ...] = ()
    problem: str = ""
    random: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    printed: int = 0
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
