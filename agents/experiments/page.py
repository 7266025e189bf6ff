"""The page of all figures of a folder: pictures, what they show, commands, settings and samples."""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_SHOWN = 4  # samples of each stage of a run
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64em; margin: 2em auto; padding: 0 1em; color: #222; }
img { width: 100%; border: 1px solid #eee; } pre { background: #f6f6f6; padding: .6em; overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; } td, th { border-bottom: 1px solid #ddd; padding: .25em .6em;
text-align: left; vertical-align: top; } td.text { font-family: monospace; overflow-wrap: anywhere; max-width: 28em; }
summary { cursor: pointer; color: #0072B2; } nav a { margin-right: .8em; } h2 { margin-top: 2.2em; }
"""


def write_page(out: Path, order: Iterable[str]) -> Path:
    """Write ``out``/report.html with a section for each figure whose data is there; returns the file."""
    found = [json.loads(path.read_text("utf-8")) for name in order if (path := out / f"{name}.json").exists()]
    links = " ".join(f'<a href="#{data["figure"]}">{data["figure"]}</a>' for data in found)
    body = "".join(_section(data, out) for data in found)
    page = out / "report.html"
    page.write_text(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>formal-envs: figures</title>'
        f"<style>{_STYLE}</style></head><body><h1>Figures</h1><nav>{links}</nav><p>{_wall(found, out)}</p>{body}"
        "</body></html>\n",
        encoding="utf-8",
    )
    return page


def _section(data: Mapping[str, Any], out: Path) -> str:
    name = data["figure"]
    return (
        f'<section id="{name}"><h2>{name}: {_text(data["title"])}</h2>'
        f'<img src="{name}.svg" alt="{_text(data["title"])}">'
        f"<p>{_text(data['shows'])}</p>"
        f"<p>Lines are means over seeds, bands 95 % bootstrap intervals. {_wall([data], out)}</p>"
        f"<pre>{_text(data['command'])}</pre>{_table(data['table'])}"
        f"<details><summary>Runs and settings</summary>{_runs(data, out)}</details>"
        f"<details><summary>Samples, early and late</summary>{_samples(data, out)}</details></section>"
    )


def _wall(figures: Sequence[Mapping[str, Any]], out: Path) -> str:
    """How many runs figures need, each counted once, and how long they took."""
    seconds = [_seconds(out, run) for run in {run for data in figures for run in data["all_runs"]}]
    known = [value for value in seconds if value is not None]
    if not known:
        return ""
    return f"{sum(known) / 60:.0f} minutes of training in {len(known)} runs, {max(known):.0f} s the longest."


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{_text(name)}</th>" for name in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row.values()) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _runs(data: Mapping[str, Any], out: Path) -> str:
    """The commands of the first seed of each line, and the wall seconds of every seed."""
    rows = []
    for label, commands in data["commands"].items():
        lines = "\n".join("formal-envs " + shlex.join(command) for command in commands)
        seconds = [_seconds(out, run) for run in data["runs"][label]]
        shown = " ".join("?" if value is None else f"{value:.0f}" for value in seconds)
        rows.append({"line": label, "commands, in the folder of this page": lines, "seconds, each seed": shown})
    return _table(rows)


def _samples(data: Mapping[str, Any], out: Path) -> str:
    parts = []
    for label, runs in data["runs"].items():
        path = out / "runs" / runs[0] / "samples.jsonl"
        if not path.exists():
            continue
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for step in dict.fromkeys((rows[0]["step"], rows[-1]["step"])) if rows else ():
            shown = [row for row in rows if row["step"] == step][:_SHOWN]
            cells = "".join(
                f'<tr><td class="text">{_text(row["prompt"])}</td><td class="text">{_text(row["completion"])}</td>'
                f"<td>{row['reward']:.3f}</td></tr>"
                for row in shown
            )
            parts.append(
                f"<h4>{_text(label)}, step {step}</h4><table><tr><th>prompt</th><th>completion</th><th>reward</th></tr>"
                f"{cells}</table>"
            )
    return "".join(parts)


def _seconds(out: Path, run: str) -> float | None:
    try:
        return float(json.loads((out / "runs" / run / "summary.json").read_text("utf-8"))["seconds"])
    except (OSError, KeyError, ValueError):
        return None


def _text(value: Any) -> str:
    return html.escape(str(value))
