"""Boards drawn by circles and lines: rings, wedges, regular polygons, repeated polygons, spirals."""

from __future__ import annotations

import math
from fractions import Fraction

from formal_envs.ludii.board.args import Args, integer, integers, rows
from formal_envs.ludii.board.graph import Graph, check_size, edges_of_faces
from formal_envs.ludii.board.planar import PointIndex, find_faces
from formal_envs.ludii.board.registry import shape
from formal_envs.ludii.language.typed_tree import Array, Call, Node

RING_SIDES = {"Triangle": 3, "Square": 4, "Hexagon": 6}


#: concentric: (concentric <concentricShape> | sides:<dim> | {<dim ringSizes>} [rings:<dim>] [steps:<dim>]
#:     [midpoints:<bool>] [joinMidpoints:<bool>] [joinCorners:<bool>] [stagger:<bool>]) -> graph
@shape("concentric")
def concentric(args: Args, use: str) -> Graph:
    """Rings: nested polygons with joined midpoints (morris boards), or circles of so many points each."""
    kind = args.word(*RING_SIDES, "Target")
    array = args.array()
    sides = args.named.get("sides")
    args.without(steps=None, midpoints=True, stagger=False)
    if kind == "Target":
        args.unsupported("(concentric Target ...)")
    if array is not None:
        return _circles(args, integers(array), use)
    n = RING_SIDES[kind] if kind else integer(sides) if sides else 0
    if n < 3:
        args.fail("rings need at least three sides")
    if n not in RING_SIDES.values() or use == "Cell":
        args.unsupported(f"(concentric ...) of {use.lower()}s, {n} a ring")
    return _nested(args, n, kind, use)


def _count(args: Args, name: str, default: int) -> int:
    node = args.named.get(name)
    value = integer(node) if node is not None else default
    if value < 1:
        args.fail(f"{name}: must be at least 1, got {value}")
    return value


def _nested(args: Args, n: int, kind: str | None, use: str) -> Graph:
    """Nested polygons; each side has a point in its middle."""
    rings = _count(args, "rings", 3)
    check_size(2.0 * n * rings, "vertices")
    middles, corners = args.flag("joinMidpoints", True), args.flag("joinCorners")
    step = 2 if n == 3 else 1  # a triangle's middles lie at half its radius
    graph = Graph("Concentric", kind)
    for ring in range(rings):
        radius = ring * step + 1.0
        first = len(graph.points)
        for i in range(n):
            a, b = (math.radians(90 + (i + j - (0.5 if n % 2 == 0 else 0)) * 360 / n) for j in (0, 1))
            ax, ay, bx, by = (radius * f for f in (math.cos(a), math.sin(a), math.cos(b), math.sin(b)))
            graph.points += [(ax, ay, 0.0), ((ax + bx) / 2, (ay + by) / 2, 0.0)]
        graph.edges += [(first + i, first + (i + 1) % (2 * n)) for i in range(2 * n)]
        if ring:
            graph.edges += [(first + i - 2 * n, first + i) for i in range(2 * n) if (middles if i % 2 else corners)]
    if use == "Cell":
        graph.faces = find_faces(graph)
    graph.reorder()
    return graph


