"""Two runs beside each other, and two rewards of one run."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from agents.lab.samples import Entry, Query, Samples

APART, GROWN = 0.5, 0.05
"""From which difference two rewards disagree on a completion, each as a share of its own range; and by how much the
share of such completions has to grow over a run to be spoken of."""


def pairs_of(one: Samples, other: Samples, step: int, offset: int, limit: int) -> dict[str, Any]:
    """The prompts that both runs were asked at a step, each with a run's completions on either side."""
    ours, theirs = (_by_prompt(samples, step) for samples in (one, other))
    common = [prompt for prompt in ours if prompt in theirs]
    pairs = [
        {"prompt": prompt, "solution": ours[prompt][0].get("solution"), "one": ours[prompt], "other": theirs[prompt]}
        for prompt in common[offset : offset + limit]
    ]
    return {"pairs": pairs, "total": len(common)}


def common_steps(one: Samples, other: Samples) -> list[int]:
    """The steps at which both runs have samples."""
    return sorted({entry.step for entry in one.entries} & {entry.step for entry in other.entries})


def _by_prompt(samples: Samples, step: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in samples.rows(samples.find(Query(first=step, last=step))):
        if row:
            found[row["prompt"]].append(row)
    return found


def agreement(entries: Iterable[Entry], bands: int) -> list[dict[str, Any]]:
    """How two rewards agree over the steps, in at most so many bands of consecutive steps that have samples.

    ``mean`` and ``other`` are the means of both, ``rank`` is Spearman's correlation, None where one of them is the same
    throughout; ``apart`` is the share of completions on which they disagree, and ``unscored`` how many lack a score.
    """
    steps: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        steps[entry.step].append(entry)
    ordered = sorted(steps)
    edges = np.linspace(0, len(ordered), min(bands, len(ordered)) + 1).astype(int)
    return [
        _band(ordered[begin:end], [entry for step in ordered[begin:end] for entry in steps[step]])
        for begin, end in itertools.pairwise(edges)
    ]


def _band(steps: Sequence[int], entries: Sequence[Entry]) -> dict[str, Any]:
    both = [entry for entry in entries if entry.reward is not None and entry.other is not None]
    rewards, others = ([getattr(entry, name) for entry in both] for name in ("reward", "other"))
    return {
        "first": steps[0],
        "last": steps[-1],
        "samples": len(both),
        "unscored": len(entries) - len(both),
        "mean": float(np.mean(rewards)) if both else None,
        "other": float(np.mean(others)) if both else None,
        "rank": rank_correlation(rewards, others),
        "apart": sum(abs(entry.gap or 0.0) >= APART for entry in both) / len(both) if both else None,
    }


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's correlation of two sequences (n,); None where one of them does not vary."""
    from scipy.stats import spearmanr

    if len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return float(spearmanr(one, other).statistic)


def parting(bands: Sequence[Mapping[str, Any]], name: str) -> str | None:
    """A sentence on how the two rewards part, where the run's own rises while the other, ``name``, does not."""
    known = [band for band in bands if band["samples"]]
    if not known or known[-1]["apart"] < known[0]["apart"] + GROWN:
        return None
    one, other = ([known[0][of], known[-1][of]] for of in ("mean", "other"))
    if one[1] <= one[0] or other[1] > other[0]:
        return None
    return (
        f"The reward that trained rose from {one[0]:.3f} to {one[1]:.3f}, while {name} went from {other[0]:.3f} to "
        f"{other[1]:.3f}: look where the two disagree most."
    )


def points_of(entries: Sequence[Entry], most: int) -> list[list[float]]:
    """At most so many samples as points: place in the file's order, step, both rewards, and the gap; evenly chosen."""
    both = [entry for entry in entries if entry.reward is not None and entry.other is not None]
    chosen = both if len(both) <= most else [both[n * len(both) // most] for n in range(most)]
    return [[entry.place, entry.step, entry.reward or 0.0, entry.other or 0.0, entry.gap or 0.0] for entry in chosen]
