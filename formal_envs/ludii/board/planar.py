"""Operations on the plane drawing of a graph: joining vertices, finding faces, splitting crossings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from formal_envs.ludii.board.errors import BoardError
from formal_envs.ludii.board.graph import TOLERANCE, Graph, Point, check_size, edges_of_faces

NOISE = 1e-9  # radians
MAX_CORNERS = 32  # of a face that is looked for; one of 45 was not found, one of 12 was
MAX_PAIRS = 1 << 18  # of edges that splitting compares


class PointIndex:
    """Finds the vertex at a position, within a tolerance."""

    def __init__(self, points: Iterable[Point] = (), tolerance: float = TOLERANCE):
        self.points: list[Point] = []
        self.tolerance = tolerance
        self.cells: dict[tuple[int, int, int], list[int]] = {}
        for point in points:
            self.add(point)

    def _key(self, point: Point) -> tuple[int, int, int]:
        size = 2 * self.tolerance
        return (math.floor(point[0] / size), math.floor(point[1] / size), math.floor(point[2] / size))

    def add(self, point: Point) -> int:
        """Add a vertex without looking."""
        self.points.append(point)
        check_size(len(self.points), "vertices")
        self.cells.setdefault(self._key(point), []).append(len(self.points) - 1)
        return len(self.points) - 1

    def find(self, point: Point) -> int | None:
        """The first vertex within the tolerance."""
        i, j, k = self._key(point)
        best: int | None = None
        for a in (i - 1, i, i + 1):
            for b in (j - 1, j, j + 1):
                for c in (k - 1, k, k + 1):
                    for vertex in self.cells.get((a, b, c), ()):
                        if math.dist(self.points[vertex], point) < self.tolerance and (best is None or vertex < best):
                            best = vertex
        return best

    def find_or_add(self, point: Point) -> int:
        """The vertex at a position, added if there is none."""
        found = self.find(point)
        return self.add(point) if found is None else found


def join(graphs: Sequence[Graph], merge: bool) -> Graph:
    """The graphs side by side; `merge` makes vertices at one position one vertex."""
    result = Graph()
    check_size(sum(len(g.points) for g in graphs) / (8 if merge else 1), "vertices")
    index = PointIndex()
    edges: dict[tuple[int, int], None] = {}
    faces: dict[frozenset[int], tuple[int, ...]] = {}
    for number, graph in enumerate(graphs):
        new = [index.find_or_add(p) if merge and number else index.add(p) for p in graph.points]
        result.pivots.update({new[v]: pivot for v, pivot in graph.pivots.items()})
        for a, b in graph.edges:
            if new[a] != new[b]:
                edges[min(new[a], new[b]), max(new[a], new[b])] = None
        for face in graph.faces:
            loop = tuple(dict.fromkeys(new[v] for v in face))
            faces.setdefault(frozenset(loop), loop)
    result.points, result.edges, result.faces = index.points, list(edges), list(faces.values())
    check_size(len(result.edges) / 4, "edges")
    return result


def area(points: Sequence[Point], face: Sequence[int]) -> float:
    """Signed area, positive if counter-clockwise."""
    total, previous = 0.0, points[face[-1]]
    for vertex in face:
        point = points[vertex]
        total += previous[0] * point[1] - point[0] * previous[1]
        previous = point
    return total / 2


def find_faces(graph: Graph) -> list[tuple[int, ...]]:
    """The faces of up to MAX_CORNERS that walks find which turn as far as they can.

    Walks start from each vertex along its edges, counter-clockwise. One that is back where it started has gone round a
    face; one that meets another of its vertices has not. Where edges cross, walks from different vertices find faces
    that overlap.
    """
    points = graph.points
    around = graph.neighbours()
    following: dict[tuple[int, int], int] = {}  # the next vertex after a -> b with the face on the right
    for vertex, others in enumerate(around):
        x, y, _ = points[vertex]
        angles = {o: math.atan2(points[o][1] - y, points[o][0] - x) for o in others}
        others.sort(key=lambda o: (angles[o] + math.pi / 2 - NOISE) % (2 * math.pi))  # from the south, which is last
        for i, other in enumerate(others):
            following[other, vertex] = others[(i + 1) % len(others)]
    faces: list[tuple[int, ...]] = []
    found: set[frozenset[int]] = set()
    done: set[tuple[int, int]] = set()  # steps of walks that come back to their first step: all of them find one face
    for vertex, others in enumerate(around):
        for other in others:
            if (vertex, other) in done:
                continue
            path, seen, at = [vertex], {vertex}, other
            while at not in seen and len(path) <= MAX_CORNERS:
                path.append(at)
                seen.add(at)
                at = following[path[-2], at]
            if at == vertex and len(path) <= MAX_CORNERS:
                _add_face(points, path, faces, found)
                if following[path[-1], vertex] == other:
                    done.update(itertools.pairwise([*path, vertex]))
    return faces


def _add_face(
    points: Sequence[Point], loop: Sequence[int], faces: list[tuple[int, ...]], found: set[frozenset[int]]
) -> None:
    """Keep a loop that runs clockwise, as the inside of a face does here, turned round."""
    if len(loop) > 2 and area(points, loop) < -1e-6:
        key = frozenset(loop)
        if key not in found:
            found.add(key)
            faces.append(tuple(loop[::-1]))


def remove_loose_edges(graph: Graph, before: set[tuple[int, int]]) -> None:
    """Drop the edges that bounded a face before and bound none now."""
    now = set(edges_of_faces(graph.faces))
    graph.edges = [e for e in graph.edges if e in now or (min(e), max(e)) not in before]


def split_crossings(graph: Graph) -> None:
    """Put a vertex wherever two edges cross, and cut edges at vertices that lie on them.

    The first two edges that cross give way to their parts, which come last; and so on with what there is then.
    """
    index, edges = PointIndex(graph.points), list(graph.edges)
    points, first, pairs = index.points, 0, 0
    while first < len(edges):
        a, b = edges[first]
        for second in range(first + 1, len(edges)):
            c, d = edges[second]
            crossing = _crossing(points[a], points[b], points[c], points[d])
            vertex = index.find_or_add(crossing) if crossing else -1
            cut = [edge for edge in ((a, b), (c, d)) if vertex >= 0 and vertex not in edge]
            if cut:
                edges = [edge for edge in edges if edge not in cut]
                edges += [(min(end, vertex), max(end, vertex)) for edge in cut for end in edge]
                check_size(len(edges) / 4, "edges")
                break
        else:
            second, first = len(edges), first + 1
        pairs += second - first + 1
        if pairs > MAX_PAIRS:
            raise BoardError(f"splitting crossings takes more than {MAX_PAIRS} pairs of edges")
    graph.points, graph.edges = points, list(dict.fromkeys(edges))


def _crossing(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Where segments ab and cd meet."""
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = rx * sy - ry * sx
    if abs(cross) < 1e-9:
        return None
    t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross
    u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross
    if -1e-6 <= t <= 1 + 1e-6 and -1e-6 <= u <= 1 + 1e-6:
        return (a[0] + t * rx, a[1] + t * ry, a[2] + t * (b[2] - a[2]))
    return None
