"""The kinds of game reward: what each pays for a game that plays."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

from formal_envs.ludii import GameReport, Program
from formal_envs.ludii.measures.gavel import MEASURES
from formal_envs.ludii.measures.gavel_games import gavel
from formal_envs.ludii.measures.skill import MEASURES as MEASURES_OF_SKILL
from formal_envs.ludii.measures.skill import lacking, product, skill
from formal_envs.ludii.measures.thinking import think

MAX_TURNS = 500
"""Turns for each player after which a game is cut; it counts as drawn then. As in arXiv:2410.17126."""
PLAYABLE = 1.0 / 3.0
"""What the graded reward gives for a game that can be played, whatever it is like: what the paper's gives for one that
never ends. To play at all is to count for as much as to play well, or a policy would neglect it."""
HALF_LENGTH = 3.0
"""Turns of each player, after the first, that halve what a game lacks for being short."""

DULL = 0.1
"""What the skill reward gives for a game that can be played, whatever it is like."""
SHORT = 0.1
"""What GAVEL's reward gives for a game below one of its thresholds, and the least for one above them: its tiers keep
their order, 0 for no game, 0.05 for one that cannot be played, 0.1, and from there on its fitness."""


class Worth(NamedTuple):
    """What a game is worth in [0, 1], the parts it was made of, and what is amiss with it, if anything."""

    value: float
    parts: dict[str, float]
    failure: str | None = None


class Kind(NamedTuple):
    """A kind of reward.

    ``worth`` values a game that plays, by its random games and what else it measures; ``parts`` names what it adds to
    the parts of all kinds. ``floor`` is what the least of these games gets: a brief that is not met leaves no more than
    that, and a text that does not compile earns by how far it is right. With None both are left out.
    """

    worth: Callable[[Program, GameReport], Worth]
    parts: tuple[str, ...] = ()
    floor: float | None = None


def length(report: GameReport) -> float:
    """How well a game's length suits, in [0, 1]: 0 for one turn, a half for four, 0.98 for 25 to 60, 0 at the limit.

    ``(1 - 2^(-(t - 1) / 3)) (1 - (t / 500)^2)`` for t turns of each player.
    """
    turns = report.mean_turns / len(report.wins)
    long_enough: float = 1.0 - 2.0 ** (-max(turns - 1.0, 0.0) / HALF_LENGTH)
    short_enough: float = 1.0 - min(turns / MAX_TURNS, 1.0) ** 2
    return long_enough * short_enough


def quality(report: GameReport) -> float:
    """What random games of a playable game are worth, in [0, 1]: balance times decisiveness times ``length``.

    Decisiveness is the smaller of completion and drawishness, which differ only where games were cut.
    """
    return report.balance * min(report.completion, report.drawishness) * length(report)


def _graded(program: Program, report: GameReport) -> Worth:
    return Worth(PLAYABLE + (1.0 - PLAYABLE) * quality(report), {})


def _paper(program: Program, report: GameReport) -> Worth:
    return Worth(report.reward, {})


def _gavel(program: Program, report: GameReport) -> Worth:
    found = gavel(program, report)
    parts = {f"uct_{name}": value for name, value in found.measures.items()}
    if found.short_of:
        return Worth(SHORT, parts, found.short_of)
    return Worth(SHORT + (1.0 - SHORT) * found.fitness, {**parts, "fitness": found.fitness})


def _skill(program: Program, report: GameReport) -> Worth:
    if report.decision_moves > 0 and report.completion > 0:
        report = think(program, report)
    found = skill(report)
    return Worth(DULL + (1.0 - DULL) * product(found), found, lacking(report, found))


_GAVEL_PARTS = ("fitness", *(f"uct_{name}" for name in (*MEASURES, "coverage", "mean_turns")))
#: Kinds by the name that ``reward=`` takes.
KINDS = MappingProxyType(
    {
        "graded": Kind(_graded, floor=PLAYABLE),
        "paper": Kind(_paper),
        "gavel": Kind(_gavel, _GAVEL_PARTS),
        "skill": Kind(_skill, tuple(MEASURES_OF_SKILL), floor=DULL),
    }
)
