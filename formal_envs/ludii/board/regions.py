"""Named parts of a board: edges of the bounding box, outline, sides, corners, centre, colouring."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from formal_envs.ludii.board.directions import COMPASS
from formal_envs.ludii.board.graph import Point

Sites = tuple[int, ...]
NEAR = 1e-2


def extremes(points: Sequence[Point]) -> dict[str, Sites]:
    """Top, Bottom, Left, Right: the sites of the largest or smallest coordinate."""
    if not points:
        return {"Top": (), "Bottom": (), "Left": (), "Right": ()}
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    top, bottom, left, right = max(ys), min(ys), min(xs), max(xs)
    return {
        "Top": tuple(i for i, y in enumerate(ys) if top - y < NEAR),
        "Bottom": tuple(i for i, y in enumerate(ys) if y - bottom < NEAR),
        "Left": tuple(i for i, x in enumerate(xs) if x - left < NEAR),
        "Right": tuple(i for i, x in enumerate(xs) if right - x < NEAR),
    }


def centre(points: Sequence[Point]) -> Sites:
    """The sites nearest to the middle of the bounding box of the sites."""
    if not points:
        return ()
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    away = [math.hypot(p[0] - x, p[1] - y) for p in points]
    least = min(away)
    return tuple(i for i, d in enumerate(away) if d - least < NEAR)


def colouring(neighbours: Sequence[Sites]) -> list[int]:
    """A colour for each site, the lowest that no neighbour met before has, spreading out from site 0."""
    colours = [-1] * len(neighbours)
    for start in range(len(neighbours)):
        if colours[start] >= 0:
            continue
        queue = deque([start])
        seen = {start}
        while queue:
            site = queue.popleft()
            taken = {colours[other] for other in neighbours[site]}
            colours[site] = next(c for c in range(len(taken) + 1) if c not in taken)
            for other in neighbours[site]:
                if colours[other] < 0 and other not in seen:
                    seen.add(other)
                    queue.append(other)
    return colours


def outline(points: Sequence[Point], edges: Sequence[tuple[int, int]]) -> list[int]:
    """The vertices of the outer boundary in counter-clockwise order, from the lowest left one; bridges appear twice."""
    around: dict[int, list[int]] = {}
    for a, b in edges:
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    if not around:
        return list(range(len(points)))
    start = min(around, key=lambda v: (points[v][1], points[v][0]))
    path, vertex, heading = [start], start, 0.0
    first: tuple[int, int] | None = None
    for _ in range(2 * len(edges) + 2):
        x, y, _z = points[vertex]
        best, turn_best = -1, -math.inf
        for other in around[vertex]:
            # turn as far right as possible: clockwise from the way back
            turn = (heading - math.atan2(points[other][1] - y, points[other][0] - x)) % (2 * math.pi)
            turn = turn if turn < math.pi - 1e-6 else turn - 2 * math.pi
            if turn > turn_best:
                best, turn_best = other, turn
        step = (vertex, best)
        if step == first:
            break
        first = first or step
        heading = math.atan2(points[best][1] - y, points[best][0] - x)
        vertex = best
        path.append(vertex)
    return path[:-1] if len(path) > 1 and path[-1] == start else path


def hull(points: Sequence[Point], sites: Sequence[int]) -> list[int]:
    """The sites at the corners of the convex hull, counter-clockwise."""
    order = sorted(sites, key=lambda i: (round(points[i][0], 6), round(points[i][1], 6)))
    if len(order) < 3:
        return order

    def half(sequence: Sequence[int]) -> list[int]:
        chain: list[int] = []
        for i in sequence:
            while len(chain) > 1 and _cross(points[chain[-2]], points[chain[-1]], points[i]) <= 1e-6:
                chain.pop()
            chain.append(i)
        return chain[:-1]

    return half(order) + half(order[::-1])


def _cross(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def sides(points: Sequence[Point], outer: Sequence[int], step: float) -> dict[str, Sites]:
    """The outer sites of each side, by the direction (one of eight) in which the side faces; corners belong to two.

    A side is an edge of the convex hull; sites that lie back by less than half a step belong to it.
    """
    found: dict[str, set[int]] = {name: set() for name in COMPASS}
    corners = hull(points, outer)
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        ax, ay, _ = points[a]
        dx, dy = points[b][0] - ax, points[b][1] - ay
        length = math.hypot(dx, dy)
        if length < 1e-9:
            continue
        name = COMPASS[2 * (round(math.atan2(-dx, dy) / (math.pi / 4)) % 8)]
        for site in outer:
            x, y = points[site][0] - ax, points[site][1] - ay
            along, depth = (x * dx + y * dy) / length, (x * dy - y * dx) / length
            if -NEAR <= along <= length + NEAR and abs(depth) < 0.45 * step:
                found[name].add(site)
    return {name: tuple(sorted(sites)) for name, sites in found.items()}


def blunt_corners(points: Sequence[Point], outer: Sequence[int]) -> dict[str, Sites]:
    """The corners at which the convex hull turns by 60 degrees, by the direction (one of eight) that they face."""
    found: dict[str, Sites] = {}
    corners = hull(points, outer)
    for a, b, c in zip(corners[-1:] + corners, corners, corners[1:] + corners[:1], strict=False):
        ux, uy, vx, vy = (points[j][k] - points[i][k] for i, j in ((a, b), (b, c)) for k in (0, 1))
        turn = math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)
        if abs(turn - math.pi / 3) < NEAR:
            facing = math.atan2(-ux, uy) + turn / 2
            found[COMPASS[2 * (round(facing / (math.pi / 4)) % 8)]] = (b,)
    return found


def turns(points: Sequence[Point], loop: Sequence[int]) -> dict[int, float]:
    """How far the outline turns at each of its vertices, in degrees, left (convex) positive."""
    found: dict[int, float] = {}
    n = len(loop)
    for i, vertex in enumerate(loop):
        a, b, c = points[loop[i - 1]], points[vertex], points[loop[(i + 1) % n]]
        ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
        found[vertex] = found.get(vertex, 0.0) + math.degrees(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy))
    return found


def edge_kinds(points: Sequence[Point], edges: Sequence[tuple[int, int]]) -> dict[str, Sites]:
    """Edges by their slope."""
    found: dict[str, list[int]] = {name: [] for name in ("Horizontal", "Vertical", "Slash", "Slosh", "Axial", "Angled")}
    for i, (a, b) in enumerate(edges):
        angle = math.degrees(math.atan2(points[b][1] - points[a][1], points[b][0] - points[a][0])) % 180
        flat, upright = min(angle, 180 - angle) < 1, abs(angle - 90) < 1
        found["Horizontal" if flat else "Vertical" if upright else "Slash" if angle < 90 else "Slosh"].append(i)
        found["Axial" if flat or upright else "Angled"].append(i)
    return {name: tuple(sites) for name, sites in found.items()}
