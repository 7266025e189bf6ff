"""Learning curves of runs, drawn from their metrics.jsonl."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agents.run import Run

PANELS = {
    "reward_mean": "mean reward",
    "exact": "share of exact answers (sampled)",
    "entropy": "entropy H (nats a token)",
    "batch_entropy": "batch entropy (nats)",
    "kl": "KL to the reference (nats)",
    "learning_rate": "learning rate",
}
"""Metrics that are drawn, and their labels."""


def plot_runs(runs: Sequence[Run], out: Path) -> None:
    """Draw the curves of one or several runs into one picture, a panel a metric; flat zero panels are left out."""
    from matplotlib.figure import Figure

    series = [(run.folder.name, run.metrics()) for run in runs]
    names = [name for name in PANELS if any(row[name] for _, rows in series for row in rows)]
    columns = min(3, len(names))
    figure = Figure(figsize=(4.6 * columns, 3.2 * math.ceil(len(names) / columns)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(math.ceil(len(names) / columns), columns)).flatten()
    for axis in axes[len(names) :]:
        axis.remove()
    for axis, name in zip(axes, names, strict=False):
        for label, rows in series:
            steps, values = [row["step"] for row in rows], [row[name] for row in rows]
            (line,) = axis.plot(steps, values, alpha=0.25, linewidth=0.8)
            axis.plot(steps, _smooth(values), color=line.get_color(), label=label, linewidth=1.6)
        axis.set_title(PANELS[name], fontsize=10)
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
        if name == "exact":
            axis.set_ylim(0, 1)
    axes[0].legend(fontsize=8)
    figure.savefig(out, dpi=110)


def _smooth(values: Sequence[float]) -> np.ndarray:
    """Centred moving average over a fiftieth of the run."""
    width = max(1, len(values) // 50)
    padded = np.pad(np.asarray(values, float), (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")
