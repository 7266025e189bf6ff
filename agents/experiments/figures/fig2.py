"""Three values of the entropy bonus on sentiment."""

from __future__ import annotations

from agents.experiments.plan import Figure
from agents.experiments.sentiment_figures import ablation


def figure(scale: str) -> Figure:
    """Figure 2."""
    return ablation(scale, "Sentiment: the entropy bonus b_ENT", "b_ENT", "entropy_coef")
