"""Conformance: every game of a folder of another engine's records compared with this engine.

The folder holds games.jsonl.gz (descriptions), traces.jsonl.gz (boards, starts, random games move by move, counts),
mutants.jsonl.gz and written.jsonl.gz (texts with a verdict: do they compile?); each may be absent. Games run in child
processes, so that one which crashes or hangs is a line of the report and not the end of it.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.ludii.conformance.compare import Comparison, compare
from formal_envs.ludii.conformance.random_play import PlayComparison, compare_plays, summary
from formal_envs.ludii.conformance.replay import Difference
from formal_envs.ludii.conformance.snapshots import Record
from formal_envs.ludii.errors import DIFFERENCES, GameError, hint
from formal_envs.ludii.play.program import compile_game
from formal_envs.sandbox import Lost, isolated_map

FILES = ("games", "traces", "mutants", "written")


def read(path: Path) -> list[Record]:
    """The JSON objects of a .jsonl.gz file, none where it is absent."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass
class Data:
    """Folders of records; ``traces`` by the game's id. A game's ``group`` is its folder where the record names none."""

    games: list[Record] = field(default_factory=list)
    traces: dict[str, Record] = field(default_factory=dict)
    mutants: list[Record] = field(default_factory=list)
    written: list[Record] = field(default_factory=list)

    @classmethod
    def load(cls, *folders: Path) -> Data:
        """Reads what is there.

        Raises:
            ConfigError: a folder holds none of the files.
        """
        data = cls()
        for folder in folders:
            if not any((folder / f"{name}.jsonl.gz").exists() for name in FILES):
                raise ConfigError(f"no conformance data in {folder}: expected {', '.join(FILES)} (.jsonl.gz)")
            games, traces, mutants, written = (read(folder / f"{name}.jsonl.gz") for name in FILES)
            data.games += [{"group": folder.resolve().name, **game} for game in games]
            data.traces |= {row["id"]: row for row in traces}
            data.mutants += mutants
            data.written += written
        return data

    def named(self, names: Iterable[str]) -> list[Record]:
        """Games by id or name, else by a part of the id; all of them without names.

        Raises:
            ConfigError: no game is called so.
        """
        found: dict[str, Record] = {}
        for name in names:
            exact = [g for g in self.games if name in (g["id"], g.get("name"))]
            hits = exact or [g for g in self.games if name.lower() in g["id"].lower()]
            if not hits:
                known = [word for g in self.games for word in (g["id"], g.get("name")) if word]
                raise ConfigError(f"no game called {name!r} in the data{hint(name, known)}")
            found.update((game["id"], game) for game in hits)
        return list(found.values())


@dataclass
class Verdict:
    """Whether a text compiles, by the record and by us; ``declared`` says why a difference is meant."""

    label: str
    expected: bool
    compiles: bool
    message: str
    declared: str | None = None

    @property
    def agrees(self) -> bool:
        """Both say the same."""
        return self.expected == self.compiles


