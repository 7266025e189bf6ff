"""Players that look one ply ahead or not at all, and matches between players."""

import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, apply, compile_game, legal_moves
from formal_envs.ludii.play.report import random_games
from formal_envs.ludii.players.match import play_match
from formal_envs.ludii.players.player import choose, read_player
from tests.support.playable_games import playable_games

GAMES = Path(__file__).parents[1] / "games"
TIC_TAC_TOE = (GAMES / "tic_tac_toe.lud").read_text()
PAIR = ["one-ply", "random"]


def position(program, keys):
    """After moves that are put down at these sites."""
    state = program.initial()
    for site in keys:
        state = apply(state, next(move for move in legal_moves(state) if move.key.startswith(f"Add t{site} ")))
    return state


def chosen(state, spec, seeds=range(20)):
    return {choose(state, spec, seed).key.split()[1] for seed in seeds}


def test_one_ply_takes_a_win():
    assert chosen(position(compile_game(TIC_TAC_TOE), [0, 3, 1, 4]), "one-ply") == {"t2"}


def test_one_ply_blocks_a_win():
    assert chosen(position(compile_game(TIC_TAC_TOE), [0, 4, 8, 7]), "one-ply") == {"t1"}


def test_one_ply_loses_where_it_must():
    """Two places would win for the other: any move is as bad."""
    found = chosen(position(compile_game(TIC_TAC_TOE), [0, 1, 8, 2, 6]), "one-ply", range(100))
    assert found == {"t3", "t4", "t5", "t7"}


def test_one_ply_makes_no_line_where_that_loses():
    text = TIC_TAC_TOE.replace("(result Mover Win)", "(result Mover Loss)")
    assert chosen(position(compile_game(text), [0, 3, 1, 8]), "one-ply", range(60)) == {"t4", "t5", "t6", "t7"}


@given(playable_games(), st.integers(0, 2**64 - 1))
def test_choosing_is_the_same_again_and_leaves_the_game_alone(text, seed):
    """The list of moves stays, too: the one chosen can be played."""
    state = compile_game(text).initial(seed)
    with suppress(GameError):  # in play: too much work, an effect on what is not there
        for _ in range(6):
            if state.over:
                break
            before = state.copy()
            move, again = (choose(state, "one-ply", seed) for _ in range(2))
            assert move == again
            assert state == before
            state = apply(state, move)


@given(playable_games(), st.integers(0, 2**64 - 1), st.integers(0, 5))
def test_a_game_depends_on_the_seed_and_its_number_alone(text, seed, first):
    program = compile_game(text)
    players = ["one-ply", "random", "random"][: program.n_players]
    terms = {"max_turns": 10, "work": 10**8}
    try:
        all_of_them = play_match(program, players, first + 2, seed, **terms).games
        rest = play_match(compile_game(text), players, 2, seed, first=first, **terms).games
    except GameError:
        return
    assert all_of_them[first:] == rest


@given(playable_games(), st.integers(0, 2**64 - 1))
def test_random_games_are_matches_of_random_players(text, seed):
    program = compile_game(text)
    n = program.n_players
    rows, _, _ = random_games(program, seed, 3, 10 * n, 10**8, 10**8)
    games = play_match(program, ["random"] * n, 3, seed, max_turns=10, work=10**9).games
    assert [[game.turns, game.moves, game.over] for game in games] == rows[:, 1:4].tolist()


def test_everybody_has_every_seat():
    text = (GAMES / "tic_tac_toe.lud").read_text().replace("(players 2)", "(players 3)")
    result = play_match(compile_game(text), ["random"] * 3, 6, 0)
    assert [game.seats for game in result.games[:4]] == [(0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 1, 2)]


def test_the_first_move_wins_from_each_seat():
    program = compile_game(TIC_TAC_TOE.replace("(is Line 3)", "(is Line 1)"))
    result = play_match(program, PAIR, 4, 0)
    assert (result.wins, result.seat_wins, result.draws) == ((2, 2), ((2, 0), (2, 0)), 0)
    assert result.scores == ((0.5, pytest.approx(math.sqrt(1 / 3) / 2)),) * 2
    assert {(game.turns, game.moves, game.decisions, game.choices) for game in result.games} == {(1, 1, 1, 9)}


def test_who_swapped_wins_what_he_took():
    """Player 1 wins at the second move, whatever it is: who is second swaps where he looks one ply ahead."""
    text = TIC_TAC_TOE.replace("(rules", "(rules (meta (swap))")
    text = text.replace("(if (is Line 3) (result Mover Win))", "(if (= (count Moves) 2) (result P1 Win))")
    result = play_match(compile_game(text), PAIR, 40, 1)
    assert result.seat_wins[0][1] == 20
    assert result.seat_wins[1][1] < 10


def test_one_ply_beats_random_play():
    (mean, error), _ = play_match(compile_game(TIC_TAC_TOE), PAIR, 200, 0).scores
    assert mean - 4 * error > 0.6


def test_a_match_that_runs_out_of_work_ends_there():
    result = play_match(compile_game(TIC_TAC_TOE), PAIR, 10, 0, work=5000)
    assert 0 < len(result.games) < 10
    assert (result.failed, result.games[-1].failure) == (1, "too much work in one game")


def test_cut_games_count_as_drawn():
    endless = TIC_TAC_TOE.replace("(move Add (to (sites Empty)))", "(move Select (from (sites Board)))")
    result = play_match(compile_game(endless), ["random"] * 2, 4, 0, max_turns=5)
    assert (result.timeouts, result.draws, result.wins, result.scores) == (4, 0, (0, 0), ((0.5, 0.0),) * 2)


@pytest.mark.parametrize("spec", ["", "one", "ONE-PLY", "one_ply"])
def test_a_bad_name_is_told(spec):
    with pytest.raises(ConfigError, match="a player is random, one-ply or uct:N"):
        read_player(spec)


@pytest.mark.parametrize("spec", ["random:1", "one-ply:"])
def test_only_a_search_takes_a_number(spec):
    with pytest.raises(ConfigError, match="takes no number"):
        read_player(spec)


def test_as_many_players_as_the_game_has():
    with pytest.raises(ConfigError, match="game for 2"):
        play_match(compile_game(TIC_TAC_TOE), ["random"], 1, 0)


def test_players_meet_the_same_beginning_from_each_seat():
    """Who holds the corner of a full board wins: nearly always the opening has settled it, and 1 place is left."""
    corner = '(count Sites in:(intersection (sites Occupied by:{0}) (sites {{"A1"}})))'
    scores = " ".join(f"(score {player} {corner.format(player)})" for player in ("P1", "P2"))
    text = TIC_TAC_TOE.split("(end")[0] + f"(end (if (is Full) (byScore {{{scores}}})))))"
    winners = [
        game.seats.index(game.winner)
        for game in play_match(compile_game(text), ["random"] * 2, 40, 1, opening=0.9).games
    ]
    assert winners[::2] == winners[1::2]
    assert set(winners) == {0, 1}


@pytest.mark.parametrize("opening", [-0.1, 1.0])
def test_an_opening_is_a_share_of_a_game(opening):
    with pytest.raises(ConfigError, match="opening is a share"):
        play_match(compile_game(TIC_TAC_TOE), PAIR, 2, 1, opening=opening)
