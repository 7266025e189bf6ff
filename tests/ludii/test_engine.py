"""Laws that every game obeys, and counts of move sequences that others have published or that can be done by hand."""

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from playable_games import playable_games

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, Program, State, apply, compile_game, evaluate_game, legal_moves, perft, play
from formal_envs.ludii.engine.interface import MEMORY_AT, SETS, SITE_NUMBERS
from formal_envs.ludii.play.program import apply_with_actions
from formal_envs.ludii.play.report import evaluate_program, random_games

GAMES = Path(__file__).parents[1] / "games"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(GAMES.glob("*.lud"))}
some = settings(max_examples=60, deadline=None)


def walk(state, rng, moves=15):
    """A state and those after it, by random moves."""
    yield state
    for _ in range(moves):
        choices = legal_moves(state)
        if not choices:
            return
        state = apply(state, choices[int(rng.integers(len(choices)))])
        yield state


def states_of(text, seed, moves=15):
    """The states of a random game, as far as it can be played within the limits."""
    try:
        yield from walk(compile_game(text).initial(), np.random.default_rng(seed), moves)
    except GameError as error:
        if error.stage != "play":
            raise


def sites_of(state, words):
    """The sets of sites in a state's memory, as truth values: (sets, sites)."""
    n = state.program.bytecode.n_sites
    numbers = 4 * ((len(SITE_NUMBERS) * n + len(state.program.bytecode.strings) + 1) & ~1)
    bits = np.frombuffer(state._block[MEMORY_AT + numbers :], np.uint8)
    return np.unpackbits(
        bits[: len(bits) // (8 * words) * 8 * words].reshape(-1, 8 * words), axis=1, bitorder="little"
    )[:, :n]


def check_state(state):
    """No number of a state is one that cannot be."""
    bytecode = state.program.bytecode
    owners = {0, *range(1, bytecode.n_players + 2)}
    assert ((state.what >= 0) & (state.what <= len(bytecode.components))).all()
    assert set(state.who.tolist()) <= owners
    assert (state.count >= 0).all()
    assert ((state.count > 0) == (state.what > 0)).all()
    assert (state.who[state.what == 0] == 0).all()
    sets = sites_of(state, (bytecode.n_sites + 63) // 64)
    n_kinds, n_owners = len(bytecode.components) + 1, bytecode.n_players + 2
    empty, occupied = (sets[list(SETS).index(name)] for name in ("empty", "occupied"))
    owned, kinds = sets[-n_kinds - n_owners : -n_kinds], sets[-n_kinds:]
    assert (empty == (state.what == 0)).all()
    assert (occupied == (state.what > 0)).all()
    for owner, sites in enumerate(owned):
        assert (sites == ((state.who == owner) & (state.what > 0))).all(), owner
    for kind, sites in list(enumerate(kinds))[1:]:
        assert (sites == (state.what == kind)).all(), kind


def check_result(winner, ranking, over):
    """A winner has the first rank alone; the ranks of a game that is over add up."""
    ranks = sorted(rank for rank in ranking if rank)
    assert (
        (ranks[:1] == [1] and ranks.count(1) == 1 and ranking.index(1) + 1 == winner)
        if winner
        else 1 not in ranks[: len(ranking) > 1]
    )
    if over and len(ranks) == len(ranking):
        assert sum(ranks) == len(ranks) * (len(ranks) + 1) / 2
    assert all(1 <= rank <= len(ranking) for rank in ranks)


# ---- laws
@some
@given(playable_games(), st.integers(0, 99))
def test_states_stay_legal(text, seed):
    for state in states_of(text, seed):
        check_state(state)
        moves = legal_moves(state)
        assert bool(moves) is not bool(state.over)
        assert all(move.actions or move.key == "Pass" for move in moves)
        assert [move.index for move in moves] == list(range(len(moves)))
        check_result(state.winner, state.ranking, state.over)


@some
@given(playable_games(), st.integers(0, 99))
def test_a_report_is_a_function_of_its_arguments(text, seed):
    report = evaluate_game(text, playouts=4, max_turns=15, seed=seed)
    assert report.compiles
    assert report.supported
    again = evaluate_game(text, playouts=4, max_turns=15, seed=seed)
    assert str(report.error) == str(again.error)
    assert replace(report, error=None) == replace(again, error=None)
    if report.playouts:
        assert sum(report.wins) + report.draws + report.timeouts == report.playouts
        for share in (report.balance, report.completion, report.drawishness, report.reward):
            assert 0 <= share <= 1
        assert (
            report.completion
            >= report.drawishness - 1e-12
            >= report.completion - report.timeouts / report.playouts - 1e-9
        )
        assert report.mean_turns <= 15 * compile_game(text).n_players


@some
@given(playable_games(), st.integers(0, 99))
def test_states_are_values(text, seed):
    states = list(states_of(text, seed, moves=6))
    for before, after in pairwise(states):
        block, history = before._block, before._history
        moves = legal_moves(before)
        try:
            again = [apply(before, move) for move in moves[:5]]
        except GameError:
            continue
        assert (before._block, before._history) == (block, history)
        assert legal_moves(before) == moves
        assert again == [apply(before, move) for move in moves[:5]]
        assert after == after.copy()
        assert hash(after) == hash(after.copy())
        assert after is not after.copy()
        assert before != after
        assert before != "a state"


@settings(max_examples=15, deadline=None)
@given(playable_games(), st.integers(0, 99))
def test_pickles_play_on(text, seed):
    for state in list(states_of(text, seed, moves=3)):
        thawed = pickle.loads(pickle.dumps(state))
        assert isinstance(thawed, State)
        assert (thawed == state, hash(thawed) == hash(state)) == (True, True)
        assert legal_moves(thawed) == legal_moves(state)
        assert str(thawed) == str(state)


@settings(max_examples=40, deadline=None)
@given(playable_games())
def test_perft_is_a_recursion_over_legal_moves(text):
    assume("Random" not in text)

    def sequences(state, depth):
        moves = legal_moves(state)
        return len(moves) if depth == 1 else sum(sequences(apply(state, move), depth - 1) for move in moves)

    program = compile_game(text)
    assume(len(legal_moves(program.initial())) <= 20)
    try:
        expected = [sequences(program.initial(), depth) for depth in (1, 2)]
    except GameError:
        return
    assert [perft(program, depth) for depth in (1, 2)] == expected
    assert perft(program.initial(), 2) == expected[1]
    assert perft(program, 2, ends=True)[0] == expected[1]


@some
@given(playable_games(), st.integers(0, 2**63 - 1))
def test_outcomes(text, seed):
    program = compile_game(text)
    try:
        outcome = play(program, np.random.default_rng(seed), max_turns=10)
    except GameError as error:
        if error.stage != "play":
            raise
        return
    assert outcome == play(program, np.random.default_rng(seed), max_turns=10)
    assert outcome.turns <= 10 * program.n_players
    assert outcome.turns <= outcome.moves + 1
    check_result(outcome.winner, list(outcome.ranking), not outcome.timeout)
    rows, last, _ = random_games(program, seed, 1, 10 * program.n_players, 10**8, 10**8)
    assert bool(legal_moves(last)) is not bool(rows[0, 3])  # nobody moves after the last move
    check_state(last)


@pytest.mark.parametrize("name", TEXTS)
def test_every_game_here_plays(name):
    program = compile_game(TEXTS[name])
    first, second = (evaluate_program(program, playouts=8, max_turns=60, seed=seed) for seed in (0, 1))
    assert first.playable
    assert first != second
    for state in states_of(TEXTS[name], 3, moves=40):
        check_state(state)
    assert evaluate_game("// the same\n" + TEXTS[name], playouts=8, max_turns=60, seed=0) == first


def test_the_order_of_moves_is_not_looked_at():
    """Two orders of the same placements are one position, wherever the rules remember nothing of the way there."""
    start = compile_game(TEXTS["tic_tac_toe"].replace("(is Line 3)", "(is Line 9)")).initial()

    def placed(order):
        state = start
        for site in order:
            state = apply(state, next(m for m in legal_moves(state) if m.key.startswith(f"Add t{site} ")))
        return state

    one, other = placed((0, 1, 8, 3, 4)), placed((8, 3, 0, 1, 4))
    assert (one.what == other.what).all()
    assert [m.key for m in legal_moves(one)] == [m.key for m in legal_moves(other)]
    assert one == placed((0, 1, 8, 3, 4))


def test_moves_belong_to_their_states():
    start = compile_game(TEXTS["tic_tac_toe"]).initial()
    last = legal_moves(start)[-1]
    later = apply(start, last)
    with pytest.raises(ConfigError):
        apply(later, last)  # the ninth of the eight that are left
    with pytest.raises(AttributeError, match="no 'nothing'"):
        _ = start.nothing
    state, done = apply_with_actions(start, last)
    assert done == [last.key]
    assert state == later


def test_threads_share_a_program():
    program = compile_game(TEXTS["draughts"])
    seeds = list(range(16))
    alone = [play(program, np.random.default_rng(seed), max_turns=30) for seed in seeds]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda seed: play(program, np.random.default_rng(seed), max_turns=30), seeds)) == alone
        assert set(pool.map(lambda _: perft(program, 4), range(4))) == {perft(program, 4)}


