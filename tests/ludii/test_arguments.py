"""What arguments of ludemes mean that few games use, each in a position small enough to work out by hand.

Boards, pieces and the short way to write moves are those of ``test_ludemes``.
"""

# ruff: noqa: E501  (a case a line)

import pytest

from formal_envs.ludii import GameError, apply, compile_game, legal_moves
from tests.ludii.test_ludemes import ANY, ROW, after, game, keys

HANDS = "(hand Each size:2)"


def chosen(region, **others):
    """The moves that choose a site of the region."""
    return keys(compile_game(game(f"(move Select (from {region}))", **others)).initial())


# fmt: off
REGIONS = [
    # containers: sites 9 and 10 are the first hand of (square 3)
    ("(sites Empty 1)", {"items": HANDS, "start": '(place "A" "Hand" 0)'}, ["Select f10"]),
    ("(sites Empty 3)", {"items": HANDS}, ["Pass"]),
    ("(sites Hand)", {"items": HANDS}, ["Pass"]),
    ("(sites Hand P2)", {"items": HANDS}, ["Select f11", "Select f12"]),
    # parts of another type of site: (square 2) has 12 edges, 8 outside; vertices from 0 at the bottom left to 8
    ("(sites Corners Vertex)", {"board": "(square 2)"}, ["Select f0V", "Select f2V", "Select f6V", "Select f8V"]),
    ("(sites Centre Vertex)", {"board": "(square 2)"}, ["Select f4V"]),
    ("(sites Top Vertex)", {"board": "(square 2)"}, ["Select f6V", "Select f7V", "Select f8V"]),
    ("(sites Side Vertex E)", {"board": "(square 2)"}, ["Select f2V", "Select f5V", "Select f8V"]),
    ("(intersection (sites Inner Vertex) (sites Board Vertex))", {"board": "(square 2)"}, ["Select f4V"]),
    ("(sites {(centrePoint Vertex)})", {"board": "(square 2)"}, ["Select f4V"]),
    ('(sites {(coord Vertex row:2 column:0)})', {"board": "(square 2)"}, ["Select f6V"]),
    ("(sites {(count Rows Vertex)})", {"board": "(square 2)"}, ["Select f3"]),
    # of the two stones of player 1 that hang together and the one that does not: 2 * 1
    ("(sites {(* (sizes Group P1))})", {"start": '(place "A1" {0 1 8})'}, ["Select f2"]),
]
# fmt: on


@pytest.mark.parametrize(("region", "others", "expected"), REGIONS)
def test_regions(region, others, expected):
    assert chosen(region, **others) == sorted(expected)


def test_outer_edges():
    assert len(chosen("(sites Outer Edge)", board="(square 2)")) == 8


def test_a_second_place_is_written_even_where_it_is_the_first():
    text = game("(move Select (from 4) (to (sites {4 5})))")
    assert keys(compile_game(text).initial()) == ["Select f4 t4", "Select f4 t5"]


@pytest.mark.parametrize(("site_type", "expected"), [("Cell", 0), ("Vertex", 1)], ids=["a cell", "a vertex"])
def test_the_type_of_the_last_place(site_type, expected):
    end = f"(if (is LastTo {site_type}) (result Mover Win))"
    text = game("(move Add (to (sites Empty Vertex)))", end=end)
    state = compile_game(text).initial()
    assert apply(state, legal_moves(state)[0]).winner == expected


def test_a_slide_asks_of_the_place_before():
    """Where a slide may end is asked with (between) at the last place passed, none at first."""
    moves = "(move Slide E (to if:(or (= (between) 1) (= (between) Off))))"
    assert keys(compile_game(game(moves=moves, board=ROW, start='(place "A1" 0)')).initial()) == ["0>1"]
    moves = "(move Slide E (to if:(= (between) 1)))"
    assert keys(compile_game(game(moves=moves, board=ROW, start='(place "A1" 0)')).initial()) == ["0>1", "0>2"]


