"""``formal-envs game solve``."""

import json
from pathlib import Path

from click.testing import CliRunner

from agents.cli import main

GAMES = Path(__file__).parents[2] / "formal_envs" / "tasks" / "game" / "games"


def run(*arguments):
    result = CliRunner().invoke(main, ["game", "solve", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_forced_win_is_shown_move_by_move():
    """Hexapawn is won by the second player (Martin Gardner, Scientific American, March 1962)."""
    told, *moves = run(GAMES / "hexapawn.lud").splitlines()
    assert told == "player 2 wins in 6 plies"
    assert [line.split(":")[0].split() for line in moves] == [[f"{n + 1}.", "player", str(n % 2 + 1)] for n in range(6)]


def test_what_is_known_as_json():
    row = json.loads(run(GAMES / "hexapawn.lud", "--json"))
    assert (row["winner"], row["plies"], row["why"], len(row["line"])) == (2, 6, "", 6)
    row = json.loads(run(GAMES / "hexapawn.lud", "--json", "--max-plies", 5))
    assert (row["winner"], row["plies"], row["line"]) == (None, None, [])
    assert row["why"] == "nobody wins by force within 5 plies"
    row = json.loads(run(GAMES / "hexapawn.lud", "--json", "--work", 5000))
    assert row["winner"] is None
    assert row["work"] <= 6000


def test_a_draw_and_what_is_not_asked():
    assert run(GAMES / "tic_tac_toe.lud") == "a draw\n"
    told = run(GAMES / "three_way_clobber.lud")
    assert told == "not known: only games of two players are asked, this has 3\n"
