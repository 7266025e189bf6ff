"""The geometry of boards: small boards by hand, laws, hostile sizes, and the boards of Ludii's own games."""

import gzip
import itertools
import json
import math
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from work import measured

from formal_envs.ludii import GameError, compile_game
from formal_envs.ludii.board import MAX_SITES, Board, BoardError, build_board
from formal_envs.ludii.language.checker import check
from formal_envs.ludii.language.typed_tree import Array, Call

RULES = "(rules (play (move Add (to (sites Empty)))) (end (if (no Moves Next) (result Mover Win))))"
HEADS = ("board", "boardless", "mancalaBoard", "surakartaBoard")
DATA = Path(os.environ.get("FORMAL_ENVS_LUDII", Path(__file__).parents[2] / "../shared/ludii"))


def board_call(tree: Call) -> Call:
    """The call that describes the board, within a game."""
    stack: list[object] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            if node.signature.head in HEADS:
                return node
            stack += [arg for arg in node.args if arg is not None]
        elif isinstance(node, Array):
            stack += node.items
    raise AssertionError("no board")


def build(text: str) -> Board:
    text = text if text.startswith(tuple(f"({head} " for head in HEADS)) else f"(board {text})"
    game = f'(game "Test" (players 2) (equipment {{ {text} (piece "Ball" Each) }}) {RULES})'
    return build_board(board_call(check(game)))


def walks(board: Board, site: int, relation: str = "Adjacent") -> dict[str, tuple[int, ...]]:
    return {r.direction: r.sites for r in board.sites.radials[site] if relation in r.relations}


def test_square_by_hand():
    board = build("(square 3)")
    sites = board.sites
    assert (board.n_cells, board.n_vertices, board.n_edges) == (9, 16, 24)
    assert sites.xy[:4] == [(0.5, 0.5), (1.5, 0.5), (2.5, 0.5), (0.5, 1.5)]
    assert sites.label == ["A1", "B1", "C1", "A2", "B2", "C2", "A3", "B3", "C3"]
    assert sites.neighbours["Orthogonal"][0] == (1, 3)
    assert sites.neighbours["Diagonal"][0] == (4,)
    assert sites.neighbours["Adjacent"][4] == (0, 1, 2, 3, 5, 6, 7, 8)
    assert walks(board, 0) == {"E": (1, 2), "N": (3, 6), "NE": (4, 8)}
    assert walks(board, 5, "Orthogonal") == {"W": (4, 3), "N": (8,), "S": (2,)}
    assert [sites.phase[i] for i in range(4)] == [0, 1, 0, 1]
    assert sites.regions["Corners"] == (0, 2, 6, 8)
    assert sites.regions["Inner"] == sites.regions["Centre"] == (4,)
    assert sites.regions["Top"] == sites.sides["N"] == (6, 7, 8)


def test_points_are_adjacent_along_edges_only():
    board = build("(square 3) use:Vertex")
    assert board.n == 9
    assert board.sites.neighbours["Adjacent"][4] == (1, 3, 5, 7)
    assert board.sites.neighbours["Diagonal"][4] == (0, 2, 6, 8)
    assert walks(board, 0, "Diagonal") == {"NE": (4, 8)}


def test_drawn_diagonals_are_orthogonal():
    board = build("(square 3 diagonals:Alternating) use:Vertex")
    assert board.sites.neighbours["Orthogonal"][4] == (0, 1, 2, 3, 5, 6, 7, 8)
    assert board.sites.neighbours["Orthogonal"][1] == (0, 2, 4)
    assert not any(board.sites.neighbours["Diagonal"])


def test_hexagon_by_hand():
    board = build("(hex 3)")
    assert (board.n_cells, board.n_vertices, board.n_edges) == (19, 54, 72)
    assert board.sites.label[0] == "A1"
    assert board.sites.neighbours["Adjacent"][9] == (4, 5, 8, 10, 13, 14)
    assert board.sites.neighbours["Diagonal"][9] == (1, 3, 6, 12, 15, 17)
    assert walks(board, 0) == {"E": (1, 2), "NNE": (4, 9, 14, 18), "NNW": (3, 7)}


def test_rhombus_of_hex_runs_along_its_corner():
    board = build("(hex Diamond 3)")
    assert board.sites.label == ["A1", "A2", "B1", "A3", "B2", "C1", "B3", "C2", "C3"]
    assert board.sites.sides["NE"] == (5, 7, 8)
    assert board.sites.sides["SW"] == (0, 1, 3)


