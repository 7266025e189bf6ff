"""``formal-envs game play`` with players, and ``game analyse``."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.cli import main
from formal_envs.ludii import compile_game
from formal_envs.ludii.play.move_log import read_moves
from formal_envs.ludii.players.game import play_game

GAMES = Path(__file__).parents[2] / "tests" / "games"
TIC_TAC_TOE = GAMES / "tic_tac_toe.lud"


def run(*arguments, code=0):
    result = CliRunner().invoke(main, ["game", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_a_game_between_players_is_shown_and_can_be_read_again():
    shown = run("play", TIC_TAC_TOE, "--players", "uct:1000, one-ply", "--seed", 3)
    assert re.search(r"\n1\. player 1: [ABC][123] \[Add t", shown)
    program = compile_game(TIC_TAC_TOE.read_text())
    states, moves = read_moves(program.initial(), shown)
    assert states[-1].over
    assert states[-1].winner != 2
    assert moves == play_game(program, ["uct:1000", "one-ply"], 3, 1000)[1]


def test_a_match_is_told_as_a_table_and_as_json():
    asked = ("play", TIC_TAC_TOE, "--players", "uct:200,random", "--games", 10)
    header, first, second, last = run(*asked).splitlines()
    row = json.loads(run(*asked, "--json"))
    assert header.split()[:4] == ["player", "score", "error", "won"]
    assert first.split()[0] == "uct:200"
    assert first.split()[3] == str(row["wins"][0])
    assert first.split()[-6:] == f"{row['seat_wins'][0][0]} of 5 {row['seat_wins'][0][1]} of 5".split()
    assert second.split()[1] == f"{row['scores'][1]['mean']:.3f}"
    assert last.startswith("10 games, ")
    assert (row["players"], len(row["games"]), row["failed"]) == (["uct:200", "random"], 10, 0)
    assert sum(row["wins"]) + row["draws"] == 10


def test_one_name_is_everybodys():
    assert json.loads(run("play", TIC_TAC_TOE, "--players", "one-ply", "--games", 2, "--json"))["players"] == [
        "one-ply",
        "one-ply",
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--players", "uct,random"], "uct:N takes 1 to"),
        (["--players", "stockfish"], "a player is random, one-ply or uct:N"),
        (["--players", "random,random,random"], "a game for 2: name as many players"),
    ],
)
def test_players_that_there_are_not(asked, told):
    assert told in run("play", TIC_TAC_TOE, *asked, code=1)


def test_json_is_of_a_match():
    assert "say how many --games" in run("play", TIC_TAC_TOE, "--json", code=2)


def test_the_best_move_of_a_position():
    shown = run("analyse", TIC_TAC_TOE, "--moves", "A1, A2, B1, B2")
    assert shown.startswith("3 . . .\n2 o o .\n1 x x .\n")
    best = next(line for line in shown.splitlines() if line.startswith("C1 [Add t2 w1]"))
    assert best.split()[-2:] == ["+1.000", "proven"]
    assert shown.splitlines()[7].startswith("C1 ")
    assert shown.splitlines()[-1] == "best line: C1 [Add t2 w1]"
    row = json.loads(run("analyse", TIC_TAC_TOE, "--moves", "A1, A2, B1, B2", "--json"))
    assert row["best"] == row["moves"][0]
    assert (row["player"], row["best"]["move"], row["best"]["value"], row["best"]["values"], row["best"]["proven"]) == (
        *(1, "C1 [Add t2 w1]", 1.0, [1.0, -1.0], True),
    )
    assert row["line"] == ["C1 [Add t2 w1]"]


def test_a_game_that_is_over_has_no_best_move():
    over = run("analyse", TIC_TAC_TOE, "--moves", "A1, A2, B1, B2, C1", code=1)
    assert "the game is over" in over