CHILD = """
import pickle, sys, json, dataclasses
from formal_envs.ludii import evaluate_game, perft
from formal_envs.ludii.play.report import evaluate_program
program = pickle.load(sys.stdin.buffer)
print(json.dumps([perft(program, 3), dataclasses.asdict(evaluate_program(program, 10, 40, 7))]))
print(json.dumps([dataclasses.asdict(evaluate_game(program.text, 10, 40, 7))]))
"""


def test_another_process_finds_the_same():
    program = compile_game(TEXTS["breakthrough"])
    expected = evaluate_program(program, 10, 40, 7)
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], input=pickle.dumps(program), capture_output=True, env=environment
    )
    assert done.returncode == 0, done.stderr.decode()
    first, second = map(json.loads, done.stdout.decode().splitlines())
    assert first == [11132, json.loads(json.dumps(asdict(expected)))]
    assert second == first[1:]
    assert isinstance(pickle.loads(pickle.dumps(program)), Program)


# ---- numbers
PERFT = [
    # (game, how many sequences of 1, 2, ... moves)
    ("tic_tac_toe", (9, 72, 504, 3024, 15120, 54720, 148176)),
    ("chess", (20, 400, 8902, 197281)),
    ("draughts", (7, 49, 302, 1469, 7361)),
    ("breakthrough", (22, 484, 11132)),
    ("reversi", (4, 12, 56, 244, 1396, 8200)),
    ("hex", (49, 49 * 49, 49 * 48 * 47 + 49 * 48)),  # the second player may swap, and the first moves on after that
    ("nine_mens_morris", (24, 24 * 23, 24 * 23 * 22)),
]


