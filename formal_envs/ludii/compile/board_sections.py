"""A board as sections of the image: sites, walks, neighbours, named regions. Laid out once a board, and kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import chain
from typing import Any

from formal_envs.ludii.board import Board
from formal_envs.ludii.board.memo import kept
from formal_envs.ludii.board.radials import Ray
from formal_envs.ludii.compile.bytecode import SITE_TYPES
from formal_envs.ludii.engine.library import RELATIONS, STATIC_REGIONS
from formal_envs.ludii.language.tree import DIRECTIONS

MAX_KEPT = 1 << 22  # integers of the boards' sections that are kept


def counted(lists: Iterable[Iterable[int]]) -> list[int]:
    """Each list behind its length."""
    values: list[int] = []
    for row in lists:
        row = tuple(row)
        values.append(len(row))
        values += row
    return values


def _size(sections: dict[str, array[int]]) -> int:
    return sum(len(section) for section in sections.values())


@kept(MAX_KEPT, _size)
def board_sections(
    board: Board, n_sites: int, hands: tuple[tuple[int, int], ...], types: tuple[str, ...]
) -> dict[str, array[int]]:
    """The sections that depend on the board and the hands alone.

    Args:
        board: it.
        n_sites: sites of all types together, and of the hands.
        hands: first site and size of each.
        types: the site types that have sites, the default first.
    """
    first, at = (
        {},
        max(board.topologies["Cell"].n if board.site_type != "Cell" else 0, board.topologies[board.site_type].n),
    )
    at = max([at, *(start + size for start, size in hands)])
    for name in types:
        first[name] = 0 if name == board.site_type else at
        at += 0 if name == board.site_type else board.topologies[name].n
    per_site = [[-1] * n_sites for _ in range(5)] + [[0] * n_sites for _ in range(2)]
    for index, (start, size) in enumerate(hands, 1):
        per_site[4][start : start + size] = [index] * size
    rays: list[list[Ray]] = [[]] * n_sites
    neighbours: list[list[Any]] = [[()] * n_sites for _ in RELATIONS]
    regions: list[list[int]] = [[] for _ in STATIC_REGIONS]
    sides: list[list[int]] = [[] for _ in DIRECTIONS]
    for name in types:
        top, start = board.topologies[name], first[name]
        stop = start + top.n
        xs, ys = [round(1000 * x) for x, _ in top.xy], [round(1000 * y) for _, y in top.xy]
        for values, numbers in zip(
            per_site, (top.row, top.column, top.layer, top.phase, [0] * top.n, xs, ys), strict=True
        ):
            values[start:stop] = numbers
        for rows, relation in zip(neighbours, RELATIONS, strict=True):
            found = top.neighbours[relation]
            rows[start:stop] = [tuple(s + start for s in row) for row in found] if start else found
        rays[start:stop] = (
            [[(w, m, tuple([s + start for s in p])) for w, m, p in row] for row in top.rays] if start else top.rays
        )
    top = board.topologies[board.site_type]
    for index, region in enumerate(STATIC_REGIONS):
        regions[index] = list(top.regions.get(region, ()))
    for direction, sites in top.sides.items():
        sides[DIRECTIONS[direction]] = list(sites)
    starts: list[int] = [0]
    walks: list[int] = []
    for site_rays in rays:
        kept_rays = 0
        for name, relations, path in site_rays:
            if path and name in DIRECTIONS:
                walks += (DIRECTIONS[name], relations, len(path))
                walks += path
                kept_rays += 1
        starts.append(starts[-1] + kept_rays)
    incident: list[int] = []
    if len(types) > 1:
        for source in types:
            for target in types:
                touching = board.incident.get((source, target))
                if touching is not None and source != target:
                    incident.extend((SITE_TYPES.index(source), SITE_TYPES.index(target)))
                    incident.extend(counted(tuple(s + first[target] for s in row) for row in touching))
    return {
        "SITES": array("i", chain.from_iterable(per_site)),
        "RADIALS": array("i", starts + walks),
        "NEIGHBOURS": array("i", counted(chain.from_iterable(neighbours))),
        "STATIC_REGIONS": array("i", counted(regions)),
        "SIDES": array("i", counted(sides)),
        "INCIDENT": array("i", incident),
    }
