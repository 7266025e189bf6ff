"""Batches of expressions as arrays, a column per expression: how they are cut, bracketed and reduced by one pair.

An operator's code is ``4 * bracket depth + (0 for +, 1 for -, 2 for *)``; brackets stand where the depth changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formal_envs.tasks.arithmetic.symbols import Integers
from formal_envs.tasks.streams import Keys, integers

PAPER_LENGTH = 10
"""Characters of the paper's expressions, before a trailing operator is dropped."""
ABSENT_CODE = -4
"""The code of an operator past the end of an expression; its depth is -1."""


class Expressions(NamedTuple):
    """operands (m, n), and the codes of the operators between them (m - 1, n), ABSENT_CODE past the end."""

    operands: Integers
    codes: Integers


def cut_to_paper_length(operands: Integers, codes: Integers) -> None:
    """Cut expressions to 10 characters, in place."""
    widths = np.ones(operands.shape, np.int8)
    power = 10
    while power <= operands.max(initial=0):
        widths += operands >= power
        power *= 10
    begin = np.zeros(operands.shape[1], np.int16)
    for column, width in enumerate(widths):
        surplus = begin + width - PAPER_LENGTH
        cut = np.flatnonzero(surplus > 0)
        if len(cut):
            kept = np.maximum(width[cut] - surplus[cut], 0)
            operands[column, cut] //= 10 ** (width[cut] - kept).astype(operands.dtype)
            if column:
                codes[column - 1, cut[kept == 0]] = ABSENT_CODE
        begin += width + 1


def bracket_depths(codes: Integers, keys: Keys, position: int) -> Integers:
    """Depth of each operator: up to two nested pairs of brackets, neither around everything inside the other."""
    columns = np.arange(len(codes))[:, None]
    depths = np.zeros_like(codes)
    low = np.zeros(codes.shape[1], np.int64)
    high = np.count_nonzero(codes >= 0, axis=0)  # the operators low..high-1 can be bracketed
    for pair in (0, 2):
        span = high - low
        size = 1 + integers(keys, position + pair, np.maximum(span - 1, 1))  # 1..span-1: less than everything
        begin = low + integers(keys, position + pair + 1, np.maximum(span - size + 1, 1))
        low, high = np.where(span > 1, begin, low), np.where(span > 1, begin + size, low)
        depths += (columns >= low) & (columns < high)
    return depths


def merge(operands: Integers, codes: Integers, picks: Integers) -> Expressions:
    """Replace operands ``picks`` and ``picks + 1`` by their value; drop the last one where there is no such pair.

    Args: operands (m, n); codes (m - 1, n); picks (n,) in 0..m - 1, m - 1 for no pair.
    """
    pairs, size = codes.shape
    rows, here = np.arange(size), np.minimum(picks, pairs - 1)
    edge = np.full((1, size), ABSENT_CODE, codes.dtype)
    padded = np.concatenate((edge, codes, edge))
    before, code, after = padded[here, rows], padded[here + 1, rows], padded[here + 2, rows]
    left, right = operands[here, rows], operands[here + 1, rows]
    flipped = before == (code & ~3) + 1  # a minus of the same brackets stands before the pair
    values = np.where((code & 3 == 1) != flipped, left - right, left + right)
    product = code & 3 == 2
    if product.any():
        exact = np.abs(left.astype(float) * right) < 2**62  # larger products are rejected, so any large value will do
        values = np.where(product, np.where(exact, left * right, 2**62), values)
    flip = (values < 0) & (before >= 0) & (before & 3 < 2) & (after >> 2 <= before >> 2) & (picks < pairs)
    if flip.any():
        values = np.where(flip, -values, values)
        where = np.flatnonzero(flip)
        codes = codes.copy()
        codes[here[where] - 1, where] ^= 1
    columns = np.arange(pairs)[:, None]
    merged = np.where(columns < picks, operands[:-1], np.where(columns == picks, values, operands[1:]))
    return Expressions(merged, np.where(columns[:-1] < picks, codes[:-1], codes[1:]))
