"""Cells, edges and vertices in one game: whose numbers and directions count, and whose pieces are meant."""

import pytest

from tests.ludii.test_ludemes import game
from tests.ludii.test_odd_rules import moves_of


@pytest.mark.parametrize(
    ("where", "edges"),
    [
        ("(union (sites Outer Edge) (sites {3}))", [0, 1, 2, 3, 4, 7, 9, 10, 11]),
        ("(union {(sites {5 6}) (sites {8}) (difference (sites Board Edge) (sites Outer Edge))})", [3, 5, 6, 8]),
        ("(difference (sites Board Edge) (sites {0 1 2 3 4 5 6 7}))", [8, 9, 10, 11]),
        ("(difference (sites Outer Edge) 2)", [0, 1, 4, 7, 9, 10, 11]),
        ("(intersection (sites {3 4 9}) (sites Outer Edge))", [4, 9]),
        ("(intersection {(sites {3 4 9}) (sites {9 4}) (sites Outer Edge)})", [4, 9]),
    ],
)
def test_numbers_within_sets_count_in_the_type_that_is_stated(where, edges):
    text = game("(move Remove Edge (sites Occupied by:P1 on:Edge))", board="(square 2)", start=f"(set P1 Edge {where})")
    assert moves_of(text) == sorted(f"Remove t{edge}E" for edge in edges)


@pytest.mark.parametrize(("role", "sites"), [("Shared", [0, 1, 2]), ("All", [0, 1, 2, 3]), ("Neutral", [3])])
def test_what_is_shared_is_not_nobodys(role, sites):
    items = '(piece "Mine" P1) (piece "Ours" Shared) (piece "Rock" Neutral)'
    start = '(place "Mine1" 0) (place "Ours" {1 2}) (place "Rock0" 3)'
    text = game(f"(move Remove (sites Occupied by:{role}))", "(square 2)", start, items=items)
    assert moves_of(text) == [f"-{site}" for site in sites]


@pytest.mark.parametrize("other", ["Cell", "Edge", "Vertex"])
def test_walks_turn_as_cells_lie_whatever_other_places_the_rules_name(other):
    leap = "(move Leap (from 12) {{F F L F}} (to (sites Empty)))"
    text = game(
        f"(or {leap} (if (= 0 1) (move Remove (sites Occupied by:P1 on:{other}))))", "(square 5)", '(place "A1" 12)'
    )
    assert moves_of(text) == [f"12>{site}" for site in (19, 21, 3, 5)]
