"""Semi-regular tilings: regular polygons of side 1, named by the polygons about a vertex.

Each tiling is given by the points of one patch, the length of the step from a patch to the next and the direction of
the first step; patches lie on a hexagonal or a square lattice. Points one apart are joined, cells follow from that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from formal_envs.ludii.board.args import Args
from formal_envs.ludii.board.graph import Graph, check_size, edges_of_faces
from formal_envs.ludii.board.lattice import hexagon, rhombus
from formal_envs.ludii.board.planar import PointIndex, find_faces
from formal_envs.ludii.board.registry import shape
from formal_envs.ludii.language.signatures import ENUMS

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
    "T33336": (polygon(6, 0), math.sqrt(7), math.degrees(math.atan2(R3, 5)), 60.0),
    "T488": (polygon(8, 22.5), 1 + R2, 0.0, 90.0),
    "T33434": ([(0.0, 0.5), (0.0, -0.5), (R3 / 2, 0.0), (-R3 / 2, 0.0)], math.sqrt(2 + R3), 45.0, 90.0),
}


BOX = 1.01  # a little more than 1, so that points one apart lie in the same box or in neighbouring ones
SURROUNDED = ("T33336", "T33434")  # patches that come with all cells that touch them


def patches(points: Sequence[Pair], places: Sequence[Pair], basis: str, name: str) -> Graph:
    """Copies of a patch at places, joined where points are one apart."""
    check_size(len(points) * len(places) / 4, "vertices")
    graph = Graph(basis, name)
    graph.points = _copies(points, places).points
    graph.edges = unit_edges(graph)
    graph.reorder()
    graph.faces = find_faces(graph)
    graph.reorder(vertices=False, edges=False)
    return graph


def touching(graph: Graph, points: Sequence[Pair], places: Sequence[Pair]) -> None:
    """Keep the cells of a tiling that touch the copies of a patch at those places, and what they are made of."""
    base = _copies(points, places)
    inner = {vertex for vertex, point in enumerate(graph.points) if base.find(point) is not None}
    graph.faces = [face for face in graph.faces if not inner.isdisjoint(face)]
    sides, used = set(edges_of_faces(graph.faces)), {vertex for face in graph.faces for vertex in face}
    graph.edges = [edge for edge in graph.edges if edge in sides]
    graph.permute_vertices([vertex for vertex in range(len(graph.points)) if vertex in used])


def _copies(points: Sequence[Pair], places: Sequence[Pair]) -> PointIndex:
    index = PointIndex()
    for x, y in places:
        for px, py in points:
            index.find_or_add((x + px, y + py, 0.0))
    return index


def unit_edges(graph: Graph) -> list[tuple[int, int]]:
    """All pairs of vertices one apart."""
    boxes: dict[tuple[int, int], list[int]] = {}
    home = [(math.floor(x / BOX), math.floor(y / BOX)) for x, y, _ in graph.points]
    for i, box in enumerate(home):
        boxes.setdefault(box, []).append(i)
    edges = []
    for i, (column, row) in enumerate(home):
        for a in (-1, 0, 1):
            for b in (-1, 0, 1):
                for j in boxes.get((column + a, row + b), ()):
                    if i < j and abs(math.dist(graph.points[i], graph.points[j]) - 1) < 1e-3:
                        edges.append((i, j))
    return edges


#: tiling: (tiling <tilingType> <dim size> [<dim columns>]) -> graph
#: tiling_poly: (tiling <tilingType> <poly> | {<dim sides>}) -> graph
@shape("tiling")
def tiling(args: Args, use: str) -> Graph:
    """A tiling by name, so many patches a side."""
    name, sizes = args.word(*TILINGS), args.sizes()
    if name is None or not sizes:
        args.unsupported(f"(tiling {args.word(*ENUMS['tilingType'])} ...){'' if sizes else ' within a polygon'}")
    n, m = sizes[0], sizes[min(1, len(sizes) - 1)]
    points, step, start, between = TILINGS[name]
    u, v = math.radians(start), math.radians(start + between)
    cells = hexagon(n) if between == 60.0 and len(sizes) == 1 else rhombus(n, m)
    shape_name = "Hexagon" if len(sizes) == 1 and between == 60.0 else "Rectangle"

    def places(cells: Iterable[tuple[int, int]]) -> list[Pair]:
        return [
            (step * (q * math.cos(u) + r * math.cos(v)), step * (q * math.sin(u) + r * math.sin(v))) for q, r in cells
        ]

    if name not in SURROUNDED:
        return patches(points, places(cells), name, shape_name)
    wider = dict.fromkeys((q + i, r + j) for q, r in cells for i in (-1, 0, 1) for j in (-1, 0, 1))
    graph = patches(points, places(wider), name, shape_name)
    touching(graph, points, places(cells))
    return graph
