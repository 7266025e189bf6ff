"""Graphs whose edges are pieces.

The edges of (square 1) are 0 below, 1 left, 2 right, 3 above; those of (square 2) are numbered by rows too: 0 1 lie below,
then stand 2 3 4, then lie 5 6, and so on.
"""

# ruff: noqa: E501  (a case a line)

import pytest

from formal_envs.ludii import compile_game
from tests.ludii.test_ludemes import game, keys

LINE = "(graph vertices:{{0 0} {1 0} {2 0} {3 0}} edges:{{0 1} {1 2} {2 3}}) use:Vertex"
CROSS = "(graph vertices:{{0 0} {1 1} {0 1} {1 0} {2 2}} edges:{{0 1} {2 3} {1 4} {0 3}}) use:Edge"


def holds(condition, edges, board="(square 1)"):
    """Whether it does at the start, with edges of player 1's."""
    start = f'(place "A1" Edge {{{edges}}})' if edges else ""
    text = game(f"(if {condition} (move Select (from (sites {{0}}))))", board=board, start=start)
    return keys(compile_game(text).initial()) != ["Pass"]


@pytest.mark.parametrize(
    ("condition", "edges", "expected"),
    [
        ("(is RegularGraph P1)", "", True),
        ("(is RegularGraph P1)", "0 3", True),
        ("(is RegularGraph P1)", "0 1", False),
        ("(is RegularGraph P1 k:2)", "0 1 2 3", True),
        ("(is RegularGraph P1 k:1)", "0 1 2 3", False),
        ("(is RegularGraph P1 odd:True)", "0 3", True),
        ("(is RegularGraph P1 even:True)", "0 3", False),
        ("(is RegularGraph P2 k:2)", "0 1 2 3", False),
        ("(is Tree P1)", "0 1 2", True),
        ("(is Tree P1)", "0 3", True),  # two of them
        ("(is Tree P1)", "0 1 2 3", False),
        ("(is SpanningTree P1)", "0 1 2", True),
        ("(is SpanningTree P1)", "0 3", False),
        ("(is SpanningTree P1)", "0 1 2 3", False),
    ],
)
def test_graphs(condition, edges, expected):
    assert holds(condition, edges) is expected


@pytest.mark.parametrize(
    ("path", "edges", "expected"),
    [
        ("length:(exact 1)", "0", [4, 5, 6, 7, 8, 9, 10, 11]),  # beside no end of edge 0
        ("length:(exact 2)", "0", [1, 2, 3]),
        ("length:(exact 4) closed:True", "0 2 3", [5]),
        ("length:(max 4) closed:True", "0 2 3 1", [5]),  # the path that 1 adds does not matter
        ("length:(exact 6) closed:True", "0 1 2 4 5", [6]),
        ("length:(exact 4) closed:True", "0 1 2 4 5", [3]),
    ],
)
def test_paths(path, edges, expected):
    play = f"(do (move Add (to Edge (sites Empty Edge))) ifAfterwards:(is Path Edge Mover {path}))"
    text = game(play, board="(square 2)", start=f'(place "A1" Edge {{{edges}}})')
    found = [int(key.removeprefix("Add t").removesuffix("E w1")) for key in keys(compile_game(text).initial())]
    assert sorted(found) == expected


def test_the_middle_of_a_tree():
    play = "(do (move Add (to (sites Empty))) ifAfterwards:(is TreeCentre P1))"
    text = game(play, board=LINE, start='(place "A1" Edge {0 1 2})')
    assert keys(compile_game(text).initial()) == ["+1", "+2"]


def test_crossing_edges():
    """The two diagonals cross; edges that share an end, or lie in one line, do not."""
    play = "(move Select (from (sites Crossing at:{edge} {role})))"
    start = '(place "A1" {0 2}) (place "A2" {1 3})'
    for edge, role, expected in [
        (0, "All", ["Select f1"]),
        (0, "P1", ["Pass"]),
        (1, "P1", ["Select f0"]),
        (2, "All", ["Pass"]),
    ]:
        text = game(play.format(edge=edge, role=role), board=CROSS, start=start)
        assert keys(compile_game(text).initial()) == expected, (edge, role)


def test_costs():
    start = "(set Cost 3 Edge at:1) (set Cost 4 Edge at:2) (set Cost 5 at:1)"
    for cost, expected in [("Edge at:1", 3), ("Edge in:(sites Board Edge)", 7), ("at:1", 5), ("at:0", 0)]:
        text = game(f"(move Select (from (sites {{(cost {cost})}})))", start=start)
        assert keys(compile_game(text).initial()) == [f"Select f{expected}"], cost


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("(sites Cell 0)", ["+0", "+1", "+3", "+4"]),
        ("(sites Cell 3)", ["+4", "+5", "+7", "+8"]),
        ("(sites Cell 4)", ["Pass"]),
        ("(sites Cell)", ["Pass"]),
    ],
)
def test_the_vertices_of_a_cell(region, expected):
    assert keys(compile_game(game(f"(move Add (to {region}))", board="(square 3) use:Vertex")).initial()) == expected


def test_the_vertices_of_an_edge_are_its_ends():
    """Four points in a square have four edges, two at each point."""
    texts = [game(f"(move Add (to (sites Edge {edge})))", board="(square 2) use:Vertex") for edge in range(4)]
    ends = [key for text in texts for key in keys(compile_game(text).initial())]
    assert sorted(ends) == ["+0", "+0", "+1", "+1", "+2", "+2", "+3", "+3"]
