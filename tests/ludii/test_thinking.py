"""Whether thinking pays: numbers by hand, games of which it is known, and the same answer always."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.ludii import compile_game, evaluate_game, think
from formal_envs.ludii.measures.skill import MEASURES, lacking, product, skill
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.ludii.play.thinking import Equals, Rung
from tests.audits.odd_games import ODD
from tests.support.playable_games import playable_games

GAMES = Path(__file__).parents[1] / "games"
OURS = Path(__file__).parents[2] / "formal_envs/tasks/game/games"
ADD = """(game "G" (players 2) (equipment {(board (square SIZE)) (piece "Disc" Each)})
  (rules (play (move Add (to WHERE))) (end END)))"""
LOTTERIES = {
    "the centre": ("9", "(sites Empty)", "(if (= (last To) (centrePoint)) (result Mover Win))"),
    "nobody wants the centre": ("5", "(sites Empty)", "(if (= (last To) (centrePoint)) (result Mover Loss))"),
    "two in a row": ("9", "(sites Empty)", "(if (is Line 2) (result Mover Win))"),
    "no choice": ("5", "(sites Random (sites Empty) num:1)", "(if (is Line 3) (result Mover Win))"),
    "who moves last": ("5", "(sites Empty)", "(if (no Moves Next) (result Mover Win))"),
    "who moves last loses": ("5", "(sites Empty)", "(if (no Moves Next) (result Mover Loss))"),
    "the clock": ("7", "(sites Empty)", "(if (= (count Moves) 20) (result P2 Win))"),
}
ONE_SIDE = """(game "One Side" (players 2)
  (equipment {(board (square 6)) (piece "Man" P1 (move Step (to if:(is Empty (to))))) (piece "Rock" P2)})
  (rules (start {(place "Man1" (sites Bottom)) (place "Rock2" {"C4" "D5"})}) (play (forEach Piece))
    (end (if (is In (last To) (sites Top)) (result Mover Win)))))"""
DICE = """(game "Dice" (players 2) (equipment {(board (square 5)) (piece "Disc" Each) (dice d:6 num:1)})
  (rules (play (do (roll) next:(move Add (to (sites Empty)))))
    (end (if (and (> (count Moves) 10) (= (count Pips) 6)) (result Mover Win)))))"""


def looked_at(text, seed=0):
    program = compile_game(text)
    return think(program, evaluate_program(program), seed)


def worth(text):
    report = looked_at(text)
    return product(skill(report)), skill(report), lacking(report, skill(report))


@pytest.mark.parametrize("name", LOTTERIES)
def test_who_thinks_wins_no_more_in_a_lottery(name):
    size, where, end = LOTTERIES[name]
    value, found, why = worth(ADD.replace("SIZE", size).replace("WHERE", where).replace("END", end))
    assert value < 0.1
    assert why in MEASURES.values()
    assert found["thinking"] == 0


@pytest.mark.parametrize("text", [*ODD.values(), ONE_SIDE, DICE], ids=[*ODD, "one side", "dice"])
def test_odd_games_are_worth_nothing(text):
    assert worth(text)[0] < 0.1


@pytest.mark.parametrize(
    "file", [GAMES / "hex.lud", OURS / "connect_four.lud", OURS / "small_amazons.lud"], ids=lambda f: f.stem
)
def test_good_games_are_worth_much(file):
    value, found, why = worth(file.read_text())
    assert value > 0.6, found
    assert why is None


def test_one_round_of_nothing_is_added_to_the_rounds_of_a_match():
    """Three rounds that were won: mean 3/4, variance 3/16 of four numbers."""
    rung = Rung((1.0, 1.0, 1.0))
    assert rung.gain == 0.75
    assert rung.error == pytest.approx(math.sqrt(3 / 16 / 4))
    assert rung.sure == pytest.approx(0.75 - math.sqrt(3) / 8)
    assert not rung.is_nothing
    assert Rung((0.0,) * 6).is_nothing
    assert not Rung((0.0,) * 5).is_nothing
    assert Rung((-1.0, -1.0)).sure == 0


def equals(*wins, games=None):
    return Equals(10, wins, games or sum(wins), 20.0, 0.0, 0.0)


def test_seats_are_fair_as_far_as_chance_may_have_it():
    """Of eight games 1.7 standard errors are 1.7 / sqrt(8) = 0.601."""
    noise = 1.7 / math.sqrt(8)
    assert equals(8, 0).fairness == 0
    assert equals(5, 3).fairness == 1
    assert equals(7, 1).fairness == pytest.approx(1 - (0.75 - noise) / (1 - noise))
    assert equals(4, 0).fairness == 0.5  # half of the games that are needed
    assert equals(3, 0).fairness == 0.75
    assert equals(9).fairness == 1
    assert equals(0, 0, games=8).fairness == 1
    assert equals(0, 0, games=8).decided == 0


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=8), st.integers(0, 7))
def test_a_better_round_is_never_worth_less(gains, place):
    """What is sure of a gain does not fall by much when a round goes better, and no gain is above 1."""
    better = list(gains)
    if better:
        better[place % len(better)] = 1.0
    assert Rung(tuple(better)).gain >= Rung(tuple(gains)).gain
    assert 0 <= Rung(tuple(gains)).sure <= 1


def test_the_same_seed_finds_the_same():
    text = (OURS / "hexapawn.lud").read_text()
    assert looked_at(text) == looked_at(text)
    assert looked_at(text, 1).thinking.winner == looked_at(text).thinking.winner


@settings(max_examples=10)
@given(playable_games())
def test_any_game_is_looked_at_within_bounds(text):
    report = evaluate_game(text, 10)
    if not report.playable:
        return
    found = skill(think(compile_game(text), report))
    assert list(found) == list(MEASURES)
    assert all(0 <= value <= 1 for value in found.values())


def test_what_does_not_play_is_not_looked_at():
    text = ODD["over at the first move"]
    report = evaluate_game(text)
    assert think(compile_game(text), report) is report
