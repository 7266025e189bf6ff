"""Operators: boards made of other boards."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.ludii.board.args import Args, integers, rows
from formal_envs.ludii.board.graph import Graph, Point, check_size, edges_of_faces
from formal_envs.ludii.board.lattice import inside
from formal_envs.ludii.board.planar import PointIndex, find_faces, join, remove_loose_edges, split_crossings
from formal_envs.ludii.board.registry import build_graph, shape
from formal_envs.ludii.language.typed_tree import Array, Leaf


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


#: shift: (shift <float x> <float y> [<float z>] <graph>) -> graph
@shape("shift")
def shift(args: Args, use: str) -> Graph:
    """Move by (dx, dy)."""
    values = args.numbers()
    if len(values) < 2:
        args.fail("a shift needs two numbers")
    graph = only_graph(args, use)
    graph.transform(1, 0, 0, 1, values[0], values[1])
    return graph


#: scale: (scale <float x> [<float y>] [<float z>] <graph>) -> graph
@shape("scale")
def scale(args: Args, use: str) -> Graph:
    """Stretch by one factor, or by one each along x and y."""
    values = args.numbers()
    if not values or not all(values):
        args.fail("a scale needs numbers that are not 0")
    graph = only_graph(args, use)
    graph.transform(values[0], 0, 0, values[1] if len(values) > 1 else values[0])
    return graph


#: rotate: (rotate <float degrees> <graph>) -> graph
@shape("rotate")
def rotate(args: Args, use: str) -> Graph:
    """Turn counter-clockwise by degrees about the middle of the bounding box."""
    values = args.numbers()
    if not values:
        args.fail("a rotation needs an angle")
    graph = only_graph(args, use)
    turn = math.radians(values[0])
    cos, sin = round(math.cos(turn), 15), round(math.sin(turn), 15)  # exact for quarter turns
    x0, y0, x1, y1 = graph.bounds()
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    graph.transform(cos, -sin, sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
    return graph


#: skew: (skew <float amount> <graph>) -> graph
@shape("skew")
def skew(args: Args, use: str) -> Graph:
    """Move every vertex to the right in proportion to its height."""
    values = args.numbers()
    graph = only_graph(args, use)
    graph.transform(1, values[0] if values else 0.0, 0, 1)
    return graph


#: merge: (merge <graph a> <graph b> [connect:<flag>]) -> graph
#: merge_all: (merge {<graph graphs>} [connect:<flag>]) -> graph
@shape("merge")
def merge(args: Args, use: str) -> Graph:
    """Lay boards over each other: vertices at one place become one, faces are found anew."""
    graphs = all_graphs(args, use)
    graph = join(graphs, merge=True)
    graph.faces = find_faces(graph)
    return graph


#: union_graph: (union <graph a> <graph b> [connect:<flag>]) -> graph
#: union_graph_all: (union {<graph graphs>} [connect:<flag>]) -> graph
@shape("union")
def union(args: Args, use: str) -> Graph:
    """Boards side by side, without joining them."""
    return join(all_graphs(args, use), merge=False)


#: intersect: (intersect <graph a> <graph b>) -> graph
#: intersect_all: (intersect {<graph graphs>}) -> graph
@shape("intersect")
def intersect(args: Args, use: str) -> Graph:
    """What boards have in common: the first one's elements that all others have at the same place."""
    first, *others = all_graphs(args, use)
    graph = first.copy()
    for other in others:
        index = PointIndex(other.points)
        match = {v: found for v, p in enumerate(graph.points) if (found := index.find(p)) is not None}
        there = {(min(e), max(e)) for e in other.edges}
        faces = {frozenset(face) for face in other.faces}
        graph.permute_vertices(list(match))
        same = list(match.values())
        graph.edges = [e for e in graph.edges if tuple(sorted((same[e[0]], same[e[1]]))) in there]
        graph.faces = [face for face in graph.faces if frozenset(same[v] for v in face) in faces]
    graph.basis, graph.shape = "NoBasis", "NoShape"
    return graph


