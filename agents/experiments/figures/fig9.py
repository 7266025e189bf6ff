"""Games with a part cut out: supervised training, then PPO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.experiments.bases import games, games_start
from agents.experiments.curves import compare, find_lines, metric, summarise
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
    return Figure("Games: supervised training, then PPO", panels, len(_METRICS), _conclude)


def _conclude(data: Mapping[str, Any]) -> str:
    sentences = [
        f"{title}, sampled: {summarise(data, f'{title}, supervised')} on held-out prompts, "
        f"{summarise(data, f'{title}, PPO')} in the last tenth of PPO."
        for title in _METRICS
    ]
    for title in _METRICS:
        (line,) = find_lines(data, f"{title}, PPO")
        starts, ends = ([row[place] for row in line["values"]] for place in (0, -1))
        text, word = compare(ends, starts)
        sentences.append(f"{title} from the first to the last steps of PPO: {text}, {word}.")
    return " ".join(sentences)
