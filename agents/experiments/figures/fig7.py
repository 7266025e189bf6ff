"""Three values of the entropy bonus on arithmetic, after different amounts of supervision."""

from __future__ import annotations

from agents.experiments.arithmetic_figures import VALUES, after_supervision
from agents.experiments.plan import Figure


def figure(scale: str) -> Figure:
    """Figure 7."""
    return after_supervision(
        scale,
        "Arithmetic: the entropy bonus b_ENT",
        {f"b_ENT = {value:g}": {"entropy_coef": value} for value in VALUES},
    )