def test_morris_board():
    board = build("(concentric Square rings:3) use:Vertex")
    sites = board.sites
    assert (sites.n, board.n_edges) == (24, 32)
    assert sites.regions["Bottom"] == (0, 1, 2)
    assert walks(board, 1) == {"W": (0,), "E": (2,), "N": (4, 7)}
    assert math.isclose(sites.xy[0][0], -3 / math.sqrt(2))


def test_lines_go_round_a_circle():
    board = build("(concentric {1 8}) use:Vertex")
    around = walks(board, 1)
    assert around["CCW"] == (2, 3, 4, 5, 6, 7, 8)
    assert around["CW"] == (8, 7, 6, 5, 4, 3, 2)
    assert around["SE"] == (0, 5)


def test_pyramid_has_layers():
    board = build("(square 3 pyramidal:True) use:Vertex")
    assert sorted(board.sites.layer) == [0] * 9 + [1] * 4 + [2]
    assert walks(board, 0)["UNE"]


def test_merged_boards_share_points_and_lines():
    board = build("(merge (square 5 diagonals:Alternating) (shift 0 4 (rotate 180 (wedge 3)))) use:Vertex")
    top = next(i for i, (x, y) in enumerate(board.sites.xy) if (x, y) == (2.0, 4.0))
    assert board.n == 31
    assert any(len(r.sites) == 6 for i in range(31) for r in board.sites.radials[i] if r.direction == "N")
    assert len(board.sites.neighbours["Orthogonal"][top]) == 8


def test_operators_keep_numbers():
    plain, turned = build("(hex 4)"), build("(rotate 90 (hex 4))")
    assert plain.sites.neighbours == turned.sites.neighbours
    removed = build("(remove (square 3) cells:{0 4})")
    assert removed.n == 7
    assert removed.sites.xy[0] == (1.5, 0.5)
    assert build("(renumber (rotate 90 (square 2)))").sites.xy == build("(square 2)").sites.xy
    assert build("(dual (square 3)) use:Vertex").n == 4  # one for each of the 2 x 2 cells


def test_tracks():
    board = build('(mancalaBoard 2 3 store:None (track "Track" "0,E,N,W" loop:True))')
    assert board.tracks[0].sites == (0, 1, 2, 5, 4, 3)
    assert board.tracks[0].loop
    board = build('(square 3) {(track "A" "0,N1,E" P2) (track "B" {8 4 0})}')
    assert [(t.name, t.owner, t.loop, t.sites) for t in board.tracks] == [
        ("A", 2, False, (0, 3, 4, 5)),
        ("B", 0, False, (8, 4, 0)),
    ]
    board = build('(square 3) {(track "A" "9,0,N1,E,End" 2) (track "B" {10 8 End} P1) (track "C" "1, ,2,")}')
    assert [(t.owner, t.sites) for t in board.tracks] == [(2, (9, 0, 3, 4, 5, -2)), (1, (10, 8, -2)), (0, (1, 2))]
    loops = build("(surakartaBoard (square 6))").tracks
    assert len(loops) == 4
    assert all(len(track.sites) == 24 for track in loops)


def test_tracks_lead_through_hands():
    hands = '(board (square 3) (track "T" {%s 0 1 End})) (hand Each)'
    game = f'(game "Test" (players 2) (equipment {{ {hands} (piece "Ball" Each) }}) {RULES})'
    assert compile_game(game % 10).bytecode.containers[2].first == 10
    with pytest.raises(GameError, match="names site 11, board and hands have 11"):
        compile_game(game % 11)
    steps = game.replace("{%s 0 1 End}", "{(trackStep 0) (trackStep N)}")
    with pytest.raises(GameError, match="trackStep") as caught:
        compile_game(steps)
    assert caught.value.stage == "unsupported"


def test_what_a_drawing_needs():
    board = build("(hex 2)")
    assert all(len(polygon) == 6 for polygon in board.polygons)
    assert all(0 <= a < b < len(board.vertices) for a, b in board.edges)
    assert len(board.incident["Vertex", "Cell"]) == board.n_vertices


@pytest.mark.parametrize(
    "text",
    [
        "(square 1000000000)",
        "(square 0)",
        "(square -1)",
        "(hex 99999)",
        "(rectangle 1 20000)",
        "(wedge 30000) use:Vertex",
        "(repeat 1000 1000 step:{{1 0} {0 1}} (poly {{0 0} {1 0} {1 1}}))",
        "(concentric Square rings:100000) use:Vertex",
        "(square (/ 1 0))",
        "(shift 99999999999999 0 (square 3))",
        "(remove (square 2) cells:{0 1 2 3})",
        "(add (square 2) edges:{{0 99}})",
        '(square 3) (track "T" {0 99999})',
        '(square 3) (track "T" {0} 17)',
        "(scale 100000 (scale 100000 (square 3)))",
    ],
)
def test_impossible_boards_are_refused_at_once(text):
    def refused():
        with pytest.raises(BoardError) as caught:
            build(text)
        return caught

    caught, calls = measured(refused)
    assert calls < 10_000
    assert caught.value.end > caught.value.start


