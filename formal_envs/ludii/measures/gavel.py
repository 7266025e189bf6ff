"""GAVEL's fitness of a game: its thresholds and its mean, of numbers that were measured.

Source: Todd, Padula, Stephenson, Piette, Soemers and Togelius 2024, "GAVEL: Generating Games Via Evolution and Language
Models", arXiv:2407.09388, and the code that its authors published with it, github.com/gdrtodd/gavel:
fitness_helpers.py, java_api.py and the metrics of its copy of Ludii. Thresholds, their order and the numbers of games
are the code's, as its main experiment ran it. The measures are also quoted with drawn games as completed and with
coverage in the mean; the code has neither, and is followed: its mean gives the published fitness of all 746 games above
the thresholds, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

#: The tiers below any mean: a text that is no game, one that cannot be played, one that falls short of a threshold.
UNCOMPILABLE, UNPLAYABLE, UNINTERESTING = -3.0, -2.0, -1.0
#: Games of UCT against itself; of UCT against random players, from each seat; turns of each player until they are cut.
GAMES, GAMES_PER_SEAT, TURNS = 10, 5, 50
#: Turns of each player until games of random players are cut.
RANDOM_TURNS = 500
#: The least that 100 games of random players must reach, in the order of looking.
RANDOM_THRESHOLDS: Mapping[str, float] = MappingProxyType({"balance": 0.5, "decision_moves": 0.5})
#: The same of UCT against itself.
THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {"completion": 0.2, "mean_turns": 3.0, "decision_moves": 0.1, "coverage": 0.1}
)
#: What the fitness is the mean of, and what each of them counts for at least.
MEASURES = ("balance", "completion", "drawishness", "decision_moves", "trace")
LEAST = 0.01


@dataclass(frozen=True)
class Gavel:
    """A game's fitness, the measures it was made of, and the threshold that it fell short of, if any.

    ``measures`` are those of UCT against itself, with ``trace``; empty where random play already falls short.
    """

    fitness: float
    short_of: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)


def shortfall(measures: Mapping[str, float], thresholds: Mapping[str, float], players: str) -> str | None:
    """Of the measures that lie below their thresholds the first, in words; None where none does."""
    below = (name for name, least in thresholds.items() if measures[name] < least)
    return next(
        (f"{name} of {players} is {measures[name]:.3g}, at least {thresholds[name]:g} needed" for name in below), None
    )


def fitness(measures: Mapping[str, float]) -> float:
    """The harmonic mean of ``MEASURES``, each raised to 0.01: ``5 / sum(1 / max(m, 0.01))``, in [0.01, 1].

    Four measures of 1 and one of 0 give 0.048: a game that fails in one way is worth little.
    """
    return len(MEASURES) / sum(1.0 / max(measures[name], LEAST) for name in MEASURES)


def decision_moves(decisions: Sequence[int], moves: Sequence[int]) -> float:
    """The mean over games of: moves with another legal one beside them / moves; a game without moves counts 0."""
    shares = [chosen / made if made else 0.0 for chosen, made in zip(decisions, moves, strict=True)]
    return sum(shares) / len(shares)
