"""The spread of the game rewards over a set of games, with numbers worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from agents.cli import main
from formal_envs.ludii import evaluate_game
from formal_envs.tasks.game.corpus import own_games
from formal_envs.tasks.game.reward import MAX_TEXT, paper
from formal_envs.tasks.game.reward_spread import PERCENTILES, reward_spread

TIC_TAC_TOE = (Path(__file__).parents[1] / "games" / "tic_tac_toe.lud").read_text()
LINE, MOVE = "(is Line 3)", "(move Add (to (sites Empty)))"
ENDLESS = TIC_TAC_TOE.replace(MOVE, "(move Select (from (sites Board)))")
TOO_SHORT = TIC_TAC_TOE.replace(LINE, "(is Line 1)")
MISSPELT = TIC_TAC_TOE.replace(LINE, "(is Lin 3)")
UNSUPPORTED = TIC_TAC_TOE.replace("(square 3)", "(layers 2 (square 3))")
TOO_LONG = TIC_TAC_TOE.replace(LINE, LINE + " " * MAX_TEXT)
PLAYOUTS = 20


def run(*arguments, code=0):
    result = CliRunner().invoke(main, ["game", "rewards", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def corpus(tmp_path):
    games = [TIC_TAC_TOE, ENDLESS, TOO_SHORT, MISSPELT, UNSUPPORTED, TOO_LONG]
    assert len(set(games)) == 6
    (tmp_path / "games.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in games))
    return tmp_path / "games.jsonl"


def test_two_games_by_hand(corpus):
    """Between two values the percentiles lie on a line."""
    report = evaluate_game(TIC_TAC_TOE, PLAYOUTS)
    balance, decisive = 1 - abs(report.wins[0] - report.wins[1]) / PLAYOUTS, 1 - report.draws / PLAYOUTS
    turns = report.mean_turns / 2
    length = (1 - 2 ** -((turns - 1) / 3)) * (1 - (turns / 500) ** 2)
    both = {"paper": (1 / 3, (balance ** (1 / 3) + 2 * decisive ** (1 / 3)) / 3)}  # what never ends is balanced
    both["graded"] = 1 / 3, (1 + 2 * balance * decisive * length) / 3
    row = json.loads(run(corpus, "--playouts", PLAYOUTS, "--json"))
    for name, (low, high) in both.items():
        expected = [low + (high - low) * share for share in (0.1, 0.25, 0.5, 0.75, 0.9)]
        assert row.pop(name) == pytest.approx(expected)
    counts = {"games": 6, "compile": 4, "supported": 3, "play": 2}
    left_out = {"unsupported: layers": 1, "wrong in types": 1}
    read = {"texts": 6, "different_games": 3, "share": pytest.approx(4 / 6), "causes": left_out}
    assert row == {**counts, "playouts": PLAYOUTS, "percentiles": [10, 25, 50, 75, 90], **read}


def test_a_table(corpus):
    told, *lines = run(corpus, "--playouts", PLAYOUTS).splitlines()
    assert told.startswith("4 of 6 texts in")
    assert lines[0] == "6 games: 4 compile, 3 are supported, 2 play"
    assert lines[1].split() == ["percentile", "10", "25", "50", "75", "90"]
    assert [line.split()[0] for line in lines[2:]] == ["graded", "paper"]
    assert [len(line) for line in lines[1:]] == [45] * 3


def test_games_none_of_which_plays(tmp_path):
    (tmp_path / "short.lud").write_text(TOO_SHORT)
    assert run(tmp_path).splitlines()[1:] == ["1 games: 1 compile, 1 are supported, 0 play"]


def test_a_folder_without_games(tmp_path):
    assert "expected a folder with .lud files" in run(tmp_path, code=1)


def test_the_packages_games_are_the_default():
    row = json.loads(run("--playouts", 1, "--json"))
    assert row["games"] == row["play"] == len(own_games())


def test_the_papers_reward_is_the_papers():
    games, done = own_games()[:20], []
    values = [score.value for score in paper(playouts=5).score_batch([""] * 20, games)]
    spread = reward_spread(games, 5, done.append)
    assert spread.paper == pytest.approx(np.percentile(values, PERCENTILES))
    assert sum(done) == 20
