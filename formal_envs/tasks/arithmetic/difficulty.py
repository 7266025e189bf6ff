"""How hard expressions are: their operators, and the carries of their numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formal_envs.tasks.arithmetic.problems import ArithmeticProblems
from formal_envs.tasks.arithmetic.symbols import SYMBOLS, Integers

_PLUS, _MINUS, _TIMES, _EQUALS, _OPEN = (-1 - SYMBOLS.index(symbol) for symbol in "+-*=(")


def difficulty(problems: ArithmeticProblems) -> NDArray[np.float64]:
    """Operators of each of n expressions, products and pairs of brackets counted again, and carries, (n,).

    The carries are those of adding all numbers, whatever stands between them: ``19+3+82`` has 2 + 1. A column of digits
    that sums to 27 carries 2. All of them together are (digits of the numbers - digits of their sum) / 9.
    """
    symbols = problems.prompt_symbols
    symbols = np.where(np.cumsum(symbols == _EQUALS, axis=1) == 0, symbols, _EQUALS)  # the first statement is it
    count = {kind: np.count_nonzero(symbols == kind, axis=1) for kind in (_PLUS, _MINUS, _TIMES, _OPEN)}
    numbers = np.maximum(symbols, 0).astype(np.int64)
    carries = (_digit_sums(numbers).sum(axis=1) - _digit_sums(numbers.sum(axis=1))) // 9
    total: NDArray[np.float64] = (count[_PLUS] + count[_MINUS] + 2 * count[_TIMES] + count[_OPEN] + carries).astype(
        np.float64
    )
    return total


def _digit_sums(numbers: Integers) -> NDArray[np.int64]:
    """The sum of the decimal digits of each number, all at least 0."""
    sums = np.zeros(numbers.shape, np.int64)
    while numbers.any():
        numbers, digits = np.divmod(numbers, 10)
        sums += digits
    return sums
