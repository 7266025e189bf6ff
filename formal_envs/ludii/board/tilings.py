"""Semi-regular tilings: regular polygons of side 1, named by the polygons about a vertex.

Each tiling is given by the points of one patch, the length of the step from a patch to the next and the direction of
the first step; patches lie on a hexagonal or a square lattice. Points one apart are joined, cells follow from that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.ludii.board.args import Args
from formal_envs.ludii.board.graph import Graph, check_size
from formal_envs.ludii.board.lattice import hexagon, rhombus
from formal_envs.ludii.board.planar import PointIndex, find_faces
from formal_envs.ludii.board.registry import shape

Pair = tuple[float, float]


def ring(n: int, radius: float, start: float) -> list[Pair]:
    """The corners of a regular polygon, the first in direction `start` (degrees)."""
    return [
        (radius * math.cos(math.radians(start + 360 * i / n)), radius * math.sin(math.radians(start + 360 * i / n)))
        for i in range(n)
    ]


def polygon(n: int, start: float) -> list[Pair]:
    """The corners of a regular polygon with sides of length 1."""
    return ring(n, 0.5 / math.sin(math.pi / n), start)


R3, R2 = math.sqrt(3), math.sqrt(2)
# name: (points of a patch, step to the next patch, direction of the first step in degrees, angle between the steps)
TILINGS: dict[str, tuple[list[Pair], float, float, float]] = {
    "T3636": (polygon(6, 0), 2.0, 0.0, 60.0),
    "T3464": (polygon(6, 0) + polygon(12, 15), 1 + R3, 30.0, 60.0),
    "T31212": (polygon(12, 15), 2 + R3, 0.0, 60.0),
    "T4612": (polygon(12, 15), 3 + R3, 0.0, 60.0),
    "T33336": (polygon(6, 0), math.sqrt(7), math.degrees(math.atan2(R3, 5)), 60.0),
    "T488": (polygon(8, 22.5), 1 + R2, 0.0, 90.0),
    "T33434": ([(0.0, 0.5), (0.0, -0.5), (R3 / 2, 0.0), (-R3 / 2, 0.0)], math.sqrt(2 + R3), 45.0, 90.0),
}


def patches(points: Sequence[Pair], places: Sequence[Pair], basis: str, name: str) -> Graph:
    """Copies of a patch at places, joined where points are one apart."""
    check_size(len(points) * len(places) / 4, "vertices")
    index = PointIndex()
    for x, y in places:
        for px, py in points:
            index.find_or_add((x + px, y + py, 0.0))
    graph = Graph(basis, name)
    graph.points = index.points
    graph.edges = unit_edges(graph)
    graph.reorder()
    graph.faces = find_faces(graph)
    graph.reorder(vertices=False, edges=False)
    return graph


def unit_edges(graph: Graph) -> list[tuple[int, int]]:
    """All pairs of vertices one apart."""
    boxes: dict[tuple[int, int], list[int]] = {}
    for i, (x, y, _) in enumerate(graph.points):
        boxes.setdefault((math.floor(x), math.floor(y)), []).append(i)
    edges = []
    for i, (x, y, _) in enumerate(graph.points):
        for a in (-1, 0, 1):
            for b in (-1, 0, 1):
                for j in boxes.get((math.floor(x) + a, math.floor(y) + b), ()):
                    if i < j and abs(math.dist(graph.points[i], graph.points[j]) - 1) < 1e-3:
                        edges.append((i, j))
    return edges


#: tiling: (tiling <tilingType> <dim size> [<dim columns>]) -> graph
#: tiling_poly: (tiling <tilingType> <poly> | {<dim sides>}) -> graph
@shape("tiling")
def tiling(args: Args, use: str) -> Graph:
    """A tiling by name, so many patches a side."""
    name = args.word(*TILINGS, "T33344")
    sizes = args.sizes()
    if name is None or not sizes:
        args.fail("expected the name of a tiling and its size")
    n, m = sizes[0], sizes[min(1, len(sizes) - 1)]
    if name == "T33344":  # rows of squares and of triangles in turn
        places = [(float(x), y * (1 + R3 / 2) + z) for y in range((n + 1) // 2) for x in range(m) for z in (0.0, 1.0)]
        return patches([(0.0, 0.0)], [(x + (y > 1.5) * 0.5 * (round(y) % 2), y) for x, y in places], name, "Rectangle")
    points, step, start, between = TILINGS[name]
    u, v = math.radians(start), math.radians(start + between)
    cells = hexagon(n) if between == 60.0 and len(sizes) == 1 else rhombus(n, m)
    places = [
        (step * (q * math.cos(u) + r * math.cos(v)), step * (q * math.sin(u) + r * math.sin(v))) for q, r in cells
    ]
    return patches(points, places, name, "Hexagon" if len(sizes) == 1 and between == 60.0 else "Rectangle")
