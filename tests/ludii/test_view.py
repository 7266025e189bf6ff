"""Boards as text and as pictures: what a reader must be able to tell."""

import re
from pathlib import Path

import pytest

from formal_envs.ludii import apply, compile_game, legal_moves
from formal_envs.ludii.view.draw import board_svg
from formal_envs.ludii.view.names import line_names

GAMES = Path(__file__).parents[2] / "formal_envs" / "tasks" / "game" / "games"
FOUR = """(game "Four" (players 4) (equipment {(board (square 4)) (hand Each) (piece "Stone" Each) (piece "Ship" Each)})
    (rules (start (place "Stone" "Hand" count:6)) (play (move (from (sites Hand Mover)) (to (sites Empty))))
        (end (if (is Full) (result Mover Draw)))))"""
SOLO = """(game "Solo" (players 1) (equipment {(board (rectangle 1 3)) (piece "Peg" P1)})
    (rules (play (move Add (to (sites Empty)))) (end (if (is Full) (result P1 Win)))))"""
VEIL = """(game "Veil" (players 2) (equipment {(board (square 3)) (piece "Disc" Each)})
    (rules (start {(place "Disc1" (sites Bottom)) (set Hidden What (sites Bottom) to:P2)})
        (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))"""
TOWER = """(game "Tower" (players 2) (equipment {(board (square 2)) (piece "Disc" Each (move Step (to if:True)))})
    (rules (start {(place Stack items:{"Disc1" "Disc2" "Disc1"} 0)}) (play (forEach Piece))
        (end (if (no Moves Next) (result Mover Win)))))"""
PYRAMID = """(game "Pyramid" (players 2) (equipment {(board (square 3 pyramidal:True) use:Vertex) (piece "Ball" Each)})
    (rules (play (move Add (to (sites Empty)))) (end (if (is Full) (result Mover Draw)))))"""


def played(text):
    state = compile_game(text).initial()
    while not state.over:
        state = apply(state, legal_moves(state)[0])
    return state


def texts_of(picture):
    return re.findall(r">([^<\n]+)</text>", picture)


def test_letters_stand_below_a_square_board_and_numbers_at_its_left():
    picture = board_svg(compile_game(VEIL).initial())
    places = {text: (float(x), float(y)) for x, y, text in re.findall(r'x="(.*?)" y="(.*?)".*?>(\w)</text>', picture)}
    assert set(places) == set("ABC123")
    assert places["A"][0] < places["B"][0] < places["C"][0]
    assert places["1"][1] > places["2"][1] > places["3"][1]
    assert min(places[c][1] for c in "ABC") > places["1"][1]
    assert max(places[c][0] for c in "123") < places["A"][0]


def test_boards_without_rows_have_the_names_of_their_sites():
    assert line_names(["A1", "A2", "A3", "A4"], [(0, 0), (9, 1), (1, 9), (-9, 5)], [], 1) == []
    assert line_names(["0", "1"], [(0, 0), (1, 0)], [], 1) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in GAMES.glob("*.lud"))[::7])
def test_names_of_lines_lie_on_no_site(name):
    board = compile_game((GAMES / f"{name}.lud").read_text(encoding="utf-8")).bytecode.board
    sites = board.topologies[board.site_type]
    for _, x, y in line_names(sites.label, sites.xy, [(p[0], p[1]) for p in board.vertices], 1.0):
        assert min(abs(x - a) + abs(y - b) for a, b in sites.xy) > 0.5


def test_numbers_of_pieces_stand_apart_from_the_players_number():
    lines = str(compile_game(FOUR).initial()).splitlines()
    assert lines[-5:-1] == ["Hand1: S6", "Hand2: s6", "Hand3: S3*6", "Hand4: S4*6"]


def test_hands_of_four_players_stand_above_the_status():
    picture = board_svg(compile_game(FOUR).initial(), size=200)
    at = {text: float(y) for y, text in re.findall(r' y="(.*?)".*?>([^<]+)</text>', picture)}
    assert at["turn 1, player 1 to move"] > max(at[f"Hand{p}:"] for p in (1, 2, 3, 4)) + 12


def test_a_game_for_one_player_counts_moves():
    start = compile_game(SOLO).initial()
    assert start.status == "move 1, player 1 to move"
    assert played(SOLO).status == "over after move 3: player 1 has won"


def test_hidden_pieces_are_question_marks():
    state = compile_game(VEIL).initial()
    assert texts_of(board_svg(state.seen_by(2))).count("?") == 3
    assert "?" not in texts_of(board_svg(state.seen_by(1)))


def test_a_stack_shows_its_pieces_and_their_number():
    picture = board_svg(compile_game(TOWER).initial())
    colours = re.findall(r'<circle .*?fill="(#\w+)"', picture)
    assert colours == ["#ffffff", "#2b2b2b", "#ffffff"]
    assert "3" in texts_of(picture)


def test_pieces_that_stand_alone_have_no_numbers_but_their_values():
    kayles, tumbleweed = (compile_game((GAMES / f"{n}.lud").read_text()) for n in ("kayles_in_a_ring", "tumbleweed_4"))
    assert "1" not in texts_of(board_svg(kayles.initial()))
    assert [text for text in texts_of(board_svg(tumbleweed.initial())) if text == "2"] == ["2", "2"]  # and a row


def test_layers_are_told_apart():
    state = played(PYRAMID)
    assert [line for line in str(state).splitlines() if "layer" in line] == ["layer 0", "layer 1", "layer 2"]
    sizes = {float(r) for r in re.findall(r'<circle .*?r="(.*?)"', board_svg(state))} - {3.0}
    assert len(sizes) == 3
