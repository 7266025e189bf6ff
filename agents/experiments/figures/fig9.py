"""Games with a part cut out: supervised training, then PPO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.experiments.bases import games, games_start
from agents.experiments.curves import compare, describe, final, find_lines, metric
from agents.experiments.plan import Figure, Panel

_METRICS = {"Reward": "reward_mean", "Compiles": "compiles", "Plays": "plays"}


def figure(scale: str) -> Figure:
    """Figure 9."""
    stages = {"supervised": games_start(scale), "PPO": games(scale)}
    panels = [
        Panel(f"{title}, {stage}", {stage: plan}, metric(name), "mean over sampled completions", span=(0, 1))
        for stage, plan in stages.items()
        for title, name in _METRICS.items()
    ]
    panels += [
        Panel(f"{title}, at the ends", stages, final(name, "sampled_test"), "held-out prompts, sampled", "")
        for title, name in _METRICS.items()
    ]
    return Figure("Games: supervised training, then PPO", panels, len(_METRICS), _conclude)


def _conclude(data: Mapping[str, Any]) -> str:
    return " ".join(_change(data, title) for title in _METRICS)


def _change(data: Mapping[str, Any], title: str) -> str:
    before, after = ([value for (value,) in line["values"]] for line in find_lines(data, f"{title}, at the ends"))
    stages = f"{describe(before)} after supervised training, {describe(after)} after PPO"
    text, word = compare(after, before)
    return f"{title}, held-out prompts, sampled: {stages}: {text}, {word}."