def _circles(args: Args, counts: list[int], use: str) -> Graph:
    """Ring k has counts[k] points at distance k, or k + 1 if there is a ring around the middle at once."""
    if any(count < 0 for count in counts) or not counts:
        args.fail("rings have 0 points or more")
    check_size(sum(counts) + 1, "vertices")
    if use == "Cell":
        return _circle_cells(args, counts)
    graph = Graph(None, None)
    if len(counts) == 1:
        n = counts[0]
        graph = regular_polygon(n)
        graph.faces = []
        graph.basis = graph.shape = None
        graph.pivots = dict.fromkeys(range(n), (0.0, 0.0))
        graph.reorder()
        return graph
    starts: list[int] = []
    for ring, count in enumerate(counts):
        starts.append(len(graph.points))
        if count == 1:
            graph.points.append((0.0, 0.0, 0.0) if ring == 0 else (0.0, float(ring), 0.0))
        else:
            radius = ring + (counts[0] > 1)
            graph.points += [_polar(radius, 90 + 360 * (i + 1) / count) for i in range(count)]
            graph.edges += [(starts[ring] + i, starts[ring] + (i + 1) % count) for i in range(count)]
    _spokes(graph, counts, starts, args)
    graph.edges = list(dict.fromkeys((min(e), max(e)) for e in graph.edges))
    graph.pivots = dict.fromkeys(range(len(graph.points)), (0.0, 0.0))
    return graph


def _polar(radius: float, degrees: float) -> tuple[float, float, float]:
    angle = math.radians(degrees)
    return (radius * math.cos(angle), radius * math.sin(angle), 0.0)


def _spokes(graph: Graph, counts: list[int], starts: list[int], args: Args) -> None:
    """Join each point of a ring to the point of the next ring that lies straight outwards."""
    for ring in range(len(counts) - 1):
        inner, outer = counts[ring], counts[ring + 1]
        if inner == 1 and ring == 0:
            graph.edges += [(starts[0], starts[1] + i) for i in range(outer)]
            continue
        for i in range(inner):
            for j in range(outer):
                if (i + 1) * outer == (j + 1) * inner:
                    graph.edges.append((starts[ring] + i, starts[ring + 1] + j))


def _circle_cells(args: Args, counts: list[int]) -> Graph:
    """Rings of so many fields each around a disc; a circle has a vertex wherever a line between fields ends on it."""
    first = next((ring for ring, count in enumerate(counts) if count), 0)
    if not first or any(count < 3 for count in counts[first:]):
        args.unsupported("rings of cells other than some of 0 and then some of 3 cells or more")
    graph = Graph(None, None)
    graph.points.append((0.0, 0.0, 0.0))
    inner: dict[Fraction, int] = {}
    seam: set[int] = set()
    for ring in range(first, len(counts) + 1):
        around = [count for count in counts[ring - 1 : ring + 1] if count]
        angles = sorted({Fraction(i, count) for count in around for i in range(count)})
        start = len(graph.points)
        seam.add(start)
        check_size(start + len(angles), "vertices")
        circle = {angle: start + i for i, angle in enumerate(angles)}
        graph.points += [_polar(ring - 0.5, 180 + 360 * float(angle)) for angle in angles]
        graph.edges += [(start + i, start + (i + 1) % len(angles)) for i in range(len(angles))]
        if ring > first:
            spokes = [Fraction(i, counts[ring - 1]) for i in range(counts[ring - 1])]
            graph.edges += [(inner[angle], circle[angle]) for angle in spokes]
        inner = circle
    graph.edges = [(min(e), max(e)) for e in graph.edges]
    graph.faces = find_faces(graph)
    # the fields beside the seam, where each ring begins, are no part of its round: Shatranj ar-Rumiya
    graph.pivots = {i: (0.0, 0.0) for i in range(len(graph.points)) if i not in seam}
    return graph


def regular_polygon(n: int) -> Graph:
    """n points on a circle of circumference n, the last one on top."""
    check_size(n, "vertices")
    graph = Graph("NoBasis", "Polygon")
    radius = n / (2 * math.pi)
    graph.points = [_polar(radius, 90 + 360 * (i + 1) / n) for i in range(n)]
    if n > 1:
        graph.edges = list(dict.fromkeys((min(i, (i + 1) % n), max(i, (i + 1) % n)) for i in range(n)))
    if n > 2:
        graph.faces = [tuple(range(n))]
    return graph


