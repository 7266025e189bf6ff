"""Learning curves of runs, drawn from their metrics.jsonl."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

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
_SMOOTHED = (
    100  # curves of more points than this are drawn faint, with their moving average; the learning rate needs none
)


def plot_runs(runs: Sequence[Run], out: Path) -> None:
    """Draw the curves of one or several runs into one picture, one panel per metric; flat zero panels are left out.

    Raises:
        ConfigError: the runs have no metrics yet, or there is no such kind of picture.
    """
    from matplotlib.figure import Figure

    series = [(run.folder.name, run.metrics()) for run in runs]
    names = [name for name in PANELS if any(row.get(name) for _, rows in series for row in rows)]
    if not names:
        raise ConfigError(f"nothing to draw yet: no metrics in {', '.join(str(run.folder) for run in runs)}")
    columns = min(3, len(names))
    figure = Figure(figsize=(4.6 * columns, 3.2 * math.ceil(len(names) / columns)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(math.ceil(len(names) / columns), columns)).flatten()
    for axis in axes[len(names) :]:
        axis.remove()
    for axis, name in zip(axes, names, strict=False):
        for number, (label, rows) in enumerate(series):
            steps = [row["step"] for row in rows if name in row]
            values = [row[name] for row in rows if name in row]
            many = len(values) > _SMOOTHED and name != "learning_rate"
            if many:
                axis.plot(steps, values, color=f"C{number}", alpha=0.25, linewidth=0.8)
            drawn = _smooth(values) if many else values
            axis.plot(steps, drawn, color=f"C{number}", label=label, linewidth=1.6)
        axis.set_title(PANELS[name], fontsize=10)
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
        if name in ("exact", "classifier", "distinct_2"):
            axis.set_ylim(0, 1)
    axes[0].legend(fontsize=8)
    try:
        figure.savefig(out, dpi=110)
    except ValueError as error:  # of its ending
        raise ConfigError(f"cannot draw {out}: {error}") from None


def _smooth(values: Sequence[float]) -> np.ndarray:
    """Centred moving average over a fiftieth of the run."""
    width = max(1, len(values) // 50)
    padded = np.pad(np.asarray(values, float), (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")
