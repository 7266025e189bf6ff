"""What the figures on arithmetic after supervision share: right answers and batch entropy, an amount a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.experiments.bases import arithmetic
from agents.experiments.curves import compare, find_lines, last_values, metric, summarise
from agents.experiments.plan import Figure, Panel

VALUES = (0.0, 0.1, 0.3)
"""Of the bonuses."""

_AMOUNTS = {0: "no supervision", 256: "256 solved chains", 4096: "4,096 solved chains"}
_ROWS = (
    ("Right answers", "exact", "share, sampled", (0, 1)),
    ("Batch entropy", "batch_entropy", "nats", (0, 5)),  # ln 103 words is 4.6
)


def after_supervision(scale: str, title: str, variants: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Variants of the paper's PPO, each after every amount of supervision."""
    panels = []
    for head, key, label, span in _ROWS:
        for examples, group in _AMOUNTS.items():
            plan = arithmetic(scale, examples)
            lines = {name: plan.with_settings(**changes) for name, changes in variants.items()}
            panels.append(Panel(f"{head} after {group}", lines, metric(key), label, span=span, group=group))
    return Figure(title, panels, len(_AMOUNTS), _conclude)


def _conclude(data: Mapping[str, Any]) -> str:
    sentences = []
    for group in _AMOUNTS.values():
        shares = summarise(data, f"Right answers after {group}")
        sentence = f"{group.capitalize()}: share of right answers in the last tenth of training {shares}"
        lines = find_lines(data, f"Right answers after {group}")
        if len(lines) > 1:
            first, last = lines[0], lines[-1]
            text, word = compare(last_values(last), last_values(first))
            sentence += f"; {last['label']} against {first['label']}: {text}, {word}"
            entropies = find_lines(data, f"Batch entropy after {group}")
            text, word = compare(last_values(entropies[-1]), last_values(entropies[0]))
            sentence += f", batch entropy {text} nats, {word}"
        sentences.append(sentence + ".")
    return " ".join(sentences)
