"""Mixtures of games: they are games, they can be played, and they are new."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.ludii import compile_game, evaluate_game
from formal_envs.tasks.game.corpus import canonical, held_out, own_games
from formal_envs.tasks.game.mixing import Mixer
from formal_envs.tasks.game.task import GameTask
from formal_envs.tasks.streams import integers, problem_keys

GAMES = [game for game in own_games() if not held_out(game)]
MIXER, ANOTHER = Mixer(GAMES, 4), Mixer(GAMES, 4)
rows, keys = st.integers(0, len(GAMES) - 1), st.integers(0, 2**64 - 1).map(np.uint64)


@given(rows, keys)
@settings(max_examples=40, deadline=None)
def test_a_mixture_is_a_game_that_plays_and_a_function_of_its_key(row, key):
    mixed = MIXER.mix(GAMES[row], key)
    assert mixed == ANOTHER.mix(GAMES[row], key)
    assert canonical(mixed) == mixed
    compile_game(mixed)
    assert evaluate_game(mixed, 4).playable or mixed == GAMES[row]


@pytest.mark.slow
def test_mixtures_are_new():
    mixed = {MIXER.mix(game, np.uint64(n)) for n, game in enumerate(GAMES)}
    assert len(mixed) == len(GAMES)
    assert len(mixed & set(GAMES)) <= len(GAMES) // 20


def small_game(title, piece, start, end):
    return canonical(
        f'(game "{title}" (players 2) (equipment {{(board (square 3)) (piece "{piece}" Each)}}) '
        f"(rules (start {start}) (play (move Add (to (sites Empty)))) (end {end})))"
    )


def test_names_that_a_part_brings_along_become_names_of_the_game():
    stones = small_game("Stones", "Stone", '(place "Stone1" (sites Corners))', "(if (is Line 3) (result Mover Win))")
    coins = small_game("Coins", "Coin", '(place "Coin2" (sites Centre))', "(if (is Full) (result Mover Draw))")
    mixer = Mixer([stones, coins], 2)
    mixed = [mixer.mix(stones, np.uint64(n)) for n in range(60)]
    assert any('(place "Stone1" (sites Centre))' in game for game in mixed)
    for game in mixed:
        assert '"Coin' not in game or '(piece "Coin" Each)' in game


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["infill", "compose"])
def test_games_of_our_own_are_mixed_for_training_alone(mode):
    keys = problem_keys(np.uint64(7), np.arange(400))
    own = integers(keys, 0, 8) == 0
    of_split = {
        split: [
            game for game, ours in zip(GameTask(mode=mode, split=split).sample(keys).games, own, strict=True) if ours
        ]
        for split in ("train", "test", "all")
    }
    known = set(own_games())
    assert set(of_split["test"]) | set(of_split["all"]) <= known
    assert sum(game in known for game in of_split["train"]) <= len(of_split["train"]) // 5
    assert not any(map(held_out, of_split["train"]))
    assert all(map(held_out, of_split["test"]))
