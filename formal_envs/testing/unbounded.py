"""Rewards that grow with a text's length without end."""

from __future__ import annotations

import math
from itertools import pairwise

from formal_envs.testing.bench import Bench, broken_law
from formal_envs.testing.cases import shown
from formal_envs.testing.report import Finding
from formal_envs.testing.texts.idle import STEPS

NAME = "bounded"
"""The name of what is broken."""
_LENGTHS = (1_250, 2_500, 5_000, 10_000)
_UNITS = ("Let me think about this step by step. ", "a ", "- item\n", " ".join(STEPS) + "\n")
_GROWS = 1.5
"""Ratio of the gains of two doublings of length from which on growth has no end in sight; 2 is linear."""


def unbounded(bench: Bench) -> list[Finding]:
    """A finding where each doubling of a text's length earns nearly twice what the one before did."""
    if bench.bounds is not None and math.isfinite(bench.bounds[1]):
        return []
    for unit in _UNITS:
        texts = [(unit * (length // len(unit) + 1))[:length] for length in _LENGTHS]
        cases = [bench.asked[0]._replace(completion=text) for text in texts]
        outcomes = bench.single(cases)
        values = [outcome.value for outcome in outcomes]
        gains = [after - before for before, after in pairwise(values)]
        if all(outcome.state == "scored" for outcome in outcomes) and _grows(gains, bench.slack):
            said = f"{shown(texts[-1])} earns {values[-1]:.6g}, half as long a text {values[-2]:.6g}"
            code = f"assert {bench.scorer.value_code(cases[-1])} <= {values[-2]:.6g}"
            message = f"the reward grows with the length without bound: {said}; bounds= declares the most"
            return [broken_law(NAME, message, cases[-1:], code)]
    return []


def _grows(gains: list[float], slack: float) -> bool:
    return all(gain > slack for gain in gains) and all(b >= _GROWS * a for a, b in pairwise(gains))
