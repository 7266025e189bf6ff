"""Which cells a board has, and how they are numbered: faces of drawings, rings, holes, polygons."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_board import build

from formal_envs.ludii.board import UnknownBoard
from formal_envs.ludii.board.graph import Graph
from formal_envs.ludii.board.planar import find_faces

CROSSED = "vertices:{{0 0} {2 0} {2 2} {0 2}} edges:{{0 1} {1 2} {2 3} {3 0} {0 2} {1 3}}"


def test_a_graph_has_the_cells_between_its_edges():
    board = build(
        "(graph vertices:{{0 0} {1 0} {2 0} {0 1} {1 1} {2 1}} edges:{{0 1} {1 2} {0 3} {1 4} {2 5} {3 4} {4 5}})"
    )
    assert [sorted(polygon) for polygon in board.polygons] == [[0, 1, 3, 4], [1, 2, 4, 5]]


def test_edges_that_cross_have_cells_that_overlap():
    polygons = build(f"(graph {CROSSED})").polygons
    assert sorted(map(sorted, polygons)) == [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize("end", ["1 1", "-1 -1"])
def test_an_edge_that_hangs_loose_bounds_no_cell(end):
    corners = f"vertices:{{{{0 0}} {{3 0}} {{3 3}} {{0 3}} {{{end}}}}}"
    board = build(f"(graph {corners} edges:{{{{0 1}} {{1 2}} {{2 3}} {{3 0}} {{0 4}}}})")
    assert [sorted(polygon) for polygon in board.polygons] == [[0, 1, 2, 3]]


@given(st.lists(st.floats(0.5, 3), min_size=3, max_size=12), st.floats(0, 7))
def test_a_star_shaped_polygon_is_one_cell(radii, turn):
    graph, n = Graph(), len(radii)
    graph.points = [
        (r * math.cos(turn + 2 * math.pi * i / n), r * math.sin(turn + 2 * math.pi * i / n), 0.0)
        for i, r in enumerate(radii)
    ]
    graph.edges = [(min(i, (i + 1) % n), max(i, (i + 1) % n)) for i in range(n)]
    assert [sorted(face) for face in find_faces(graph)] == [list(range(n))]


def test_cells_that_boards_share_are_found_from_their_first_corner():
    sites = build("(merge (square 2) (shift 2 -1 (square 2)))").sites
    first, rest = [(0.5, 0.5), (1.5, 0.5), (2.5, -0.5), (2.5, 0.5)], [(0.5, 1.5), (1.5, 1.5), (3.5, -0.5), (3.5, 0.5)]
    assert sites.xy == first + rest


@pytest.mark.parametrize("counts", [[3, 6], [4, 4], [6, 9], [5, 7, 9]])
@pytest.mark.parametrize("zeros", [1, 3])
def test_rings_of_cells_lie_round_a_disc(counts, zeros):
    """Each circle has a vertex at the end of each line between the fields on either side."""
    board = build(f"(concentric {{{' '.join(['0'] * zeros)} {' '.join(map(str, counts))}}})")
    assert board.n_cells == 1 + sum(counts)
    circles = [[a] for a in counts[:1]] + [[a, b] for a, b in itertools.pairwise(counts)] + [counts[-1:]]
    places = [len({i / n for n in circle for i in range(n)}) for circle in circles]
    assert board.n_vertices == 1 + sum(places)
    assert board.n_edges == sum(places) + sum(counts)
    assert math.isclose(max(math.hypot(x, y) for x, y in board.topologies["Vertex"].xy), zeros + len(counts) - 0.5)


@pytest.mark.parametrize("rings", ["{1 8}", "{8 8}", "{0 8 0 8}", "{0 2 8}", "{8}"])
def test_other_rings_of_cells_are_not_supported(rings):
    with pytest.raises(UnknownBoard, match="rings of cells"):
        build(f"(concentric {rings})")


def test_points_round_nothing_start_at_distance_one():
    sites = build("(concentric {4 4}) use:Vertex").sites
    assert [round(math.hypot(*place), 6) for place in sites.xy] == [1.0] * 4 + [2.0] * 4
    assert sites.neighbours["Orthogonal"][0] == (1, 3, 4)


def test_a_hole_takes_cells_and_what_bounds_them_alone():
    board = build("(hole (square 5) (poly {{1 1} {1 4} {4 4} {4 1}}))")
    assert (board.n_cells, board.n_vertices, board.n_edges) == (16, 36, 60 - 12)


CORNERS = "{-1 2} {2 5} {5 2} {2 -1}"  # a square on its corner, clockwise; eight points of the grid lie on its outline


@pytest.mark.parametrize(
    ("corners", "n"),
    [(CORNERS, 25 - 4), (" ".join(reversed(CORNERS.replace("} {", "}|{").split("|"))), 25 - 12)],
)
def test_places_on_the_outline_are_in_a_polygon_whose_corners_run_clockwise(corners, n):
    assert build(f"(keep (square 5) (poly {{{corners}}})) use:Vertex").n == n


@pytest.mark.parametrize(
    "polygon",
    [
        "{{-1 -1} {-1 1.95} {5 1.95} {5 -1}}",
        "{{-1 -1} {5 -1} {5 2.05} {-1 2.05}}",
        "{{-1 -1} {5 -1} {2 2} {5 5} {-1 5}}",
    ],
)
def test_places_beside_the_outline_are_not_guessed(polygon):
    with pytest.raises(UnknownBoard, match="near to the outline"):
        build(f"(keep (square 5) (poly {polygon})) use:Vertex")


@pytest.mark.parametrize(("n", "cells"), [(32, 1), (33, 0)])
def test_cells_have_up_to_32_corners(n, cells):
    corners = " ".join(
        f"{{{10 * math.cos(2 * math.pi * i / n):.3f} {10 * math.sin(2 * math.pi * i / n):.3f}}}" for i in range(n)
    )
    edges = " ".join(f"{{{i} {(i + 1) % n}}}" for i in range(n))
    assert build(f"(graph vertices:{{{corners}}} edges:{{{edges}}}) use:Vertex").n_cells == cells


def test_diagonals_lead_across_cells_of_five_corners():
    house = "vertices:{{0 0} {4 0} {4 3} {2 5} {0 3}} edges:{{0 1} {1 2} {2 3} {3 4} {4 0}}"
    diagonal = build(f"(graph {house}) use:Vertex").sites.neighbours["Diagonal"]
    assert diagonal[:3] == [(2,), (4,), (0,)]  # the straightest way past the middle, at 2 2.2
    assert diagonal[4] == (1,)


def test_a_large_cell_meets_the_cells_straight_behind_its_neighbours():
    arms = "(merge (shift 0 2 (rectangle 3 7)) (shift 2 0 (rectangle 7 3)))"
    hole = f"(hole {arms} (poly {{{{2 2}} {{2 5}} {{5 5}} {{5 2}}}}))"
    at = {place[:2]: vertex for vertex, place in enumerate(build(hole).vertices)}
    ring = [(2, 2), (3, 2), (4, 2), (5, 2), (5, 3), (5, 4), (5, 5), (4, 5), (3, 5), (2, 5), (2, 4), (2, 3)]
    board = build(f"(add {hole} cells:{{{{{' '.join(str(at[place]) for place in ring)}}}}})")
    middle = board.n - 1
    places = [board.sites.xy[site] for site in board.sites.neighbours["Diagonal"][middle]]
    assert sorted(places) == sorted(
        [(0.5 + x, 2.5 + y) for x in (0, 6) for y in (0, 2)] + [(2.5 + x, 0.5 + y) for x in (0, 2) for y in (0, 6)]
    )


def test_edges_are_called_by_their_numbers():
    assert build("(square 2) use:Edge").sites.label == [str(i) for i in range(4)]


@pytest.mark.parametrize(
    ("tiling", "n", "inner"), [("T33336", 1, 6), ("T33336", 3, 114), ("T33434", 1, 4), ("T33434", 4, 64)]
)
def test_tilings_have_all_cells_round_the_points_of_their_patches(tiling, n, inner):
    """So the points of the patches are the cells of the dual, and have five neighbours."""
    board = build(f"(tiling {tiling} {n}) use:Vertex")
    assert build(f"(dual (tiling {tiling} {n}))").n == inner
    assert sum(len(near) == 5 for near in board.sites.neighbours["Orthogonal"]) >= inner
    assert {round(math.dist(board.vertices[a], board.vertices[b]), 6) for a, b in board.edges} == {1.0}


@pytest.mark.parametrize(
    "text",
    [
        "(tiling T4612 3)",
        "(tiling T3636 {3 4 3 4 3 4})",
        "(concentric Square rings:3)",
        "(concentric sides:5 rings:3) use:Vertex",
        "(concentric Square rings:3 stagger:True) use:Vertex",
        "(concentric Target rings:3)",
        "(merge (square 3) (shift 1 1 (square 3)) connect:True)",
        "(shift 1 1 1 (square 3))",
        "(brick Diamond 3)",
        "(square 3 diagonals:Concentric) use:Vertex",
        "(layers 2 (square 3))",
        "(celtic 3)",
        "(mancalaBoard 2 6 store:Inner)",
    ],
)
def test_what_is_not_known_of_boards_is_named(text):
    with pytest.raises(UnknownBoard, match="unsupported: "):
        build(text)


@given(st.integers(1, 5))
def test_stars_stand_on_row_0(n):
    sites = build(f"(hex Star {n})").sites
    assert sites.n == 6 * n * (n + 1) + 1
    xs, ys = [x for x, _ in sites.xy], [y for _, y in sites.xy]
    assert (min(ys), max(ys)) == (pytest.approx(0), pytest.approx(6 * n))
    assert (min(xs) + max(xs)) / 2 == pytest.approx(n * math.sqrt(3))


def test_a_line_goes_on_to_the_nearer_of_two_sites_straight_ahead():
    """The site between two others was added after an edge that joins these, as in a merged board."""
    board = build(
        '(graph vertices:{{0 0} {0 1} {0 3} {0 2}} edges:{{0 1} {1 2} {1 3} {3 2}}) (track "T" "0,N") use:Vertex'
    )
    assert board.tracks[0].sites == (0, 1, 3, 2)
