"""The sides of boards, and what rules make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_board import build

from formal_envs.ludii import GameError, apply, compile_game, legal_moves

RULES = "(rules (play (move Add (to (sites Empty)))) (end (if (is Connected {}) (result Mover Win))))"


def sides(text: str) -> dict[str, tuple[int, ...]]:
    return {direction: sites for direction, sites in build(text).sites.sides.items() if sites}


@given(st.integers(2, 9))
def test_hexagons_have_six_long_sides_and_two_corners_that_are_sides(n):
    found = sides(f"(hex {n})")
    middle = build(f"(hex {n})").n // 2
    assert found.pop("W") == (middle - n + 1,)
    assert found.pop("E") == (middle + n - 1,)
    assert {direction: len(sites) for direction, sites in found.items()} == dict.fromkeys(
        ("N", "NE", "NW", "S", "SE", "SW"), n
    )


@given(st.integers(2, 9))
def test_rhombuses_have_their_blunt_corners_as_sides(n):
    found = sides(f"(hex Diamond {n})")
    assert (found.pop("S"), found.pop("N")) == ((0,), (n * n - 1,))
    assert {direction: len(sites) for direction, sites in found.items()} == dict.fromkeys(("NE", "NW", "SE", "SW"), n)


@given(st.integers(2, 9))
def test_sharp_and_right_corners_are_no_sides(n):
    assert set(sides(f"(hex Triangle {n})")) == {"NE", "NW", "S"}
    assert set(sides(f"(square {n})")) == {"E", "N", "S", "W"}
    assert "E" not in sides(f"(tri Hexagon {n}) use:Vertex")  # nor are those of points


def winning(board: str, condition: str) -> list[str]:
    """The first moves that win."""
    text = f'(game "T" (players 2) (equipment {{(board {board}) (piece "Ball" Each)}}) {RULES.format(condition)})'
    state = compile_game(text).initial()
    return [move.key for move in legal_moves(state) if apply(state, move).over]


def test_a_stone_in_a_corner_that_is_a_side_joins_three():
    assert winning("(hex 3)", "3 Sides") == ["Add t7 w1", "Add t11 w1"]
    assert winning("(hex Triangle 3)", "3 Sides") == []
    assert winning("(hex 3)", "1 SidesNoCorners") == [f"Add t{site} w1" for site in (1, 3, 6, 12, 15, 17)]


def test_diagonals_are_never_connected():
    assert winning("(square 1)", "Diagonals") == []


@pytest.mark.parametrize("kind", ["Rows", "Columns", "AllDirections", "Touching"])
def test_connections_of_other_kinds_of_regions_are_not_supported(kind):
    with pytest.raises(GameError) as caught:
        winning("(square 3)", kind)
    assert caught.value.stage == "unsupported"
