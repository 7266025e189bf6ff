"""Rows, columns and labels: which way the lines of a board run."""

import cmath
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_board import build


def lines(text: str) -> tuple[int, int]:
    sites = build(text).sites
    return max(sites.row) + 1, max(sites.column) + 1


@pytest.mark.parametrize(("rings", "expected"), [(1, (3, 3)), (2, (5, 5)), (3, (7, 7)), (7, (23, 15))])
def test_rows_of_rings_of_six_run_askew_while_they_stand_apart(rings, expected):
    """Lines askew are 0.866 apart, the mean step is (3 + rings) / 4."""
    assert lines(f"(concentric {{1 {'6 ' * rings}}}) use:Vertex") == expected


def test_labels_of_three_rings_of_six():
    sites = build("(concentric {1 6 6 6}) use:Vertex").sites
    at = {(round(x, 3), round(y, 3)): label for (x, y), label in zip(sites.xy, sites.label, strict=True)}
    assert at[0, 0] == "D4"
    assert (at[0, -3], at[0, 3]) == ("A1", "G7")
    assert (at[2.598, 1.5], at[-2.598, 1.5]) == ("G4", "D7")


@given(st.integers(2, 5))
def test_corners_of_hexagons_lie_in_level_rows(n):
    """Each row of cells adds two rows of corners; every half cell is a column."""
    assert lines(f"(hex {n}) use:Vertex") == (4 * n, 4 * n - 1)
    assert lines(f"(hex {n})") == (2 * n - 1, 2 * n - 1)


@given(st.integers(4, 9))
def test_corners_of_a_diamond_of_hexagons_lie_in_level_rows(n):
    """Lines askew are fewer from 4 on, but no step runs straight on along them, as among the cells it does."""
    assert lines(f"(hex Diamond {n}) use:Vertex") == (2 * n + 1, 4 * n)
    assert lines(f"(hex Diamond {n})") == (n, n)


@given(st.integers(5, 9))
def test_arms_of_a_cross_have_level_rows(n):
    """Diagonal lines are one fewer each way, and 4 n of their (2 n)^2 crossings hold a site."""
    assert lines(f"(concentric {{{'4 ' * n}}}) use:Vertex") == (2 * n + 1, 2 * n + 1)


@pytest.mark.parametrize(("between", "expected"), [(0.4, (3, 3)), (0.49, (3, 3)), (0.5, (3, 5)), (0.6, (3, 5))])
def test_columns_half_a_unit_apart_are_two(between, expected):
    points = [(1.25, 1), (0, 0), (between, 3), (2.5 - between, 0), (2.5, 3)]
    vertices = " ".join(f"{{{x} {y}}}" for x, y in points)
    assert lines(f"(graph vertices:{{{vertices}}} edges:{{{{1 3}} {{2 4}} {{0 1}}}}) use:Vertex") == expected


@pytest.mark.parametrize(("apart", "expected"), [(0.45, (3, 3)), (0.55, (2, 3)), (0.7, (2, 3))])
def test_wide_rows_stand_half_a_unit_apart_or_more(apart, expected):
    points = [(0, 0), (1, 0.2), (2, 0), *((x, 0.2 + apart) for x in range(3))]
    assert lines(f"(graph vertices:{{{' '.join(f'{{{x} {y}}}' for x, y in points)}}}) use:Vertex") == expected


def test_a_cross_on_its_corner_has_level_rows():
    cross = "(merge {(square 3) (shift 1 -1 (rectangle 5 1)) (shift -1 1 (rectangle 1 5))})"
    assert lines(f"(rotate 45 {cross})") == (5, 5)
    sites = build(f"(rotate 45 {cross})").sites
    low = min(range(sites.n), key=lambda site: (round(sites.xy[site][1], 3), sites.xy[site][0]))
    assert sites.label[low] == "A1"


def test_circles_of_many_points_have_a_row_for_each_height():
    assert lines("(concentric {24}) use:Vertex") == (13, 13)


@pytest.mark.parametrize(("steps", "expected"), [(1, (3, 2)), (2, (5, 5)), (6, (13, 13))])
def test_a_site_beside_a_line_has_its_own_column_where_most_places_are_empty(steps, expected):
    """Squares on a slope and a point above their first column, 0.2 to the right: wide columns while they are dense."""
    squares = " ".join(f"(shift {2 * i} {2 * i} (square 2))" for i in range(steps))
    assert lines(f"(merge {{{squares} (shift 0.2 {2 * steps} (square 1))}}) use:Vertex") == expected


def test_edges_of_a_turned_grid_have_level_rows():
    """The middles of the 12 edges are at 12 heights and 12 widths."""
    assert lines("(rotate 20 (square 3)) use:Vertex") == (3, 3)
    assert lines("(rotate 20 (square 3)) use:Edge") == (12, 12)


def unjoined(degrees: float, xs: list[float]) -> str:
    """Four rows of points that nothing joins, turned."""
    turn = cmath.rect(1, math.radians(degrees))
    points = " ".join(f"{{{z.real:.6f} {z.imag:.6f}}}" for y in range(4) for z in (complex(x, y) * turn for x in xs))
    return f"(graph vertices:{{{points}}}) use:Vertex"


@pytest.mark.parametrize("degrees", [10, 15, 25, 30, 40])
def test_rows_of_unjoined_points_are_found_askew(degrees):
    """At multiples of 15 degrees: 5 degrees off, a line of 4 stays within 0.3."""
    sites = build(unjoined(degrees, [0, 1, 2, 3])).sites
    assert sites.row == [y for y in range(4) for _ in range(4)]
    assert sites.column == [0, 1, 2, 3] * 4


def test_lines_that_stand_unevenly_apart_do_not_run_askew():
    """The columns are 1 and 1.6 apart, and all 12 heights and widths differ."""
    assert lines(unjoined(20, [0, 1, 2.6])) == (12, 12)
    assert lines(unjoined(20, [0, 1, 2])) == (4, 3)
