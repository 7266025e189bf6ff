"""Rows, columns and labels of sites: lines of equal height along two axes that suit the board."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from formal_envs.lang.board.graph import Point

Steps = Sequence[tuple[int, ...]]
STRAY = 2  # sites that lie between two long lines, such as stores
APART = 0.65  # least distance between wide lines
FINE, BROAD = 1e-3, 0.6  # how far the sites of one line may lie apart: at least, and where no two sites then coincide


def step_angles(points: Sequence[Point], steps: Steps) -> dict[int, int]:
    """How many steps go in each direction, in whole degrees from 0 to 179."""
    counts: dict[int, int] = {}
    for site, others in enumerate(steps):
        x, y, _ = points[site]
        for other in others:
            if other > site:
                degrees = round(math.degrees(math.atan2(points[other][1] - y, points[other][0] - x))) % 180
                counts[degrees] = counts.get(degrees, 0) + 1
    return counts


def axes(points: Sequence[Point], steps: Steps, lattice: bool) -> tuple[float, float]:
    """The directions of rows and of columns, in degrees."""
    counts = step_angles(points, steps)
    if not counts:
        return 0.0, 90.0
    common = sorted(a for a, n in counts.items() if 20 * n >= max(counts.values()))
    if lattice and len(common) == 3 and all(abs((b - a) - 60) <= 1 for a, b in itertools.pairwise(common)):
        return float(common[0]), float(common[2])
    if 0 in common or 90 in common or len(common) > 4:
        return 0.0, 90.0
    best = min(common, key=lambda a: (min(a % 90, 90 - a % 90), a))
    return float(best % 90), float(best % 90 + 90)


def clusters(values: Sequence[float], tolerance: float) -> list[int]:
    """The number of the line, from the lowest, that each value lies on."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0] * len(values)
    line, last = -1, -math.inf
    for i in order:
        if values[i] - last > tolerance:
            line += 1
            last = values[i]
        result[i] = line
    return result


def rows_and_columns(points: Sequence[Point], steps: Steps, lattice: bool) -> tuple[list[int], list[int]]:
    """Row and column of each site, counted from the bottom left."""
    row_angle, column_angle = axes(points, steps, lattice)
    r, c = math.radians(row_angle), math.radians(column_angle)
    heights = [y * math.cos(r) - x * math.sin(r) for x, y, _ in points]
    widths = [x * math.sin(c) - y * math.cos(c) for x, y, _ in points]
    rows, columns = clusters(heights, FINE), clusters(widths, FINE)
    broad_rows, broad_columns = broaden(heights, rows), broaden(widths, columns)
    places = len(set(zip(rows, columns, strict=True)))
    if len(set(zip(broad_rows, broad_columns, strict=True))) == places:  # no two sites fall together
        return broad_rows, broad_columns
    if len(set(zip(rows, broad_columns, strict=True))) == places:
        return rows, broad_columns
    return rows, columns


def broaden(values: Sequence[float], fine: list[int]) -> list[int]:
    """Wider lines, where they stand clearly apart; otherwise the fine ones, with stray pairs taken into a long line."""
    broad = clusters(values, BROAD)
    ordered = _ends(values, broad)
    if all(b[0] - a[1] >= APART for a, b in itertools.pairwise(ordered)):
        return broad
    ordered = _ends(values, fine)
    merged, target = -1, []
    for line, (low, _, count) in enumerate(ordered):
        stray = 0 < line < len(ordered) - 1 and count <= STRAY and low - ordered[line - 1][0] <= BROAD
        if not (stray and min(ordered[line - 1][2], ordered[line + 1][2]) >= 2 * STRAY):
            merged += 1
        target.append(merged)
    return [target[line] for line in fine]


def _ends(values: Sequence[float], lines: Sequence[int]) -> list[tuple[float, float, int]]:
    """Lowest and highest value and number of sites of each line."""
    ends: dict[int, tuple[float, float, int]] = {}
    for value, line in zip(values, lines, strict=True):
        low, high, count = ends.get(line, (value, value, 0))
        ends[line] = (min(low, value), max(high, value), count + 1)
    return [ends[line] for line in sorted(ends)]


def letters(column: int) -> str:
    """A .. Z, AA, AB ..."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