@pytest.mark.parametrize(
    "text",
    ["(square 90)", "(concentric {4000 4000}) use:Vertex", "(complete (square 90))", '(square 3) (track "T" {0 9})'],
)
def test_what_is_found_late_is_an_error_at_the_board(text):
    game = f'(game "Test" (players 2) (equipment {{ (board {text}) (piece "Ball" Each) }}) {RULES})'
    with pytest.raises(GameError) as caught:
        compile_game(game)
    assert (caught.value.stage, caught.value.position) == ("board", game.index("(board"))


def test_rows_follow_the_diagonals_where_these_are_fewer():
    sites = build("(rectangle 3 2 diagonals:Solid) use:Vertex").sites
    assert sorted(sites.xy) == sorted([(x, y) for x in (0, 1) for y in (0, 1, 2)] + [(0.5, 0.5), (0.5, 1.5)])
    assert [sites.row[sites.xy.index((x, x))] for x in (0, 0.5, 1)] == [1, 1, 1]


def test_rows_of_a_square_with_diagonals_lie_level():
    labels = dict(zip((sites := build("(square 3 diagonals:Solid) use:Vertex").sites).xy, sites.label, strict=True))
    assert [labels[x, 0] for x in (0, 1, 2)] == ["A1", "C1", "E1"]
    assert (labels[0.5, 0.5], labels[2, 2]) == ("B2", "E5")


def test_rows_of_a_rectangle_with_diagonals_lie_along_them():
    sites = build("(rectangle 4 3 diagonals:Solid) use:Vertex").sites
    labels = dict(zip(sites.xy, sites.label, strict=True))
    # a column for each x + y from 0 to 5, a row for each y - x from -2 to 3
    assert [labels[place] for place in ((0, 0), (2, 0), (0.5, 0.5), (0, 3), (2, 3))] == ["A3", "C1", "B3", "D6", "F4"]


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (3, 3), (5, 6)])
def test_rows_of_edges_lie_level(rows, columns):
    sites = build(f"(rectangle {rows} {columns}) use:Edge").sites
    for x, row, column in ((0.5, 0, 1), (1.5, 0, 3)):
        site = sites.xy.index((x, 0))
        assert (sites.row[site], sites.column[site]) == (row, column)
    upright = sites.xy.index((0, 0.5))
    assert (sites.row[upright], sites.column[upright], sites.label[upright]) == (1, 0, str(upright))
    assert (max(sites.row), max(sites.column)) == (2 * rows - 2, 2 * columns - 2)


def test_snub_squares():
    board = build("(tiling T33434 3 3) use:Vertex")
    assert {round(math.dist(board.vertices[a], board.vertices[b]), 6) for a, b in board.edges} == {1.0}
    middle = min(range(board.n), key=lambda v: math.dist(board.sites.xy[v], (0.0, 3.86)))
    around = board.incident["Vertex", "Cell"][middle]
    assert sorted(len(board.polygons[cell]) for cell in around) == [3, 3, 3, 4, 4]


def test_towers_of_operators_are_refused():
    text = "(square 60)"
    for _ in range(40):
        text = f"(merge {text} (shift 0.5 0.5 (square 60)))"
    with pytest.raises(BoardError, match="on the way"):
        build(text)


SIMPLE = st.one_of(
    st.builds("(square {})".format, st.integers(1, 9)),
    st.builds("(rectangle {} {})".format, st.integers(1, 8), st.integers(1, 8)),
    st.builds("(hex {})".format, st.integers(1, 6)),
    st.builds("(hex Diamond {})".format, st.integers(1, 6)),
    st.builds("(hex Limping {})".format, st.integers(2, 5)),
    st.builds("(hex Rectangle {} {})".format, st.integers(1, 6), st.integers(2, 6)),
    st.builds("(tri Hexagon {})".format, st.integers(2, 5)),
    st.builds("(tri {})".format, st.integers(2, 6)),
    st.builds("(square {} diagonals:{})".format, st.integers(2, 6), st.sampled_from(["Solid", "Alternating"])),
    st.builds("(tiling {} {})".format, st.sampled_from(["T3464", "T3636", "T488"]), st.integers(1, 3)),
)
MOVED = st.one_of(
    SIMPLE,
    st.builds("(rotate {} {})".format, st.integers(-180, 180), SIMPLE),
    st.builds("(merge {} (shift 3 1 {}))".format, SIMPLE, SIMPLE),
)


