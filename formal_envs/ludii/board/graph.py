"""A board's graph: vertices with positions, edges and faces, before numbering and relations matter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from formal_envs.ludii.board.errors import BoardError

MAX_SITES = 8192  # of each type
MAX_WORK = 30_000  # vertices made on the way to one board
FARTHEST = 1e5  # beyond, positions lose the digits that tell vertices apart
NOISE = 1e-3  # of positions that ought to be the same, in steps of 1/512
TOLERANCE = 0.01  # two vertices nearer than this are one
Point = tuple[float, float, float]


def check_size(n: float, what: str = "sites") -> None:
    """Refuse a board of more than MAX_SITES elements of a type before it is made."""
    if not n <= MAX_SITES:
        raise BoardError(f"a board has at most {MAX_SITES} {what}, this one would have more")


def order_key(point: Sequence[float]) -> tuple[int, int, int]:
    """The order of sites on a built-in board: y, then x, then height; blind to noise below 1e-4."""
    return (
        math.floor(point[1] * 1e4 + 0.3183),
        math.floor(point[0] * 1e4 + 0.3183),
        math.floor(point[2] * 1e4 + 0.3183),
    )


def _flat_order(xs: Sequence[float], ys: Sequence[float]) -> list[int]:
    """The numbers of points of one height by y, then x; a key is one number, which sorts faster."""
    floor = math.floor
    keys = [(floor(y * 1e4 + 0.3183) << 40) + floor(x * 1e4 + 0.3183) for x, y in zip(xs, ys, strict=True)]
    return sorted(range(len(keys)), key=keys.__getitem__)


class Work:
    """Counts the vertices made on the way to one board, so that towers of operators end early."""

    __slots__ = ("spent",)

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, vertices: int) -> None:
        """Account for a graph that was made."""
        self.spent += vertices
        if self.spent > MAX_WORK:
            raise BoardError(f"making this board takes more than {MAX_WORK} vertices on the way")


class Graph:
    """Vertices (positions), edges (pairs of vertices) and faces (loops of vertices, counter-clockwise)."""

    __slots__ = ("basis", "edges", "faces", "pivots", "points", "shape")

    def __init__(self, basis: str | None = "NoBasis", shape: str | None = "NoShape"):
        self.points: list[Point] = []
        self.edges: list[tuple[int, int]] = []
        self.faces: list[tuple[int, ...]] = []
        self.basis, self.shape = basis, shape
        self.pivots: dict[int, tuple[float, float]] = {}  # vertices of circles -> the middle of their circle

    @classmethod
    def of_polygons(
        cls,
        polygons: Iterable[Sequence[tuple[float, float]]],
        basis: str | None,
        shape: str | None,
    ) -> Graph:
        """The graph of polygons laid edge to edge, numbered by y then x."""
        graph = cls(basis, shape)
        seen: dict[tuple[int, int], int] = {}
        points, faces = graph.points, graph.faces
        for polygon in polygons:
            loop = []
            for x, y in polygon:
                u, v = x * 512 + 0.2, y * 512 + 0.2
                key = (round(u), round(v))
                vertex = seen.get(key)
                if vertex is None:
                    vertex = len(points)
                    check_size(vertex + 1, "vertices")
                    seen[key] = vertex
                    if abs(abs(u - key[0]) - 0.5) < NOISE or abs(abs(v - key[1]) - 0.5) < NOISE:  # may round otherwise
                        for du in (-NOISE, NOISE):
                            for dv in (-NOISE, NOISE):
                                seen[round(u + du), round(v + dv)] = vertex
                    points.append((x, y, 0.0))
                loop.append(vertex)
            faces.append(tuple(loop))
        check_size(len(faces), "cells")
        graph.edges = edges_of_faces(faces)
        graph.reorder()
        return graph

    def copy(self) -> Graph:
        """An independent copy."""
        other = Graph(self.basis, self.shape)
        other.points, other.edges, other.faces = list(self.points), list(self.edges), list(self.faces)
        other.pivots = dict(self.pivots)
        return other

    def centroid(self, face: Sequence[int]) -> Point:
        """The mean of a face's corners."""
        points, n = self.points, len(face)
        return (
            sum([points[v][0] for v in face]) / n,
            sum([points[v][1] for v in face]) / n,
            sum([points[v][2] for v in face]) / n,
        )

    def midpoint(self, edge: tuple[int, int]) -> Point:
        """The middle of an edge."""
        a, b = self.points[edge[0]], self.points[edge[1]]
        return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2)

    def reorder(self, vertices: bool = True, edges: bool = True, faces: bool = True) -> None:
        """Number the elements by y, then x, ascending."""
        if any(z for _, _, z in self.points):
            keys = [order_key(p) for p in self.points]
            if vertices:
                self.permute_vertices(sorted(range(len(keys)), key=keys.__getitem__))
            if edges:
                self.edges.sort(key=lambda edge: order_key(self.midpoint(edge)))
            if faces:
                self.faces.sort(key=lambda face: order_key(self.centroid(face)))
            return
        if vertices:
            self.permute_vertices(_flat_order([p[0] for p in self.points], [p[1] for p in self.points]))
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        if edges:
            ends = self.edges
            order = _flat_order([(xs[a] + xs[b]) / 2 for a, b in ends], [(ys[a] + ys[b]) / 2 for a, b in ends])
            self.edges = [ends[i] for i in order]
        if faces:
            loops = self.faces
            order = _flat_order(
                [sum([xs[v] for v in loop]) / len(loop) for loop in loops],
                [sum([ys[v] for v in loop]) / len(loop) for loop in loops],
            )
            self.faces = [loops[i] for i in order]

    def permute_vertices(self, order: Sequence[int]) -> None:
        """Keep the vertices listed, in that order; edges and faces of others go."""
        points = self.points
        if len(order) == len(points):  # none goes
            place = [0] * len(points)
            for i, old in enumerate(order):
                place[old] = i
            self.points = [points[old] for old in order]
            self.pivots = {place[v]: pivot for v, pivot in self.pivots.items()}
            pairs = [(place[a], place[b]) for a, b in self.edges]
            self.edges = [pair if pair[0] < pair[1] else (pair[1], pair[0]) for pair in pairs]
            self.faces = [tuple([place[v] for v in face]) for face in self.faces]
            return
        new = {old: i for i, old in enumerate(order)}
        self.points = [points[old] for old in order]
        self.pivots = {new[v]: pivot for v, pivot in self.pivots.items() if v in new}
        self.edges = [(min(new[a], new[b]), max(new[a], new[b])) for a, b in self.edges if a in new and b in new]
        self.faces = [tuple(new[v] for v in face) for face in self.faces if all(v in new for v in face)]

    def neighbours(self) -> list[list[int]]:
        """For each vertex the vertices joined to it, in the order of the edges."""
        result: list[list[int]] = [[] for _ in self.points]
        for a, b in self.edges:
            result[a].append(b)
            result[b].append(a)
        return result

    def transform(self, a: float, b: float, c: float, d: float, dx: float = 0.0, dy: float = 0.0) -> None:
        """Apply (x, y) -> (ax + by + dx, cx + dy + dy) to every vertex; a mirror image turns the faces round."""
        self.points = [(a * x + b * y + dx, c * x + d * y + dy, z) for x, y, z in self.points]
        if not all(abs(x) <= FARTHEST and abs(y) <= FARTHEST for x, y, _ in self.points):
            raise BoardError(f"a board lies within {FARTHEST:g} of the origin")
        self.pivots = {v: (a * x + b * y + dx, c * x + d * y + dy) for v, (x, y) in self.pivots.items()}
        if a * d - b * c < 0:
            self.faces = [face[::-1] for face in self.faces]

    def bounds(self) -> tuple[float, float, float, float]:
        """(min x, min y, max x, max y)."""
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        return (min(xs), min(ys), max(xs), max(ys)) if xs else (0.0, 0.0, 0.0, 0.0)


def edges_of_faces(faces: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """The sides of faces, each once, in the order met."""
    seen: dict[tuple[int, int], None] = {}
    for face in faces:
        previous = face[-1]
        for vertex in face:
            seen[(previous, vertex) if previous < vertex else (vertex, previous)] = None
            previous = vertex
    return list(seen)
