"""Lark's Earley parser with a bound on its work, for texts that have very many readings."""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import Any

from lark import Lark
from lark.parsers import xearley

from formal_envs.errors import ParseFailure

MOST_WORK = 30_000_000
"""What a text may cost; for one that costs so much the parser takes about three seconds."""
_MOVE = 40  # what it costs to advance an item, in items that are looked at


def bound_work(lark: Lark) -> None:
    """Make an Earley parser raise ParseFailure where it stands when a text has cost ``MOST_WORK``."""
    lark.parser.parser.__class__ = _Bounded  # Lark has no place to name a parser's class


class _Bounded(xearley.Parser):
    """Counts what it does: items looked at and items advanced, and never time."""

    _work: int
    _awaited: list[Counter[Any]]

    def parse(self, lexer: Any, start: str) -> Any:
        own = copy(self)  # of this text alone, whatever other threads parse
        own._work, own._awaited = 0, []
        return super(_Bounded, own).parse(lexer, start)  # type: ignore[no-untyped-call]

    def predict_and_complete(self, i: int, to_scan: Any, columns: Any, *rest: Any) -> None:
        super().predict_and_complete(i, to_scan, columns, *rest)  # type: ignore[no-untyped-call]
        self._awaited.append(Counter(item.expect for item in columns[i]))
        self._work += _MOVE * len(to_scan)
        for item in columns[i]:
            if item.is_complete:  # all items where its text begins were looked at; those that awaited it, advanced
                self._work += len(columns[item.start]) + _MOVE * self._awaited[item.start][item.s]
        if self._work > MOST_WORK:
            raise ParseFailure("too many ways to read the text: the parser gives up", "", i)
