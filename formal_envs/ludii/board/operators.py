"""Boards moved, joined, and made of other boards as a whole."""

from __future__ import annotations

import itertools
import math

from formal_envs.ludii.board.args import Args, integers
from formal_envs.ludii.board.graph import Graph, check_size, edges_of_faces
from formal_envs.ludii.board.planar import PointIndex, find_faces, join, split_crossings
from formal_envs.ludii.board.registry import all_graphs, only_graph, shape
from formal_envs.ludii.language.typed_tree import Leaf


#: shift: (shift <float x> <float y> [<float z>] <graph>) -> graph
@shape("shift")
def shift(args: Args, use: str) -> Graph:
    """Move by (dx, dy)."""
    values = args.numbers()
    if len(values) < 2:
        args.fail("a shift needs two numbers")
    if any(values[2:]):
        args.unsupported("(shift ...) upwards")
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
    if any(value != 1 for value in values[2:]):
        args.unsupported("(scale ...) upwards")
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
    args.without(connect=False)
    graph = join(all_graphs(args, use), merge=True)
    graph.faces = find_faces(graph)
    return graph


#: union_graph: (union <graph a> <graph b> [connect:<flag>]) -> graph
#: union_graph_all: (union {<graph graphs>} [connect:<flag>]) -> graph
@shape("union")
def union(args: Args, use: str) -> Graph:
    """Boards side by side, without joining them."""
    args.without(connect=False)
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
    edges = dict.fromkeys(graph.edges if args.flag("eachCell") else ())
    for group in groups:
        edges.update(dict.fromkeys((min(a, b), max(a, b)) for a, b in itertools.combinations(group, 2)))
    graph.edges = list(edges)
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
