"""Trained on sums of one length or of several, tried on shorter and longer ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.experiments.curves import describe
from agents.experiments.plan import Figure, Panel, Plan, Result

_TERMS = range(2, 9)
_SIZES = {"tiny": {"steps": 1200}, "paper": {"steps": 5000, "layers": 12, "width": 768, "heads": 12}}
_MODELS = {"GPT-2": "gpt2", "Llama": "llama"}
_WAYS = {"5": "5", "2 to 6": "2..6"}


def figure(scale: str) -> Figure:
    """The figure on transfer."""
    lines = {
        f"{way}, {label}": _plan(scale, terms, architecture)
        for way, terms in _WAYS.items()
        for label, architecture in _MODELS.items()
    }
    panel = Panel("Terms trained on", lines, _by_terms, "share of right answers, greedy", "terms of the sum", (0, 1))
    return Figure("Arithmetic: trained on one length or on several", [panel], 1, _conclude)


def _plan(scale: str, terms: str, architecture: str) -> Plan:
    settings = {"parts": f"FormalArith-v0 terms={terms}", "architecture": architecture, "context": 128, **_SIZES[scale]}
    tests = {"lengths": {"parts": f"FormalArith-v0 terms={_TERMS[0]}..{_TERMS[-1]}"}}
    return Plan("ppo", "FormalMix-v0", settings, tests=tests, seconds=90 if scale == "tiny" else 20_000)


def _by_terms(result: Result) -> tuple[Sequence[float], Sequence[float]]:
    return list(_TERMS), [part["right"] for part in result.tests["lengths"]["by_part"]]


def _conclude(data: Mapping[str, Any]) -> str:
    (panel,) = data["panels"]
    parts = []
    for line in panel["lines"]:
        columns = zip(line["x"], zip(*line["values"], strict=True), strict=True)
        shares = ", ".join(f"{terms:.0f} terms {describe(values)}" for terms, values in columns)
        parts.append(f"{line['label']}: {shares}.")
    return " ".join(parts)
