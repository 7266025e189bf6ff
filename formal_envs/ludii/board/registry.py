"""Which function builds the graph of which ludeme, and the graphs that a ludeme is given."""

from __future__ import annotations

from collections.abc import Callable

from formal_envs.ludii.board.args import Args
from formal_envs.ludii.board.errors import BoardError, UnknownBoard
from formal_envs.ludii.board.graph import Graph, Work
from formal_envs.ludii.language.typed_tree import Call

Builder = Callable[[Args, str], Graph]
BUILDERS: dict[str, Builder] = {}


def shape(*names: str) -> Callable[[Builder], Builder]:
    """Register a function that makes a graph from arguments and the type of site that the board is used by.

    A name is a ludeme's head ("hex") or head and selector ("concentric Square"); the longer one is looked up first.
    """

    def register(function: Builder) -> Builder:
        for name in names:
            BUILDERS[name] = function
        return function

    return register


def build_graph(call: Call, use: str, work: Work) -> Graph:
    """The graph of a ludeme."""
    builder = BUILDERS.get(call.signature.name) or BUILDERS.get(call.signature.head)
    if builder is None:
        raise UnknownBoard(f"unsupported: {call.signature.name}", call.start, call.end)
    try:
        graph = builder(Args(call, work), use)
        work.spend(len(graph.points))
    except BoardError as error:
        if not error.end:
            error.start, error.end = call.start, call.end
        raise
    return graph


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
