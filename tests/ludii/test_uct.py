"""Tree search: what it proves is true, what it chooses is good, and the game that it looks at is as before."""

import ctypes
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, apply, compile_game, legal_moves, with_seed
from formal_envs.ludii.engine.interface import ACTION_RECORD, MOVE_RECORD
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.players.analysis import analyse
from formal_envs.ludii.players.match import play_match
from formal_envs.ludii.players.player import choose, read_player
from tests.ludii.test_dice import BOTH, SUM
from tests.ludii.test_hidden import VEILED
from tests.support.minimax import minimax
from tests.support.playable_games import playable_games

GAMES = Path(__file__).parents[1] / "games"
TIC_TAC_TOE = (GAMES / "tic_tac_toe.lud").read_text()
#: Stones in heaps; a move takes one from a heap, and as many more from there as one likes.
NIM = """(game "Nim" (players PLAYERS) (equipment {(board (rectangle 1 HEAPS)) (piece "Stone" Shared) (hand Each)})
  (rules (start {(set Count 2 to:(sites {0 1}))})
    (play (if (is Prev Mover) (or (move Pass) TAKE) TAKE))
    (end (if (no Pieces All) (result Mover RESULT)))))""".replace(
    "TAKE",
    "(move Remove (if (is Prev Mover) (sites {(last To)}) (sites Occupied by:All)) count:1"
    " (then (if (is Occupied (last To)) (moveAgain))))",
)


FOR_ANY = """(game "Row" (players PLAYERS) (equipment {(board (square 4)) (piece "Disc" Each)})
  (rules (play (move Add (to (sites Empty)))) 
    (end {(if (is Line 3) (result Mover Win)) (if (is Full) (result Mover Draw))})))"""


def position(text, sites):
    """After moves that put a piece down on these sites, one after the other."""
    state = compile_game(text).initial()
    for site in sites:
        state = apply(state, next(move for move in legal_moves(state) if move.key.startswith(f"Add t{site} ")))
    return state


# ---------------------------------------------------------------- what is proven
@st.composite
def little_games(draw):
    """Games of six moves at most: lines that win or lose, points by place, a swap; for one to three players."""
    n, board = draw(st.sampled_from([1, 2, 2, 3, 3])), draw(st.sampled_from(["2 2", "1 5", "2 3", "1 4"]))
    ends = draw(
        st.lists(
            st.sampled_from(
                [
                    *("(if (is Line 2) (result Mover Win))", "(if (is Line 3) (result Mover Loss))"),
                    *(
                        '(if (= (where "A" Mover) 0) (result Mover Loss))',
                        "(if (is In (last To) (sites Corners)) (result Next Loss))",
                    ),
                    *("(if (= (count Moves) 4) (byScore))", "(if (is Line 2 Diagonal) (result Mover Draw))"),
                    "(if (and (is In (last To) (sites {1 3})) (> (count Moves) 2)) (result Mover Win))",
                ]
            ),
            min_size=1,
            max_size=3,
        )
    )
    scores = draw(st.sampled_from(["", " (then (addScore Mover (last To)))", " (then (addScore Next 1))"]))
    meta = draw(st.sampled_from(["", "(meta (swap))"])) if n == 2 else ""
    return (
        f'(game "Little" (players {n}) (equipment {{(board (rectangle {board})) (piece "A" Each)}})'
        f" (rules {meta} (play (move Add (to (sites Empty)){scores})) (end {{{' '.join(ends)}"
        " (if (is Full) (result Mover Draw))})))"
    )


@settings(max_examples=60)
@given(little_games(), st.integers(0, 2**64 - 1))
def test_what_is_proven_is_the_worth_of_best_play(text, seed):
    with suppress(GameError):
        state = compile_game(text).initial()
        found = analyse(state, 10_000, seed)
        for move in found.moves:
            if move.proven:
                assert move.values == minimax(apply(state, move.move))
        if len(state.rank2) > 0 and state.program.n_players <= 2:
            assert found.best.proven  # there are at most 4,000 positions: all of them are seen
            assert found.best.values == minimax(state)


