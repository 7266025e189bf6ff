"""A figure's picture, drawn from its data alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Tell-apart for colour-blind readers: Okabe and Ito, "Color Universal Design", 2008."""
_MARKS = ("o", "s", "^", "D", "v", "P")
_STROKES = ("-", "--", ":")  # of lines past the last colour
_STYLE: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "svg.hashsalt": "formal-envs",  # the same file each time
    "svg.fonttype": "none",
}
_WIDTH, _HEIGHT = 4.3, 2.9  # of a panel, in inches
_POINTS_HEIGHT = 0.35  # of a line of a panel of points, where its whole row is of such panels
_GAP = 0.075  # between labels, as a share of the axis


def draw(data: Mapping[str, Any], out: Path) -> list[Path]:
    """Write the picture of a figure's data to ``out``.png and ``out``.svg; returns the two."""
    panels, columns = data["panels"], data["columns"]
    rows = [panels[begin : begin + columns] for begin in range(0, len(panels), columns)]
    heights = [max(map(_height, row)) for row in rows]
    labels = list(dict.fromkeys(line["label"] for panel in panels for line in panel["lines"]))
    with rc_context(_STYLE):
        picture = Picture(figsize=(_WIDTH * columns + 0.4, sum(heights) + 0.5), layout="constrained")
        picture.suptitle(data["title"], fontsize=11, x=0.01, ha="left", weight="bold")
        axes = np.atleast_1d(picture.subplots(len(rows), columns, height_ratios=heights)).flatten()
        for axis, panel in zip(axes, panels, strict=False):
            (_draw_points if _is_of_points(panel) else _draw_curves)(axis, panel, labels)
            axis.set_title(panel["title"], loc="left")
        for axis in axes[len(panels) :]:
            axis.remove()
        written = [out.with_suffix(suffix) for suffix in (".png", ".svg")]
        for path in written:
            picture.savefig(path, dpi=130, metadata={"Date": None} if path.suffix == ".svg" else None)
    return written


def _is_of_points(panel: Mapping[str, Any]) -> bool:
    return len(panel["lines"][0]["x"]) == 1


def _height(panel: Mapping[str, Any]) -> float:
    return 0.9 + _POINTS_HEIGHT * len(panel["lines"]) if _is_of_points(panel) else _HEIGHT


def _draw_curves(axis: Axes, panel: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Means over seeds with their intervals, labelled at their ends."""
    few = len(panel["lines"][0]["x"]) <= 12
    for line in panel["lines"]:
        place = labels.index(line["label"])
        colour = _COLOURS[place % len(_COLOURS)]
        axis.fill_between(line["x"], line["low"], line["high"], color=colour, alpha=0.18, linewidth=0)
        style = _STROKES[place // len(_COLOURS) % len(_STROKES)]
        mark = _MARKS[place % len(_MARKS)] if few else ""
        axis.plot(line["x"], line["mean"], color=colour, linewidth=1.8, linestyle=style, marker=mark)
    axis.set(xlabel=panel["x_label"], ylabel=panel["y_label"])
    if panel["span"]:
        low, high = panel["span"]
        axis.set_ylim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    bottom, top = axis.get_ylim()
    ends = [(line["mean"][-1] - bottom) / (top - bottom) for line in panel["lines"]]
    if len(ends) > 1:
        heights = spread(ends, _GAP)
        above = max(0.0, max(heights) - 1)  # where the title is
        for line, height in zip(panel["lines"], heights, strict=True):
            colour = _COLOURS[labels.index(line["label"]) % len(_COLOURS)]
            axis.annotate(
                line["label"], (1.02, height - above), xycoords="axes fraction", va="center", color=colour, fontsize=8.5
            )


def _draw_points(axis: Axes, panel: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Each seed's value as a ring, and the mean with its interval, a line per row."""
    names = [line["label"] for line in panel["lines"]]
    for row, line in enumerate(panel["lines"]):
        colour = _COLOURS[labels.index(line["label"]) % len(_COLOURS)]
        values = [value for (value,) in line["values"]]
        axis.plot(
            [line["low"][0], line["high"][0]], [row, row], color=colour, linewidth=5, alpha=0.3, solid_capstyle="round"
        )
        axis.plot(values, [row] * len(values), "o", markerfacecolor="none", color=colour, markersize=6)
        axis.plot(line["mean"], [row], "|", color=colour, markersize=14, markeredgewidth=2)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    axis.set_xlabel(panel["y_label"])
    if panel["span"]:
        low, high = panel["span"]
        axis.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Places moved apart until neighbours are at least ``gap`` from each other, in the same order and close to where
    they were."""
    order = sorted(range(len(places)), key=places.__getitem__)
    groups: list[list[int]] = []  # of labels that touch, each around its mean
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _bottom(groups[-1], places, gap) < _top(groups[-2], places, gap):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = list(places)
    for group in groups:
        for number, index in enumerate(group):
            moved[index] = _bottom(group, places, gap) + (number + 0.5) * gap
    return moved


def _bottom(group: Sequence[int], places: Sequence[float], gap: float) -> float:
    return sum(places[index] for index in group) / len(group) - gap * len(group) / 2


def _top(group: Sequence[int], places: Sequence[float], gap: float) -> float:
    return _bottom(group, places, gap) + gap * len(group)
