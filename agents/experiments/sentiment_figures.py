"""What the figures on one sentiment reward share: reward, entropies, KL and variety of a few variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.experiments.bases import sentiment
from agents.experiments.curves import compare, find_lines, last_values, metric, summarise
from agents.experiments.plan import Figure, Panel, Plan

_VALUES = (0.0, 0.03, 0.3)

_PANELS = {
    "Reward": ("reward_mean", "classifier's probability of positive"),
    "Entropy H": ("entropy", "nats per token"),
    "Batch entropy": ("batch_entropy", "nats"),
    "KL to the start": ("kl", "nats per completion"),
}


def ablation(scale: str, title: str, symbol: str, setting: str) -> Figure:
    """A setting at three values, 0 among them."""
    plan = sentiment(scale)
    return compared(title, {f"{symbol} = {value:g}": plan.with_settings(**{setting: value}) for value in _VALUES})


def compared(title: str, lines: Mapping[str, Plan]) -> Figure:
    """Variants under the classifier's reward."""
    panels = [Panel(name, lines, metric(key), label) for name, (key, label) in _PANELS.items()]
    return Figure(title, panels, 2, _conclude)


def _conclude(data: Mapping[str, Any]) -> str:
    sentences = [f"{name} in the last tenth of training: {summarise(data, name)}." for name in _PANELS]
    for panel in ("Reward", "Batch entropy"):
        first, *_, last = find_lines(data, panel)
        text, word = compare(last_values(last), last_values(first))
        sentences.append(f"{panel} with {last['label']} against {first['label']}: {text}, {word}.")
    return " ".join(sentences)