#: regular: (regular [<regularShape>] <dim sides>) -> graph
@shape("regular")
def regular(args: Args, use: str) -> Graph:
    """A regular polygon, or the star that joins every second corner."""
    sizes = args.sizes(3)
    if not sizes:
        args.fail("a regular polygon needs a number of sides")
    n = sizes[0]
    graph = regular_polygon(n)
    if args.word("Star"):
        graph.edges = list(dict.fromkeys((min(i, (i + 2) % n), max(i, (i + 2) % n)) for i in range(n)))
        graph.faces = []
    graph.reorder()
    return graph


#: wedge: (wedge <dim rows> [<dim columns>]) -> graph
@shape("wedge")
def wedge(args: Args, use: str) -> Graph:
    """A triangle with its apex on top: rows of three points (or so many columns), joined to the row above."""
    sizes = args.sizes()
    if not sizes:
        args.fail("a wedge needs a number of rows")
    n, columns = sizes[0], sizes[1] if len(sizes) > 1 else 3
    check_size(1.0 + (n - 1.0) * columns, "vertices")
    graph = Graph("NoBasis", "Wedge")
    graph.points.append((n - 1.0, n - 1.0, 0.0))
    for row in range(1, n):
        first = len(graph.points)
        for i in range(columns):
            across = 2 * i / (columns - 1) - 1 if columns > 1 else 0.0
            graph.points.append((n - 1.0 + row * across, n - 1.0 - row, 0.0))
            graph.edges.append((first + i - columns if row > 1 else 0, first + i))
        graph.edges += [(first + i, first + i + 1) for i in range(columns - 1)]
    return graph


def _polygons(node: Node) -> list[list[list[float]]]:
    if isinstance(node, Array):
        return [polygon for item in node.items for polygon in _polygons(item)]
    return [rows(node)] if isinstance(node, Call) and node.signature.head == "poly" else []


#: repeat: (repeat <dim rows> <dim columns> step:{{<float>}} <poly> | {<poly polys>}) -> graph
@shape("repeat")
def repeat(args: Args, use: str) -> Graph:
    """Polygons repeated: `step:` holds the shift between columns and the one between rows."""
    counts = args.sizes()
    step = rows(args.named.get("step"))
    polygons = [polygon for node in args.plain for polygon in _polygons(node)]
    if len(counts) < 2 or len(step) < 2 or any(len(p) < 2 for p in step) or not polygons:
        args.fail("repeat needs two counts, two steps and a polygon")
    check_size(float(counts[0]) * counts[1] * len(polygons), "cells")
    graph = Graph()
    index = PointIndex()
    for row in range(counts[0]):
        for column in range(counts[1]):
            dx, dy = (column * step[0][k] + row * step[1][k] for k in (0, 1))
            for polygon in polygons:
                loop = [index.find_or_add((p[0] + dx, p[1] + dy, 0.0)) for p in polygon if len(p) > 1]
                graph.faces.append(tuple(dict.fromkeys(loop)))
    graph.points = index.points
    graph.faces = [face for face in graph.faces if len(face) > 2]
    graph.edges = edges_of_faces(graph.faces)
    graph.reorder()
    return graph


#: spiral: (spiral turns:<dim> sites:<dim> [clockwise:<flag>]) -> graph
@shape("spiral")
def spiral(args: Args, use: str) -> Graph:
    """Points along a spiral from the middle outwards."""
    turns, sites = _count(args, "turns", 1), _count(args, "sites", 1)
    check_size(sites, "vertices")
    check_size(turns, "turns")
    sign = -1 if args.flag("clockwise", True) else 1
    graph = Graph("Spiral", "Spiral")
    # Equal steps along an Archimedean spiral r = t / 2pi: the length up to angle t grows as t^2.
    for i in range(sites):
        angle = 2 * math.pi * turns * math.sqrt(i / max(sites - 1, 1))
        graph.points.append(_polar(angle / (2 * math.pi), 90 + sign * math.degrees(angle)))
    graph.edges = [(i, i + 1) for i in range(sites - 1)]
    return graph
