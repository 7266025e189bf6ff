"""Random games and the numbers made of them."""

from pathlib import Path

import numpy as np
import pytest

from formal_envs.errors import ConfigError
from formal_envs.ludii import compile_game
from formal_envs.ludii.play import report
from formal_envs.ludii.play.actions import squares
from formal_envs.ludii.play.measures import balance, paper_reward
from formal_envs.ludii.play.report import evaluate_game, evaluate_program, play

GAMES = Path(__file__).parents[1] / "games"
TIC_TAC_TOE = (GAMES / "tic_tac_toe.lud").read_text()
ENDLESS = TIC_TAC_TOE.replace("(move Add (to (sites Empty)))", "(move Select (from (sites Board)))")
FIRST_MOVE_WINS = TIC_TAC_TOE.replace("(is Line 3)", "(is Line 1)")


def test_formulas():
    assert balance((56, 32), 100) == pytest.approx(0.76)
    assert balance((10, 40, 20), 100) == pytest.approx(0.7)
    assert balance((3,), 5) == 1
    assert paper_reward(1, 1, 1) == pytest.approx(1)
    assert paper_reward(1, 0, 0) == pytest.approx(1 / 3)
    assert paper_reward(0.125, 0.001, 0.027) == pytest.approx((0.5 + 0.1 + 0.3) / 3)
    assert paper_reward(float("nan"), 1, 1) == pytest.approx(2 / 3)


def test_tic_tac_toe_at_random():
    """Of random games player 1 wins 0.5849, player 2 0.2881, none 0.1270: counted over the whole tree."""
    n = 20_000
    found = evaluate_game(TIC_TAC_TOE, playouts=n, seed=3)
    assert found.playouts == n == sum(found.wins) + found.draws
    for share, exact in zip((*found.wins, found.draws), (0.5849, 0.2881, 0.1270), strict=True):
        assert share / n == pytest.approx(exact, abs=4 * (exact * (1 - exact) / n) ** 0.5)
    assert found.completion == found.drawishness == sum(found.wins) / n
    assert found.balance == 1 - (found.wins[0] - found.wins[1]) / n
    assert found.reward == pytest.approx((found.balance ** (1 / 3) + 2 * found.completion ** (1 / 3)) / 3)
    assert found.mean_turns == found.mean_moves
    assert 5 < found.mean_turns < 9


def test_the_seed_decides():
    assert evaluate_game(TIC_TAC_TOE, seed=1) == evaluate_game(TIC_TAC_TOE, seed=1)
    assert evaluate_game(TIC_TAC_TOE, seed=1) != evaluate_game(TIC_TAC_TOE, seed=2)


def test_a_game_without_end_is_cut():
    found = evaluate_game(ENDLESS, playouts=7, max_turns=5)
    assert (found.timeouts, found.draws, found.wins) == (7, 0, (0, 0))
    assert found.mean_turns == found.mean_moves == 10  # turns for each of two players
    assert found.playable
    assert (found.balance, found.completion, found.drawishness) == (1, 0, 0)
    assert found.reward == pytest.approx(1 / 3)


def test_less_than_two_turns_are_no_game():
    found = evaluate_game(FIRST_MOVE_WINS)
    assert (found.wins, found.mean_turns) == ((100, 0), 1)
    assert not found.playable
    assert found.compiles
    assert found.reward == 0.05


def test_texts_that_are_no_games():
    found = evaluate_game("(game")
    assert (found.compiles, found.playable, found.reward) == (False, False, 0)
    assert found.error is not None
    assert found.error.stage == "syntax"


def test_work_is_bounded(monkeypatch):
    whole = evaluate_game(TIC_TAC_TOE)
    monkeypatch.setattr(report, "MAX_TOTAL_WORK", whole.work // 2)
    half = evaluate_game(TIC_TAC_TOE)
    assert 30 < half.playouts < 70
    assert half.error is None
    assert half.work == whole.work // 2
    monkeypatch.setattr(report, "MAX_WORK", 100)
    none = evaluate_game(TIC_TAC_TOE)
    assert (none.playouts, none.playable, none.reward) == (0, False, 0.05)
    assert none.error is not None
    assert none.error.stage == "play"
    with pytest.raises(report.GameError, match="too much work"):
        play(compile_game(TIC_TAC_TOE), np.random.default_rng(0))


def test_play():
    program = compile_game(TIC_TAC_TOE)
    outcomes = [play(program, np.random.default_rng(seed)) for seed in range(300)]
    assert outcomes[5] == play(program, np.random.default_rng(5))
    assert {o.winner for o in outcomes} == {0, 1, 2}
    for outcome in outcomes:
        assert outcome.ranking == {0: (1.5, 1.5), 1: (1.0, 2.0), 2: (2.0, 1.0)}[outcome.winner]
        assert 5 <= outcome.turns == outcome.moves <= 11  # two passes after a full board
        assert not outcome.timeout
    cut = play(compile_game(ENDLESS), np.random.default_rng(0), max_turns=3)
    assert (cut.timeout, cut.turns, cut.winner) == (True, 6, 0)


@pytest.mark.parametrize("arguments", [{"playouts": 0}, {"max_turns": 0}, {"playouts": 10**9}])
def test_arguments_are_checked(arguments):
    with pytest.raises(ConfigError, match=next(iter(arguments))):
        evaluate_program(compile_game(TIC_TAC_TOE), **arguments)


def test_sites_of_moves_have_the_names_of_their_squares():
    hands = TIC_TAC_TOE.replace("(board (square 3))", "(board (square 3)) (hand P1) (hand P2)")
    bytecode = compile_game(hands).bytecode
    assert squares(bytecode, "Add t7 w1") == "B3"
    assert squares(bytecode, "Move f10 t4") == "Hand2-B2"
    assert squares(bytecode, "Select f3 t15V") == "A2-D4"  # cells are numbered row by row, as are corners
    assert squares(bytecode, "SetVar name=t5 v3") == squares(bytecode, "Pass") == ""
