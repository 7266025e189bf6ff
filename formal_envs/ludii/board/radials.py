"""Straight walks over the sites of a board."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from formal_envs.ludii.board.directions import COMPASS, compass, direction
from formal_envs.ludii.board.errors import BoardError
from formal_envs.ludii.board.graph import Point
from formal_envs.ludii.language.signatures import ENUMS

BEND = 0.25  # radians by which a line may turn at a site
STRAIGHT = 0.01  # turns below this are noise
TURN = 2 * math.pi
MAX_MET = 1 << 20  # sites that all walks along a relation meet together
CIRCLE_COST = 3  # as does going round
BENT_COST = 8  # looking for the least turn takes longer than going straight on
SLOTS = 4096  # angles are looked up in steps of a 4096th turn
Lists = Sequence[tuple[int, ...]]
Pivots = dict[int, tuple[float, float]]
RELATIONS = ENUMS["relationType"]
BITS = {name: 1 << i for i, name in enumerate(RELATIONS)}
WIDTH = len(RELATIONS)
ROTATIONAL = 1 << WIDTH  # a further bit: round a circle, or in and out
NAMED = [frozenset(name for name in RELATIONS if mask & BITS[name]) for mask in range(1 << WIDTH)]
BEND_SLOTS = math.ceil(BEND * SLOTS / TURN) + 1
UNKNOWN = (-1,)
Ray = tuple[str, int, tuple[int, ...]]  # a Radial with its relations as a mask of BITS
Steps = list[dict[int, int]]  # for each site: other site -> mask of the relations in which it is a neighbour


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
                slot = round(angle * (SLOTS / TURN)) % SLOTS
                rival = slots.setdefault(slot, other)
                if rival != other and math.dist(points[other][:2], (x, y)) < math.dist(points[rival][:2], (x, y)):
                    slots[slot] = other  # of two straight ahead the nearer one
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


def radials(walks: Sequence[Sequence[Ray]]) -> list[tuple[Radial, ...]]:
    """Rays with the names of their relations."""
    return [tuple([Radial(name, NAMED[mask % ROTATIONAL], path) for name, mask, path in row]) for row in walks]


def rays(points: Sequence[Point], relations: Mapping[str, Lists], pivots: Pivots) -> list[list[Ray]]:
    """The walks from every site, by every relation; steps along a circle go round it."""
    originals: list[tuple[int, Lists]] = []  # relations with the same neighbours are one, with the bits of all
    for relation in RELATIONS:
        lists = relations[relation]
        same = next((i for i, (_, known) in enumerate(originals) if known is lists or known == lists), None)
        if same is None:
            originals.append((BITS[relation], lists))
        else:
            originals[same] = (originals[same][0] | BITS[relation], originals[same][1])
    steps: Steps = []
    (bits, lists), *others = originals
    for site, first in enumerate(lists):
        row = dict.fromkeys(first, bits)
        for mask, further in others:
            for other in further[site]:
                row[other] = row.get(other, 0) | mask
        steps.append(row)
    bent = Bent(points, originals, pivots)
    if pivots or any(z for _, _, z in points):
        return [bent.rays(site, row) for site, row in enumerate(steps)]
    return _straight(points, steps, bent)


class Bent:
    """Walks that have to be followed relation by relation: round circles, up and down, with bends."""

    def __init__(self, points: Sequence[Point], originals: Sequence[tuple[int, Lists]], pivots: Pivots):
        self.points = points
        self.originals = originals
        self.pivots = pivots
        self.walks: list[Walks | None] = [None] * len(originals)
        self.rounds: list[dict[tuple[int, str], int]] = [{} for _ in originals]
        self.met = 0

    def rays(self, site: int, others: Mapping[int, int]) -> list[Ray]:
        """The rays from a site over those others."""
        points, pivots = self.points, self.pivots
        x, y, z = points[site]
        mine: dict[tuple[int, ...], tuple[str, int]] = {}
        for number, (bits, lists) in enumerate(self.originals):
            walks = self.walks[number]
            if walks is None:
                walks = self.walks[number] = Walks(points, lists)
            for other, angle in walks.steps[site]:
                if other not in others:
                    continue
                way = turning(site, other, points, pivots) if pivots else None
                path = self.circle(number, site, other, way) if way else walks.walk(site, other, angle)
                mask = bits
                if bits & BITS["Orthogonal"] and site in pivots and pivots[site] == pivots.get(other):
                    mask |= ROTATIONAL
                entry = mine.get(path)
                if entry is None:
                    px, py, pz = points[other]
                    mine[path] = (way or direction(px - x, py - y, pz - z), mask)
                else:
                    mine[path] = (entry[0], entry[1] | mask)
        return [(name, mask, path) for path, (name, mask) in mine.items()]

    def circle(self, number: int, start: int, first: int, way: str) -> tuple[int, ...]:
        """Go round the circle from start over first until it ends or comes back."""
        following, lists = self.rounds[number], self.originals[number][1]
        path, seen, site = [first], {start, first}, first
        while True:
            key = site, way
            after = following.get(key)
            if after is None:
                onward = (o for o in lists[site] if turning(site, o, self.points, self.pivots) == way)
                after = following[key] = next(onward, -1)
            if after < 0 or after in seen:
                break
            path.append(after)
            seen.add(after)
            site = after
        self.met += CIRCLE_COST * len(path)
        if self.met > MAX_MET:
            raise BoardError(f"the lines of this board meet more than {MAX_MET} sites in all")
        return tuple(path)


def _straight(points: Sequence[Point], steps: Steps, bent: Bent) -> list[list[Ray]]:
    """The rays where nearly all go straight on.

    A step's kind is its angle, in slots, with its relations. A walk goes on by the step of the same kind: so the walks
    of a line share their tails. A walk that comes to where only another kind leads ahead is followed one by one.
    """
    places = [complex(x, y) for x, y, _ in points]
    slot_of: dict[complex, int] = {}  # step -> slot of its angle, shifted to make room for the relations
    onward: list[dict[int, int]] = []  # for each site: kind -> other site
    shapes: dict[tuple[int, ...], int] = {}
    shape: list[int] = []  # sites with steps of the same kinds have the same number here
    for place, row in zip(places, steps, strict=True):
        kinds = {}
        for other, mask in row.items():
            step = places[other] - place
            slot = slot_of.get(step)
            if slot is None:
                angle = math.atan2(step.imag, step.real)
                slot = slot_of[step] = int(angle * (SLOTS / TURN) + (SLOTS + 0.5)) % SLOTS << WIDTH
            kinds[slot | mask] = other
        onward.append(kinds)
        shape.append(shapes.setdefault(tuple(kinds), len(shapes)))
    slots = [{kind >> WIDTH for kind in kinds} for kinds in shapes]
    if any(len(there) < len(kinds) for there, kinds in zip(slots, shapes, strict=True)) or any(
        len(kinds) < len(row) for kinds, row in zip(onward, steps, strict=True)
    ):  # two steps in one direction
        return [bent.rays(site, row) for site, row in enumerate(steps)]
    ends: dict[tuple[int, int], bool] = {}
    straight = True
    found: list[dict[int, tuple[int, ...] | None]] = [{} for _ in points]
    met = 0
    for site, kinds in enumerate(onward):
        mine = found[site]
        for kind, other in kinds.items():
            if kind in mine:
                continue
            path, at = [site], other
            while True:
                path.append(at)
                tail = found[at].get(kind, UNKNOWN)
                if tail is not UNKNOWN:
                    break
                following = onward[at].get(kind)
                if following is not None and len(path) <= len(points):
                    at = following
                    continue
                end = (shape[at], kind)
                if end not in ends:
                    ends[end] = not any(_near(kind >> WIDTH, slot) for slot in slots[end[0]])
                tail = () if ends[end] else None
                break
            if tail is None:
                straight = False
                for at in path[:-1]:
                    found[at][kind] = None
                continue
            if len(path) == 2:
                mine[kind] = (other, *tail)
                met += 1 + len(tail)
            else:
                line = (*path, *tail)
                for i in range(len(path) - 1):
                    found[path[i]][kind] = line[i + 1 :]
                met += len(line) * (len(path) - 1) - len(path) * (len(path) - 1) // 2
            if met > MAX_MET:
                raise BoardError(f"the lines of this board meet more than {MAX_MET} sites in all")
    heads = {kind: (_NAMES[kind >> WIDTH], kind % (1 << WIDTH)) for row in shapes for kind in row}
    if straight and all(name for name, _ in heads.values()):
        return [
            [(*heads[kind], mine[kind]) for kind in kinds]  # type: ignore[misc]
            for kinds, mine in zip(onward, found, strict=True)
        ]
    result: list[list[Ray]] = []
    for site, (kinds, mine) in enumerate(zip(onward, found, strict=True)):
        rays_here: list[Ray] = []
        rest = {other: 0 for kind, other in kinds.items() if mine[kind] is None}
        for kind, other in kinds.items():
            met_there = mine[kind]
            if met_there is not None:
                name, mask = heads[kind]
                rays_here.append((name or _compass(places[other] - places[site]), mask, met_there))
        if rest:
            rays_here = sorted(rays_here + bent.rays(site, rest), key=lambda ray: (ray[1] & -ray[1], ray[2][0]))
        result.append(rays_here)
    return result


def _compass(step: complex) -> str:
    return compass(step.real, step.imag)


def _near(a: int, b: int) -> bool:
    """Whether a line may bend from one slot of the angles to the other."""
    return min((a - b) % SLOTS, (b - a) % SLOTS) <= BEND_SLOTS


def _name(slot: int) -> str | None:
    """The point of the compass of a slot; None where two meet."""
    wide = SLOTS // len(COMPASS)
    return None if abs(slot % wide - wide // 2) < 2 else COMPASS[(slot + wide // 2) // wide % len(COMPASS)]


_NAMES = [_name(slot) for slot in range(SLOTS)]
