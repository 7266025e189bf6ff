"""Moves as text: what is written is read again, and names the squares first."""

from pathlib import Path

import numpy as np
import pytest

from formal_envs.errors import ConfigError
from formal_envs.ludii import compile_game, legal_moves
from formal_envs.ludii.play.move_log import read_moves, written_move
from formal_envs.ludii.play.report import random_game

GAMES = Path(__file__).parents[2] / "formal_envs" / "tasks" / "game" / "games"


@pytest.mark.parametrize("name", ["fanorona_without_chains", "numerical_tic_tac_toe", "ayoayo", "quixo", "hex_7x7"])
def test_a_written_game_is_read_again(name):
    """Also where moves of one name do different things: captures ahead and behind."""
    file = GAMES / f"{name}.lud"
    program = compile_game(file.read_text(encoding="utf-8"))
    states, moves = random_game(program, np.random.default_rng(1), 40)
    log = "\n\n".join(
        f"{n}. player {before.mover}: {written_move(before, move)}\n\n{before}"
        for n, (before, move) in enumerate(zip(states, moves, strict=False), 1)
    )
    assert read_moves(states[0], log) == (states, moves)


def test_a_list_of_squares_and_keys_is_read():
    program = compile_game((Path(__file__).parents[1] / "games" / "tic_tac_toe.lud").read_text(encoding="utf-8"))
    states, moves = read_moves(program.initial(), "b2, A1\nC3 [Add t8 w1]\nAdd t2 w2")
    assert [move.key for move in moves] == ["Add t4 w1", "Add t0 w2", "Add t8 w1", "Add t2 w2"]
    assert [program.describe(move).split()[0] for move in moves] == ["B2", "A1", "C3", "C1"]
    assert len(states) == 5


def test_moves_of_one_key_have_numbers():
    program = compile_game((GAMES / "fanorona_without_chains.lud").read_text(encoding="utf-8"))
    for state in random_game(program, np.random.default_rng(0), 60)[0]:
        legal = legal_moves(state)
        names = [written_move(state, move) for move in legal]
        assert len(set(names)) == len(names)
        assert [read_moves(state, name)[1][0] for name in names] == legal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A1", r"move 1, 'A1', is one of several: expected A1 \[Add t0 w1\] or A1 \[Add t0 w\d\]"),
        ("Add t0 w1, A1", r"move 2, 'A1', is not legal there: expected .* others"),
        ("Add t0 w1 #2", "not legal there"),
        ("Add t0 w1 #0", "not legal there"),
        ("D4", "not legal there"),
    ],
)
def test_what_is_no_move_is_told(text, said):
    wild = compile_game((GAMES / "wild_tic_tac_toe.lud").read_text(encoding="utf-8"))  # either piece, each turn
    with pytest.raises(ConfigError, match=said):
        read_moves(wild.initial(), text)
