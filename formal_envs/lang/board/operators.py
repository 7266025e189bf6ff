"""Operators: boards made of other boards."""

from __future__ import annotations

import math

from formal_envs.lang.ast import Array, Leaf
from formal_envs.lang.board.args import Args, integers, rows
from formal_envs.lang.board.graph import Graph, check_size, edges_of_faces
from formal_envs.lang.board.lattice import inside
from formal_envs.lang.board.planar import PointIndex, find_faces, join, remove_loose_edges, split_crossings
from formal_envs.lang.board.registry import build_graph, shape


def only_graph(args: Args, use: str) -> Graph:
    """The one graph that an operator works on, as a copy of its own."""
    graphs = args.graphs()
    if len(graphs) != 1:
        args.fail(f"({args.call.signature.head} ...) works on one board, got {len(graphs)}")
    return build_graph(graphs[0], use, args.work).copy()


def all_graphs(args: Args, use: str) -> list[Graph]:
    """The graphs that an operator joins."""
    graphs = args.graphs()
    if not graphs:
        args.fail(f"({args.call.signature.head} ...) needs a board")
    return [build_graph(graph, use, args.work) for graph in graphs]


@shape("shift")
def shift(args: Args, use: str) -> Graph:
    """Move by (dx, dy)."""
    values = args.numbers()
    if len(values) < 2:
        args.fail("a shift needs two numbers")
    graph = only_graph(args, use)
    graph.transform(1, 0, 0, 1, values[0], values[1])
    return graph


@shape("scale")
def scale(args: Args, use: str) -> Graph:
    """Stretch by one factor, or by one each along x and y."""
    values = args.numbers()
    if not values or not all(values):
        args.fail("a scale needs numbers that are not 0")
    graph = only_graph(args, use)
    graph.transform(values[0], 0, 0, values[1] if len(values) > 1 else values[0])
    return graph


