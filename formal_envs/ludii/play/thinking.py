"""What play by players that think says of a game: the numbers, which ``measures.thinking`` finds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

#: Rounds of a match of unequal players before it is judged to have a gain, and to have none.
LEAST_ROUNDS, LEAST_FOR_NOTHING = 3, 6
#: Games of equal players before their seats are judged, and those that are too few to say anything.
LEAST_EQUALS, TOO_FEW = 8, 4


@dataclass(frozen=True)
class Rung:
    """A stronger player against weaker ones, in rounds in which he has each seat of the same beginning once.

    ``gains`` are, for each round, what he won beyond an equal's share, as a part of all there was beyond it: 1 where he
    won from each seat, 0 where he did as an equal would, below 0 where he did worse. Alone in a game it is his score
    less the weaker one's.
    """

    gains: tuple[float, ...]

    @property
    def gain(self) -> float:
        """The mean gain, a round of 0 added: little is believed of few rounds."""
        return sum(self.gains) / (len(self.gains) + 1)

    @property
    def error(self) -> float:
        """The standard error of ``gain``."""
        values = np.array([0.0, *self.gains])
        return float(values.std()) / math.sqrt(len(values))

    @property
    def sure(self) -> float:
        """The gain less its standard error: what can be relied on, 0 at least."""
        return max(self.gain - self.error, 0.0)

    @property
    def is_nothing(self) -> bool:
        """Whether it is clear that there is no gain to speak of."""
        return len(self.gains) >= LEAST_FOR_NOTHING and self.gain + 2 * self.error < 0.1


@dataclass(frozen=True)
class Equals:
    """Games of a searching player with himself.

    ``wins[p - 1]`` are those of who began as player p, of so many ``games``; ``turns`` is the mean length, all players
    together. ``drama`` and ``lead_changes`` are means over the games, as ``play_match`` tells them.
    """

    iterations: int
    wins: tuple[int, ...]
    games: int
    turns: float
    drama: float
    lead_changes: float

    @property
    def decided(self) -> float:
        """The share of games that somebody won."""
        return sum(self.wins) / self.games

    @property
    def fairness(self) -> float:
        """1 - how far one seat wins more games than another beyond what chance may do, in [0, 1].

        The largest difference of two seats' shares of the games, d, is nothing up to 1.7 standard errors of a fair
        coin's, e = 1.7 / sqrt(games): (d - e) / (1 - e), of fewer than eight games in part only. Of fewer than four
        nothing is known, which counts as 0.75.
        """
        if len(self.wins) < 2:
            return 1.0
        if self.games < TOO_FEW:
            return 0.75
        difference, noise = (max(self.wins) - min(self.wins)) / self.games, 1.7 / math.sqrt(self.games)
        return 1.0 - max(difference - noise, 0.0) / (1.0 - noise) * min(self.games / LEAST_EQUALS, 1.0)


@dataclass(frozen=True)
class Thinking:
    """What play by players that think says of a game. What was not asked, or cost too much, is None.

    Attributes:
        winner: who wins by force, by who began as which player; 0: neither can; None: not known.
        plies: within how many plies, both sides' moves counted.
        forced: that in words, or why it is not known.
        iterations: of the searching player.
        searching: he against one-ply players.
        deeper: he with more iterations against himself.
        equals: he against himself, with few iterations.
        deep_equals: the same with many, where the others leave a doubt.
        work: units of work done.
    """

    winner: int | None
    plies: int | None
    forced: str
    iterations: int
    searching: Rung | None
    deeper: Rung | None
    equals: Equals | None
    deep_equals: Equals | None
    work: int

    @property
    def fairness(self) -> float:
        """How fair the seats are between equals: of the deeper games, where there are enough; 0 where none was seen."""
        seen = self.deep_equals if self.deep_equals and self.deep_equals.games > TOO_FEW else self.equals
        return seen.fairness if seen else 0.0
