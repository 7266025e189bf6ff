"""Random games of ours against a record's: could both be samples of the same play, and is the reward the same?

A game's playouts end in one of n + 2 ways: a win of one of the n players, a draw, a cut. Ours and the record's are two
samples of it. Were there one distribution behind both, the shares of both samples together would be the best guess at
it; from that guess ``SAMPLES`` pairs of samples of the same sizes are drawn, and a test's p-value is the share of the
pairs (with one more on both sides of the fraction) that lie at least as far apart as the two that there are:

- ``reward``: |difference| of the paper's reward, taken from the counts of each sample by the same formula;
- ``outcomes``: Pearson's statistic of the table of counts, which sees also what the reward does not, such as two
  players whose wins are exchanged.

Nothing is assumed about how either is distributed. Of N games compared together, one differs if a p-value lies below
``LEVEL`` / N (Bonferroni): were all the same, the chance that any of them is said to differ in a test is below LEVEL.
The mean turns are compared by a z-score on top, as it has no such distribution.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from formal_envs.ludii.conformance.snapshots import Record
from formal_envs.ludii.play.report import GameReport, evaluate_game
from formal_envs.sandbox import Lost, isolated_map

PLAYOUTS = 200  # of ours; the record has up to 130 of each game
SAMPLES = 40_000
LEVEL = 0.05
MAX_DEVIATION = 4.5  # standard errors of the mean turns


@dataclass
class PlayComparison:
    """What came of comparing a game's random play.

    ``rewards`` are the paper's rewards, ours and the record's; ``p`` the p-values by test; ``turns`` the z-score of the
    mean turns; ``message`` says what went wrong, in which case there is nothing else.
    """

    id: str
    rewards: tuple[float, float] = (0.0, 0.0)
    p: dict[str, float] = field(default_factory=dict)
    turns: float = 0.0
    message: str = ""

    def same(self, test: str, games: int) -> bool:
        """Whether a test finds no more than chance, when ``games`` are compared together."""
        return not self.message and self.p[test] >= LEVEL / games

    def agrees(self, games: int) -> bool:
        """Whether all tests, and the turns, find no more than chance."""
        return all(self.same(test, games) for test in ("reward", "outcomes")) and abs(self.turns) <= MAX_DEVIATION


def rewards_of(counts: np.ndarray) -> np.ndarray:
    """The paper's reward of each sample.

    Args:
        counts: (samples, n + 2): wins of each player, draws, cut games.

    Returns: (samples,).
    """
    wins, games = counts[:, :-2], counts.sum(1)
    decided = wins.sum(1) / games
    balances = 1 - (wins.max(1) - wins.min(1)) / games  # the largest difference of two players
    return sum(np.cbrt(np.maximum(share, 0)) for share in (balances, decided, decided)) / 3  # type: ignore[no-any-return]


def apart(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Pearson's statistic of each pair of samples: how far their shares lie from those of both together.

    Args:
        ours, theirs: (samples, n + 2) counts.

    Returns: (samples,).
    """
    both = ours + theirs
    total = np.zeros(len(ours))
    for counts in (ours, theirs):
        expected = both * (counts.sum(1) / both.sum(1))[:, None]
        total += ((counts - expected) ** 2 / np.maximum(expected, 1e-12)).sum(1)
    return total


def p_values(ours: Sequence[int], theirs: Sequence[int], seed: int) -> dict[str, float]:
    """The p-value of each test for two samples of the ways in which a game ends."""
    a, b = np.array([ours]), np.array([theirs])
    shared = (a + b)[0] / (a + b).sum()
    rng = np.random.default_rng(seed)
    x, y = (rng.multinomial(int(counts.sum()), shared, SAMPLES) for counts in (a, b))
    tests: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
        "reward": lambda one, other: np.abs(rewards_of(one) - rewards_of(other)),
        "outcomes": apart,
    }
    found = {}
    for name, test in tests.items():
        further = (test(x, y) >= test(a, b) - 1e-12).sum()
        found[name] = float((further + 1) / (SAMPLES + 1))
    return found


def compare_play(game: Record) -> PlayComparison:
    """``PLAYOUTS`` random games of ours against the record's ``random_play``, with the same limit of turns."""
    seed = zlib.crc32(game["id"].encode())
    report = evaluate_game(game["text"], playouts=PLAYOUTS, seed=seed)
    if report.error:
        return PlayComparison(game["id"], message=str(report.error))
    theirs = game["random_play"]
    ours = [*report.wins, report.draws, report.timeouts]
    recorded = [*theirs["wins"][1:], theirs["draws"], theirs["timeouts"]]
    if len(ours) != len(recorded):
        message = f"{len(report.wins)} players, expected {len(recorded) - 2}"
        return PlayComparison(game["id"], message=message)
    rewards = rewards_of(np.array([ours]))[0], rewards_of(np.array([recorded]))[0]
    return PlayComparison(
        game["id"],
        (round(float(rewards[0]), 4), round(float(rewards[1]), 4)),
        p_values(ours, recorded, seed),
        round(_turns_apart(report, theirs), 2),
    )


def _turns_apart(report: GameReport, theirs: Record) -> float:
    floor = max(0.5, 0.1 * report.mean_turns)  # games of nearly one length: the rare others may be in one sample alone
    spread = max(report.deviation_turns, floor) * math.sqrt(1 / report.playouts + 1 / theirs["playouts"])
    return float((report.mean_turns - theirs["mean_turns"]) / spread)


def compare_plays(
    games: Sequence[Record], jobs: int = 1, progress: Callable[[], Any] = lambda: None
) -> list[PlayComparison]:
    """Each game's random play compared, in order. A game that fails or that takes two minutes has a message."""
    results: dict[int, PlayComparison] = {}
    for index, answer in isolated_map(compare_play, games, jobs, 120.0):
        if isinstance(answer, Lost):
            answer = PlayComparison(games[index]["id"], message=f"{answer.why}: {answer.message}")
        results[index] = answer
        progress()
    return [results[index] for index in range(len(games))]


def summary(results: Sequence[PlayComparison]) -> dict[str, Any]:
    """The counts: games compared, those whose reward, outcomes, or all agrees, and the ids of the others."""
    n = len(results)
    return {
        "play": n,
        "play_reward_agree": sum(row.same("reward", n) for row in results),
        "play_outcomes_agree": sum(row.same("outcomes", n) for row in results),
        "play_agree": sum(row.agrees(n) for row in results),
        "play_differs": [row.id for row in results if not row.agrees(n)],
    }
