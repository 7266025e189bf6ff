"""Boards with parts taken away or added: those that are listed, or that lie within a polygon."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.ludii.board.args import Args, integers, rows
from formal_envs.ludii.board.graph import Graph, Point, check_size, edges_of_faces
from formal_envs.ludii.board.lattice import inside
from formal_envs.ludii.board.planar import PointIndex, find_faces, join, remove_loose_edges
from formal_envs.ludii.board.registry import all_graphs, only_graph, shape
from formal_envs.ludii.language.typed_tree import Array

NOISE = 1e-6
NEAR = 0.2  # from the outline of a polygon: whether it holds a place so near depends on more than the polygon


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
        graph.permute_vertices([v for v, p in enumerate(graph.points) if not within(args, p, polygon)])
    cells = set(_indices(args, "cells", [graph.centroid(face) for face in graph.faces]))
    if cells:
        before = set(edges_of_faces(graph.faces))
        graph.faces = [face for i, face in enumerate(graph.faces) if i not in cells]
        if args.flag("trimEdges", True):
            remove_loose_edges(graph, before)
    _remove_edges(graph, {(min(pair), max(pair)) for pair in _edges(args, "edges", graph)})
    vertices = set(_indices(args, "vertices", graph.points))
    if vertices:
        graph.permute_vertices([v for v in range(len(graph.points)) if v not in vertices])
    return graph


def _indices(args: Args, name: str, points: Sequence[Point]) -> list[int]:
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


def _edges(args: Args, name: str, graph: Graph) -> list[tuple[int, int]]:
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
    pairs = _edges(args, "edges", graph)
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
    """A board written out: vertices by position and edges by their ends; its faces are found."""
    graph = add(args, use)
    graph.faces = find_faces(graph)
    return graph


def within(args: Args, place: Sequence[float], polygon: Sequence[Sequence[float]]) -> bool:
    """Whether a place lies within a polygon; Ludii widens one whose corners run clockwise, and narrows others.

    By how much is not known, so a place that lies nearer to the outline than that is not supported.
    """
    if inside(place, polygon, NEAR) == inside(place, polygon, -NEAR):
        return inside(place, polygon)
    turns = [turning(polygon[i - 2], polygon[i - 1], polygon[i]) for i in range(len(polygon))]
    widened = max(turns) <= 0
    if widened or min(turns) >= 0:
        held = inside(place, polygon, NOISE if widened else -NOISE)
        if held == widened:  # what is in stays in where the polygon is widened, what is out stays out where it is not
            return held
    x, y = place[0], place[1]
    args.unsupported(f"the place {x:g} {y:g} so near to the outline of the polygon")


def turning(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    """Positive where the way from a over b to c turns left."""
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


#: keep: (keep <graph> <poly>) -> graph
@shape("keep")
def keep(args: Args, use: str) -> Graph:
    """Only the vertices within a polygon, with what joins them."""
    graph = only_graph(args, use)
    polygon = args.polygon()
    if not polygon:
        args.fail("keep needs a polygon")
    graph.permute_vertices([v for v, p in enumerate(graph.points) if within(args, p, polygon)])
    graph.basis, graph.shape = "NoBasis", "NoShape"
    return graph


#: hole: (hole <graph> <poly>) -> graph
@shape("hole")
def hole(args: Args, use: str) -> Graph:
    """Without the cells whose middle lies within a polygon; and the edges of these alone; vertices stay."""
    graph = only_graph(args, use)
    polygon = args.polygon()
    if not polygon:
        args.fail("a hole needs a polygon")
    before = set(edges_of_faces(graph.faces))
    graph.faces = [face for face in graph.faces if not within(args, graph.centroid(face), polygon)]
    remove_loose_edges(graph, before)
    return graph


#: trim: (trim <graph>) -> graph
@shape("trim")
def trim(args: Args, use: str) -> Graph:
    """Without vertices that no edge reaches."""
    graph = only_graph(args, use)
    used = {v for e in graph.edges for v in e}
    graph.permute_vertices([v for v in range(len(graph.points)) if v in used])
    return graph
