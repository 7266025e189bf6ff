"""Three base models under a learned reward and under a lexicon's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.experiments.bases import ARCHITECTURES, sentiment
from agents.experiments.curves import metric, summarise
from agents.experiments.plan import Figure, Panel

_TITLES = {"classifier": "Reward: a classifier", "vader": "Reward: VADER"}
_LABELS = {"classifier": "probability of positive", "vader": "compound score"}


def figure(scale: str) -> Figure:
    """Figure 1."""
    panels = [
        Panel(
            title,
            {base: sentiment(scale, reward, base) for base in ARCHITECTURES},
            metric("reward_mean"),
            _LABELS[reward],
            group=reward,
        )
        for reward, title in _TITLES.items()
    ]
    return Figure("Sentiment: three base models, two rewards", panels, 2, _conclude)


def _conclude(data: Mapping[str, Any]) -> str:
    return " ".join(
        f"Mean reward in the last tenth of training, {_LABELS[reward]}: {summarise(data, title)}."
        for reward, title in _TITLES.items()
    )
