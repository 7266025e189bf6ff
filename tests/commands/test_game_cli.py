"""The commands ``formal-envs game``, and the games of our own that they are tried on."""

import gzip
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from game_records import record_of

from agents.cli import main

ROOT = Path(__file__).parents[2]
GAMES = ROOT / "tests" / "games"


def run(*arguments, input=None, code=0):
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=input)
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("tic_tac_toe", [9, 72, 504, 3024, 15120]),
        ("breakthrough", [22, 484]),
        ("chess", [20, 400, 8902]),
        ("draughts", [7, 49, 302, 1469, 7361]),
        ("hex", [49, 49 * 49]),  # 48 replies and the swap
        ("mancala", [4, 15, 50]),
        ("nine_mens_morris", [24, 24 * 23, 24 * 23 * 22]),
        ("reversi", [4, 12, 56, 244, 1396]),
    ],
)
def test_counts_of_our_games(name, counts):
    rows = json.loads(run("game", "perft", GAMES / f"{name}.lud", "--depth", len(counts), "--json"))
    assert [row["n"] for row in rows] == counts


def test_check():
    assert "9 sites" in run("game", "check", GAMES / "tic_tac_toe.lud")
    text = (GAMES / "tic_tac_toe.lud").read_text().replace("(square 3)", "(squre 3)")
    said = run("game", "check", "-", input=text, code=1)
    assert "(squre 3)" in said
    assert "^" in said
    row = json.loads(run("game", "check", "-", "--json", input=text, code=1))
    assert (row["compiles"], row["line"]) == (False, 5)
    assert json.loads(run("game", "check", GAMES / "hex.lud", "--json"))["compiles"]


def test_play_shows_every_move():
    shown = run("game", "play", GAMES / "tic_tac_toe.lud", "--seed", 1, "--moves", 2)
    assert shown == run("game", "play", GAMES / "tic_tac_toe.lud", "--seed", 1, "--moves", 2)
    assert shown.startswith("3 . . .\n2 . . .\n1 . . .\n  A B C\nturn 1, player 1 to move\n")
    assert re.search(r"\n1\. player 1: [ABC][123] \[Add t", shown)
    assert shown.endswith("turn 3, player 1 to move\n")
    board = "".join(shown.split("\n\n")[-1].splitlines()[:3])
    assert (board.count("x"), board.count("o"), board.count(".")) == (1, 1, 7)


def test_play_names_squares_and_passes_that_are_forced():
    shown = run("game", "play", GAMES / "tic_tac_toe.lud", "--seed", 2)  # a draw: on a full board both pass
    moves = re.findall(r"player [12]: (\w+) .*", shown)
    assert sorted(moves[:9]) == sorted(f"{column}{row}" for column in "ABC" for row in "123")
    assert shown.count("Pass (forced)") == 2
    assert shown.endswith("over after turn 11: a draw\n")


@pytest.mark.parametrize("name", sorted(path.stem for path in GAMES.glob("*.lud")))
def test_every_game_plays_to_its_end_and_is_drawn(name, tmp_path):
    assert "over after turn" in run("game", "play", GAMES / f"{name}.lud", "--last", "--moves", 3000)
    run("game", "draw", GAMES / f"{name}.lud", "--out", tmp_path / "game.svg")
    picture = ElementTree.parse(tmp_path / "game.svg").getroot()
    boards = picture.findall("{http://www.w3.org/2000/svg}g")
    assert len(boards) == 3
    assert len(boards[1]) > 2


def test_a_game_of_one_move_is_drawn_without_its_end_twice(tmp_path):
    (tmp_path / "one.lud").write_text((GAMES / "tic_tac_toe.lud").read_text().replace("(is Line 3)", "(is Line 1)"))
    run("game", "draw", tmp_path / "one.lud", "--out", tmp_path / "one.svg")
    assert (tmp_path / "one.svg").read_text().count("<g ") == 2


def test_stats():
    row = json.loads(run("game", "stats", GAMES / "draughts.lud", "--playouts", 20, "--seed", 1, "--json"))
    assert row["playouts"] == 20 == sum(row["wins"]) + row["draws"] + row["timeouts"]
    assert 0 < row["reward"] <= 1
    assert "mean_turns" in run("game", "stats", GAMES / "draughts.lud", "--playouts", 5)
    assert json.loads(run("game", "stats", "-", "--json", input="(game"))["reward"] == 0


