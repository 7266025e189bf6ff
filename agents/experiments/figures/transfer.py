"""Trained on sums of five digits, tried on shorter and longer ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.experiments.curves import describe
from agents.experiments.plan import Figure, Panel, Plan, Result

_TERMS = (4, 5, 6, 8)
_SIZES = {"tiny": {"steps": 2000}, "paper": {"steps": 5000, "layers": 12, "width": 768, "heads": 12}}
_MODELS = {"GPT-2 (learned positions)": "gpt2", "Llama (rotary positions)": "llama"}


def figure(scale: str) -> Figure:
    """The figure on transfer."""
    lines = {label: _plan(scale, architecture) for label, architecture in _MODELS.items()}
    panel = Panel(
        "Trained on five terms", lines, _by_terms, "share of right answers, greedy", "terms of the sum", (0, 1)
    )
    return Figure("Arithmetic: transfer to other lengths", [panel], 1, _conclude)


def _plan(scale: str, architecture: str) -> Plan:
    settings = {"terms": 5, "architecture": architecture, "context": 128, **_SIZES[scale]}
    tests = {str(terms): {"terms": terms} for terms in _TERMS}
    return Plan("ppo", "FormalArith-v0", settings, tests=tests, seconds=150 if scale == "tiny" else 20_000)


def _by_terms(result: Result) -> tuple[Sequence[float], Sequence[float]]:
    return list(_TERMS), [result.tests[str(terms)]["exact"] for terms in _TERMS]


def _conclude(data: Mapping[str, Any]) -> str:
    (panel,) = data["panels"]
    parts = []
    for line in panel["lines"]:
        columns = zip(line["x"], zip(*line["values"], strict=True), strict=True)
        shares = ", ".join(f"{terms:.0f} terms {describe(values)}" for terms, values in columns)
        parts.append(f"{line['label']}: {shares}.")
    return " ".join(parts)
