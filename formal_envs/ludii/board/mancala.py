"""Boards with a builder of their own: mancala boards, the Surakarta board and games without a board."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from formal_envs.ludii.board.args import Args, integer
from formal_envs.ludii.board.graph import Graph, check_size
from formal_envs.ludii.board.registry import BUILDERS, build_graph, shape
from formal_envs.ludii.language.typed_tree import Call, Leaf, Param, Signature

OPEN_PLANES = {"Square": ("square", 41), "Hexagonal": ("hex", 21), "Triangular": ("tri", 41)}
STORE = 0.15  # how much nearer to the holes a store lies than another hole would


#: mancalaboard: (mancalaBoard <integer rows> <integer columns> [store:<storeType>] [numStores:<integer>]
#:     [largeStack:<flag>] [<track> | {<track tracks>}]) -> boardItem
@shape("mancalaBoard")
def mancala_board(args: Args, use: str) -> Graph:
    """Rows of holes, with a store at each end (`store:None`: without)."""
    sizes = args.sizes()
    if len(sizes) < 2:
        args.fail("a mancala board needs rows and columns")
    rows, columns = sizes[:2]
    check_size(float(rows) * columns + 2, "vertices")
    stores = args.text("store") != "None"
    if args.text("store") == "Inner" or ("numStores" in args.named and integer(args.named["numStores"]) != 2):
        args.unsupported("(mancalaBoard ...) with stores other than one at each end")
    graph = Graph("NoBasis", "NoShape")
    shift = 1 if stores else 0
    if stores:
        graph.points.append((STORE - 1.0, (rows - 1) / 2, 0.0))
    for y in range(rows):
        for x in range(columns):
            i = len(graph.points)
            graph.points.append((float(x), float(y), 0.0))
            if x:
                graph.edges.append((i - 1, i))
            if y:
                graph.edges.append((i - columns, i))
            if x and y:
                graph.faces.append((i - columns - 1, i - columns, i, i - 1))
    if stores:
        last = len(graph.points)
        graph.points.append((columns - STORE, (rows - 1) / 2, 0.0))
        left = [shift + y * columns for y in range(rows)]
        right = [v + columns - 1 for v in left]
        graph.edges += [(0, v) for v in left] + [(v, last) for v in right]
        for a, b in itertools.pairwise(left):
            graph.faces.append((0, a, b))
        for a, b in itertools.pairwise(right):
            graph.faces.append((last, b, a))
    return graph


#: surakartaboard: (surakartaBoard <graph> [loops:<integer>] [from:<integer>] [largeStack:<flag>]) -> boardItem
@shape("surakartaBoard")
def surakarta_board(args: Args, use: str) -> Graph:
    """The points of a board; its loops are tracks, see surakarta_tracks."""
    graphs = args.graphs()
    if len(graphs) != 1:
        args.fail("a Surakarta board is made of one board")
    return build_graph(graphs[0], "Vertex", args.work).copy()


def surakarta_tracks(args: Args, rows: Sequence[int], columns: Sequence[int]) -> list[tuple[str, tuple[int, ...]]]:
    """The circuits of a Surakarta board of points in rows and columns, each in both directions.

    Circuit k runs along row k and column k, counted from all four edges, and round a loop at each corner; where two
    sites of a circuit that follow each other are not neighbours, a loop lies between them. `from:` is the first k,
    `loops:` their number; by default all lines but the outermost and, on boards with one, the middle one have loops.
    """
    width, height = max(columns) + 1, max(rows) + 1
    at = {(c, r): site for site, (c, r) in enumerate(zip(columns, rows, strict=True))}
    first = integer(args.named["from"]) if "from" in args.named else 1
    count = integer(args.named["loops"]) if "loops" in args.named else (min(width, height) - 1) // 2
    tracks = []
    for k in range(first, first + min(count, width)):
        right, top = width - 1 - k, height - 1 - k
        walk = [(x, k) for x in range(width)] + [(right, y) for y in range(height)]
        walk += [(x, top) for x in range(width - 1, -1, -1)] + [(k, y) for y in range(height - 1, -1, -1)]
        if all(place in at for place in walk):
            circuit = tuple(at[place] for place in walk)
            tracks += [(f"Track{k}F", circuit), (f"Track{k}B", circuit[::-1])]
    return tracks


#: boardless: (boardless <boardlessTiling> [<dim size>] [largeStack:<flag>]) -> boardItem
@shape("boardless")
def boardless(args: Args, use: str) -> Graph:
    """A large board in place of the open plane."""
    kind = args.word(*OPEN_PLANES) or "Square"
    name, side = OPEN_PLANES[kind]
    side = (args.sizes() or [side])[0]
    signature = Signature(name, name, None, (Param("n", "int", None, False, 0),), "graph", name)
    graph = BUILDERS[name](Args(Call(signature, (Leaf("int", side),)), args.work), "Cell")
    if kind == "Square":
        graph.shape = "Square"
    return graph
