"""Where the names of rows and columns stand beside a picture of a board."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

_LABEL = re.compile(r"([A-Z]+)([0-9]+)(?:/[0-9]+)?")
_OFF = 0.3  # how far, in steps, a site may lie from the line of its row or column
_STRAY = 2  # sites that may lie further away, such as the stores of a sowing board
_AWAY = 0.75  # from the last site of a line to its name, in steps
_OUTSIDE = 0.25  # from the outline to a name, in steps
_APART = 0.35  # least distance of two names, in steps

Place = tuple[float, float]


class Name(NamedTuple):
    """A text, and where its middle is, in the board's coordinates."""

    text: str
    x: float
    y: float


def line_names(labels: Sequence[str], xy: Sequence[Place], outline: Sequence[Place], step: float) -> list[Name]:
    """Letters and numbers beside the board; none where the sites' names do not lie on straight rows and columns.

    Beside a board with level rows and upright columns they stand in a line outside of it, elsewhere at each line's end.

    Args: labels, such as A1, and xy of the sites; outline, points of the board; step, the usual distance of sites.
    """
    parts = [_LABEL.fullmatch(label) for label in labels]
    pairs = [(part[1], int(part[2])) for part in parts if part]
    if len(pairs) < len(labels) or len(set(xy)) < 2:
        return []
    columns, rows = _lines([(column, row) for column, row in pairs]), _lines([(row, column) for column, row in pairs])
    down, left = _direction(columns, xy, (0.0, -1.0)), _direction(rows, xy, (-1.0, 0.0))
    if not (_straight(columns, xy, down, step) and _straight(rows, xy, left, step)):
        return []
    level = abs(down[0]) < 1e-3 and abs(left[1]) < 1e-3
    bounds = outline if level else ()
    names = [*_beside(columns, xy, down, step, bounds), *_beside(rows, xy, left, step, bounds)]
    places = [(name.x, name.y) for name in names]
    crowded = any(math.dist(a, b) < _APART * step for i, a in enumerate(places) for b in places[:i])
    return [] if crowded else names


def _lines(pairs: Sequence[tuple[object, object]]) -> dict[str, list[int]]:
    """The sites of each line, by its name, those with the least names across it first."""
    lines: dict[str, list[int]] = {}
    for site in sorted(range(len(pairs)), key=lambda site: _order(pairs[site][1])):
        lines.setdefault(str(pairs[site][0]), []).append(site)
    return lines


def _order(name: object) -> tuple[int, object]:
    return (len(name), name) if isinstance(name, str) else (0, name)


def _direction(lines: dict[str, list[int]], xy: Sequence[Place], otherwise: Place) -> Place:
    """From the last to the first site of the longest line, as a unit."""
    ends = [(xy[line[-1]], xy[line[0]]) for line in lines.values()]
    last, first = max(ends, key=lambda pair: math.dist(*pair))
    length = math.dist(last, first)
    if length < 1e-6:
        return otherwise
    return (first[0] - last[0]) / length, (first[1] - last[1]) / length


def _straight(lines: dict[str, list[int]], xy: Sequence[Place], along: Place, step: float) -> bool:
    strays = 0
    for line in lines.values():
        across = [_across(xy[site], along) for site in line]
        middle = median(across)
        strays += sum(abs(value - middle) > _OFF * step for value in across)
    return strays <= _STRAY


def _across(place: Place, along: Place) -> float:
    return place[1] * along[0] - place[0] * along[1]


def _beside(
    lines: dict[str, list[int]], xy: Sequence[Place], along: Place, step: float, bounds: Sequence[Place]
) -> list[Name]:
    """Each line's name, beyond its first site, or beyond all sites and the bounds where there are some."""
    reach = [x * along[0] + y * along[1] for x, y in xy]
    names = []
    for text, line in lines.items():
        far = max(reach[site] for site in (range(len(xy)) if bounds else line)) + _AWAY * step
        far = max([far, *(x * along[0] + y * along[1] + _OUTSIDE * step for x, y in bounds)])
        across = median(_across(xy[site], along) for site in line)
        names.append(Name(text, far * along[0] - across * along[1], far * along[1] + across * along[0]))
    return names
