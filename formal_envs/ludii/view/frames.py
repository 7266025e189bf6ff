"""A game as pictures of its positions that share what does not change: the board is drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from formal_envs.ludii.play.actions import sites_of
from formal_envs.ludii.play.program import Move, State
from formal_envs.ludii.view.draw import (
    background,
    frame_of,
    hand_rows,
    hands_picture,
    pieces_at,
    places,
    status_lines,
    text_at,
    whole,
)

MARK = "#e8a317"
"""The colour of the ring around the sites of a move."""
_CUT = "<!---->"  # in no text of a picture, which are escaped


class Frames(NamedTuple):
    """Positions as SVGs: of position k it is ``before + pictures[k] + after``."""

    before: str
    pictures: list[str]
    after: str


def frames(states: Sequence[State], moves: Sequence[Move], size: int = 360) -> Frames:
    """The positions of a game, each with its pieces, its hands and its status; the sites of its last move are marked.

    Args:
        states: the positions, at least one.
        moves: those that lead from each to the next.
        size: the width of the board, about.
    """
    frame = frame_of(states[0].program.bytecode.board, size)
    told = [status_lines(state, frame) for state in states]
    rows = max(hand_rows(state, frame.column) for state in states)
    down = frame.height + 28 * rows
    left = f"translate({16 + (frame.column - frame.width) / 2:.1f} 12)"
    drawn = places(states[0], frame)
    pictures = []
    for number, state in enumerate(states):
        marked = set(sites_of(state.program.bytecode, moves[number - 1].key)) if number else set[int]()
        parts = [f'<g transform="{left}">']
        for place in drawn:
            if place.site in marked:
                ring = f'r="{1.15 * place.radius:.1f}" stroke-width="{0.3 * place.radius:.1f}" stroke="{MARK}"'
                parts.append(f'<circle cx="{place.x:.1f}" cy="{place.y:.1f}" {ring} fill="none"/>')
            parts += pieces_at(state, place)
        parts.append("</g>")
        parts += hands_picture(state, 16, frame.height + 30, frame.column)
        middle = 16 + frame.column / 2
        parts += [text_at(middle, down + 32 + 17 * line, 13, text) for line, text in enumerate(told[number])]
        pictures.append("\n".join(parts))
    board = [f'<g transform="{left}">', *background(states[0], frame), "</g>", _CUT]
    before, after = whole(32 + frame.column, down + 33 + 17 * max(map(len, told)), board).split(_CUT)
    return Frames(before, pictures, after)