@settings(max_examples=60, deadline=None)
@given(MOVED, st.sampled_from(["Cell", "Vertex", "Edge"]))
def test_laws(text, use):
    try:
        board = build(f"{text} use:{use}")
    except BoardError:
        assert use == "Cell" or "square 1" in text or "rectangle 1 1" in text
        return
    sites = board.sites
    everywhere = set(range(sites.n))
    relations = sites.neighbours
    for name in ("Orthogonal", "Adjacent"):
        for a, others in enumerate(relations[name]):
            assert list(others) == sorted(set(others) - {a})
            assert all(a in relations[name][b] for b in others)
    for a in everywhere:
        assert set(relations["Orthogonal"][a]) <= set(relations["Adjacent"][a]) <= set(relations["All"][a])
        for radial in sites.radials[a]:
            path = (a, *radial.sites)
            assert len(set(path)) == len(path)
            assert radial.relations
            for relation in radial.relations:
                assert all(q in relations[relation][p] for p, q in itertools.pairwise(path))
        starts = {r.sites[0] for r in sites.radials[a] if "Adjacent" in r.relations}
        assert starts == set(relations["Adjacent"][a])
    for region in (*sites.regions.values(), *sites.sides.values()):
        assert set(region) <= everywhere
        assert list(region) == sorted(set(region))
    assert set(sites.regions["Inner"]) == everywhere - set(sites.regions["Outer"])
    assert all(sites.phase[a] != sites.phase[b] for a in everywhere for b in relations["Orthogonal"][a])


@settings(max_examples=30, deadline=None)
@given(SIMPLE, st.sampled_from(["Cell", "Vertex"]))
def test_built_in_shapes_count_up_then_right(text, use):
    try:
        places = build(f"{text} use:{use}").sites.xy
    except BoardError:
        return
    keys = [(round(y, 3), round(x, 3)) for x, y in places]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys) <= MAX_SITES


def crc(text: str) -> str:
    return f"{zlib.crc32(text.encode()) & 0xFFFFFF:06x}"


def listed(lists) -> str:
    return ",".join(" ".join(map(str, others)) for others in lists)


def differences(board: Board, line: dict) -> list[str]:
    """The names of the fields in which a board differs from Ludii's."""
    sites = board.sites
    found = {
        "n_board": sites.n,
        "n_cells": board.n_cells,
        "n_vertices": board.n_vertices,
        "n_edges": board.n_edges,
        "orth": listed(sites.neighbours["Orthogonal"]),
        "diag": listed(sites.neighbours["Diagonal"]),
        "adj_crc": crc(f'"{listed(sites.neighbours["Adjacent"])}"'),
        "tracks": [[t.name, t.owner, t.loop, list(t.sites)] for t in board.tracks] or None,
        "basis": str(board.basis).replace("None", "null"),
        "shape": str(board.shape).replace("None", "null"),
    }
    wrong = [name for name, value in found.items() if value != line.get(name)]
    places = [(round(x, 3), round(y, 3)) for x, y in sites.xy]
    if places != [(round(x + 0.0, 3), round(y + 0.0, 3)) for _, x, y, *_ in line["sites"]] and any(
        math.dist(p, (x, y)) > 2e-3 for p, (_, x, y, *_) in zip(places, line["sites"], strict=False)
    ):
        wrong.append("xy")
    mine = list(zip(sites.label, sites.row, sites.column, strict=True))
    if mine != [(label, row, column) for _, _, _, label, row, column in line["sites"]]:
        wrong.append("labels")
    return wrong


@pytest.mark.skipif(not (DATA / "traces.jsonl.gz").exists(), reason="the folder of Ludii's data is not there")
def test_boards_of_ludii():
    with gzip.open(DATA / "games.jsonl.gz", "rt") as lines:
        texts = {game["id"]: game["text"] for game in map(json.loads, lines)}
    wrong: dict[str, list[str]] = {}
    with gzip.open(DATA / "traces.jsonl.gz", "rt") as lines:
        for line in lines:
            board_line = json.loads(line)
            try:
                board = build_board(board_call(check(texts[board_line["id"]])))
                fields = differences(board, board_line)
            except BoardError as error:
                fields = [str(error)]
            if fields:
                wrong[board_line["id"]] = fields
    beyond_labels = {game: fields for game, fields in wrong.items() if fields != ["labels"]}
    assert len(texts) - len(beyond_labels) >= 0.99 * len(texts), beyond_labels
    assert len(texts) - len(wrong) >= 0.985 * len(texts), wrong