#: remove_poly: (remove <graph> <poly> [trimEdges:<flag>]) -> graph
#: remove_graph: (remove <graph> [cells:{<dim>} | cells:{{<float cellPoints>}}] [edges:{{<dim>}} |
#:     edges:{{{<float edgePoints>}}}] [vertices:{<dim>} | vertices:{{<float vertexPoints>}}] [trimEdges:<flag>]) ->
#:     graph
@shape("remove")
def remove(args: Args, use: str) -> Graph:
    """Take away cells, edges or vertices by number, or what lies within a polygon."""
    graph = only_graph(args, use)
    graph.shape = "NoShape"
    polygon = args.polygon()
    if polygon:
        graph.permute_vertices([v for v, p in enumerate(graph.points) if not inside(p, polygon)])
    cells = set(_numbers(args, "cells", [graph.centroid(face) for face in graph.faces]))
    if cells:
        before = set(edges_of_faces(graph.faces))
        graph.faces = [face for i, face in enumerate(graph.faces) if i not in cells]
        if args.flag("trimEdges", True):
            remove_loose_edges(graph, before)
    _remove_edges(graph, {(min(pair), max(pair)) for pair in _pairs(args, "edges", graph)})
    vertices = set(_numbers(args, "vertices", graph.points))
    if vertices:
        graph.permute_vertices([v for v in range(len(graph.points)) if v not in vertices])
    return graph


def _numbers(args: Args, name: str, points: Sequence[Point]) -> list[int]:
    """Elements that an argument lists by number or by position."""
    node = args.named.get(name)
    if isinstance(node, Array) and node.items and isinstance(node.items[0], Array):
        index = PointIndex(points)
        return [index.find_or_add(_point(args, place)) for place in rows(node)]
    return integers(node)


def _point(args: Args, place: Sequence[float]) -> Point:
    if len(place) < 2:
        args.fail("a place needs two coordinates")
    return (place[0], place[1], place[2] if len(place) > 2 else 0.0)


def _pairs(args: Args, name: str, graph: Graph) -> list[tuple[int, int]]:
    """Edges that an argument lists by the numbers or by the positions of their ends."""
    node = args.named.get(name)
    if not isinstance(node, Array):
        return []
    index: PointIndex | None = None
    pairs = []
    for item in node.items:
        if isinstance(item, Array) and item.items and isinstance(item.items[0], Array):
            index = index or PointIndex(graph.points)
            ends = [index.find_or_add(_point(args, place)) for place in rows(item)]
        else:
            ends = [int(v) for v in integers(item)]
        if len(ends) < 2:
            args.fail("an edge has two ends")
        pairs.append((ends[0], ends[1]))
    return pairs


def _remove_edges(graph: Graph, gone: set[tuple[int, int]]) -> None:
    if gone:
        graph.edges = [e for e in graph.edges if (min(e), max(e)) not in gone]
        graph.faces = [face for face in graph.faces if not gone.intersection(edges_of_faces([face]))]


#: add_graph: (add [<graph>] [vertices:{{<float>}}] [edges:{{<dim>}} | edges:{{{<float edgePoints>}}}]
#:     [edgesCurved:{{<float>}}] [cells:{{<dim>}}] [connect:<flag>]) -> graph
@shape("add")
def add(args: Args, use: str) -> Graph:
    """Add vertices by position, edges and cells by the numbers of their vertices."""
    graphs = all_graphs(args, use) if args.graphs() else [Graph()]
    graph = join(graphs, merge=False)
    points = rows(args.named.get("vertices"))
    graph.points += [_point(args, point) for point in points]
    check_size(len(graph.points), "vertices")
    seen = {(min(e), max(e)) for e in graph.edges}
    pairs = _pairs(args, "edges", graph)
    pairs += [(int(row[0]), int(row[1])) for row in rows(args.named.get("edgesCurved")) if len(row) > 1]
    for a, b in pairs:
        add_edge(args, graph, seen, a, b)
    cells = [[int(v) for v in cell] for cell in rows(args.named.get("cells"))]
    for cell in cells:
        if len(cell) < 3 or not all(0 <= v < len(graph.points) for v in cell):
            args.fail("a cell needs at least three vertices of the board")
        for a, b in edges_of_faces([cell]):
            add_edge(args, graph, seen, a, b)
        graph.faces.append(tuple(cell))
    if args.flag("connect"):
        connect(graph, seen, len(graph.points) - len(points))
        graph.faces = find_faces(graph)
    return graph


