"""Sentiment with and without the KL penalty."""

from __future__ import annotations

from agents.experiments.bases import sentiment
from agents.experiments.plan import Figure
from agents.experiments.sentiment_figures import compared


def figure(scale: str) -> Figure:
    """Figure 4."""
    plan = sentiment(scale)
    none = {"kl_coef": 0.0, **({"kl_target": 0.0} if scale == "paper" else {})}
    lines = {"KL penalty": plan, "no KL penalty": plan.with_settings(**none)}
    return compared("Sentiment: the KL penalty", lines)
