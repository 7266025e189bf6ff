"""Supervised training on several numbers of solved chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.experiments.bases import chains
from agents.experiments.curves import describe, find_lines, last_values, metric
from agents.experiments.plan import Figure, Panel

_EXAMPLES = {"tiny": (256, 4096, 16_384), "paper": (256, 4096, 16_384, 131_072)}


def figure(scale: str) -> Figure:
    """Figure 5."""
    lines = {f"{examples:,} chains": chains(scale, examples) for examples in _EXAMPLES[scale]}
    panels = [
        Panel("Validation loss", lines, metric("validation_loss"), "nats per token"),
        Panel("Mean reward", lines, metric("reward_mean"), "of sampled completions", span=(0, 1)),
    ]
    return Figure("Arithmetic: supervised training on solved chains", panels, 2, _conclude)


def _conclude(data: Mapping[str, Any]) -> str:
    sentences = []
    for line, rewards in zip(find_lines(data, "Validation loss"), find_lines(data, "Mean reward"), strict=True):
        lowest = min(range(len(line["mean"])), key=line["mean"].__getitem__)
        reward = describe(last_values(rewards))
        turn = "still there at the end" if lowest == len(line["mean"]) - 1 else f"{line['mean'][-1]:.2f} at the end"
        sentences.append(
            f"{line['label']}: lowest validation loss {line['mean'][lowest]:.2f} at step {line['x'][lowest]:.0f}, "
            f"{turn}; mean reward at the end {reward}."
        )
    return " ".join(sentences)
