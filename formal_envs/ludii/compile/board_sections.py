"""A board as sections of the bytecode: sites, walks, neighbours, named regions. Laid out once per board, and kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import chain
from typing import TypeAlias

from formal_envs.ludii.board import Board
from formal_envs.ludii.board.memo import kept
from formal_envs.ludii.board.radials import Ray
from formal_envs.ludii.engine.interface import RELATIONS, STATIC_REGIONS
from formal_envs.ludii.language.tree import DIRECTIONS, SITE_TYPES

MAX_KEPT = 1 << 22  # integers of the boards' sections that are kept

Hands: TypeAlias = tuple[tuple[int, int], ...]
TypeFirst: TypeAlias = tuple[tuple[str, int], ...]


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
def board_sections(board: Board, n_sites: int, hands: Hands, type_first: TypeFirst) -> dict[str, array[int]]:
    """The sections that depend on the board and the hands alone.

    Args:
        board: the board.
        n_sites: sites of all types together, and of the hands.
        hands: first site and size of each.
        type_first: the site types that the game uses with the first site of each, the board's own type first.
    """
    rays: list[list[Ray]] = [[]] * n_sites
    neighbours: list[list[tuple[int, ...]]] = [[()] * n_sites for _ in RELATIONS]
    for name, start in type_first:
        top = board.topologies[name]
        stop = start + top.n
        for rows, relation in zip(neighbours, RELATIONS, strict=True):
            found = top.neighbours[relation]
            rows[start:stop] = [tuple(site + start for site in row) for row in found] if start else found
        rays[start:stop] = (
            [[(w, m, tuple([site + start for site in path])) for w, m, path in row] for row in top.rays]
            if start
            else top.rays
        )
    sides: list[list[int]] = [[] for _ in DIRECTIONS]
    parts: list[list[int]] = [[] for _ in STATIC_REGIONS]
    for name, start in type_first:
        top = board.topologies[name]
        for direction, sites in top.sides.items():
            sides[DIRECTIONS[direction]] += [site + start for site in sites]
        for part, region in zip(parts, STATIC_REGIONS, strict=True):
            part += [site + start for site in top.regions.get(region, ())]
    return {
        "SITES": _sites(board, n_sites, hands, type_first),
        "RADIALS": _radials(rays),
        "NEIGHBOURS": array("i", counted(chain.from_iterable(neighbours))),
        "STATIC_REGIONS": array("i", counted(parts)),
        "SIDES": array("i", counted(sides)),
        "INCIDENT": _incident(board, dict(type_first)),
    }


def _sites(board: Board, n_sites: int, hands: Hands, type_first: TypeFirst) -> array[int]:
    """Rows, columns, layers, phases and containers of all sites, then their places in thousandths."""
    columns = [[-1] * n_sites for _ in range(5)] + [[0] * n_sites for _ in range(2)]
    for number, (start, size) in enumerate(hands, 1):
        columns[4][start : start + size] = [number] * size
    for name, start in type_first:
        top = board.topologies[name]
        xs, ys = [round(1000 * x) for x, _ in top.xy], [round(1000 * y) for _, y in top.xy]
        found = (top.row, top.column, top.layer, top.phase, [0] * top.n, xs, ys)
        for column, values in zip(columns, found, strict=True):
            column[start : start + top.n] = values
    return array("i", chain.from_iterable(columns))


def _radials(rays: Iterable[Iterable[Ray]]) -> array[int]:
    """The number of walks before each site's own and in all, then each walk: direction, relations, length, sites."""
    before = [0]
    walks: list[int] = []
    for site_rays in rays:
        kept_rays = 0
        for name, relations, path in site_rays:
            if path and name in DIRECTIONS:
                walks += (DIRECTIONS[name], relations, len(path))
                walks += path
                kept_rays += 1
        before.append(before[-1] + kept_rays)
    return array("i", before + walks)


def _incident(board: Board, first: dict[str, int]) -> array[int]:
    """For each two types of sites: their numbers, then for each site of the one those of the other that touch it."""
    values: list[int] = []
    for source in first:
        for target in first:
            touching = board.incident.get((source, target))
            if touching is not None and source != target:
                values += (SITE_TYPES.index(source), SITE_TYPES.index(target))
                values += counted(tuple(site + first[target] for site in row) for row in touching)
    return array("i", values)
