"""A page of what a run's model wrote at its start and at its end, from samples.jsonl, and a picture of the best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agents.runs.environments import task_name
from agents.runs.folder import Run
from formal_envs.tasks import find_task

_ROWS = 8


def write_samples_page(run: Run, out: Path) -> None:
    """Write a Markdown page with a table of the run's first samples, and one of its last."""
    rows = run.samples()
    steps = sorted({row["step"] for row in rows})
    text = [f"# {run.spec.env}: what the model wrote\n"]
    for step in dict.fromkeys((steps[0], steps[-1])) if steps else ():
        text += [f"## Step {step}\n", *_table([row for row in rows if row["step"] == step][:_ROWS]), ""]
    out.write_text("\n".join(text), encoding="utf-8")


def write_best(run: Run, folder: Path) -> None:
    """Write the files by which the task shows a completion, such as a picture, of the run's last samples' best.

    Nothing is written where the task has none, or all of these samples failed.
    """
    draw = find_task(task_name(run.spec.env)).draw
    rows = run.samples()
    good = [
        row for row in rows if row["step"] == rows[-1]["step"] and row["failure"] is None and row["reward"] is not None
    ]
    if draw and good:
        best = max(good, key=lambda row: row["reward"])
        for name, text in draw(best["prompt"], best["completion"]).items():
            (folder / name).write_text(text, encoding="utf-8")


def _table(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    table = ["| prompt | completion | reward | why not more |", "|---|---|---|---|"]
    for row in rows:
        why = row["failure"] if row["reward"] is not None else row["unscored"]
        prompt, completion, failure = (_code(text or "") for text in (row["prompt"], row["completion"], why))
        earned = "no score" if row["reward"] is None else f"{row['reward']:.3f}"
        table.append(f"| {prompt} | {completion} | {earned} | {failure} |")
    return table


def _code(text: str) -> str:
    """Text as code that no Markdown in it can break, on one line."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.replace("|", "\\|"))
    fence = "``" if "`" in shown else "`"
    return f"{fence} {shown} {fence}" if shown else ""