def test_a_shot_goes_no_further_than_its_condition():
    play = f'(if (is Even (count Moves)) (forEach Piece (move Step E {ANY} (then (moveAgain)))) (move Shoot (piece "Dot0") E (to if:%s)))'
    board = {"board": ROW, "start": '(place "A1" 0)', "items": '(piece "Dot" Neutral)'}
    assert keys(after(game(play % "(is Empty (to))", **board), "0>1")) == ["Add t2 w3", "Add t3 w3", "Add t4 w3"]
    assert keys(after(game(play % "(!= (between) 2)", **board), "0>1")) == ["Add t2 w3"]
    assert keys(after(game(play % "(= (from) Off)", **board), "0>1")) == ["Add t2 w3", "Add t3 w3", "Add t4 w3"]


ENCLOSED = [
    # player 1 adds at 1 beside the stone on 2; behind it 3 is empty
    (0, '(place "A1" 4) (place "A2" 2)', [0, 1, 2, 0, 1]),
    (1, '(place "A1" 4) (place "A2" 2)', [0, 1, 0, 0, 1]),
    (1, '(place "A2" 2)', [0, 1, 2, 0, 0]),  # 4 is empty as well
    (2, '(place "A2" 2)', [0, 1, 0, 0, 0]),
    (1, '(place "A2" {2 4})', [0, 1, 0, 0, 0]),  # what lies behind the exception belongs to the group
]


@pytest.mark.parametrize(("allowed", "start", "expected"), ENCLOSED)
def test_enclosing_with_exceptions(allowed, start, expected):
    enemies = "(between if:(is Enemy (who at:(between))) (apply (remove (between))))"
    enclose = f"(enclose (from (last To)) Orthogonal {enemies} numException:{allowed})"
    text = game(f"(move Add (to (sites Empty)) (then {enclose}))", board=ROW, start=start)
    assert [int(what) for what in after(text, "+1").what[:5]] == expected


def test_a_piece_added_to_another_brings_its_marks():
    play = '(move Select (from (sites Board)) (then (add (piece "A1" state:2) (to (last To)))))'
    state = after(game(play, start='(place "A2" 4 state:1)'), "Select f4")
    assert (int(state.what[4]), int(state.local_state[4])) == (2, 2)


def test_directions_from_one_place_to_another():
    """All of player 2's stones in the line of the last move are taken."""
    take = "(directional (from (last To)) (directions Cell from:(last From) to:(last To)) (to if:(is Enemy (who at:(to))) (apply (remove (to)))))"
    text = game(moves=f"(move Step E {ANY} (then {take}))", board=ROW, start='(place "A1" 0) (place "A2" {2 3})')
    assert [int(w) for w in after(text, "0>1").what[:5]] == [0, 1, 0, 0, 0]


def test_the_same_direction_is_that_of_the_move_in_question():
    """One may go where an enemy stands straight on behind the place: 14 behind 13, 22 behind 17, 0 behind 6."""
    moves = "(move (from) (to (sites Around (from)) if:(and (is Empty (to)) (is Enemy (who at:(ahead (to) SameDirection))))))"
    text = game(moves=moves, board="(square 5)", start='(place "A1" 12) (place "A2" {14 22 0})')
    assert keys(compile_game(text).initial()) == ["12>13", "12>17", "12>6"]


def test_steps_over_a_seam_have_no_turning():
    """Fields 8 and 9 touch in the west, where the outer ring begins; round it by 8 10 11 .. 15 9."""
    board = "(remove (concentric {0 0 8 8}) cells:{1})"
    text = game("(forEach Site (sites Board) (move Step (from (site)) CCW (to if:True)))", board=board)
    steps = [tuple(map(int, key.split(">"))) for key in keys(compile_game(text).initial())]
    assert [step for step in steps if min(step) > 7] == [(10, 11), (11, 12), (12, 13), (13, 14), (14, 15)]


