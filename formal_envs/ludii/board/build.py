"""From the call that describes a board to the board."""

from __future__ import annotations

import functools

from formal_envs.ludii.board import (  # noqa: F401  (they register their shapes)
    figures,
    lattice,
    mancala,
    operators,
    parts,
    square,
    tilings,
)
from formal_envs.ludii.board.args import Args
from formal_envs.ludii.board.errors import BoardError
from formal_envs.ludii.board.graph import Graph, Work, check_size
from formal_envs.ludii.board.memo import kept
from formal_envs.ludii.board.registry import build_graph
from formal_envs.ludii.board.relations import Lists
from formal_envs.ludii.board.topology import Layout, Topology
from formal_envs.ludii.board.tracks import Track, read_tracks
from formal_envs.ludii.language.tree import SITE_TYPES
from formal_envs.ludii.language.typed_tree import Array, Call

MAX_DEPTH = 64
MAX_KEPT = 40_000  # vertices, edges and cells of the boards that are kept


class Board:
    """A board's graph with its sites of all three types, its tracks and what a drawing needs."""

    def __init__(self, graph: Graph, site_type: str, name: str = "board"):
        check_size(len(graph.points), "vertices")
        check_size(len(graph.edges) / 4, "edges")
        check_size(len(graph.faces), "cells")
        self.layout = Layout(graph)
        self.site_type = site_type
        self.name = name
        self.tracks: tuple[Track, ...] = ()

    @property
    def graph(self) -> Graph:
        """Vertices, edges and cells."""
        return self.layout.graph

    @property
    def basis(self) -> str | None:
        """Name of the tiling, if it is one throughout."""
        return self.graph.basis

    @property
    def shape(self) -> str | None:
        """Name of the shape."""
        return self.graph.shape

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.graph.faces)

    @property
    def n_vertices(self) -> int:
        """Number of vertices."""
        return len(self.graph.points)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.graph.edges)

    @property
    def n(self) -> int:
        """Number of sites of the default type."""
        return self.sites.n

    @property
    def sites(self) -> Topology:
        """The sites of the default type."""
        return self.topologies[self.site_type]

    @functools.cached_property
    def topologies(self) -> dict[str, Topology]:
        """The sites of each type."""
        return {name: Topology(self.layout, name) for name in SITE_TYPES}

    @property
    def incident(self) -> dict[tuple[str, str], Lists]:
        """(from type, to type) -> for each site the sites of the other type that touch it."""
        return self.layout.incident

    @property
    def outline(self) -> list[int]:
        """Vertices of the outer boundary in order."""
        return self.layout.outline

    @property
    def vertices(self) -> list[tuple[float, float, float]]:
        """Positions of the vertices."""
        return self.graph.points

    @property
    def edges(self) -> list[tuple[int, int]]:
        """Pairs of vertices."""
        return self.graph.edges

    @property
    def polygons(self) -> list[tuple[int, ...]]:
        """The corners of each cell, as loops of vertices."""
        return self.graph.faces


def depth(call: Call) -> int:
    """How deep calls are nested, without recursion."""
    deepest, level = 0, [call]
    while level:
        deepest += 1
        if deepest > MAX_DEPTH:
            raise BoardError(f"a board is nested at most {MAX_DEPTH} deep", call.start, call.end)
        following = []
        for node in level:
            for arg in node.args:
                stack = [arg]
                while stack:
                    item = stack.pop()
                    if isinstance(item, Array):
                        stack += item.items
                    elif isinstance(item, Call):
                        following.append(item)
        level = following
    return deepest


def _size(board: Board) -> int:
    return board.n_vertices + board.n_edges + board.n_cells


@kept(MAX_KEPT, _size)
def build_board(call: Call) -> Board:
    """The board of a (board ...), (boardless ...), (mancalaBoard ...) or (surakartaBoard ...).

    Raises BoardError if there is no such board, or if it would have more than MAX_SITES sites of a type.
    """
    depth(call)
    work = Work()
    args = Args(call, work)
    head = call.signature.head
    site_type = args.text("use") or ("Cell" if head in ("board", "boardless") else "Vertex")
    try:
        if head == "board":
            graphs = args.graphs()
            if len(graphs) != 1:
                args.fail(f"a board is made of one shape, got {len(graphs)}")
            graph = build_graph(graphs[0], site_type, work)
        else:
            graph = build_graph(call, site_type, work)
        board = Board(graph, site_type, head)
        if not board.n:
            args.fail(f"the board has no {site_type.lower()} to play on")
        board.tracks = read_tracks(args.calls("track"), board.sites)
        if head == "surakartaBoard":
            circuits = mancala.surakarta_tracks(args, board.sites.row, board.sites.column)
            board.tracks = tuple(Track(name, 0, True, sites) for name, sites in circuits)
    except BoardError as error:
        if not error.end:
            error.start, error.end = call.start, call.end
        raise
    return board
