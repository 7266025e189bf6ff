"""Who neighbours whom: by a common side, by a corner, across a corner."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.lang.board.graph import Graph, Point

STRAIGHT = math.radians(20)  # how far a line across a corner may bend
Lists = list[tuple[int, ...]]


def sorted_lists(sets: Sequence[set[int]]) -> Lists:
    """Ascending tuples."""
    return [tuple(sorted(s)) for s in sets]


def incidences(graph: Graph) -> dict[tuple[str, str], Lists]:
    """For each pair of site types, the sites of the second that touch each site of the first."""
    nv, ne, nf = len(graph.points), len(graph.edges), len(graph.faces)
    number = {(min(e), max(e)): i for i, e in enumerate(graph.edges)}
    vertex_edges: list[list[int]] = [[] for _ in range(nv)]
    vertex_cells: list[list[int]] = [[] for _ in range(nv)]
    edge_cells: list[list[int]] = [[] for _ in range(ne)]
    cell_edges: list[list[int]] = [[] for _ in range(nf)]
    for i, (a, b) in enumerate(graph.edges):
        vertex_edges[a].append(i)
        vertex_edges[b].append(i)
    for i, face in enumerate(graph.faces):
        previous = face[-1]
        for vertex in face:
            vertex_cells[vertex].append(i)
            edge = number.get((previous, vertex) if previous < vertex else (vertex, previous))
            if edge is not None:
                cell_edges[i].append(edge)
                edge_cells[edge].append(i)
            previous = vertex
    return {
        ("Vertex", "Edge"): [tuple(x) for x in vertex_edges],
        ("Vertex", "Cell"): [tuple(x) for x in vertex_cells],
        ("Edge", "Vertex"): list(graph.edges),
        ("Edge", "Cell"): [tuple(x) for x in edge_cells],
        ("Cell", "Vertex"): list(graph.faces),
        ("Cell", "Edge"): [tuple(sorted(x)) for x in cell_edges],
    }


def vertex_relations(graph: Graph) -> dict[str, Lists]:
    """Vertices: orthogonal along an edge, diagonal between opposite corners of a cell."""
    n = len(graph.points)
    orthogonal: list[set[int]] = [set() for _ in range(n)]
    diagonal: list[set[int]] = [set() for _ in range(n)]
    for a, b in graph.edges:
        orthogonal[a].add(b)
        orthogonal[b].add(a)
    for face in graph.faces:
        half = len(face) // 2
        if len(face) == 2 * half:
            for a, b in zip(face, face[half:], strict=False):
                if b not in orthogonal[a]:
                    diagonal[a].add(b)
                    diagonal[b].add(a)
    empty: Lists = [()] * n
    lists = sorted_lists(orthogonal)
    across = sorted_lists(diagonal)
    return {
        "Orthogonal": lists,
        "Diagonal": across,
        "OffDiagonal": empty,
        "Adjacent": lists,
        "All": [tuple(sorted(set(a) | set(b))) for a, b in zip(lists, across, strict=True)],
    }


def edge_relations(incident: dict[tuple[str, str], Lists]) -> dict[str, Lists]:
    """Edges: neighbours have a common end."""
    of_vertex = incident["Vertex", "Edge"]
    lists = [
        tuple(sorted({other for vertex in ends for other in of_vertex[vertex]} - {edge}))
        for edge, ends in enumerate(incident["Edge", "Vertex"])
    ]
    empty: Lists = [()] * len(lists)
    return {"Orthogonal": lists, "Diagonal": empty, "OffDiagonal": empty, "Adjacent": lists, "All": lists}


def cell_relations(graph: Graph, incident: dict[tuple[str, str], Lists], centres: Sequence[Point]) -> dict[str, Lists]:
    """Cells: orthogonal by a common side, adjacent by a common corner, diagonal straight across a corner."""
    n = len(graph.faces)
    orthogonal: list[set[int]] = [set() for _ in range(n)]
    for cells in incident["Edge", "Cell"]:
        for a in cells:
            for b in cells:
                if a != b:
                    orthogonal[a].add(b)
    of_vertex = incident["Vertex", "Cell"]
    adjacent = [{other for vertex in face for other in of_vertex[vertex]} - {i} for i, face in enumerate(graph.faces)]
    diagonal: list[set[int]] = [set() for _ in range(n)]
    around = graph.neighbours()
    for cell, face in enumerate(graph.faces):
        for i, vertex in enumerate(face):
            others = of_vertex[vertex]
            sides = (face[i - 1], face[(i + 1) % len(face)])
            across = [other for other in others if other != cell and other not in orthogonal[cell]]
            if across:  # the straightest way over the corner
                bends = [round(_bend(centres[cell], graph.points[vertex], centres[c]), 4) for c in across]
                diagonal[cell].add(across[bends.index(min(bends))])
            elif len(around[vertex]) == 3:  # as among hexagons: along the third edge
                for end in around[vertex]:
                    if end in sides or _bend(centres[cell], graph.points[vertex], graph.points[end]) >= STRAIGHT:
                        continue
                    for other in of_vertex[end]:
                        if (
                            vertex not in graph.faces[other]
                            and _bend(graph.points[vertex], graph.points[end], centres[other]) < STRAIGHT
                        ):
                            diagonal[cell].add(other)
    off = [a - o - d for a, o, d in zip(adjacent, orthogonal, diagonal, strict=True)]
    return {
        "Orthogonal": sorted_lists(orthogonal),
        "Diagonal": sorted_lists(diagonal),
        "OffDiagonal": sorted_lists(off),
        "Adjacent": sorted_lists(adjacent),
        "All": sorted_lists([a | d for a, d in zip(adjacent, diagonal, strict=True)]),
    }


def _bend(a: Point, b: Point, c: Point) -> float:
    """The angle by which a -> b -> c turns."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
    return abs(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy))
