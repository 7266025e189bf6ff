"""Learning curves of runs, drawn from their metrics.jsonl."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.runs.folder import Run
from formal_envs.errors import ConfigError

PANELS = {
    "validation_loss": "validation loss (nats per token)",
    "reward_mean": "mean reward",
    "exact": "share of exact answers (sampled)",
    "vader": "VADER's compound",
    "classifier": "classifier's probability of positive",
    "distinct_2": "distinct bigrams",
    "entropy": "entropy H (nats per token)",
    "batch_entropy": "batch entropy (nats)",
    "kl": "KL to the reference (nats per completion)",
    "learning_rate": "learning rate",
}
"""Metrics that are drawn, and their labels."""
PART_PANELS = {
    "right/": "share of right answers of each part (sampled)",
    "asked/": "share of the prompts of each part",
}
"""Beginnings of the names of metrics whose curves stand together, one for each part of a mixture."""
_SMOOTHED = (
    100  # curves of more points than this are drawn faint, with their moving average; the learning rate needs none
)

_STYLES = "-", "--", ":", "-."  # of runs, where colours are of parts
_NAMED = 10  # parts that a legend names


def plot_runs(runs: Sequence[Run], out: Path) -> None:
    """Draw the curves of one or several runs into one picture, one panel per metric; flat zero panels are left out.

    The parts of a mixture share a panel: colours are of the parts, and lines of the runs.

    Raises:
        ConfigError: the runs have no metrics yet, or there is no such kind of picture.
    """
    from matplotlib.figure import Figure

    series = [(run.folder.name, run.metrics()) for run in runs]
    panels = _panels([rows for _, rows in series])
    if not panels:
        raise ConfigError(f"nothing to draw yet: no metrics in {', '.join(str(run.folder) for run in runs)}")
    columns = min(3, len(panels))
    figure = Figure(figsize=(4.6 * columns, 3.2 * math.ceil(len(panels) / columns)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(math.ceil(len(panels) / columns), columns)).flatten()
    for axis in axes[len(panels) :]:
        axis.remove()
    for axis, (title, names) in zip(axes, panels.items(), strict=False):
        for number, (label, rows) in enumerate(series):
            if names[0] in PANELS:
                _draw(axis, rows, names[0], label, f"C{number}", "-")
                continue
            for part, name in enumerate(names):
                _draw(axis, rows, name, "" if number else name, f"C{part}", _STYLES[number % len(_STYLES)])
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
        if names[0] in ("exact", "classifier", "distinct_2") or names[0] not in PANELS:
            axis.set_ylim(0, 1)
        if 1 < len(names) <= _NAMED:
            axis.legend(fontsize=7)
    axes[0].legend(fontsize=8)
    try:
        figure.savefig(out, dpi=110)
    except ValueError as error:  # of its ending
        raise ConfigError(f"cannot draw {out}: {error}") from None


def _panels(runs: Sequence[Sequence[Mapping[str, float]]]) -> dict[str, list[str]]:
    """The titles of the panels, with the metrics in each: one, or one of each part of a mixture."""
    known = {name for rows in runs for row in rows for name, value in row.items() if value}
    panels = {title: [name] for name, title in PANELS.items() if name in known}
    for beginning, title in PART_PANELS.items():
        if names := sorted((name for name in known if name.startswith(beginning)), key=lambda name: (len(name), name)):
            panels[title] = names
    return panels


def _draw(axis: Any, rows: Sequence[Mapping[str, float]], name: str, label: str, color: str, style: str) -> None:
    """Draw the curve of a metric, where there is one."""
    steps = [row["step"] for row in rows if name in row]
    values = [row[name] for row in rows if name in row]
    many = len(values) > _SMOOTHED and name != "learning_rate"
    if many:
        axis.plot(steps, values, color=color, alpha=0.25, linewidth=0.8, linestyle=style)
    axis.plot(steps, _smooth(values) if many else values, color=color, label=label, linewidth=1.6, linestyle=style)


def _smooth(values: Sequence[float]) -> np.ndarray:
    """Centred moving average over a fiftieth of the run."""
    width = max(1, len(values) // 50)
    padded = np.pad(np.asarray(values, float), (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")
