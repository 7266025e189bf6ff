"""Rows, columns and labels of sites: lines of equal height along two axes that suit the board."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

from formal_envs.ludii.board.graph import Point

Steps = Sequence[tuple[int, ...]]
End = tuple[float, float, int]
STRAY = 2  # sites that lie between two long lines, such as stores
APART = 0.499  # least distance between lines, where some are wide
FEWER = 0.9  # how many lines askew there may be for a level one, so that they are the rows and columns
EVEN = 0.03  # how much the distances of wide lines askew may differ: their deviation by their mean
CLEAR = 0.44  # least distance between wide lines askew, in mean steps
FULL = 0.53  # share of the crossings of wide lines that hold a site, at least
TIGHT = 0.55  # least distance, in mean steps, of lines that run askew
FINE, BROAD = 1e-3, 0.505  # how far the sites of one line may lie apart: at least, and where no two sites then coincide


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


def axes(points: Sequence[Point], steps: Steps) -> list[tuple[float, float]]:
    """The directions that rows and columns may have, in degrees, the likeliest first."""
    counts = step_angles(points, steps)
    if not counts:
        return [(0.0, 90.0)]
    most = max(counts.values())
    common = sorted(a for a, n in counts.items() if 20 * n >= most)
    if len(common) == 3 and all(abs((b - a) - 60) <= 1 for a, b in itertools.pairwise(common)):
        skewed = float(common[0]), float(common[2])
        lines = [_ends(values, clusters(values, FINE)) for values in _heights(points, *skewed)]
        level = [_ends(values, clusters(values, FINE)) for values in _heights(points, 0.0, 90.0)]
        clear = min(map(_gap, lines)) > TIGHT * mean_step(points, steps)
        fewer = sum(map(len, lines)) < sum(map(len, level))
        return [skewed if clear and fewer and _straight(points, steps) else (0.0, 90.0)]
    if common == [0]:  # nothing joins the rows: they may lie straight above each other or be shifted
        return [(0.0, 90.0), (0.0, 120.0)]
    if common == [0, 45, 90, 135]:
        return [(0.0, 90.0), (45.0, 135.0)]
    if 0 in common or 90 in common or len(common) > 4:
        return [(0.0, 90.0)]
    best = min(common, key=lambda a: (min(a % 90, 90 - a % 90), a))
    upright = (float(best % 90), float(best % 90 + 90))
    return [(0.0, 90.0), upright] if best % 90 == 45 else [upright]


def _straight(points: Sequence[Point], steps: Steps) -> bool:
    """Whether steps run straight on through some site; among the corners of a honeycomb none do."""
    for (x, y, _), others in zip(points, steps, strict=True):
        turns = {round(math.degrees(math.atan2(points[o][1] - y, points[o][0] - x))) for o in others}
        if any((turn + 180 + off) % 360 == other % 360 for turn in turns for other in turns for off in (-1, 0, 1)):
            return True
    return False


def mean_step(points: Sequence[Point], steps: Steps) -> float:
    """The mean distance of neighbours, 1 where there are none."""
    lengths = [math.dist(points[a][:2], points[b][:2]) for a, others in enumerate(steps) for b in others if b > a]
    return sum(lengths) / len(lengths) if lengths else 1.0


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


def rows_and_columns(points: Sequence[Point], steps: Steps, level: bool) -> tuple[list[int], list[int]]:
    """Row and column of each site, counted from the bottom left.

    Of several pairs of axes the one with the fewest lines counts, of those the one with the most even numbers: so the
    rows of points run along solid diagonals unless the board is square, as in Ludii. Where less than a quarter of the
    crossings would hold a site the first pair stays. ``level`` keeps to level rows.
    """
    best: tuple[list[int], list[int]] | None = None
    least: tuple[int, int] | None = None
    for row_angle, column_angle in [(0.0, 90.0)] if level else axes(points, steps):
        found = _lines(points, row_angle, column_angle)
        high, wide = max(found[0], default=0), max(found[1], default=0)
        full = 4 * len(points) >= (high + 1) * (wide + 1)
        if least is None or (full and (high + wide, max(high, wide)) < least):
            best, least = found, (high + wide, max(high, wide))
    assert best is not None
    if level or len(step_angles(points, steps)) == 3:  # triangles stand in level rows
        return best
    return _turned(points, mean_step(points, steps)) or best


def _turned(points: Sequence[Point], step: float) -> tuple[list[int], list[int]] | None:
    """Wide lines at multiples of 15 degrees, evenly apart, where level ones are close together; the fewest lines count.

    A line takes what lies within half a unit of the mean of its sites.
    """
    heights, widths = _heights(points, 0.0, 90.0)
    rows, columns = clusters(heights, FINE), clusters(widths, FINE)
    close = min(_gap(_ends(heights, rows)), _gap(_ends(widths, columns))) <= BROAD
    places = len(set(zip(rows, columns, strict=True)))
    most = FEWER * (max(rows, default=0) + max(columns, default=0) + 2)
    best: tuple[list[int], list[int]] | None = None
    for angle, skew in itertools.product((0.0, 15.0, 30.0, 45.0), (90.0, 105.0)) if close else ():
        found = [_even(values, step) for values in _heights(points, angle, angle + skew)]
        if not all(found):
            continue
        high, wide = max(found[0]) + 1, max(found[1]) + 1
        if high + wide < most and len(set(zip(*found, strict=True))) == places >= FULL * high * wide:
            best, most = (found[0], found[1]), high + wide
    return best


def _even(values: Sequence[float], step: float) -> list[int]:
    """The wide line of each value, none unless the lines stand clearly and evenly apart."""
    result = [0] * len(values)
    lines: list[list[float]] = []
    total = 0.0
    for i in sorted(range(len(values)), key=values.__getitem__):
        if not lines or values[i] - total / len(lines[-1]) > APART:
            lines.append([])
            total = 0.0
        lines[-1].append(values[i])
        total += values[i]
        result[i] = len(lines) - 1
    gaps = [statistics.fmean(b) - statistics.fmean(a) for a, b in itertools.pairwise(lines)]
    clear = len(gaps) > 1 and all(b[0] - a[-1] >= CLEAR * step for a, b in itertools.pairwise(lines))
    return result if clear and statistics.pstdev(gaps) <= EVEN * statistics.fmean(gaps) else []


def _heights(points: Sequence[Point], row_angle: float, column_angle: float) -> tuple[list[float], list[float]]:
    """How far each site lies above a row's direction, and to the right of a column's."""
    r, c = math.radians(row_angle), math.radians(column_angle)
    sin_r, cos_r, sin_c, cos_c = math.sin(r), math.cos(r), math.sin(c), math.cos(c)
    return [y * cos_r - x * sin_r for x, y, _ in points], [x * sin_c - y * cos_c for x, y, _ in points]


def _lines(points: Sequence[Point], row_angle: float, column_angle: float) -> tuple[list[int], list[int]]:
    """The lines along two axes: wide ones if they stand clearly apart, no two sites coincide and most places hold one.

    So sites beside the lines of a thin board keep lines of their own.
    """
    heights, widths = _heights(points, row_angle, column_angle)
    rows, columns = clusters(heights, FINE), clusters(widths, FINE)
    row_ends, column_ends = _ends(heights, rows), _ends(widths, columns)
    if _gap(row_ends) > BROAD and _gap(column_ends) > BROAD:
        return rows, columns
    places = len(set(zip(rows, columns, strict=True)))
    broad_rows, broad_columns = broaden(heights, rows, row_ends), broaden(widths, columns, column_ends)
    for pair in ((broad_rows, broad_columns), (rows, broad_columns), (broad_rows, columns)):
        apart = min(_gap(_ends(heights, pair[0])), _gap(_ends(widths, pair[1])))
        crossings = (max(pair[0], default=0) + 1) * (max(pair[1], default=0) + 1)
        if apart >= APART and len(set(zip(*pair, strict=True))) == places >= FULL * crossings:
            return pair
    return rows, columns


def broaden(values: Sequence[float], fine: list[int], ordered: Sequence[End]) -> list[int]:
    """Wider lines, where they stand clearly apart; otherwise the fine ones, with stray pairs taken into a long line."""
    broad = clusters(values, APART)
    ends = _ends(values, broad)
    if all(high - low > FINE for low, high, _ in ends):  # pairs of lines all over, as among the corners of hexagons
        return fine
    if len(ends) < len(ordered) and _gap(ends) >= APART:
        return broad
    merged, target = -1, []
    for line, (low, _, count) in enumerate(ordered):
        stray = 0 < line < len(ordered) - 1 and count <= STRAY and low - ordered[line - 1][0] <= BROAD
        if not (stray and min(ordered[line - 1][2], ordered[line + 1][2]) >= 2 * STRAY):
            merged += 1
        target.append(merged)
    return [target[line] for line in fine]


def _gap(ends: Sequence[End]) -> float:
    """The least distance between neighbouring lines."""
    return min([b[0] - a[1] for a, b in itertools.pairwise(ends)], default=math.inf)


def _ends(values: Sequence[float], lines: Sequence[int]) -> list[End]:
    """Lowest and highest value and number of sites of each line."""
    ends: dict[int, End] = {}
    for value, line in zip(values, lines, strict=True):
        low, high, count = ends.get(line, (value, value, 0))
        ends[line] = (value if value < low else low, value if value > high else high, count + 1)
    return [ends[line] for line in sorted(ends)]


def letters(column: int) -> str:
    """A .. Z, AA, AB ..."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
