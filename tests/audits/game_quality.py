"""What the game rewards make of many games: ``python -m tests.audits.game_quality --out DIR [--data DIR ...]``.

Measures the corpus's games, those of folders of records (``--data``, games.jsonl.gz with ``name`` and ``text``) and
those of lists that were published with a fitness (``--published``, a .jsonl of ``text`` and ``fitness``), column by
column: each kind of reward, what UCT makes of the game against itself, and whether a solver finds a forced result. What
is there in DIR/cells.jsonl already is not measured again but for the columns named by ``--again``, so that a run can be
ended at any time, with ``--minutes`` or by force, and gone on with. Then it writes DIR/quality.json and
DIR/quality.md: correlations with the published fitness and with players' ratings (``--ratings``, a .csv of ``name`` and
``rating``), figures of each group, and the corpus's games by name. Nothing of the records' texts is in them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import time
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from formal_envs.ludii import GameError, Program, compile_game
from formal_envs.ludii.conformance.conformance import Data
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.ludii.players.match import play_match
from formal_envs.ludii.players.solver import solve
from formal_envs.sandbox import Lost, isolated_map
from formal_envs.tasks.game.corpus import own_games
from formal_envs.tasks.game.kinds import KINDS, Worth

from .game_quality_tables import page, read_ratings, tables

PLAYER, MATCH_GAMES, MATCH_WORK, SOLVE_WORK = "uct:100", 20, 600_000_000, 100_000_000
MEASURES = ("balance", "completion", "drawishness", "decision_moves", "coverage", "mean_turns", "first_wins")
_NAME = re.compile(r'\(game "([^"]*)"')
Cell = dict[str, Any]


class Entry(NamedTuple):
    """A game to be measured."""

    key: str
    name: str
    group: str
    text: str
    published: float | None = None


class Task(NamedTuple):
    """What is still to be measured of a game."""

    entry: Entry
    columns: tuple[str, ...]


def reward_cells(kinds: Sequence[str], text: str) -> dict[str, Cell]:
    """What each kind gives to a game that compiles, and the processor's seconds of a fresh game."""
    began = time.process_time()
    program = compile_game(text)
    report = evaluate_program(program)
    shared, cells = time.process_time() - began, {}
    for kind in kinds:
        began = time.process_time()
        worth = KINDS[kind].worth(program, report) if report.playable else Worth(report.reward, {})
        seconds = round(shared + time.process_time() - began, 4)
        measures = {name: getattr(report, name) for name in MEASURES}
        cells[kind] = {"value": worth.value, "plays": report.playable, "seconds": seconds, **worth.parts, **measures}
    return cells


def uct_cell(program: Program) -> Cell:
    """UCT against itself: games that who began as player 1 won, that were won, and all."""
    n = program.n_players
    match = play_match(program, [PLAYER] * n, MATCH_GAMES, 1, max_turns=100, work=MATCH_WORK)
    winners = [game.seats.index(game.winner) for game in match.played if game.winner is not None]
    turns = sum(game.turns for game in match.played)
    return {"games": len(match.played), "won": len(winners), "first": winners.count(0), "turns": turns}


def solved_cell(program: Program) -> Cell:
    """Who wins by force, and in how many plies, as far as a small budget tells."""
    found = solve(program, work=SOLVE_WORK)
    return {"winner": found.winner, "plies": found.plies}


SLOW: dict[str, Callable[[Program], Cell]] = {"uct": uct_cell, "solved": solved_cell}


def measured(task: Task) -> dict[str, Cell]:
    """The columns of one game; why not, of one that is refused."""
    entry, columns = task
    try:
        cells = reward_cells([name for name in columns if name in KINDS], entry.text) if KINDS.keys() & columns else {}
        program = compile_game(entry.text)
        return cells | {name: cell(program) for name, cell in SLOW.items() if name in columns}
    except GameError as error:
        return {column: {"refused": error.stage} for column in columns}


def entries(data: Iterable[Path], published: Iterable[Path], rated: Container[str], limit: int | None) -> list[Entry]:
    """The games, each text once: the corpus's, the records', the lists'; of the last two at most so many each.

    Those with a rating come first, the others by the hash of their text: as good as at random.
    """
    groups = {"corpus": [Entry("", _NAME.match(text)[1], "corpus", text) for text in own_games()]}
    rows = [json.loads(line) for file in published for line in file.read_text(encoding="utf-8").splitlines()]
    groups["published"] = [Entry("", "", "published", row["text"], row["fitness"]) for row in rows]
    groups["records"] = [
        Entry("", game["name"], "records", game["text"]) for folder in data for game in Data.load(folder).games
    ]
    found: dict[str, Entry] = {}
    for group, games in groups.items():
        keyed = [game._replace(key=hashlib.sha1(game.text.encode()).hexdigest()[:16]) for game in games]
        keyed.sort(key=lambda game: (game.name.casefold() not in rated, game.key))
        for game in keyed[: None if group == "corpus" else limit]:
            found.setdefault(game.key, game)
    return list(found.values())


def read_cells(file: Path, again: Iterable[str]) -> dict[str, dict[str, Cell]]:
    """What former runs measured, by game and column; what is to be measured again is taken out of the file."""
    cells: dict[str, dict[str, Cell]] = {}
    if file.exists():
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if json.loads(line)[1] not in again]
        for key, column, cell in map(json.loads, lines):
            cells.setdefault(key, {})[column] = cell
        file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return cells


def measure(games: list[Entry], cells: dict[str, dict[str, Cell]], file: Path, jobs: int, minutes: float) -> None:
    """Measure what is not there yet, the rewards of all games first; each answer is written as it comes."""
    library()  # compiled here and not by each child
    end = time.monotonic() + 60 * minutes
    tasks = [
        Task(game, missing)
        for columns in (tuple(KINDS), tuple(SLOW))
        for game in games
        if (missing := tuple(column for column in columns if column not in cells.get(game.key, {})))
    ]
    with file.open("a", encoding="utf-8") as log:
        for place, answer in isolated_map(measured, tasks, jobs, timeout=120):
            key, columns = tasks[place].entry.key, tasks[place].columns
            found = {name: {"refused": answer.why} for name in columns} if isinstance(answer, Lost) else answer
            cells.setdefault(key, {}).update(found)
            log.writelines(json.dumps([key, column, cell]) + "\n" for column, cell in found.items())
            log.flush()
            if time.monotonic() > end:
                break


def main() -> None:
    """Measure, then write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--published", type=Path, action="append", default=[])
    parser.add_argument("--ratings", type=Path, action="append", default=[])
    parser.add_argument("--limit", type=int, help="games of the records, and of the lists, at most")
    parser.add_argument("--again", action="append", default=[], choices=[*KINDS, *SLOW])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e6)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rated = {name for file in options.ratings for name in read_ratings(file)}
    games = entries(options.data, options.published, rated, options.limit)
    cells = read_cells(options.out / "cells.jsonl", options.again)
    measure(games, cells, options.out / "cells.jsonl", options.jobs, options.minutes)
    found = tables([(game, cells.get(game.key, {})) for game in games], list(KINDS), options.ratings)
    (options.out / "quality.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (options.out / "quality.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
