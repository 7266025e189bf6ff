"""The tables of ``game_quality``: correlations of ranks, figures of each group, the corpus's games by name."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

SHUFFLES = 9999
Row = tuple[Any, dict[str, dict[str, Any]]]
Table = dict[str, Any]


def ranks(values: Sequence[float]) -> np.ndarray:
    """(n,) ranks from 1, equal values at the mean of theirs."""
    array = np.asarray(values, float)
    below = (array[:, None] > array[None, :]).sum(axis=1)
    return below + ((array[:, None] == array[None, :]).sum(axis=1) + 1) / 2


def spearman(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The correlation of ranks, and the share of shuffles (seed 0), the order that is there among them, as far from 0.

    NaN and 1 where one of them has but one value.
    """
    a, b = (ranks(values) - (len(values) + 1) / 2 for values in (one, other))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if not scale:
        return float("nan"), 1.0
    rho, rng = float(a @ b) / scale, np.random.default_rng(0)
    found = np.array([rng.permutation(a) @ b for _ in range(SHUFFLES)]) / scale
    return rho, (1 + int((np.abs(found) >= abs(rho) - 1e-12).sum())) / (SHUFFLES + 1)


def read_ratings(file: Path) -> dict[str, float]:
    """Ratings by the game's name in small letters; a name that is there twice is left out."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(row["name"].casefold(), float(row["rating"])) for row in csv.DictReader(lines)]
    names = [name for name, _ in rows]
    return {name: rating for name, rating in rows if names.count(name) == 1}


def values(rows: Sequence[Row], kind: str) -> list[float | None]:
    """What a kind of reward gives to each game; None where it was not measured."""
    return [cells.get(kind, {}).get("value") for _, cells in rows]


def agreement(rows: Sequence[Row], known: Sequence[float | None], kinds: Sequence[str]) -> list[Table]:
    """The correlation of each kind with what is known, over the games that are known, play and have all kinds."""
    columns = [values(rows, kind) for kind in kinds]
    whole = [
        place for place, row in enumerate(zip(known, *columns, strict=True)) if None not in row and _plays(rows[place])
    ]
    found = []
    for kind, column in zip(kinds, columns, strict=True):
        if len(whole) > 2:
            rho, p = spearman([known[i] for i in whole], [column[i] for i in whole])
            found.append({"kind": kind, "games": len(whole), "rho": round(rho, 3), "p": round(p, 4)})
    return found


def _plays(row: Row) -> bool:
    return bool(row[1].get("paper", {}).get("plays"))


def figures(rows: Sequence[Row], kinds: Sequence[str]) -> list[Table]:
    """Percentiles of each kind's values over the games that play, and of its seconds over all that were scored."""
    found = []
    for kind in kinds:
        cells = [cells[kind] for _, cells in rows if "value" in cells.get(kind, {})]
        given = [cell["value"] for cell in cells if cell["plays"]]
        if given:
            shares = np.percentile(given, (10, 25, 50, 75, 90)).round(3).tolist()
            seconds = np.percentile([cell["seconds"] for cell in cells], (50, 95)).round(2).tolist()
            found.append(
                {"kind": kind, "scored": len(cells), "play": len(given), "percentiles": shares, "seconds": seconds}
            )
    return found


def game_row(row: Row, kinds: Sequence[str]) -> Table:
    """A game's line: what each kind gives, what UCT makes of it, a forced result."""
    game, cells = row
    uct, solved = cells.get("uct", {}), cells.get("solved", {})
    line: Table = {"name": game.name, **{kind: cells.get(kind, {}).get("value") for kind in kinds}}
    line["uct"] = {name: uct[name] for name in ("games", "won", "first", "turns")} if uct.get("games") else None
    line["solved"] = None if solved.get("winner") is None else [solved["winner"], solved["plies"]]
    return line


def tables(rows: Sequence[Row], kinds: Sequence[str], ratings: Sequence[Path]) -> Table:
    """All tables, as data."""
    groups = {group: [row for row in rows if row[0].group == group] for group in ("corpus", "records", "published")}
    published = [game.published for game, _ in groups["published"]]
    passed = [value if value is not None and value >= 0 else None for value in published]
    found: Table = {
        "published": agreement(groups["published"], published, kinds),
        "published, not below a threshold": agreement(groups["published"], passed, kinds),
    }
    names = [game.name.casefold() for game, _ in groups["records"]]
    for file in ratings:
        rated = read_ratings(file)
        known = [rated.get(name) if names.count(name) == 1 else None for name in names]
        found[f"ratings, {file.stem}"] = agreement(groups["records"], known, kinds)
    return {
        "agreement": found,
        "figures": {group: figures(games, kinds) for group, games in groups.items()},
        "corpus": [game_row(row, kinds) for row in sorted(groups["corpus"], key=lambda row: row[0].name)],
    }


def page(found: Table) -> str:
    """The tables as markdown."""
    kinds = [row["kind"] for row in found["figures"]["corpus"]]
    lines = ["| known of the games | games | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 2) + "|"]
    for name, rows in found["agreement"].items():
        if rows:
            given = " | ".join(f"{row['rho']:.2f} ({_p(row['p'])})" for row in rows)
            lines.append(f"| {name} | {rows[0]['games']} | {given} |")
    lines += ["", "| games | kind | scored | play | 10 % | 25 % | 50 % | 75 % | 90 % | seconds, median | 95 % |"]
    lines.append("|---" * 11 + "|")
    for group, rows in found["figures"].items():
        for row in rows:
            shares = " | ".join(f"{value:.3f}" for value in row["percentiles"])
            seconds = " | ".join(f"{value:.2f}" for value in row["seconds"])
            lines.append(f"| {group} | {row['kind']} | {row['scored']} | {row['play']} | {shares} | {seconds} |")
    lines += [
        "",
        f"| game | {' | '.join(kinds)} | first of won of all | turns | forced |",
        "|---" * (len(kinds) + 4) + "|",
    ]
    lines += [_line(row, kinds) for row in found["corpus"]]
    return "\n".join(lines) + "\n"


def _p(p: float) -> str:
    return f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"


def _line(row: Table, kinds: Sequence[str]) -> str:
    given = " | ".join("-" if row[kind] is None else f"{row[kind]:.3f}" for kind in kinds)
    uct, solved = row["uct"], row["solved"]
    played = f"{uct['first']} of {uct['won']} of {uct['games']} | {uct['turns'] / uct['games']:.0f}" if uct else "- | -"
    forced = "-" if solved is None else f"player {solved[0]} in {solved[1]}" if solved[0] else "a draw"
    return f"| {row['name']} | {given} | {played} | {forced} |"
