"""What a game is worth in which thinking is to pay: the measures of the reward ``skill``, and their product.

Each is 1 for a game that leaves nothing to wish for in this, 0 for one that fails in it; one that fails in one fails.
"""

from __future__ import annotations

from formal_envs.ludii.measures.thinking import AT_ONCE
from formal_envs.ludii.play.report import GameReport
from formal_envs.ludii.play.thinking import Rung

#: What the measures are called, in the order in which they are looked at, and what a game lacks that fails in one.
MEASURES = {
    "choices": "there is hardly ever a choice",
    "thinking": "thinking pays no more than looking one ply ahead",
    "open": "one side wins by force within a few plies",
    "fair": "one seat wins between equal players",
    "ends": "games between equal players have no winner",
    "length": "games between equal players are over after a few turns",
}
#: The share of moves with a choice, and of games with a winner, that is enough.
ENOUGH_CHOICES, ENOUGH_WINNERS = 0.5, 0.5
#: The sure gain of a stronger player that is enough.
ENOUGH_GAIN = 0.4
#: Of the two gains, over one ply and by more iterations, the larger one counts for so much.
LARGER = 0.8
#: What the gain over one ply counts for where a deeper search cost too much.
ALONE = 0.85
#: A forced win that takes so many plies more than one at once makes a game no worse.
LONG = 15
#: Turns of each player, after the first, that halve what a game lacks for being short; as in the graded reward.
HALF_LENGTH = 3.0


def skill(report: GameReport) -> dict[str, float]:
    """The measures of ``MEASURES``, of a report with its thinking; what was not asked, as another failed, is 0.

    - choices: the share of moves with a choice / 0.5, at most 1.
    - thinking: of the two rungs, the search over one ply and more iterations over fewer, 0.8 times the larger and 0.2
      times the smaller of min(sure gain / 0.4, 1).
    - open: 1, or (plies - 5) / 15 within [0, 1] where somebody wins by force in so many plies.
    - fair: ``Thinking.fairness``.
    - ends: the share of equals' games that somebody won / 0.5, at most 1.
    - length: 1 - 2^(-(t - 1) / 3) for t turns of each player in equals' games.
    """
    thinking = report.thinking
    found = dict.fromkeys(MEASURES, 0.0)
    found["choices"] = min(report.decision_moves / ENOUGH_CHOICES, 1.0)
    if thinking is None:
        return found
    found["thinking"] = _thinking(thinking.searching, thinking.deeper)
    found["open"] = 1.0
    if thinking.winner and thinking.plies is not None:
        found["open"] = min(max((thinking.plies - AT_ONCE) / LONG, 0.0), 1.0)
    if equals := thinking.equals:
        found["fair"] = thinking.fairness
        found["ends"] = min(equals.decided / ENOUGH_WINNERS, 1.0)
        found["length"] = 1.0 - 2.0 ** (-max(equals.turns / len(report.wins) - 1.0, 0.0) / HALF_LENGTH)
    return found


def _thinking(searching: Rung | None, deeper: Rung | None) -> float:
    gains = [min(rung.sure / ENOUGH_GAIN, 1.0) for rung in (searching, deeper) if rung]
    if len(gains) < 2:
        return ALONE * sum(gains)
    return LARGER * max(gains) + (1.0 - LARGER) * min(gains)


def product(found: dict[str, float]) -> float:
    """The product of the measures, in [0, 1]."""
    value = 1.0
    for measure in found.values():
        value *= measure
    return value


def lacking(report: GameReport, found: dict[str, float], least: float = 0.5) -> str | None:
    """What a game lacks most, in words; None where no measure is below ``least``."""
    if report.thinking and report.thinking.searching is None and found["open"]:
        return "it takes too much work to see whether thinking pays"
    name = min(found, key=lambda measure: (found[measure], measure != "open"))
    return MEASURES[name] if found[name] < least else None
