"""GAVEL's fitness: the formula by hand and its laws, the tiers, and games that it must and must not like."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_games import ODD

from formal_envs.ludii import compile_game
from formal_envs.ludii.measures.gavel import (
    MEASURES,
    RANDOM_THRESHOLDS,
    THRESHOLDS,
    UNINTERESTING,
    UNPLAYABLE,
    decision_moves,
    fitness,
    shortfall,
)
from formal_envs.ludii.measures.gavel_games import ITERATIONS, gavel, iterations, self_play
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.ludii.players.match import MatchGame
from formal_envs.rewards import GameReward
from formal_envs.tasks.game.corpus import own_games

GAMES = Path(__file__).parents[1] / "games"
PERFECT = dict.fromkeys(MEASURES, 1.0)
shares = st.floats(0, 1)
measured = st.fixed_dictionaries(dict.fromkeys(MEASURES, shares))


@pytest.mark.parametrize(
    ("measures", "value"),
    [
        ({}, 1.0),
        ({"balance": 0.8}, 5 / 5.25),
        ({"trace": 0.5, "balance": 0.5}, 5 / 7),
        ({"balance": 0.0}, 5 / 104),
        ({"trace": -3.0}, 5 / 104),  # what the published code writes where the trace took too long
        (dict.fromkeys(MEASURES, 0.0), 0.01),
    ],
)
def test_the_mean_by_hand(measures, value):
    assert fitness({**PERFECT, **measures}) == pytest.approx(value, rel=1e-12)


@given(measured, st.sampled_from(MEASURES), shares)
def test_the_mean_lies_among_its_measures_and_grows_with_each(measures, name, more):
    raised = [max(value, 0.01) for value in measures.values()]
    assert min(raised) - 1e-9 <= fitness(measures) <= sum(raised) / len(raised) + 1e-9
    higher = {**measures, name: max(more, measures[name])}
    assert fitness(higher) >= fitness(measures)


def test_the_first_threshold_that_is_not_reached_is_named():
    at = dict(THRESHOLDS)
    assert shortfall(at, THRESHOLDS, "anyone") is None
    below = {**at, "coverage": 0.09, "mean_turns": 2.9}
    assert shortfall(below, THRESHOLDS, "anyone") == "mean_turns of anyone is 2.9, at least 3 needed"
    assert shortfall({"balance": 0.5, "decision_moves": 0.49}, RANDOM_THRESHOLDS, "X").startswith("decision_moves of X")


def test_decisions_are_shares_of_games_and_not_of_moves():
    assert decision_moves([1, 9], [2, 10]) == pytest.approx((0.5 + 0.9) / 2)
    assert decision_moves([0], [0]) == 0


def _game(seats, winner, over=True, turns=10, decisions=8, covered=6):
    return MatchGame(seats, winner, over, None, turns, 10, decisions, 50, covered, lead_changes=0, drama=0.0)


def test_games_of_equal_players_by_hand():
    games = [
        _game((0, 1), 0),  # won by who began
        _game((1, 0), 0, decisions=6),  # by the other seat
        _game((0, 1), None, turns=20, covered=9),
        _game((1, 0), 1, over=True, turns=4),  # by who began
        _game((0, 1), None, over=False, turns=100),
    ]
    assert self_play(games, 2, 9) == {
        "balance": pytest.approx(1 - 1 / 5),
        "completion": pytest.approx(3 / 5),
        "drawishness": pytest.approx(3 / 5),
        "decision_moves": pytest.approx((4 * 0.8 + 0.6) / 5),
        "coverage": pytest.approx((4 * 6 + 9) / 5 / 9),
        "mean_turns": pytest.approx((10 + 10 + 20 + 4 + 100) / 5),
    }


def _judged(text):
    program = compile_game(text)
    return gavel(program, evaluate_program(program))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("drawn by exhaustion: a line of 9 on a board of 5", "completion of UCT against itself is 0,"),
        ("the first player always wins: last to move, on 25 cells", "balance of random players is 0,"),
        ("a lottery: who lands on a corner wins", "mean_turns of UCT against itself is 1,"),
    ],
)
def test_a_game_below_a_threshold_gets_the_tier_and_says_which(name, said):
    found = _judged(ODD[name])
    assert found.fitness == UNINTERESTING
    assert found.short_of.startswith(said)


NO_CHOICE = """(game "Dealt" (players 2) (equipment {(board (hex 3)) (piece "Disc" Each)}) (rules
    (play (move Add (to (sites Random (sites Empty) num:1)))) (end (if (is Line 3) (result Mover Win)))))"""


def test_a_game_without_choice_falls_short_before_anybody_thinks():
    found = _judged(NO_CHOICE)
    assert found.short_of == "decision_moves of random players is 0, at least 0.5 needed"
    assert (found.fitness, dict(found.measures)) == (UNINTERESTING, {})


def test_what_cannot_be_played_is_a_tier_below():
    assert _judged(ODD["over at the first move"]).fitness == UNPLAYABLE


def _file(name):
    return (GAMES / f"{name}.lud").read_text()


def test_a_classic_is_worth_much_and_the_same_each_time():
    found = _judged(_file("breakthrough"))
    assert found.short_of is None
    assert found.fitness > 0.6
    assert found.measures["trace"] >= 0.7  # of ten games against a random player
    assert found == _judged(_file("breakthrough"))


def test_a_forced_win_is_not_balanced_for_players_that_think():
    """The second player wins Hexapawn by force; random players do not know, and share it well enough."""
    text = next(text for text in own_games() if text.startswith('(game "Hexapawn"'))
    program = compile_game(text)
    report = evaluate_program(program)
    assert report.balance > 0.5
    found = gavel(program, report)
    assert found.measures["balance"] < 0.3
    assert found.fitness < 0.6 < GameReward(kind="paper").score("", text).value


def test_a_search_is_as_long_as_random_games_are_cheap():
    reports = [evaluate_program(compile_game(_file(name))) for name in ("tic_tac_toe", "hex", "chess")]
    quick, middle, slow = map(iterations, reports)
    assert ITERATIONS[1] == quick >= middle >= slow == ITERATIONS[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [("", 0.0), (ODD["over at the first move"], 0.05), (NO_CHOICE, 0.1)],
)
def test_the_reward_keeps_the_order_of_the_tiers(text, value):
    score = GameReward(kind="gavel").score("", text)
    assert score.value == value
    assert score.failure
    assert score.parts["fitness"] == score.parts["uct_trace"] == 0


def test_the_reward_of_a_game_above_the_thresholds_is_its_fitness_above_the_tiers():
    score = GameReward(kind="gavel").score("", _file("breakthrough"))
    measures = {name: score.parts[f"uct_{name}"] for name in MEASURES}
    assert score.parts["fitness"] == pytest.approx(fitness(measures))
    assert score.value == pytest.approx(0.1 + 0.9 * fitness(measures))
    assert score.failure is None