@pytest.mark.parametrize(("name", "counts"), PERFT, ids=[name for name, _ in PERFT])
def test_perft(name, counts):
    program = compile_game(TEXTS[name])
    assert tuple(perft(program, depth) for depth in range(1, len(counts) + 1)) == counts


def test_perft_of_hex_without_a_swap():
    program = compile_game(TEXTS["hex"].replace("(hex Diamond 7)", "(hex Diamond 11)").replace("(meta (swap))", ""))
    assert [perft(program, depth) for depth in (1, 2)] == [121, 121 * 120]


def test_tic_tac_toe_ends():
    """Counted by hand: 1440 of the games end with player 1's third move, 5328 with player 2's, and so on."""
    program = compile_game(TEXTS["tic_tac_toe"])
    wins = [perft(program, depth, ends=True)[1] for depth in (5, 6, 7, 8, 9)]
    assert wins == [[0, 1440, 0], [0, 0, 5328], [0, 47952, 0], [0, 0, 72576], [0, 81792, 0]]
    assert perft(program, 0) == 1


ONE_CELL = """(game "One" (players 2) (equipment {(board (square 1)) (piece "Stone" Each)})
    (rules (play (move Add (to (sites Board)))) (end (if (= MOVES (count Moves)) (result RESULT)))))"""

ONE_CELL_OF_THREE = ONE_CELL.replace("players 2", "players 3")


def one_cell(text, moves, result):
    return text.replace("MOVES", str(moves)).replace("RESULT", result)


def test_measures_of_a_game_that_one_player_always_wins():
    """Balance 0, completion 1, drawishness 1: the reward is two thirds."""
    report = evaluate_game(one_cell(ONE_CELL, 2, "P1 Win"), playouts=10)
    assert (report.wins, report.draws, report.mean_turns, report.deviation_turns) == ((10, 0), 0, 2, 0)
    assert (report.balance, report.completion, report.drawishness) == (0, 1, 1)
    assert report.reward == pytest.approx(2 / 3)


def test_measures_of_a_game_that_is_always_drawn():
    """Balance 1, completion 0, drawishness 0: the reward is one third."""
    report = evaluate_game(one_cell(ONE_CELL, 2, "P1 Draw"), playouts=10)
    assert (report.wins, report.draws) == ((0, 0), 10)
    assert (report.balance, report.completion, report.drawishness) == (1, 0, 0)
    assert report.reward == pytest.approx(1 / 3)


def test_measures_of_three_players():
    report = evaluate_game(one_cell(ONE_CELL_OF_THREE, 3, "P3 Loss"), playouts=10, max_turns=5)
    assert (report.wins, report.draws, report.timeouts) == ((0, 0, 0), 0, 10)  # two play on, and nothing ends it
    report = evaluate_game(one_cell(ONE_CELL_OF_THREE, 3, "P3 Win"), playouts=10, max_turns=5)
    assert (report.wins, report.timeouts, report.balance) == ((0, 0, 0), 10, 1)


def test_points_rank_everybody_anew():
    """Player 1 makes a line and has won; the others play on, all end with the same points: nobody has won."""
    rules = (
        one_cell(ONE_CELL_OF_THREE, 1, "P1 Win")
        .replace("(end ", "(end {")
        .replace(
            "(result P1 Win))",
            """(result P1 Win))
        (if (= 3 (count Moves)) (byScore))}""",
        )
    )
    states = list(states_of(rules, 0))
    assert [(state.winner, state.ranking) for state in states[1:]] == [(1, [1, 0, 0])] * 2 + [(0, [2, 2, 2])]


def test_who_wins_after_a_swap_is_who_began():
    """The second move wins. Of the three moves before it one is a swap, after which the first person makes it."""
    text = (
        '(game "Two" (players 2) (equipment {(board (rectangle 1 2)) (piece "A" Each)}) (rules (meta (swap))'
        " (play (move Add (to (sites Empty)))) (end (if (is Full) (result Mover Win)))))"
    )
    report = evaluate_game(text, playouts=400)
    assert 150 <= report.wins[0] <= 250  # 200, give or take five standard deviations of 10
    assert sum(report.wins) == 400