@pytest.mark.parametrize("result", ["Win", "Loss"])
@pytest.mark.parametrize("players", [2, 3])
def test_heaps_of_stones(players, result):
    text = NIM.replace("PLAYERS", str(players)).replace("HEAPS", "2").replace("RESULT", result)
    state = compile_game(text).initial()
    found = analyse(state, 5000)
    for move in found.moves:
        if move.proven:
            assert move.values == minimax(apply(state, move.move))
    assert players > 2 or found.best.proven


def test_a_win_in_one_is_taken_and_a_loss_in_one_is_blocked():
    win, block = position(TIC_TAC_TOE, [0, 3, 1, 4]), position(TIC_TAC_TOE, [0, 4, 8, 7])
    for seed in range(20):
        assert choose(win, "uct:30", seed).key == "Add t2 w1"
        assert choose(block, "uct:100", seed).key == "Add t1 w1"


def test_a_proven_win_ends_the_search():
    found = analyse(position(TIC_TAC_TOE, [0, 3, 1, 4]), 10**6)
    assert found.best.proven
    assert found.value(found.best) == 1
    assert sum(move.visits for move in found.moves) < 100
    assert [move.key for move in found.line] == ["Add t2 w1"]


def test_the_best_line_wins():
    """Player 1 has two corners and the move: whatever follows he makes two threats at once."""
    state = position(TIC_TAC_TOE, [0, 4, 8, 2])
    found = analyse(state, 5000)
    assert (found.best.move.key, found.best.proven) == ("Add t6 w1", True)
    for move in found.line:
        state = apply(state, move)
    assert state.winner == 1


# ---------------------------------------------------------------- how well it plays
@cache
def best_replies(state):
    """Moves of best play."""
    person = state.agents[state.mover] - 1
    found = [(minimax_known(apply(state, move))[person], move) for move in legal_moves(state)]
    return [move for value, move in found if value == max(value for value, _ in found)]


KNOWN = {}


def minimax_known(state):
    """``minimax`` of Tic-Tac-Toe, where pieces and mover say everything."""
    key = state.what.tobytes(), state.over
    if key not in KNOWN:
        person = state.agents[state.mover] - 1
        values = [minimax_known(apply(state, move)) for move in legal_moves(state)]
        KNOWN[key] = minimax(state) if state.over else max(values, key=lambda found: found[person])
    return KNOWN[key]


@pytest.mark.parametrize("other", ["random", "one-ply", "uct:1000"])
def test_tic_tac_toe_is_never_lost(other):
    result = play_match(compile_game(TIC_TAC_TOE), ["uct:1000", other], 100 if other == "uct:1000" else 200, 7)
    assert result.seat_wins[1] == (0, 0)
    assert result.failed == result.timeouts == 0
    assert other != "uct:1000" or result.draws == 100


def test_tic_tac_toe_is_drawn_against_a_perfect_player():
    program, rng = compile_game(TIC_TAC_TOE), np.random.default_rng(0)
    for game in range(60):
        state = program.initial()
        while not state.over:
            perfect = state.mover == 1 + game % 2
            replies = best_replies(state) if perfect else [choose(state, "uct:1000", game)]
            state = apply(state, replies[rng.integers(len(replies))])
        assert state.winner == 0


def test_three_players_and_stones():
    """In a game for three a search wins more than a third of its games against random players."""
    text = FOR_ANY.replace("PLAYERS", "3")
    (mean, error), *_ = play_match(compile_game(text), ["uct:100", "random", "random"], 60, 1).scores
    assert mean - 3 * error > 1 / 3


DICE = "(equipment {(dice d:3 num:1) (hand Each)"


