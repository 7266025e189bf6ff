"""A page of what a run's model wrote at its start and at its end, from samples.jsonl, and a picture of a game."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agents.runs.run import Run
from formal_envs.ludii import check_game, compile_game
from formal_envs.ludii.language.printer import pretty
from formal_envs.ludii.play.report import scenes
from formal_envs.ludii.view.draw import board_svg
from formal_envs.tasks.game.recomposed import recompose

_ROWS = 8


def write_samples_page(run: Run, out: Path) -> None:
    """Write a Markdown page with a table of the run's first samples, and one of its last."""
    rows = run.samples()
    steps = sorted({row["step"] for row in rows})
    text = [f"# {run.spec.env}: what the model wrote\n"]
    for step in dict.fromkeys((steps[0], steps[-1])) if steps else ():
        text += [f"## Step {step}\n", *_table([row for row in rows if row["step"] == step][:_ROWS]), ""]
    out.write_text("\n".join(text), encoding="utf-8")


def write_best_game(run: Run, folder: Path) -> None:
    """Write the game that earns most among the run's last samples to game.lud, and a random game of it to game.svg.

    Nothing is written where none of them plays.
    """
    rows = run.samples()
    playable = [row for row in rows if row["step"] == rows[-1]["step"] and row["failure"] is None]
    if playable:
        best = max(playable, key=lambda row: row["reward"])
        text = recompose(best["prompt"], best["completion"]).text
        (folder / "game.lud").write_text(pretty(check_game(text)) + "\n", encoding="utf-8")
        (folder / "game.svg").write_text(board_svg(scenes(compile_game(text), 0)), encoding="utf-8")


def _table(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    table = ["| prompt | completion | reward | why not more |", "|---|---|---|---|"]
    for row in rows:
        prompt, completion, failure = (_code(row[name] or "") for name in ("prompt", "completion", "failure"))
        table.append(f"| {prompt} | {completion} | {row['reward']:.3f} | {failure} |")
    return table


def _code(text: str) -> str:
    """Text as code that no Markdown in it can break, on one line."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.replace("|", "\\|"))
    fence = "``" if "`" in shown else "`"
    return f"{fence} {shown} {fence}" if shown else ""