def connect(graph: Graph, seen: set[tuple[int, int]], first: int) -> None:
    """Join every vertex from `first` on to those within an average edge's length."""
    lengths = [math.dist(graph.points[a], graph.points[b]) for a, b in graph.edges]
    reach = 1.1 * (sum(lengths) / len(lengths) if lengths else 1.0)
    boxes: dict[tuple[int, int], list[int]] = {}
    for v, (x, y, _) in enumerate(graph.points):
        i, j = math.floor(x / reach), math.floor(y / reach)
        near = [w for a in (i - 1, i, i + 1) for b in (j - 1, j, j + 1) for w in boxes.get((a, b), ())]
        boxes.setdefault((i, j), []).append(v)
        for w in sorted(near) if v >= first else ():
            if (w, v) not in seen and math.dist(graph.points[v], graph.points[w]) <= reach:
                seen.add((w, v))
                graph.edges.append((w, v))
        check_size(len(graph.edges) / 4, "edges")


def add_edge(args: Args, graph: Graph, seen: set[tuple[int, int]], a: int, b: int) -> None:
    """Add an edge that is not there yet."""
    if a == b or not (0 <= a < len(graph.points) and 0 <= b < len(graph.points)):
        args.fail(f"an edge joins two vertices of the board, got {a} and {b}")
    edge = (min(a, b), max(a, b))
    if edge not in seen:
        seen.add(edge)
        graph.edges.append(edge)


#: graph: (graph vertices:{{<float>}} [edges:{{<integer>}}]) -> graph
@shape("graph")
def graph_of_lists(args: Args, use: str) -> Graph:
    """A board written out: vertices by position and edges by their ends."""
    return add(args, use)


#: keep: (keep <graph> <poly>) -> graph
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


#: hole: (hole <graph> <poly>) -> graph
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


#: trim: (trim <graph>) -> graph
@shape("trim")
def trim(args: Args, use: str) -> Graph:
    """Without vertices that no edge reaches."""
    graph = only_graph(args, use)
    used = {v for e in graph.edges for v in e}
    graph.permute_vertices([v for v in range(len(graph.points)) if v in used])
    return graph


#: renumber: (renumber [<siteType a>] [<siteType b>] [<siteType c>] <graph>) -> graph
@shape("renumber")
def renumber(args: Args, use: str) -> Graph:
    """Number vertices, edges and cells by y, then x."""
    graph = only_graph(args, use)
    kinds = {node.value for node in args.plain if isinstance(node, Leaf)} or {"Vertex", "Edge", "Cell"}
    graph.reorder("Vertex" in kinds, "Edge" in kinds, "Cell" in kinds)
    return graph


#: makefaces: (makeFaces <graph>) -> graph
@shape("makeFaces")
def make_faces(args: Args, use: str) -> Graph:
    """Find the faces anew."""
    graph = only_graph(args, use)
    graph.faces = find_faces(graph)
    return graph


#: splitcrossings: (splitCrossings <graph>) -> graph
@shape("splitCrossings")
def split(args: Args, use: str) -> Graph:
    """A vertex wherever two edges cross."""
    graph = only_graph(args, use)
    split_crossings(graph)
    graph.faces = find_faces(graph)
    return graph


#: recoordinate: (recoordinate [<siteType a>] [<siteType b>] [<siteType c>] <graph>) -> graph
@shape("recoordinate")
def unchanged(args: Args, use: str) -> Graph:
    """What changes neither positions nor relations."""
    return only_graph(args, use)


#: complete: (complete <graph> [eachCell:<flag>]) -> graph
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


#: subdivide: (subdivide <graph> [min:<dim>]) -> graph
@shape("subdivide")
def subdivide(args: Args, use: str) -> Graph:
    """A vertex in the middle of each cell with at least min: sides, joined to its corners; from the last cell on."""
    graph = only_graph(args, use)
    least = (integers(args.named.get("min")) or [1])[0]
    faces: list[tuple[int, ...]] = []
    for face in reversed(graph.faces):
        if len(face) < least:
            faces.append(face)
            continue
        centre = len(graph.points)
        graph.points.append(graph.centroid(face))
        graph.edges += [(v, centre) for v in face]
        faces += [(face[i - 1], face[i], centre) for i in range(len(face))]
    check_size(len(faces), "cells")
    graph.faces = faces
    graph.reorder(vertices=False)
    return graph


#: dual: (dual <graph>) -> graph
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
