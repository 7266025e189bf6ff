"""Planes: each site has a place of its own, and no seat sees what is hidden from it."""

import numpy as np
import pytest
from game_files import GAME_FILES as GAMES
from hypothesis import given, settings
from hypothesis import strategies as st
from playable_games import playable_games

from formal_envs.ludii import GameError, compile_game, legal_moves
from formal_envs.playing.planes import plane_layout
from formal_envs.playing.table import Table

ONE = np.ones(1, bool)


def table_of(text, max_moves=200):
    table = Table(compile_game(text), 1, None, 1, max_moves)
    table.seed(0, 1)
    table.begin(ONE)
    return table


def play(table, *described):
    """Play moves by what they are called."""
    for name in described:
        mover = int(table.view["mover"][0])
        legal = np.flatnonzero(table.view["mask"][0])
        number = next(n for n in legal if table.numbering.describe(int(n), mover) == name)
        table.step(np.array([number]), again=False)


def test_a_players_own_pieces_come_first_whoever_looks():
    table = table_of(GAMES["tic_tac_toe"])
    assert table.layout.names == (
        "own Cross/Nought",
        "opponent's Cross/Nought",
        "own turn",
        "role, from 0 for the first to 1 for the last",
        "last move to",
    )
    play(table, "Add Cross B1", "Add Nought C3")
    first, second = table.planes(0, 1), table.planes(0, 2)
    cross, nought = np.zeros((2, 3, 3))
    cross[0, 1] = nought[2, 2] = 1  # row 0 is the bottom
    assert (first[0] == cross).all()
    assert (first[1] == nought).all()
    assert (second[0] == nought).all()
    assert (second[1] == cross).all()
    assert (first[2] == 1).all()
    assert (second[2] == 0).all()
    assert (first[3] == 0).all()
    assert (second[3] == 1).all()
    assert (first[4] == nought).all()
    assert (table.view["planes"][0] == first).all()


def test_after_a_swap_a_person_sees_its_new_role():
    table = table_of(GAMES["hex"])
    play(table, "Add Stone C3", "Swap")
    assert int(table.view["mover"][0]) == 1  # who began plays the second colour now
    own, others, turn, role = table.planes(0, 2)[:4]
    assert own.sum() == 1
    assert others.sum() == 0
    assert (turn.sum(), role.sum()) == (0, 0)


def test_counts_and_hands_have_their_places():
    table = table_of(GAMES["nine_mens_morris"])
    count = table.layout.names.index("pieces on the site / 32")
    hands = [table.layout.site_place[hand.first] for hand in table.program.bytecode.containers[1:]]
    planes = table.planes(0, 1)
    assert [planes[count][place] for place in hands] == [9 / 32, 9 / 32]
    assert planes[0][hands[0]] == 1
    assert planes[1][hands[1]] == 1


VEILED = """(game "Veiled" (players 2) (equipment {(board (rectangle 1 4)) (piece "Spy" Each) (piece "Man" Each)})
    (rules (start {(place "Spy1" {0}) (place "Man1" {1}) (place "Spy2" {3}) (set Hidden What at:0 to:P2)
    (set Hidden at:3 to:P1)}) (play (or (move Pass) (move (from (sites Occupied by:Mover)) (to (sites Empty)))))
    (end (if (no Pieces Next) (result Mover Win)))))"""


def test_what_is_hidden_is_not_shown():
    table = table_of(VEILED)
    names = table.layout.names
    first, second = table.planes(0, 1), table.planes(0, 2)
    spy, unseen = names.index("own Spy"), names.index("hidden site")
    theirs = names.index("opponent's Spy")
    veiled = names.index("opponent's piece of a hidden kind")
    assert first[spy, 0, 0] == 1
    assert second[theirs, 0, 0] == 0  # he sees a piece there, not which
    assert second[veiled, 0, 0] == 1
    assert first[theirs, 0, 3] == 0  # he sees nothing there
    assert first[veiled, 0, 3] == 0
    assert first[unseen, 0].tolist() == [0, 0, 0, 1]
    assert second[spy, 0, 3] == 1
    play(table, "Pass", "Move D1-C1")
    last = [names.index("last move from"), names.index("last move to")]
    assert table.planes(0, 2)[last].sum() == 2
    assert table.planes(0, 1)[last].sum() == 0  # it went where he does not see


DICE = """(game "Race" (players 2) (equipment {(board (rectangle 1 9)) (piece "Disc" Each) (dice d:4 num:2)})
    (rules (start {(place "Disc1" 0) (place "Disc2" 8)}) (play (do (roll) next:(or (move Pass) (forEach Die
    (move (from (sites Occupied by:Mover)) (to (sites Empty) if:(= (abs (- (from) (to))) (pips))))))))
    (end (if (> (count Moves) 30) (result Mover Win)))))"""


def test_a_player_sees_what_was_rolled_before_he_moves():
    table = table_of(DICE)
    first = table.layout.names.index("die 1")
    rolls = set()
    for _ in range(12):
        shown = table.view["planes"][0][first : first + 2, 0, 0] * 4
        moves = legal_moves(table.state(0))
        rolled = [action for action in moves[0].actions if action.startswith("SetStateAndUpdateDice")]
        assert shown.tolist() == [1 + int(action.rpartition(" s")[2]) for action in rolled]
        rolls.add(tuple(shown))
        play(table, "Pass")
    assert len(rolls) > 3


def test_two_positions_that_a_seat_cannot_tell_apart_have_the_same_planes():
    other = VEILED.replace('"Spy1" {0}) (place "Man1" {1}', '"Man1" {0}) (place "Spy1" {1}')
    here, there = table_of(VEILED).planes(0, 2), table_of(other).planes(0, 2)
    assert (here[..., 0] == there[..., 0]).all()
    assert (here[..., 1] != there[..., 1]).any()


@given(playable_games(), st.integers(0, 99))
@settings(max_examples=150)
def test_planes_are_bounded_and_each_site_has_its_own_place(text, seed):
    try:
        table = table_of(text)
    except GameError as error:
        if error.stage != "play":
            raise
        return
    places = table.layout.site_place
    _, rows, columns = table.layout.shape
    assert len(set(places)) == len(places)
    assert all(0 <= row < rows and 0 <= column < columns for row, column in places)
    rng = np.random.default_rng(seed)
    for _ in range(10):
        if not table.view["mask"].any():
            break
        table.step(np.array([rng.choice(np.flatnonzero(table.view["mask"][0]))]), again=True)
        for person in range(1, table.program.n_players + 1):
            planes = table.planes(0, person)
            assert planes.min() >= 0
            assert planes.max() <= 1


@pytest.mark.parametrize("board", ["(square 5)", "(hex 4)", "(tri 4)", "(spiral turns:2 sites:20)", "(wheel {8 8})"])
def test_boards_of_all_kinds_have_places(board):
    text = f"""(game "B" (players 2) (equipment {{(board {board} use:Vertex) (piece "Disc" Each) (hand Each size:3)}})
        (rules (play (move Add (to (sites Empty)))) (end (if (is Full) (result Mover Win)))))"""
    layout = plane_layout(compile_game(text.replace("(wheel {8 8})", "(concentric {8 8})")).bytecode, False)
    places = layout.site_place
    assert len(set(places)) == len(places)
