"""Who neighbours whom: by a common side, by a corner, across a corner."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain

from formal_envs.ludii.board.graph import Graph, Point

STRAIGHT = math.radians(20)  # how far a line across a corner may bend
LEAST = math.radians(5)  # or from the middle of a cell over its corner to that of another
NOISE = 1e-9
SLOPE = math.tan(STRAIGHT)
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
    """Vertices: orthogonal along an edge, diagonal straight across a cell."""
    n = len(graph.points)
    orthogonal: list[set[int]] = [set() for _ in range(n)]
    diagonal: list[set[int]] = [set() for _ in range(n)]
    for a, b in graph.edges:
        orthogonal[a].add(b)
        orthogonal[b].add(a)
    for face in graph.faces:
        if len(face) == 3:
            continue
        for a, b in opposite_corners(graph.points, face):
            if b not in orthogonal[a]:
                diagonal[a].add(b)
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


def opposite_corners(points: Sequence[Point], face: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Each corner of a cell with the one from which a line to it passes nearest to the middle, of several the last."""
    n, half = len(face), len(face) // 2
    x, y = sum([points[v][0] for v in face]) / n, sum([points[v][1] for v in face]) / n
    across = [face[i - half] for i in range(n)]
    if n == 2 * half and all(
        abs(points[a][0] + points[b][0] - 2 * x) < NOISE and abs(points[a][1] + points[b][1] - 2 * y) < NOISE
        for a, b in zip(face[:half], across, strict=False)
    ):
        return zip(face, across, strict=True)
    pairs = []
    for a in face:
        ax, ay, _ = points[a]
        best, least = a, math.inf
        for b in reversed(face):
            dx, dy = points[b][0] - ax, points[b][1] - ay
            aside = abs(dx * (y - ay) - dy * (x - ax)) / (math.hypot(dx, dy) or math.inf)
            if b != a and aside < least:
                best, least = b, aside
        pairs.append((a, best))
    return pairs


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
    faces, points = graph.faces, graph.points
    orthogonal: list[set[int]] = [set() for _ in faces]
    for cells in incident["Edge", "Cell"]:
        if len(cells) == 2:
            orthogonal[cells[0]].add(cells[1])
            orthogonal[cells[1]].add(cells[0])
        elif len(cells) > 2:
            for a in cells:
                orthogonal[a].update([b for b in cells if b != a])
    of_vertex = incident["Vertex", "Cell"]
    adjacent = [set(chain.from_iterable([of_vertex[vertex] for vertex in face])) for face in faces]
    for cell, near in enumerate(adjacent):
        near.discard(cell)
    diagonal: list[set[int]] = [set() for _ in faces]
    crossed: set[tuple[int, int]] = set()  # (cell, vertex): cells lie across that corner
    for cell, face in enumerate(faces):
        loose = adjacent[cell] - orthogonal[cell]
        if not loose:
            continue
        for vertex in face:
            across = [other for other in of_vertex[vertex] if other in loose]
            if not across:
                continue
            crossed.add((cell, vertex))
            if len(across) > 1:  # the straightest way over the corner
                bends = [round(_bend(centres[cell], points[vertex], centres[c]), 4) for c in across]
                across = [across[bends.index(min(bends))]]
            diagonal[cell].add(across[0])
    ends = [len(edges) for edges in incident["Vertex", "Edge"]]
    for (a, b), beside in zip(graph.edges, incident["Edge", "Cell"], strict=True):
        for v, w in ((a, b), (b, a)) if 3 in (ends[a], ends[b]) else ():
            if ends[v] != 3:
                continue
            for cell in of_vertex[v]:  # as among hexagons: along the third edge
                if cell in beside or (cell, v) in crossed or not _straight(centres[cell], points[v], points[w]):
                    continue
                for other in of_vertex[w]:
                    if other in beside or v in faces[other]:
                        continue
                    if (
                        _straight(points[v], points[w], centres[other])
                        or _bend(centres[cell], points[v], centres[other]) < LEAST
                    ):
                        diagonal[cell].add(other)
    square = sorted_lists(orthogonal)
    across_lists = sorted_lists(diagonal)
    touching = square if adjacent == orthogonal else sorted_lists(adjacent)
    plain = not any(d - a for a, d in zip(adjacent, diagonal, strict=True))
    return {
        "Orthogonal": square,
        "Diagonal": across_lists,
        "OffDiagonal": sorted_lists([a - o - d for a, o, d in zip(adjacent, orthogonal, diagonal, strict=True)]),
        "Adjacent": touching,
        "All": touching if plain else sorted_lists([a | d for a, d in zip(adjacent, diagonal, strict=True)]),
    }


def _straight(a: Point, b: Point, c: Point) -> bool:
    """Whether a -> b -> c turns by less than STRAIGHT."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
    along = ux * vx + uy * vy
    return along > 0 and abs(ux * vy - uy * vx) < SLOPE * along


def _bend(a: Point, b: Point, c: Point) -> float:
    """The angle by which a -> b -> c turns."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
    return abs(math.atan2(ux * vy - uy * vx, ux * vx + uy * vy))
