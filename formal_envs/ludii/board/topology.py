"""The sites of one type on a board: positions, neighbours, straight walks and named parts."""

from __future__ import annotations

import functools

from formal_envs.ludii.board import regions
from formal_envs.ludii.board.coordinates import letters, mean_step, rows_and_columns
from formal_envs.ludii.board.graph import Graph, Point
from formal_envs.ludii.board.radials import Radial, Ray, radials, rays
from formal_envs.ludii.board.relations import Lists, cell_relations, edge_relations, incidences, vertex_relations

CORNER = 40  # degrees by which the outline turns at a corner
RELATIONS = ("Orthogonal", "Diagonal", "OffDiagonal", "Adjacent", "All")


class Layout:
    """A board's graph, and what its sites of all types share."""

    def __init__(self, graph: Graph):
        self.graph = graph

    @functools.cached_property
    def incident(self) -> dict[tuple[str, str], Lists]:
        """(from type, to type) -> for each site the sites of the other type that touch it."""
        return incidences(self.graph)

    @functools.cached_property
    def outline(self) -> list[int]:
        """Vertices of the outer boundary in order."""
        return regions.outline(self.graph.points, self.graph.edges)


class Topology:
    """Sites 0 .. n-1 of one type. Parts that few games need are computed when first asked for."""

    def __init__(self, layout: Layout, site_type: str):
        self.layout = layout
        self.site_type = site_type
        graph = layout.graph
        self.n = len(graph.points if site_type == "Vertex" else graph.edges if site_type == "Edge" else graph.faces)

    @functools.cached_property
    def points(self) -> list[Point]:
        """Positions in space."""
        graph = self.layout.graph
        if self.site_type == "Vertex":
            return graph.points
        if self.site_type == "Edge":
            return [graph.midpoint(edge) for edge in graph.edges]
        return [graph.centroid(face) for face in graph.faces]

    @functools.cached_property
    def xy(self) -> list[tuple[float, float]]:
        """Positions in the plane."""
        return [(p[0], p[1]) for p in self.points]

    @functools.cached_property
    def layer(self) -> list[int]:
        """Height of each site, counted in layers from 0."""
        heights = sorted({round(p[2], 3) for p in self.points})
        number = {z: i for i, z in enumerate(heights)}
        return [number[round(p[2], 3)] for p in self.points]

    @functools.cached_property
    def neighbours(self) -> dict[str, Lists]:
        """For each relation, the neighbours of each site, ascending."""
        graph = self.layout.graph
        if self.site_type == "Vertex":
            return vertex_relations(graph)
        if self.site_type == "Edge":
            return edge_relations(self.layout.incident)
        return cell_relations(graph, self.layout.incident, self.points)

    @functools.cached_property
    def radials(self) -> list[tuple[Radial, ...]]:
        """For each site the walks straight on from it."""
        return radials(self.rays)

    @functools.cached_property
    def rays(self) -> list[list[Ray]]:
        """The radials as plain tuples: direction, mask of the relations, sites."""
        return rays(self.points, self.neighbours, self.pivots)

    @functools.cached_property
    def pivots(self) -> dict[int, tuple[float, float]]:
        """The middle of the circle that a site lies on, where it does."""
        of_vertex = self.layout.graph.pivots
        if self.site_type == "Vertex" or not of_vertex:
            return of_vertex
        loops = self.layout.incident[self.site_type, "Vertex"]
        return {i: of_vertex[loop[0]] for i, loop in enumerate(loops) if all(v in of_vertex for v in loop)}

    @functools.cached_property
    def _lines(self) -> tuple[list[int], list[int]]:
        return rows_and_columns(self.points, self.neighbours["Orthogonal"], self.site_type == "Edge")

    @functools.cached_property
    def row(self) -> list[int]:
        """Row of each site, from 0 at the bottom."""
        return self._whole(self._lines[0])

    @functools.cached_property
    def column(self) -> list[int]:
        """Column of each site, from 0 at the left."""
        return self._whole(self._lines[1])

    def _whole(self, lines: list[int]) -> list[int]:
        """On a pyramid, where lines lie half a step apart, every second one counts as a whole step."""
        return [i if i % 2 else i // 2 for i in lines] if any(self.layer) else lines

    @functools.cached_property
    def label(self) -> list[str]:
        """A1 at the bottom left; boards of several layers add the layer. Edges have their numbers."""
        if self.site_type == "Edge":
            return [str(site) for site in range(self.n)]
        tails = [f"/{z}" for z in self.layer] if any(self.layer) else [""] * self.n
        return [f"{letters(c)}{r + 1}{tail}" for r, c, tail in zip(*self._lines, tails, strict=True)]

    @functools.cached_property
    def phase(self) -> list[int]:
        """Colour of each site: neighbours by a side differ."""
        return regions.colouring(self.neighbours["Orthogonal"])

    @functools.cached_property
    def outer(self) -> tuple[int, ...]:
        """Sites on the outline of the board."""
        layout = self.layout
        if self.site_type == "Vertex":
            return tuple(sorted(set(layout.outline)))
        path = layout.outline
        ends = {(min(a, b), max(a, b)) for a, b in zip(path, path[1:] + path[:1], strict=True)}
        edges = [i for i, e in enumerate(layout.graph.edges) if (min(e), max(e)) in ends]
        if self.site_type == "Edge":
            return tuple(edges)
        return tuple(sorted({cell for edge in edges for cell in layout.incident["Edge", "Cell"][edge]}))

    @functools.cached_property
    def regions(self) -> dict[str, tuple[int, ...]]:
        """Named parts of the board."""
        found = regions.extremes(self.points)
        outer = set(self.outer)
        found["Outer"] = found["Perimeter"] = self.outer
        found["Inner"] = tuple(i for i in range(self.n) if i not in outer)
        found["Centre"] = regions.centre(self.points)
        found["Board"] = tuple(range(self.n))
        convex, concave = self._corners
        found["ConvexCorners"], found["ConcaveCorners"] = convex, concave
        found["Corners"] = tuple(sorted(set(convex) | set(concave)))
        if self.site_type == "Edge":
            found.update(regions.edge_kinds(self.layout.graph.points, self.layout.graph.edges))
        sizes = [len(face) for face in self.layout.graph.faces] if self.site_type == "Cell" else [0] * self.n
        most = max(sizes, default=0)
        found["Major"] = tuple(i for i, size in enumerate(sizes) if size == most)
        found["Minor"] = tuple(i for i, size in enumerate(sizes) if size < most)
        return found

    @property
    def _corners(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Sites where the outline turns outwards, and those where it turns inwards."""
        loop = self.layout.outline
        turn = regions.turns(self.points, loop if self.site_type == "Vertex" else self._around(loop))
        return (
            tuple(sorted(i for i, degrees in turn.items() if degrees > CORNER)),
            tuple(sorted(i for i, degrees in turn.items() if degrees < -CORNER)),
        )

    def _around(self, loop: list[int]) -> list[int]:
        """The outer cells in the order of the outline; no edges."""
        if self.site_type == "Edge":
            return []
        touching = self.layout.incident["Vertex", "Cell"]
        ring: list[int] = []
        for a, b in zip(loop, loop[1:] + loop[:1], strict=True):
            for cell in touching[a]:
                if cell in touching[b] and (not ring or ring[-1] != cell):
                    ring.append(cell)
                    break
        while len(ring) > 1 and ring[0] == ring[-1]:
            ring.pop()
        return ring if len(ring) > 2 else []

    @functools.cached_property
    def step(self) -> float:
        """Mean distance of orthogonal neighbours."""
        return mean_step(self.points, self.neighbours["Orthogonal"])

    @functools.cached_property
    def sides(self) -> dict[str, tuple[int, ...]]:
        """The sites of each side, by the direction in which the side faces.

        Among hexagons, a blunt corner is a side too where none else faces that way.
        """
        found = regions.sides(self.points, self.outer, self.step)
        if self.site_type == "Cell" and all(len(face) == 6 for face in self.layout.graph.faces):
            for direction, corner in regions.blunt_corners(self.points, self.outer).items():
                found[direction] = found[direction] or corner
        return found