def test_stats_say_why_a_game_is_not_playable():
    one_turn = (
        '(game "One" (players 2) (equipment {(board (square 2)) (piece "Disc" P1) (piece "Disc" P2)}) (rules '
        "(play (move Add (to (sites Empty)))) (end (if (is Mover P1) (result P1 Win)))))"
    )
    shown = run("game", "stats", "-", "--playouts", 5, input=one_turn)
    line = next(line for line in shown.splitlines() if line.startswith("playable"))
    assert "False  (a game ends after turn 1.00 on average; it takes 2 or more)" in line
    draws = next(line for line in shown.splitlines() if line.startswith("drawishness"))
    assert "1.0000  (1: no game was drawn or cut" in draws


def test_ludemes_and_their_page():
    rows = [json.loads(line) for line in run("game", "ludemes", "--json").splitlines()]
    assert {"is Line", "move Hop", "sow"} <= {row["name"] for row in rows if row["supported"]}
    assert (ROOT / "docs" / "reference" / "ludemes.md").read_text() == run("game", "ludemes", "--markdown"), (
        "docs/reference/ludemes.md is old: formal-envs game ludemes --markdown > docs/reference/ludemes.md"
    )


def test_grammar():
    assert "is_line" in run("game", "grammar")


def write(folder, name, rows):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_conformance(tmp_path):
    text = (GAMES / "tic_tac_toe.lud").read_text()
    record, wrong = record_of(text), record_of(text)
    wrong.update(id="own/wrong")
    wrong["perft"]["n"][1] = 71
    games = [{"id": row["id"], "name": row["id"], "text": text, "ludemes": ["is Line"]} for row in (record, wrong)]
    write(tmp_path, "games", games)
    write(tmp_path, "traces", [record, wrong])
    write(tmp_path, "mutants", [{"id": "own", "mutation": "truncate", "text": text[:40], "compiles": False}])
    write(tmp_path, "written", [{"text": text, "compiles": False}])
    output = run("game", "conformance", "--data", tmp_path, "--jobs", 2)
    result = json.loads(output.splitlines()[-1])
    assert "own/wrong: perft: from the start depth 2: expected 71, got 72" in output
    assert "is Line" in output
    assert (result["games"], result["supported"], result["traces_replayed"], result["traces"]) == (2, 2, 2, 2)
    assert (result["perft_equal"], result["perft"], result["perft_differs"]) == (1, 2, ["own/wrong"])
    assert (result["verdicts_agree"], result["verdicts"]) == (1, 1)
    assert (result["written_agree"], result["written"], result["written_differ"]) == (0, 1, ["written 0"])
    one = run("game", "conformance", "--data", tmp_path, "--game", "own/wrong", "--json")
    assert json.loads(one.splitlines()[-1])["games"] == 1
    assert "no game called" in run("game", "conformance", "--data", tmp_path, "--game", "chess", code=1)
    assert result["groups"][tmp_path.name]["agree"] == 1
    run(
        "game", "conformance", "--data", tmp_path, "--data", tmp_path, "--evidence", tmp_path / "evidence.txt", "--json"
    )
    assert "\nis_line length\n" in (tmp_path / "evidence.txt").read_text()


def test_bench(tmp_path):
    for name in ("tic_tac_toe", "hex"):
        (tmp_path / f"{name}.lud").write_text((GAMES / f"{name}.lud").read_text())
    result = json.loads(run("bench", "game", "--data", tmp_path, "--playouts", 3, "--json"))
    assert result["games_played"] == 2
    assert 0 < result["program_median_s"] < result["first_call_s"]
    shares = [result[f"reward_{share}_s"] for share in ("median", "p75", "p90", "p95", "p99", "max")]
    assert shares[0] <= shares[1]
    assert shares[1:] == sorted(shares[1:])


def test_help_of_every_game_command():
    for name, command in main.commands["game"].commands.items():
        assert command.help, name
        assert "--help" in run("game", name, "--help")


def test_a_run_on_games_leaves_a_page_and_a_picture_of_its_best_game(tmp_path):
    pytest.importorskip("torch")
    from agents.runs.folder import Run
    from agents.runs.keeping import sample_row
    from agents.runs.samples import write_best, write_samples_page
    from agents.runs.spec import RunSpec
    from formal_envs.ludii import evaluate_game
    from formal_envs.tasks import make_task

    run = Run.create(tmp_path / "run", RunSpec.parse("FormalGame-v0", {"layers": 1, "width": 16, "heads": 2}))
    task, reward = make_task("Game", split="test")
    problems = task.sample(np.arange(3, dtype=np.uint64))
    rows = [
        {"step": step, **sample_row(prompt, completion, reward.score(prompt, completion))}
        for step in (1, 2)
        for prompt, solution in zip(problems.prompts, problems.solutions, strict=True)
        for completion in ((solution, " (") if step == 2 else (" (",))
    ]
    run.samples_file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    write_samples_page(run, tmp_path / "samples.md")
    write_best(run, tmp_path)
    page = (tmp_path / "samples.md").read_text()
    assert page.count("syntax error") == 6
    best = max(row["reward"] for row in rows)
    report = evaluate_game((tmp_path / "game.lud").read_text(encoding="utf-8"))
    assert reward.score("", (tmp_path / "game.lud").read_text(encoding="utf-8")).value == pytest.approx(best, abs=1e-4)
    assert report.playable
    assert (tmp_path / "game.svg").read_text(encoding="utf-8").startswith("<svg")