@dataclass
class Report:
    """Everything that was compared."""

    games: list[Comparison] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    written: list[Verdict] = field(default_factory=list)
    play: list[PlayComparison] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The counts, and the ids of what differs."""

        def ids(*verdicts: str) -> list[str]:
            return [game.id for game in self.games if game.verdict in verdicts]

        result: dict[str, Any] = {
            "games": len(self.games),
            "supported": sum(g.verdict not in ("unsupported", "rejected") for g in self.games),
            "agree": sum(g.verdict == "agrees" for g in self.games),
            "traces_replayed": sum(g.traces_replayed for g in self.games),
            "traces": sum(g.traces for g in self.games),
            "plies": sum(g.plies for g in self.games),
            "perft_equal": sum(g.perft_equal for g in self.games),
            "perft": sum(g.perft for g in self.games),
        }
        for name, rows in (("verdicts", self.verdicts), ("written", self.written)):
            result[f"{name}_agree"] = sum(row.agrees for row in rows)
            result[name] = len(rows)
            result[f"{name}_declared"] = sum(not row.agrees and row.declared is not None for row in rows)
        result["unsupported_games"] = ids("unsupported")
        result["rejected_games"] = ids("rejected")
        result["crashed_games"] = ids("crashed", "timeout", "failed")
        result["board_differs"] = [g.id for g in self.games if any(d.section == "board" for d in g.differences)]
        result["traces_differ"] = [g.id for g in self.games if g.traces_replayed < g.traces]
        result["perft_differs"] = [g.id for g in self.games if g.perft_equal < g.perft]
        for name, rows in (("verdicts", self.verdicts), ("written", self.written)):
            result[f"{name}_differ"] = [row.label for row in rows if not row.agrees and row.declared is None]
        return result | (summary(self.play) if self.play else {})


def verdict(row: Record) -> Verdict:
    """What we say of a text that the record has a verdict on. What the engine does not play compiles all the same."""
    message, compiles, declared = "", True, None
    try:
        compile_game(row["text"])
    except GameError as error:
        message, compiles = f"{error.stage}: {error.message}", error.stage in ("unsupported", "play")
        declared = DIFFERENCES[error.difference] if error.difference else None
    return Verdict(row["label"], bool(row["compiles"]), compiles, message, declared)


def _compare(quick: bool, pair: tuple[Record, Record | None]) -> Comparison:
    return compare(*pair, quick=quick)


def compare_games(
    data: Data,
    games: Sequence[Record],
    *,
    jobs: int = 1,
    quick: bool = False,
    timeout: float = 120.0,
    progress: Callable[[], Any] = lambda: None,
) -> list[Comparison]:
    """Each game compared with its record, in the order of ``games``."""
    pairs = [(game, data.traces.get(game["id"])) for game in games]
    results: dict[int, Comparison] = {}
    for index, answer in isolated_map(partial(_compare, quick), pairs, jobs, timeout):
        if isinstance(answer, Lost):
            game, record = pairs[index]
            traces, perft = (len(record.get("traces", [])), int("perft" in record)) if record else (0, 0)
            differences = [Difference(answer.why, answer.message)]
            answer = Comparison(game["id"], game["name"], answer.why, differences, traces=traces, perft=perft)
        results[index] = answer
        progress()
    return [results[index] for index in range(len(pairs))]


def compare_verdicts(rows: Sequence[Record], jobs: int, progress: Callable[[], Any] = lambda: None) -> list[Verdict]:
    """Each text's verdict, in order. A crash agrees with nothing."""
    results: dict[int, Verdict] = {}
    for index, answer in isolated_map(verdict, rows, jobs, 60.0):
        if isinstance(answer, Lost):
            expected = bool(rows[index]["compiles"])
            answer = Verdict(rows[index]["label"], expected, not expected, f"{answer.why}: {answer.message}")
        results[index] = answer
        progress()
    return [results[index] for index in range(len(rows))]


def labelled(rows: Iterable[Record], name: str) -> list[Record]:
    """The rows with a ``label`` each: what it is and where it stands in its file."""
    return [
        {**row, "label": f"{name} {i}: {row['id']} {row['mutation']}" if "mutation" in row else f"{name} {i}"}
        for i, row in enumerate(rows)
    ]


def run(
    data: Data,
    *,
    names: Sequence[str] = (),
    jobs: int = 1,
    quick: bool = False,
    stats: bool = False,
    progress: bool | None = None,
) -> Report:
    """Compares the games, all of them or those named; verdicts only where no game is named.

    Args:
        jobs: child processes at a time.
        quick: the first trace and small counts only.
        stats: compare random play as well, see random_play.py.
        progress: show bars; None: where there is a terminal.
    """
    from tqdm import tqdm

    games = data.named(names) if names else data.games
    hidden = None if progress is None else not progress
    with tqdm(total=len(games), unit="game", desc="games", disable=hidden) as bar:
        report = Report(compare_games(data, games, jobs=jobs, quick=quick, progress=bar.update))
    if stats:
        played = [game for game in games if game.get("random_play", {}).get("playouts")]
        with tqdm(total=len(played), unit="game", desc="random play", disable=hidden) as bar:
            report.play = compare_plays(played, jobs, bar.update)
    if not names:
        for name, rows in (
            ("verdicts", labelled(data.mutants, "mutant")),
            ("written", labelled(data.written, "written")),
        ):
            with tqdm(total=len(rows), unit="text", desc=name, disable=hidden) as bar:
                setattr(report, name, compare_verdicts(rows, jobs, bar.update))
    return report


def table(report: Report, games: Iterable[Record], limit: int = 40) -> str:
    """By ludeme: in how many games it stands, how many differ, are unsupported, rejected; the most telling first."""
    ludemes = {game["id"]: game.get("ludemes", []) for game in games}
    counts: dict[str, Counter[str]] = {}
    for game in report.games:
        kind = game.verdict if game.verdict in ("agrees", "unsupported", "rejected") else "differs"
        for ludeme in ludemes.get(game.id, ()):
            counts.setdefault(ludeme, Counter())[kind] += 1
    bad = [(name, c) for name, c in counts.items() if c.total() > c["agrees"]]
    bad.sort(key=lambda row: (-(row[1].total() - row[1]["agrees"]) / row[1].total(), -row[1].total(), row[0]))
    lines = [f"{'ludeme':28} {'games':>6} {'differ':>7} {'unsupported':>12} {'rejected':>9}"] if bad else []
    for name, c in bad[:limit]:
        lines.append(f"{name:28} {c.total():6} {c['differs']:7} {c['unsupported']:12} {c['rejected']:9}")
    if len(bad) > limit:
        lines.append(f"… and {len(bad) - limit} more")
    return "\n".join(lines)
