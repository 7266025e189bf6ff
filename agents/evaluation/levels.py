"""What was reached at each difficulty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from formal_envs.score import Score

MOST = 6
"""Levels of a report, at most."""


def by_difficulty(difficulties: Sequence[float], scores: Sequence[Score], most: int = MOST) -> list[dict[str, Any]]:
    """Means of the scores of n problems at each level, the easiest first.

    A level is a difficulty where there are few, else a range with about as many problems as each other one: then equal
    difficulties share a level, and there may be fewer.

    Returns: objects of ``difficulty``, the least and the greatest of the level, ``episodes``, ``reward_mean``, and
    ``exact`` where scores have that part.
    """
    values = np.asarray(difficulties, float)  # (n,)
    tops = np.unique(values)
    if len(tops) > most:
        tops = np.unique(np.quantile(values, np.arange(1, most + 1) / most, method="inverted_cdf"))
    levels = np.searchsorted(tops, values)  # (n,), each of the tops is a value, so that no level is empty
    rows: list[dict[str, Any]] = []
    for level in range(len(tops)):
        here = np.flatnonzero(levels == level)
        reached = [scores[place] for place in here.tolist()]
        row = {
            "difficulty": [float(values[here].min()), float(values[here].max())],
            "episodes": len(reached),
            "reward_mean": float(np.mean([score.value for score in reached])),
        }
        if all("exact" in score.parts for score in reached):
            row["exact"] = float(np.mean([score.parts["exact"] for score in reached]))
        rows.append(row)
    return rows


def by_part(
    names: Sequence[str], parts: Sequence[int], difficulties: Sequence[float], scores: Sequence[Score]
) -> list[dict[str, Any]]:
    """What was reached in each part that has some of n problems.

    Args: names, of the parts; parts, of each problem, from 0.

    Returns: objects of ``part``, its number from 1, ``name``, ``episodes``, ``reward_mean``, ``right``, the share
    without failure, and ``by_difficulty``, its levels.
    """
    rows = []
    for part, name in enumerate(names):
        here = [place for place, other in enumerate(parts) if other == part]
        if here:
            reached = [scores[place] for place in here]
            means = {
                "reward_mean": float(np.mean([score.value for score in reached])),
                "right": float(np.mean([score.failure is None for score in reached])),
            }
            levels = by_difficulty([difficulties[place] for place in here], reached)
            rows.append({"part": part + 1, "name": name, "episodes": len(here), **means, "by_difficulty": levels})
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The levels as lines of text."""
    names = [name for name in ("reward_mean", "exact") if name in rows[0]]
    lines = [f"{'difficulty':20} {'episodes':>8} {' '.join(f'{name:>11}' for name in names)}"]
    for row in rows:
        low, high = row["difficulty"]
        level = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        lines.append(f"{level:20} {row['episodes']:8} {' '.join(f'{row[name]:11.4f}' for name in names)}")
    return "\n".join(lines)
