"""From the results of runs to a figure's data: means over seeds with 95 % bootstrap intervals, as plain JSON."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.experiments.plan import Curve, Figure, Panel, Result

Floats = NDArray[np.float64]

_POINTS = 100  # of a curve; longer ones are means of parts of equal length
_RESAMPLES = 2000
_DIGITS = 5
_LAST = 0.1  # of a run, where "at its end" is meant


def metric(name: str) -> Curve:
    """The curve of a metric over the steps that have it."""

    def curve(result: Result) -> tuple[Sequence[float], Sequence[float]]:
        rows = [row for row in result.metrics if name in row]
        steps, values = ([float(row[key]) for row in rows] for key in ("step", name))
        parts = min(len(rows), _POINTS)
        return _means(steps, parts), _means(values, parts)

    return curve


def final(name: str, test: str = "greedy_test") -> Curve:
    """A single point: a figure of the finished model on held-out prompts."""
    return lambda result: ([0.0], [float(result.summary[test][name])])


def at_end(result: Result, name: str) -> float:
    """The mean of a metric over the last tenth of a run."""
    values = [row[name] for row in result.metrics if name in row]
    return float(np.mean(values[-max(1, round(len(values) * _LAST)) :]))


def first_step(result: Result, name: str, level: float) -> float | None:
    """The first step at which a metric reaches a level, or None."""
    return next((float(row["step"]) for row in result.metrics if row.get(name, -np.inf) >= level), None)


def interval(values: Floats) -> tuple[Floats, Floats]:
    """Percentile bootstrap of the mean over seeds, 95 %: the low and the high end (N,) of values (seeds, N).

    One seed has no interval: both ends are its value.
    """
    if len(values) == 1:
        return values[0], values[0]
    from scipy.stats import bootstrap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # seeds that agree
        found = bootstrap(
            (values,),
            np.mean,
            axis=0,
            n_resamples=_RESAMPLES,
            method="percentile",
            vectorized=True,
            rng=np.random.default_rng(0),
        )
    return found.confidence_interval.low, found.confidence_interval.high


def collect_data(name: str, figure: Figure, results: Mapping[str, Sequence[Result]], command: str) -> dict[str, Any]:
    """A figure's data, from the results of each of its plans, seed by seed.

    Returns: what JSON holds: ``panels``, each with ``lines`` of ``x``, ``values`` (seeds x points), ``mean``, ``low``
    and ``high``; ``table``; ``shows``, the figure's sentence; ``command``; and the ``runs`` behind it.
    """
    data: dict[str, Any] = {
        "figure": name,
        "title": figure.title,
        "command": command,
        "columns": figure.columns,
        "panels": [_panel_data(panel, results) for panel in figure.panels],
        "table": figure.table(results) if figure.table else [],
        "runs": {label: [result.folder.name for result in found] for label, found in results.items()},
    }
    data["shows"] = figure.conclude(data)
    return data


def _panel_data(panel: Panel, results: Mapping[str, Sequence[Result]]) -> dict[str, Any]:
    lines = []
    for label, name in zip(panel.lines, panel.named_lines(), strict=True):
        curves = [panel.curve(result) for result in results[name]]
        values = np.asarray([ys for _, ys in curves], float)  # (seeds, points)
        low, high = interval(values)
        arrays = {
            "x": np.asarray(curves[0][0]),
            "values": values,
            "mean": values.mean(axis=0),
            "low": low,
            "high": high,
        }
        lines.append({"label": label, **{key: _rounded(array) for key, array in arrays.items()}})
    return {
        "title": panel.title,
        "x_label": panel.x_label,
        "y_label": panel.y_label,
        "span": panel.span,
        "lines": lines,
    }


def find_lines(data: Mapping[str, Any], panel: str) -> Sequence[Mapping[str, Any]]:
    """The lines of a figure's data, by the title of their panel."""
    return next(each["lines"] for each in data["panels"] if each["title"] == panel)


def last_values(line: Mapping[str, Any]) -> Floats:
    """The ends (seeds,) of a line's curves: means over the last tenth of the points."""
    values = np.asarray(line["values"])
    ends: Floats = values[:, -max(1, round(values.shape[1] * _LAST)) :].mean(axis=1)
    return ends


def describe(values: ArrayLike, form: str = ".2f") -> str:
    """The mean of values (seeds,) with its interval, as text; one seed has none."""
    column = np.asarray(values, float)[:, None]
    low, high = interval(column)
    spread = f"[{low[0]:{form}}, {high[0]:{form}}]" if len(column) > 1 else "(one seed)"
    return f"{column.mean():{form}} {spread}"


def compare(values: ArrayLike, others: ArrayLike, form: str = "+.2f") -> tuple[str, str]:
    """The mean difference of two measurements (seeds,) with its interval, and a word for it.

    Returns: the text, and "higher" or "lower" where there are seeds and their interval leaves out 0, else "not clearly
    different".
    """
    difference = np.asarray(values, float) - np.asarray(others, float)
    low, high = (float(end[0]) for end in interval(difference[:, None]))
    clear = len(difference) > 1 and not low <= 0 <= high
    word = ("higher" if low > 0 else "lower") if clear else "not clearly different"
    return describe(difference, form), word


def summarise(data: Mapping[str, Any], panel: str, form: str = ".2f") -> str:
    """What the lines of a panel come to at their ends, in one phrase."""
    return ", ".join(f"{line['label']}: {describe(last_values(line), form)}" for line in find_lines(data, panel))


def _means(values: Sequence[float], parts: int) -> list[float]:
    return [float(part.mean()) for part in np.array_split(np.asarray(values), parts)] if parts else []


def _rounded(array: Floats) -> Any:
    """Nested lists of numbers of few digits."""
    if array.ndim > 1:
        return [_rounded(row) for row in array]
    return [float(f"{value:.{_DIGITS}g}") for value in array]
