"""The metrics of a run, as curves of few enough points to draw."""

from __future__ import annotations

import itertools
import math
from array import array
from pathlib import Path
from typing import Any

import numpy as np

from agents.lab.files import Lines
from agents.lab.samples import finite, whole

NAMES = 200
"""Metrics of a run that are read."""


class Metrics:
    """The metrics of a run, which may grow.

    Args: folder, of the run.
    """

    def __init__(self, folder: Path):
        self.lines = Lines(folder, "metrics.jsonl")
        self._began = self.lines.began
        self._curves: dict[str, tuple[array[float], array[float]]] = {}

    def update(self) -> None:
        """Read what was added."""
        for _, _, row in self.lines.fresh():
            self._check()
            step = whole(row.get("step"))
            if step is None:
                continue
            for name, given in row.items():
                value = finite(given)
                if name == "step" or value is None or len(name) > 80:
                    continue
                if name in self._curves or len(self._curves) < NAMES:
                    steps, values = self._curves.setdefault(name, (array("d"), array("d")))
                    steps.append(step)
                    values.append(value)
        self._check()

    def _check(self) -> None:
        if self._began != self.lines.began:
            self._began = self.lines.began
            self._curves.clear()

    @property
    def names(self) -> list[str]:
        """What there are curves of."""
        return list(self._curves)

    def curve(self, name: str, points: int) -> dict[str, Any]:
        """A curve of at most so many points: of each stretch of steps the mean, the least and the greatest value.

        ``steps`` are the last ones of the stretches.
        """
        steps, values = (np.array(column) for column in self._curves.get(name, ((), ())))
        stretches = min(points, len(steps))
        edges = np.linspace(0, len(steps), stretches + 1).astype(int)
        parts = [values[begin:end] for begin, end in itertools.pairwise(edges)]
        return {
            "steps": [int(steps[end - 1]) for end in edges[1:]],
            "mean": [math.fsum(part / len(part)) for part in parts],
            "low": [float(part.min()) for part in parts],
            "high": [float(part.max()) for part in parts],
        }
