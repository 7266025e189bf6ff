"""Expressions over given numbers: read strictly, and evaluated exactly, by two stacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from formal_envs.errors import ParseFailure

MAX_TEXT = 1_000
"""Longest expression, in characters."""

_TOKEN = re.compile(r" *([0-9]+|[-+*/()])")
_BINDS = {"(": 0, "+": 1, "-": 1, "*": 2, "/": 2}


class Ratio(NamedTuple):
    """A rational number, not in lowest terms; its denominator is not 0, but for a quotient by 0."""

    over: int
    under: int


def evaluate(text: str, given: Sequence[str]) -> Ratio:
    """The exact value of an expression of ``+ - * /``, brackets, blanks and given numbers, each used at most once.

    Time is linear in the text's length: numbers are looked up among the given ones before anything is worked out.

    Raises:
        ParseFailure: the text is none, with the place of the first character that is wrong; or something is divided
            by 0, with a column of -1.
    """
    if len(text) > MAX_TEXT:
        raise ParseFailure(f"{len(text)} characters, at most {MAX_TEXT} allowed", text, MAX_TEXT)
    left = list(given)
    values: list[Ratio] = []
    pending: list[str] = []
    place, operand_next = 0, True
    while match := _TOKEN.match(text, place):
        token, begin = match[1], match.start(1)
        if operand_next != (token == "(" or token[0].isdigit()):
            raise ParseFailure(f"expected {_expected(operand_next, pending)}, got {token[:12]!r}", text, begin)
        if token == ")":
            _reduce(values, pending, 1)
            if not pending:
                raise ParseFailure("a bracket is closed that was not opened", text, begin)
            pending.pop()
        elif not operand_next:
            _reduce(values, pending, _BINDS[token])
            pending.append(token)
            operand_next = True
        elif token == "(":
            pending.append(token)
        elif token not in left:
            raise ParseFailure(f"{token[:12]} is none of the numbers left", text, begin + _shared(token, left))
        else:
            left.remove(token)
            values.append(Ratio(int(token), 1))
            operand_next = False
        place = match.end()
    _check_end(text, place, operand_next, pending)
    _reduce(values, pending, 1)
    return values[0]


def _check_end(text: str, place: int, operand_next: bool, pending: list[str]) -> None:
    rest = text[place:].lstrip(" ")
    expected = _expected(operand_next, pending)
    if rest:
        raise ParseFailure(f"expected {expected}, got {rest[0]!r}", text, len(text) - len(rest))
    if operand_next:
        raise ParseFailure(f"expected {expected}, got the end", text, len(text))
    if "(" in pending:
        raise ParseFailure("a bracket is not closed", text, len(text))


def _expected(operand_next: bool, pending: list[str]) -> str:
    return "a number or '('" if operand_next else "an operator or ')'" if "(" in pending else "an operator"


def _shared(token: str, left: Sequence[str]) -> int:
    """How many characters of a number could have begun one of those left."""
    return max((n for n in range(len(token)) if any(number.startswith(token[:n]) for number in left)), default=0)


def _reduce(values: list[Ratio], pending: list[str], least: int) -> None:
    """Apply the operators on the stack that bind as strongly as ``least``, down to a bracket."""
    while pending and _BINDS[pending[-1]] >= least:
        symbol = pending.pop()
        right, left = values.pop(), values.pop()
        if symbol == "*":
            values.append(Ratio(left.over * right.over, left.under * right.under))
        elif symbol == "/":
            if right.over == 0:
                raise ParseFailure("something is divided by 0", "", -1)
            values.append(Ratio(left.over * right.under, left.under * right.over))
        else:
            other = right.over if symbol == "+" else -right.over
            values.append(Ratio(left.over * right.under + other * left.under, left.under * right.under))
