"""Measures of random games: worked by hand on small games, and counted once more in Python."""

from pathlib import Path

import numpy as np
import pytest
from engine_random import U64, EngineRandom, seed_of_game
from hypothesis import given, settings
from hypothesis import strategies as st
from playable_games import playable_games

from formal_envs.ludii import GameError, apply, compile_game, evaluate_game, legal_moves
from formal_envs.ludii.engine.interface import MAX_GAME_MOVES, PLAYOUT
from formal_envs.ludii.play.measures import branching_factor, column, coverage, decision_moves, first_wins
from formal_envs.ludii.play.report import random_games

GAMES = Path(__file__).parents[1] / "games"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(GAMES.glob("*.lud"))}
NAMES = [field.name for field in PLAYOUT]
GAME = """(game "Small" (players 2) (equipment {(board (rectangle 1 SITES)) EQUIPMENT (piece "Stone" Each)})
    (rules (start {START}) (play PLAY) (end END)))"""
ADD = "(move Add (to (sites Empty)))"
DICE = GAME.replace("(piece", "(dice d:6 num:1) (piece").replace("PLAY", f"(do (roll) next:{ADD})")


def small(sites, end, play=ADD, start="", equipment="", text=GAME):
    words = {"SITES": sites, "END": end, "PLAY": play, "START": start, "EQUIPMENT": equipment}
    for name, word in words.items():
        text = text.replace(name, str(word))
    return text


def recounted(program, seed, max_turns):
    """The row of a random game, played move by move in Python."""
    random, state = EngineRandom(seed), program.initial(~seed & U64)
    decisions = choices = 0
    board = np.arange(program.bytecode.n_sites) < program.bytecode.board.n
    held = board & (state.what > 0)
    while not state.over and state.turn <= max_turns and state.n_moves < MAX_GAME_MOVES:
        moves = legal_moves(state)
        decisions, choices = decisions + (len(moves) > 1), choices + len(moves)
        state = apply(state, moves[random.below(len(moves))])
        held |= board & (state.what > 0)
    winner = state.winner if state.over else -1
    person = state.agents[winner] if winner > 0 else winner
    return [winner, min(state.turn, max_turns), state.n_moves, state.over, person, decisions, choices, held.sum()]


def check_recount(text, seed, games=2, max_turns=16):
    program = compile_game(text)
    rows, _, _ = random_games(program, seed, games, max_turns, 10**8, 10**9)
    for index, row in enumerate(rows.tolist()):
        if row[0] < -1:
            return  # the game failed
        assert row == recounted(program, seed_of_game(seed, index), max_turns)


def test_names_of_the_recount():
    assert NAMES == ["winner", "turns", "moves", "over", "person", "decisions", "choices", "covered"]


@pytest.mark.parametrize("text", [*TEXTS.values(), small(5, "(if (is Line 3) (result Mover Win))", text=DICE)])
def test_the_engine_counts_what_python_counts(text):
    check_recount(text, 5)


@settings(max_examples=40, deadline=None)
@given(playable_games(), st.integers(0, U64))
def test_the_engine_counts_what_python_counts_in_any_game(text, seed):
    try:
        check_recount(text, seed)
    except GameError as error:
        if error.stage != "play":
            raise


def test_games_that_end_with_the_first_move():
    report = evaluate_game(small(5, "(if (is Mover P1) (result Mover Win))"), playouts=10)
    assert (report.mean_moves, report.deviation_moves, report.wins, report.first_wins) == (1, 0, (10, 0), 1)
    assert (report.decision_moves, report.branching_factor, report.coverage) == (1, 5, 1 / 5)


def test_a_board_that_is_filled():
    """3, 2 and 1 empty sites: two decisions, six choices, and player 1 has the last move."""
    report = evaluate_game(small(3, "(if (is Full) (result Mover Win))"), playouts=10)
    assert (report.mean_moves, report.wins) == (3, (10, 0))
    assert (report.decision_moves, report.branching_factor, report.coverage) == (2 / 3, 2, 1)


def test_forced_passes_are_moves_without_a_choice():
    """On a full board of three both pass, which is a draw: 5 moves with 3 + 2 + 1 + 1 + 1 legal ones."""
    report = evaluate_game(small(3, "(if (is Line 4) (result Mover Win))"), playouts=10)
    assert (report.mean_moves, report.draws, report.first_wins) == (5, 10, 0)
    assert (report.decision_moves, report.branching_factor, report.coverage) == (2 / 5, 8 / 5, 1)


def test_the_start_is_covered_and_hands_are_no_part_of_the_board():
    """A stone at each end and two in each hand. The left one steps right and back: 3 sites of 7, and never a choice."""
    text = small(
        7,
        "(if (= 4 (count Moves)) (result P2 Win))",
        "(if (is Occupied 0) (move (from 0) (to 1)) (move (from 1) (to 0)))",
        '(place "Stone1" 0) (place "Stone2" 6) (place "Stone" "Hand" count:2)',
        "(hand Each)",
    )
    report = evaluate_game(text, playouts=10)
    assert (report.mean_moves, report.wins, report.first_wins) == (4, (0, 10), 0)
    assert (report.decision_moves, report.branching_factor, report.coverage) == (0, 1, 3 / 7)


def test_wins_are_of_who_began_whatever_the_colours():
    """Player 2 may take player 1's stone instead of his own, once: colours win, persons are counted."""
    text = small(2, "(if (is Full) (result P1 Win))").replace("(rules", "(rules (meta (swap))")
    program = compile_game(text)
    rows, _, _ = random_games(program, 0, 400, 10, 10**8, 10**9)
    assert set(column(rows, "winner")) == {1}
    report = evaluate_game(text, playouts=400)
    assert report.first_wins == report.wins[0] / 400 == (column(rows, "person") == 1).mean()
    assert 0.4 < report.first_wins < 0.6  # of two legal moves the one is the swap


def test_formulas():
    """Two games, of 2 and of 4 moves: moves count alike, and boards by the game."""
    rows = np.zeros((2, len(PLAYOUT)), np.int32)
    for name, values in {"moves": (2, 4), "decisions": (2, 1), "choices": (6, 5), "covered": (2, 4)}.items():
        rows[:, NAMES.index(name)] = values
    assert (decision_moves(rows), branching_factor(rows), coverage(rows, 4)) == (3 / 6, 11 / 6, 3 / 4)
    assert (first_wins((3, 1)), first_wins((0, 0))) == (3 / 4, 0)
    rows[:, NAMES.index("moves")] = 0
    assert (decision_moves(rows), branching_factor(rows)) == (0, 0)


@settings(max_examples=40, deadline=None)
@given(playable_games(), st.integers(0, U64))
def test_bounds(text, seed):
    report = evaluate_game(text, playouts=4, max_turns=10, seed=seed)
    if not report.playouts:
        return
    assert 0 <= report.decision_moves <= 1
    assert 0 <= report.coverage <= 1
    assert 0 <= report.first_wins <= 1
    assert report.branching_factor >= 1 + report.decision_moves or not report.mean_moves
    assert 0 <= report.deviation_moves <= 2 * report.mean_moves