def test_a_cycle_is_four_moves_three_times_over():
    """The twelfth move ends the game, whatever it is: the position that it leads to does not count yet."""
    end = "(if (is Cycle) (result P1 Win))"
    text = game(moves=f"(move Step {ANY})", board=ROW, start='(place "A1" 0) (place "A2" 4)', end=end)
    there_and_back = ["0>1", "4>3", "1>0", "3>4"] * 3
    assert not after(text, ", ".join(there_and_back[:11])).over
    assert after(text, ", ".join(there_and_back)).winner == 1
    assert after(text, ", ".join([*there_and_back[:11], "3>2"])).winner == 1
    assert not after(text, ", ".join(["0>1", "4>3", "1>2", "3>4", "2>1", "4>3", "1>0", "3>4"] * 3)).over


def test_maps_may_name_what_is_not_there():
    """An undefined piece is no piece, -1, and a key like others."""
    items = '(map "M" {(pair (id "Nothing" P1) 5) (pair (id "A" P1) 7)})'
    assert chosen('(sites {(mapEntry "M" (id "A" P1))})', items=items) == ["Select f7"]
    assert chosen('(sites {(mapEntry "M" -1)})', items=items) == ["Select f5"]


def test_the_number_of_a_piece_that_is_not_there_is_asked_in_maps_alone():
    with pytest.raises(GameError, match="no piece is called"):
        compile_game(game('(move Add (to (sites {(id "Nothing" P1)})))'))


def test_a_distance_by_steps_leaves_out_where_it_begins():
    steps = "(step Orthogonal (to if:(is Empty (to))))"
    assert chosen(f"(sites Distance {steps} from:4 (max 1))") == [f"Select f{site}" for site in (1, 3, 5, 7)]
    assert len(chosen("(sites Distance Orthogonal from:4 (max 1))")) == 5


def test_what_is_done_within_a_look_ahead_keeps_the_place_around_it():
    """The piece on 1 may go where no piece of its own but itself is beside it: it remembers where it comes from."""
    noted = '(set Var "Size" 1 (then (set Var "From" (from))))'
    alone = '(all Sites (sites Around (to) Orthogonal) if:(or (= (var "From") (site)) (is Empty (site))))'
    text = game(
        moves=f"(do {noted} next:(move (from (from)) (to (sites Around (from) Orthogonal) if:(and (is Empty (to)) {alone}))))",
        start='(place "A1" {1 3})',
    )
    assert keys(compile_game(text).initial()) == ["1>2", "3>6"]


def test_literals_count_within_their_type():
    """(square 2) has 4 cells and 12 edges: edge 7 is no cell, whether one places a piece there or goes there."""
    start = '(place "A1" Edge {7 11}) (place "A1" Edge (sites {5})) (place "A1" Edge 9)'
    state = compile_game(
        game("(move (from Edge (sites {7 3})) (to Edge (sites {8 2})))", board="(square 2)", start=start)
    ).initial()
    first = state.program.bytecode.type_first["Edge"]
    assert [site - first for site in range(len(state.what)) if state.what[site]] == [5, 7, 9, 11]
    assert keys(state) == ["Move f7E t2E", "Move f7E t8E"]


@pytest.mark.parametrize(("role", "what"), [("P2", 2), ("Shared", 3), ("Neutral", 4)])
def test_a_start_of_somebodys_pieces(role, what):
    """The owner's first piece, also where everybody or nobody owns it."""
    text = game(start=f"(set {role} (sites {{3 5}}))", items='(piece "B" Shared) (piece "C" Neutral)')
    assert [int(w) for w in compile_game(text).initial().what] == [0, 0, 0, what, 0, what, 0, 0, 0]


COUNTS = [
    ("(count Pieces P1)", 4),
    ("(count Pieces Cell P1)", 2),  # one on the board, one in the hand
    ("(count Pieces Vertex P1)", 1),
    ("(count Pieces Edge P1)", 1),
    ("(if (no Pieces Edge P2) 0 1)", 0),
]


