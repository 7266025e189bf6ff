"""How the rewards of game synthesis are spread over a set of games."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from formal_envs.ludii.play.measures import paper_reward
from formal_envs.score import Score
from formal_envs.tasks.game.reward import GameReward

PERCENTILES = (10, 25, 50, 75, 90)
_BATCH = 16  # games that are scored at once


@dataclass(frozen=True)
class RewardSpread:
    """Rewards of a set of games.

    Attributes:
        games: how many there are.
        compile, supported, play: how many of them do, or are; one that is too long for the rewards does none of it.
        graded, paper: ``PERCENTILES`` of the two rewards over the games that play; empty where none does.
    """

    games: int
    compile: int
    supported: int
    play: int
    graded: tuple[float, ...]
    paper: tuple[float, ...]


def reward_spread(texts: Sequence[str], playouts: int, progress: Callable[[int], Any]) -> RewardSpread:
    """Play each of the games ``playouts`` times at random; ``progress`` is told how many games are done since.

    Raises:
        ConfigError: as ``GameReward`` does.
    """
    reward = GameReward(kind="graded", playouts=playouts)
    scores: list[Score] = []
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        scores += reward.score_batch([""] * len(batch), batch)
        progress(len(batch))
    playing = [score for score in scores if score.parts["plays"]]
    return RewardSpread(
        games=len(scores),
        compile=sum(score.parts["compiles"] == 1.0 for score in scores),
        supported=sum(score.parts["supported"] == 1.0 for score in scores),
        play=len(playing),
        graded=_percentiles([score.value for score in playing]),
        paper=_percentiles([_paper(score) for score in playing]),
    )


def _paper(score: Score) -> float:
    """The paper's reward of a game that plays, from the parts of any score of it."""
    return paper_reward(*(score.parts[part] for part in ("balance", "completion", "drawishness")))


def _percentiles(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(np.percentile(values, PERCENTILES).tolist()) if values else ()
