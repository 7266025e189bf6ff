"""Straight walks over the sites of a board."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from formal_envs.lang.board.directions import direction
from formal_envs.lang.board.errors import BoardError
from formal_envs.lang.board.graph import Point

BEND = 0.25  # radians by which a line may turn at a site
STRAIGHT = 0.01  # turns below this are noise
TURN = 2 * math.pi
MAX_MET = 1 << 20  # sites that all walks along a relation meet together
BENT_COST = 8  # looking for the least turn takes longer than going straight on
SLOTS = 4096  # angles are looked up in steps of a 4096th turn
Lists = Sequence[tuple[int, ...]]
Pivots = dict[int, tuple[float, float]]
RELATIONS = ("Orthogonal", "Diagonal", "OffDiagonal", "Adjacent", "All")


class Radial(NamedTuple):
    """A walk straight on from a site: its direction, the relations it belongs to, the sites met in order."""

    direction: str
    relations: frozenset[str]
    sites: tuple[int, ...]


class Walks:
    """The walks along one relation: what follows each step, and the sites met."""

    def __init__(self, points: Sequence[Point], lists: Lists):
        self.points = points
        self.steps: list[list[tuple[int, float]]] = []
        self.by_angle: list[dict[int, int]] = []
        atan2 = math.atan2
        for (x, y, _), others in zip(points, lists, strict=True):
            row = [(other, atan2(points[other][1] - y, points[other][0] - x)) for other in others]
            self.steps.append(row)
            slots: dict[int, int] = {}
            for other, angle in row:
                slots.setdefault(round(angle * (SLOTS / TURN)) % SLOTS, other)
            self.by_angle.append(slots)
        self.flat = not any(point[2] for point in points)
        self.known: dict[tuple[int, int], tuple[int, ...]] = {}
        self.met = 0

    def onward(self, a: int, b: int, angle: float) -> tuple[int, bool]:
        """The site after a step from a to b, -1 if none lies ahead, and whether the line bends there."""
        if self.flat:
            ahead = self.by_angle[b].get(round(angle * (SLOTS / TURN)) % SLOTS)
            if ahead is not None:
                return ahead, False
        points, best, least = self.points, -1, BEND
        rise = points[b][2] - points[a][2]
        for other, other_angle in self.steps[b]:
            turn = abs((other_angle - angle + math.pi) % TURN - math.pi)
            if turn < least and abs(points[other][2] - points[b][2] - rise) < 1e-3:
                best, least = other, turn
        return best, least > STRAIGHT

    def walk(self, a: int, b: int, angle: float) -> tuple[int, ...]:
        """The sites met from a over b straight on; the walk ends before it would meet a site again."""
        path, known = [a, b], self.known
        seen: set[int] | None = None  # the sites met, once the line has bent and may come back to itself
        while True:
            if seen is None:
                tail = known.get((path[-2], path[-1]))
                if tail is not None:
                    path += tail
                    break
            following, bent = self.onward(path[-2], path[-1], angle)
            if following < 0:
                break
            if seen is None and (bent or following == a or len(path) > len(self.points)):
                seen = set(path)
                if len(seen) < len(path):  # the line has closed in turns too small to be bends
                    path = list(dict.fromkeys(path))
                    break
            if seen is not None:
                if following in seen:
                    break
                seen.add(following)
            path.append(following)
            x, y, _ = self.points[path[-2]]
            angle = math.atan2(self.points[following][1] - y, self.points[following][0] - x)
        self.met += len(path) if seen is None else BENT_COST * len(path)
        if self.met > MAX_MET:
            raise BoardError(f"the lines of this board meet more than {MAX_MET} sites in all")
        if seen is None:  # then what was met after each step is the walk of that step
            for i in range(1, len(path)):
                step = (path[i - 1], path[i])
                if step in known:
                    break
                tail = known[step] = tuple(path[i + 1 :])
                self.met += len(tail)
        return tuple(path[1:])


def turning(site: int, other: int, points: Sequence[Point], pivots: Pivots) -> str | None:
    """CW or CCW for a step along a circle, None for any other."""
    pivot = pivots.get(site)
    if pivot is None or pivots.get(other) != pivot:
        return None
    ax, ay = points[site][0] - pivot[0], points[site][1] - pivot[1]
    bx, by = points[other][0] - pivot[0], points[other][1] - pivot[1]
    if math.hypot(ax, ay) < 1e-6 or abs(math.hypot(ax, ay) - math.hypot(bx, by)) > 1e-3:
        return None
    cross = ax * by - ay * bx
    return None if abs(cross) < 1e-6 else "CCW" if cross > 0 else "CW"


def circle(start: int, first: int, way: str, lists: Lists, points: Sequence[Point], pivots: Pivots) -> tuple[int, ...]:
    """Go round the circle from start over first until it ends or comes back."""
    path, seen, site = [first], {start, first}, first
    while True:
        after = next((o for o in lists[site] if turning(site, o, points, pivots) == way), None)
        if after is None or after in seen:
            return tuple(path)
        path.append(after)
        seen.add(after)
        site = after


def radials(points: Sequence[Point], relations: Mapping[str, Lists], pivots: Pivots) -> list[tuple[Radial, ...]]:
    """The walks from every site, by every relation; steps along a circle go round it."""
    found: list[dict[tuple[int, ...], tuple[str, set[str]]]] = [{} for _ in points]
    done: list[tuple[Lists, str]] = []
    copies: list[tuple[str, str]] = []
    for relation in RELATIONS:
        lists = relations[relation]
        same = next((name for earlier, name in done if earlier is lists or earlier == lists), None)
        if same is not None:
            copies.append((relation, same))
            continue
        done.append((lists, relation))
        walks = Walks(points, lists)
        for site, steps in enumerate(walks.steps):
            x, y, z = points[site]
            mine = found[site]
            for other, angle in steps:
                way = turning(site, other, points, pivots) if pivots else None
                path = circle(site, other, way, lists, points, pivots) if way else walks.walk(site, other, angle)
                entry = mine.get(path)
                if entry is None:
                    px, py, pz = points[other]
                    mine[path] = (way or direction(px - x, py - y, pz - z), {relation})
                else:
                    entry[1].add(relation)
    return [_finish(walks_of, copies) for walks_of in found]


def _finish(
    walks: dict[tuple[int, ...], tuple[str, set[str]]], copies: Sequence[tuple[str, str]]
) -> tuple[Radial, ...]:
    """The radials of one site, with the relations that are the same as another."""
    for _, names in walks.values():
        names.update([copy for copy, original in copies if original in names])
    return tuple([Radial(name, frozenset(names), path) for path, (name, names) in walks.items()])
