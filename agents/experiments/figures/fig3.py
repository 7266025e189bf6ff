"""Three values of the batch-entropy bonus on sentiment."""

from __future__ import annotations

from agents.experiments.plan import Figure
from agents.experiments.sentiment_figures import ablation


def figure(scale: str) -> Figure:
    """Figure 3."""
    return ablation(scale, "Sentiment: the batch-entropy bonus b_BENT", "b_BENT", "batch_entropy_coef")