def test_what_is_rolled_does_not_disturb_who_thinks():
    """Tic-Tac-Toe in which each move rolls a die that means nothing."""
    text = TIC_TAC_TOE.replace("(equipment {", DICE).replace("(play ", "(play (do (roll) next:")
    text = text.replace("(move Add (to (sites Empty)))", "(move Add (to (intersection (sites Empty) (sites Board)))))")
    (mean, error), _ = play_match(compile_game(text), ["uct:200", "random"], 60, 1).scores
    assert mean - 3 * error > 0.8


@pytest.mark.parametrize("seed", range(8))
def test_dice_are_not_foreseen(seed):
    """The die decides, half for one and half for the other: that is what the only move is worth, whatever comes."""
    text = """(game "Coin" (players 2) (equipment {(board (rectangle 1 2)) (piece "A" Each) (dice d:2 from:0 num:1)})
      (rules (play (move Add (to (sites {0 1})) (then (roll))))
        (end (if (= 1 (count Pips)) (result P1 Win) (result P2 Win)))))"""
    text = text.replace(
        "(if (= 1 (count Pips)) (result P1 Win) (result P2 Win))",
        "{(if (= 1 (count Pips)) (result P1 Win)) (if (= 0 (count Pips)) (result P2 Win))}",
    )
    state = compile_game(text).initial(seed)
    assert {apply(with_seed(state, other), legal_moves(state)[0]).winner for other in range(20)} == {1, 2}
    for move in analyse(state, 2000, seed).moves:
        assert abs(move.values[0]) < 0.15
        assert not move.proven


# ---------------------------------------------------------------- what it leaves alone
def listed(program, block, n):
    """All that the engine has for the position in ``block``, of n moves: its bytes, its history, its moves."""
    context = program.context()
    moves = ctypes.string_at(library().context_moves(context.pointer), MOVE_RECORD.size * n)
    last = max((first + size for first, size, *_ in MOVE_RECORD.iter_unpack(moves)), default=0)
    actions = ctypes.string_at(library().context_actions(context.pointer), ACTION_RECORD.size * last)
    return block.raw, context.history(block), moves, actions


def unchanged(state, spec, seed):
    """What a player chooses; nothing else has changed. None: it took too much work."""
    context, record = state.program.context(), read_player(spec).record()
    block, n = context.legal(state)
    before = listed(state.program, block, n)
    chosen = library().context_choose(context.pointer, ctypes.byref(record), seed, 10**8)
    if chosen == -2:
        return None
    context.check(chosen)
    assert listed(state.program, block, n) == before
    return chosen


TOWERS = """(game "Towers" (players 2) (equipment {(board (rectangle 1 6))
  (piece "Man" Each (move Step (to if:True)))}) (rules
  (start {(place Stack "Man1" 0 count:3) (place Stack "Man2" 5 count:3)}) (play (forEach Piece))
  (end (if (= (count Moves) 30) (result Mover Win)))))"""