@pytest.mark.parametrize(("number", "expected"), COUNTS)
def test_pieces_on_sites_of_a_type(number, expected):
    start = '(place "A1" 4) (place "A1" Edge 0) (place "A1" Vertex 0) (place "A1" (handSite P1)) (place "A2" 3)'
    assert chosen(f"(sites {{{number}}})", items="(hand Each)", start=start) == [f"Select f{expected}"]


def test_cells_incident_to_a_cell_have_a_side_in_common():
    assert chosen("(sites Incident Cell of:Cell at:0)") == ["Select f1", "Select f3"]


@pytest.mark.parametrize(
    ("enemies", "expected"),
    [
        ("11 7", ["Pass"]),  # both in the piece's own row, no loop between
        ("4 7", ["9>4"]),  # over the loop from the end of the row to the foot of the last column but one
        ("4 1", ["9>1", "9>4"]),
        ("10 16", ["9>16"]),  # the other way round
    ],
)
def test_captures_over_the_loops_of_a_surakarta_board(enemies, expected):
    """The piece on 9 stands in the second row, 6 .. 11: that is one circuit with the second column, 1 .. 31."""
    slide = '(move Slide "AllTracks" (between if:(is Empty (between))) (to if:(is Enemy (who at:(to))) (apply if:False (remove (to)))))'
    start = f'(place "A1" {{9}}) (place "A2" {{{enemies}}}) (place "A1" {{3 15}})'
    text = game(f"(forEach Piece {slide})", start=start).replace("(board (square 3))", "(surakartaBoard (square 6))")
    assert [key for key in keys(compile_game(text).initial()) if key[:2] in ("9>", "Pa")] == expected


def test_who_had_the_turn_before_is_not_who_moved_before():
    """Each player moves twice in a turn; a move goes to the site with the number of who had the turn before."""
    again = "(then (if (= (count MovesThisTurn) 0) (moveAgain)))"
    text = game(f"(move Select (from (union (sites {{(prev MoverLastTurn)}}) (sites {{8}}))) {again})")
    found = [keys(after(text, ", ".join(["Select f8"] * played))) for played in range(5)]
    assert found == [["Select f8"], ["Select f8"], *[["Select f1", "Select f8"]] * 2, ["Select f2", "Select f8"]]


def test_a_piece_placed_nowhere_is_not_placed():
    state = compile_game(game(start='(place "A1" 3) (place "A1" state:2)')).initial()
    assert [int(what) for what in state.what] == [0, 0, 0, 1, 0, 0, 0, 0, 0]


def test_rotational_directions_go_round_and_in_and_out_but_not_over_a_seam():
    """Of field 12 of the outer ring, 8 10 11 12 13 14 15 9, with 4 inside it; 8 and 9 lie beside the seam."""
    board = "(remove (concentric {0 0 8 8}) cells:{1})"
    text = game(moves="(move Slide Rotational)", board=board, start='(place "A1" 12)')
    assert keys(compile_game(text).initial()) == sorted(["12>10", "12>11", "12>13", "12>14", "12>15", "12>4"])
    assert keys(compile_game(game(moves="(move Slide Rotational)", start='(place "A1" 4)')).initial()) == ["Pass"]


@pytest.mark.parametrize(("number", "expected"), [("(mover)", 2), ("(next)", 2)])
def test_consequences_of_another_players_moves_are_his_but_the_next_stays(number, expected):
    moves = f'(forEach Piece (move Step (to if:(is Empty (to))) (then (set Var "N" {number}))) Next)'
    for value in (1, 2):
        play = f'(if (can Move (do {moves} ifAfterwards:(= (var "N") {value}))) (move Select (from (sites {{0}}))))'
        found = keys(compile_game(game(play, start='(place "A2" 4)')).initial())
        assert found == (["Select f0"] if value == expected else ["Pass"])
