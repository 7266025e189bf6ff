"""What players that think make of a game, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formal_envs.ludii.play.thinking import Equals, Rung, Thinking

#: What the parts of the reward ``skill`` mean.
SKILL_MEANINGS = {
    "choices": "1: there is a choice often enough",
    "thinking": "1: a search beats one ply, and more iterations fewer; 0: who thinks wins no more",
    "open": "1: nobody wins by force within 20 plies; 0: within 5",
    "fair": "1: no seat is better between equal players that search",
    "ends": "1: somebody wins often enough between them",
    "length": "1: their games take many turns",
}


def told(thinking: Thinking) -> str:
    """The proof and the matches, a line each."""
    few, many = f"uct:{thinking.iterations}", "more iterations"
    return "\n".join(
        [
            f"by force: {thinking.forced}",
            f"{few} against one-ply: {_rung(thinking.searching)}",
            f"{many} against {few}: {_rung(thinking.deeper)}",
            _equals(thinking.equals),
            *([_equals(thinking.deep_equals)] if thinking.deep_equals else []),
        ]
    )


def _rung(rung: Rung | None) -> str:
    if rung is None:
        return "not played"
    return f"gain {rung.gain:.2f} ± {rung.error:.2f} in {len(rung.gains)} rounds"


def _equals(equals: Equals | None) -> str:
    if equals is None:
        return "equal players: not played"
    wins = f"{' : '.join(map(str, equals.wins))} of {equals.games} games"
    return (
        f"uct:{equals.iterations} against itself: wins by seat {wins}, {equals.turns:.1f} turns, "
        f"{equals.lead_changes:.1f} lead changes, drama {equals.drama:.2f}"
    )