KINDS = {
    "repetition": (GAMES.parents[1] / "formal_envs/tasks/game/games/go_5x5.lud").read_text(),
    "seats": (GAMES / "hex.lud").read_text().replace("11", "5"),
    "dice": SUM,
    "several dice": BOTH.replace("OPTIONS", "combined:True"),
    "hidden": VEILED.replace("DATA", "What"),
    "stacks": TOWERS,
    "three players": FOR_ANY.replace("PLAYERS", "3"),
    "one player": FOR_ANY.replace("PLAYERS", "1"),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_position_its_history_and_its_moves_stay(name):
    state = compile_game(KINDS[name]).initial(5)
    for ply in range(12):
        if state.over:
            break
        unchanged(state, "one-ply", ply)
        chosen = unchanged(state, "uct:40", ply)
        state = apply(state, legal_moves(state)[chosen])


@given(playable_games(), st.integers(0, 2**64 - 1))
def test_nothing_stays_of_a_search_in_games_of_all_kinds(text, seed):
    program = compile_game(text)
    state = program.initial(seed)
    with suppress(GameError):
        for _ in range(5):
            if state.over:
                break
            chosen = unchanged(state, "uct:15", seed)
            if chosen is None:
                break
            state = apply(state, legal_moves(state)[chosen])


@given(playable_games(), st.integers(0, 2**64 - 1))
def test_a_choice_is_the_same_whatever_was_searched_before(text, seed):
    with suppress(GameError):
        program = compile_game(text)
        state = program.initial(seed)
        first = analyse(state, 25, seed)
        after = apply(state, first.best.move)
        if not after.over:
            analyse(after, 60, seed + 1)
        choose(state, "one-ply", seed)
        assert analyse(state, 25, seed) == first
        assert analyse(compile_game(text).initial(seed), 25, seed).moves == first.moves


# ---------------------------------------------------------------- its limits
def test_a_search_that_runs_out_of_work_says_what_it_has():
    state = compile_game((GAMES / "hex.lud").read_text()).initial()
    found = analyse(state, 10**7, work=3_000_000)
    assert 5 < sum(move.visits for move in found.moves) < 1000
    with pytest.raises(GameError, match="too much work"):
        analyse(state, 10**7, work=10)


@pytest.mark.slow
def test_a_full_tree_is_searched_on():
    """More nodes than there is room for: 64 MB hold 400,000 of a game for 16."""
    text = """(game "Choose" (players 16) (equipment {(board (rectangle 1 2)) (piece "Disc" Each)})
      (rules (play (move Select (from (sites Board)))) (end (if (= (count Moves) 22) (result Mover Draw)))))"""
    found = analyse(compile_game(text).initial(), 450_000)
    assert sum(move.visits for move in found.moves) == 450_000


@pytest.mark.parametrize("spec", ["uct", "uct:", "uct:0", "uct:-1", "uct:1.5", "uct:٣", "uct:9999999999", "uct:1e3"])
def test_a_search_takes_a_number(spec):
    with pytest.raises(ConfigError, match="uct:N takes 1 to"):
        read_player(spec)


def test_names_are_read_back():
    assert [str(read_player(spec)) for spec in ("random", "one-ply", "uct:200")] == ["random", "one-ply", "uct:200"]


@pytest.mark.parametrize("seed", range(10))
def test_the_least_search_sees_what_one_ply_shows(seed):
    """A random game would not: a win is taken or blocked, and of moves that are not answered by one, one is found."""
    assert choose(position(TIC_TAC_TOE, [0, 3, 1, 4]), "uct:1", seed).key.startswith("Add t2 ")
    assert choose(position(TIC_TAC_TOE, [0, 4, 8, 7]), "uct:1", seed).key.startswith("Add t1 ")
    misere = TIC_TAC_TOE.replace("(result Mover Win)", "(result Mover Loss)")
    assert choose(position(misere, [0, 3, 1, 8]), "uct:1", seed).key.split()[1] in {"t4", "t5", "t6", "t7"}


def test_a_blunder_is_a_drama():
    """Player 2 wins at once but on D1; where he goes there player 1, who saw himself lost, wins after all."""
    text = """(game "Blunder" (players 2) (equipment {(board (rectangle 1 4)) (piece "Disc" Each)})
      (rules (play (move Add (to (sites Empty)))) (end {
        (if (and (= (count Moves) 2) (not (is In (last To) (sites {3})))) (result P2 Win))
        (if (= (count Moves) 3) (result P1 Win))})))"""
    games = play_match(compile_game(text), ["uct:100", "random"], 60, 0).games
    blunders = [game for game in games if game.moves == 3]
    assert all((game.winner, game.drama, game.lead_changes) == (0, 1.0, 1) for game in blunders)
    assert all((game.drama, game.lead_changes) == (0, 0) for game in games if game.moves == 2)
    assert 3 < len(blunders) < 20


def test_who_does_not_search_tells_no_story():
    games = play_match(compile_game(TIC_TAC_TOE), ["random", "one-ply"], 5, 0).games
    assert all(game.drama == game.lead_changes == 0 for game in games)
