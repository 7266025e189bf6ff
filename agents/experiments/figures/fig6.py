"""The paper's PPO on arithmetic after different amounts of supervision."""

from __future__ import annotations

from agents.experiments.arithmetic_figures import after_supervision
from agents.experiments.plan import Figure


def figure(scale: str) -> Figure:
    """Figure 6."""
    return after_supervision(scale, "Arithmetic: plain PPO after supervision", {"plain": {}})