def test_format_prints_checks_and_writes(tmp_path):
    file = tmp_path / "game.lud"
    file.write_text("(game   \n  (players 2))  // said")
    assert (
        run("game", "format", file)
        == run("game", "format", "-", input=file.read_text())
        == "(game (players 2))  // said\n"
    )
    assert "would change" in run("game", "format", "--check", file, code=1)
    assert "changed" in run("game", "format", "--write", file)
    assert file.read_text() == "(game (players 2))  // said\n"
    assert run("game", "format", "--check", file) == run("game", "format", "--write", file) == ""
    assert list(tmp_path.iterdir()) == [file]
    assert "does not close" in run("game", "format", "-", input="(game", code=1)


def test_lint_names_places(tmp_path):
    file = tmp_path / "game.lud"
    file.write_text((GAMES / "tic_tac_toe.lud").read_text())
    assert run("game", "lint", file) == ""
    file.write_text(file.read_text().replace("(is Line 3)", "(and (is Line 3) (= 1 (var)))"))
    assert re.search(
        r"game.lud:\d+:\d+: warning: no rule sets a variable \[never-set\]", run("game", "lint", file, code=1)
    )
    row = json.loads(run("game", "lint", file, "--json", code=1).splitlines()[0])
    assert (row["severity"], row["rule"], row["file"]) == ("warning", "never-set", str(file))
    assert json.loads(run("game", "lint", "-", "--json", input="(game", code=1))["severity"] == "error"


def test_a_game_of_dice_between_players_is_drawn_from_its_log(tmp_path):
    (tmp_path / "lane.lud").write_text(
        """(game "Lane" (players 2)
        (equipment {(board (rectangle 1 12) (track "Lane" "0,E" directed:True)) (dice d:6 num:2) (piece "Disc" Each
            (move (from) (to (trackSite Move steps:(count Pips)) if:(is Empty (to)))))})
        (rules (start {(place "Disc1" 0) (place "Disc2" 1)}) (play (do (roll) next:(forEach Piece)))
            (end (if (is In (last To) (sites {11})) (result Mover Win)))))"""
    )
    for players in ((), ("--players", "one-ply,random")):
        log, files = run("game", "play", tmp_path / "lane.lud", "--seed", 5, *players), [tmp_path / f for f in "ab"]
        run("game", "draw", tmp_path / "lane.lud", "--seed", 5, "--moves", "-", "--out", files[0], input=log)
        run("game", "draw", tmp_path / "lane.lud", "--seed", 5, "--animate", *players, "--out", files[1])
        assert files[0].read_text() == files[1].read_text()


def test_a_log_is_animated(tmp_path):
    log = run("game", "play", GAMES / "nine_mens_morris.lud", "--seed", 4, "--moves", 30)
    (tmp_path / "log.txt").write_text(log)
    played, drawn = tmp_path / "played.svg", tmp_path / "drawn.svg"
    run("game", "draw", GAMES / "nine_mens_morris.lud", "--moves", tmp_path / "log.txt", "--out", played)
    captions = re.findall(r">(\d+\. player \d: [^<]+)<", played.read_text())
    assert captions == [line.partition(" [")[0] for line in re.findall(r"^\d+\. player .*", log, re.MULTILINE)]
    run("game", "draw", GAMES / "nine_mens_morris.lud", "--moves", "-", "--out", drawn, input="hand1-a1, hand2-d7")
    assert re.findall(r">(\d\. .*?)<", drawn.read_text()) == ["1. player 1: Hand1-A1", "2. player 2: Hand2-D7"]
    run("game", "draw", GAMES / "nine_mens_morris.lud", "--moves", "hand1-a1, hand2-d7", "--out", played)
    assert played.read_text() == drawn.read_text()
    run("game", "draw", GAMES / "tic_tac_toe.lud", "--animate", "--out", drawn)
    assert 3 <= drawn.read_text().count("player 1: ") <= 6
