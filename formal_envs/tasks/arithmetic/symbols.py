"""Symbols: texts as arrays. An integer >= 0 stands for itself, a negative one for a character of ``SYMBOLS``."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer[Any]]

SYMBOLS = "+-*=()"
"""Symbol -1 is the first of these characters, symbol -2 the second, and so on."""
ABSENT = -len(SYMBOLS) - 1
"""Fills the places of a row of symbols that hold nothing."""


def texts(symbols: Integers) -> list[str]:
    """The text of each row of symbols (n, s)."""
    largest = int(symbols.max(initial=0))
    if largest < 10_000:
        characters = _characters(2 if largest < 100 else 4)[symbols - np.int64(ABSENT)]
    else:
        distinct, inverse = np.unique(symbols, return_inverse=True)
        characters = _table(distinct, len(str(largest)))[inverse.reshape(symbols.shape)]
    return _join(characters)


def _join(characters: NDArray[Any]) -> list[str]:
    lines = np.empty((len(characters), characters.shape[1] + 1), characters.dtype)
    lines[:, :-1] = characters
    lines[:, -1:] = np.frombuffer(b"\n".ljust(lines.itemsize, b"\0"), lines.dtype)
    return lines.tobytes().translate(None, b"\0").decode("ascii").split("\n")[:-1]


@cache
def _characters(digits: int) -> NDArray[Any]:
    table = _table(np.arange(ABSENT, 10**digits), digits)
    return table.view(f"u{digits}")  # integers are looked up faster than bytes


def _table(symbols: Integers, width: int) -> NDArray[np.bytes_]:
    """ASCII characters of each symbol: (symbols,) of ``width`` bytes, NUL where there is none."""
    texts = [str(s) if s >= 0 else "" if s == ABSENT else SYMBOLS[-1 - s] for s in symbols.tolist()]
    return np.array(texts, f"S{width}")