@shape("rotate")
def rotate(args: Args, use: str) -> Graph:
    """Turn counter-clockwise by degrees about the middle of the bounding box."""
    values = args.numbers()
    if not values:
        args.fail("a rotation needs an angle")
    graph = only_graph(args, use)
    turn = math.radians(values[0])
    cos, sin = math.cos(turn), math.sin(turn)
    x0, y0, x1, y1 = graph.bounds()
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    graph.transform(cos, -sin, sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
    return graph


@shape("skew")
def skew(args: Args, use: str) -> Graph:
    """Move every vertex to the right in proportion to its height."""
    values = args.numbers()
    graph = only_graph(args, use)
    graph.transform(1, values[0] if values else 0.0, 0, 1)
    return graph


@shape("merge")
def merge(args: Args, use: str) -> Graph:
    """Lay boards over each other: vertices at one place become one, faces are found anew."""
    graphs = all_graphs(args, use)
    graph = join(graphs, merge=True)
    graph.faces = find_faces(graph)
    return graph


@shape("union")
def union(args: Args, use: str) -> Graph:
    """Boards side by side, without joining them."""
    return join(all_graphs(args, use), merge=False)


@shape("intersect")
def intersect(args: Args, use: str) -> Graph:
    """What boards have in common: the first one's elements that all others have at the same place."""
    first, *others = all_graphs(args, use)
    graph = first.copy()
    for other in others:
        index = PointIndex(other.points)
        match = [index.find(p) for p in graph.points]
        there = {(min(e), max(e)) for e in other.edges}
        faces = {frozenset(face) for face in other.faces}
        graph.edges = [
            (a, b)
            for a, b in graph.edges
            if match[a] is not None
            and match[b] is not None
            and (min(match[a], match[b]), max(match[a], match[b])) in there  # type: ignore[type-var]
        ]
        graph.faces = [face for face in graph.faces if frozenset(match[v] for v in face) in faces]
        graph.permute_vertices([v for v, found in enumerate(match) if found is not None])
    graph.basis, graph.shape = "NoBasis", "NoShape"
    return graph


@shape("remove")
def remove(args: Args, use: str) -> Graph:
    """Take away cells, edges or vertices by number, or what lies within a polygon."""
    graph = only_graph(args, use)
    graph.shape = "NoShape"
    polygon = args.polygon()
    if polygon:
        graph.permute_vertices([v for v, p in enumerate(graph.points) if not inside(p, polygon)])
    cells = set(integers(args.named.get("cells")))
    if cells:
        before = set(edges_of_faces(graph.faces))
        graph.faces = [face for i, face in enumerate(graph.faces) if i not in cells]
        if args.flag("trimEdges", True):
            remove_loose_edges(graph, before)
    _remove_edges(graph, _pairs(args, graph))
    vertices = set(integers(args.named.get("vertices")))
    if vertices:
        graph.permute_vertices([v for v in range(len(graph.points)) if v not in vertices])
    return graph


def _pairs(args: Args, graph: Graph) -> set[tuple[int, int]]:
    """The edges that an argument names, as pairs of vertices or by number."""
    node = args.named.get("edges")
    if isinstance(node, Array) and node.items and not isinstance(node.items[0], Array):
        return {graph.edges[i] for i in integers(node) if 0 <= i < len(graph.edges)}
    pairs = rows(node)
    if any(len(pair) != 2 for pair in pairs):
        args.fail("an edge is a pair of vertices")
    return {(int(min(pair)), int(max(pair))) for pair in pairs}


def _remove_edges(graph: Graph, gone: set[tuple[int, int]]) -> None:
    if gone:
        graph.edges = [e for e in graph.edges if (min(e), max(e)) not in gone]
        graph.faces = [face for face in graph.faces if not gone.intersection(edges_of_faces([face]))]


@shape("add")
def add(args: Args, use: str) -> Graph:
    """Add vertices by position, edges and cells by the numbers of their vertices."""
    graphs = all_graphs(args, use) if args.graphs() else [Graph()]
    graph = join(graphs, merge=False)
    points = rows(args.named.get("vertices"))
    for point in points:
        if len(point) < 2:
            args.fail("a vertex needs two coordinates")
        graph.points.append((point[0], point[1], point[2] if len(point) > 2 else 0.0))
    check_size(len(graph.points), "vertices")
    seen = {(min(e), max(e)) for e in graph.edges}
    for name in ("edges", "edgesCurved"):
        for pair in rows(args.named.get(name)):
            add_edge(args, graph, seen, pair)
    cells = [[int(v) for v in cell] for cell in rows(args.named.get("cells"))]
    for cell in cells:
        if len(cell) < 3 or not all(0 <= v < len(graph.points) for v in cell):
            args.fail("a cell needs at least three vertices of the board")
        for pair in edges_of_faces([cell]):
            add_edge(args, graph, seen, pair)
        graph.faces.append(tuple(cell))
    if args.flag("connect"):
        connect(graph, seen, len(graph.points) - len(points))
        graph.faces = find_faces(graph)
    return graph


def connect(graph: Graph, seen: set[tuple[int, int]], first: int) -> None:
    """Join every vertex from `first` on to those within an average edge's length."""
    lengths = [math.dist(graph.points[a], graph.points[b]) for a, b in graph.edges]
    reach = 1.1 * (sum(lengths) / len(lengths) if lengths else 1.0)
    for v in range(first, len(graph.points)):
        for w in range(v):
            if (w, v) not in seen and math.dist(graph.points[v], graph.points[w]) <= reach:
                seen.add((w, v))
                graph.edges.append((w, v))


def add_edge(args: Args, graph: Graph, seen: set[tuple[int, int]], pair: object) -> None:
    """Add an edge that is not there yet; (x y z ...) beyond the pair are controls of a curve."""
    a, b = (int(v) for v in list(pair)[:2]) if isinstance(pair, (list, tuple)) and len(pair) > 1 else (0, 0)
    if a == b or not (0 <= a < len(graph.points) and 0 <= b < len(graph.points)):
        args.fail(f"an edge joins two vertices of the board, got {a} and {b}")
    edge = (min(a, b), max(a, b))
    if edge not in seen:
        seen.add(edge)
        graph.edges.append(edge)


@shape("graph")
def graph_of_lists(args: Args, use: str) -> Graph:
    """A board written out: vertices by position and edges by their ends."""
    return add(args, use)


@shape("keep")
def keep(args: Args, use: str) -> Graph:
    """Only the vertices within a polygon, with what joins them."""
    graph = only_graph(args, use)
    polygon = args.polygon()
    if not polygon:
        args.fail("keep needs a polygon")
    graph.permute_vertices([v for v, p in enumerate(graph.points) if inside(p, polygon)])
    graph.basis, graph.shape = "NoBasis", "NoShape"
    return graph


@shape("clip")
def clip(args: Args, use: str) -> Graph:
    """As keep."""
    return keep(args, use)


@shape("hole")
def hole(args: Args, use: str) -> Graph:
    """Without the cells that touch the inside of a polygon."""
    graph = only_graph(args, use)
    polygon = args.polygon()
    if not polygon:
        args.fail("a hole needs a polygon")
    graph.faces = [face for face in graph.faces if not inside(graph.centroid(face), polygon)]
    graph.permute_vertices([v for v, p in enumerate(graph.points) if not inside(p, polygon, -1e-6)])
    return graph


@shape("trim")
def trim(args: Args, use: str) -> Graph:
    """Without vertices that no edge reaches."""
    graph = only_graph(args, use)
    used = {v for e in graph.edges for v in e}
    graph.permute_vertices([v for v in range(len(graph.points)) if v in used])
    return graph


@shape("renumber")
def renumber(args: Args, use: str) -> Graph:
    """Number vertices, edges and cells by y, then x."""
    graph = only_graph(args, use)
    kinds = {node.value for node in args.plain if isinstance(node, Leaf)} or {"Vertex", "Edge", "Cell"}
    graph.reorder("Vertex" in kinds, "Edge" in kinds, "Cell" in kinds)
    return graph


@shape("makeFaces")
def make_faces(args: Args, use: str) -> Graph:
    """Find the faces anew."""
    graph = only_graph(args, use)
    graph.faces = find_faces(graph)
    return graph


@shape("splitCrossings")
def split(args: Args, use: str) -> Graph:
    """A vertex wherever two edges cross."""
    graph = only_graph(args, use)
    split_crossings(graph)
    graph.faces = find_faces(graph)
    return graph


@shape("recoordinate", "layers")
def unchanged(args: Args, use: str) -> Graph:
    """What changes neither positions nor relations in the plane."""
    return only_graph(args, use)


@shape("complete")
def complete(args: Args, use: str) -> Graph:
    """An edge between any two vertices, or any two of a cell."""
    graph = only_graph(args, use)
    n = len(graph.points)
    groups = graph.faces if args.flag("eachCell") else [tuple(range(n))]
    check_size(sum(len(g) * (len(g) - 1) / 2 for g in groups), "edges")
    seen = {(min(e), max(e)) for e in graph.edges}
    for group in groups:
        for i, a in enumerate(group):
            for b in group[i + 1 :]:
                if (min(a, b), max(a, b)) not in seen:
                    seen.add((min(a, b), max(a, b)))
                    graph.edges.append((min(a, b), max(a, b)))
    graph.basis, graph.shape = "NoBasis", "NoShape"
    return graph


@shape("subdivide")
def subdivide(args: Args, use: str) -> Graph:
    """A vertex in the middle of each cell with at least min: sides, joined to its corners."""
    graph = only_graph(args, use)
    least = (integers(args.named.get("min")) or [1])[0]
    faces: list[tuple[int, ...]] = []
    for face in graph.faces:
        if len(face) < least:
            faces.append(face)
            continue
        centre = len(graph.points)
        graph.points.append(graph.centroid(face))
        graph.edges += [(v, centre) for v in face]
        faces += [(face[i - 1], face[i], centre) for i in range(len(face))]
    check_size(len(faces), "cells")
    graph.faces = faces
    graph.reorder()
    return graph


@shape("dual")
def dual(args: Args, use: str) -> Graph:
    """A vertex for each cell, an edge for each two cells with a common side, and its cells."""
    source = only_graph(args, use)
    graph = Graph("Dual", "NoShape")
    graph.points = [source.centroid(face) for face in source.faces]
    owner: dict[tuple[int, int], int] = {}
    for number, face in enumerate(source.faces):
        for pair in edges_of_faces([face]):
            if pair in owner:
                graph.edges.append((owner[pair], number))
            else:
                owner[pair] = number
    graph.reorder()
    graph.faces = find_faces(graph)
    graph.reorder(vertices=False, edges=False)
    return graph
