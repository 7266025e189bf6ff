"""Three values of the batch-entropy bonus on arithmetic, after different amounts of supervision."""

from __future__ import annotations

from agents.experiments.arithmetic_figures import VALUES, after_supervision
from agents.experiments.plan import Figure


def figure(scale: str) -> Figure:
    """Figure 8."""
    return after_supervision(
        scale,
        "Arithmetic: the batch-entropy bonus b_BENT",
        {f"b_BENT = {value:g}": {"batch_entropy_coef": value} for value in VALUES},
    )
