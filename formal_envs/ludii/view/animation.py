"""A game as one SVG that plays by itself: its positions one after another, again and again.

The board is drawn once, and what stands on a site once for all the positions in which it is the same there, so that a
picture grows with what changes and not with the board. What is shown when is said by SMIL, which browsers play in pages
and pictures alike; a viewer without it shows the last position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from formal_envs.errors import ConfigError
from formal_envs.ludii.play.actions import sites_of, squares
from formal_envs.ludii.play.program import Move, State
from formal_envs.ludii.view.draw import (
    Place,
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
from formal_envs.ludii.view.frames import MARK

#: Moves of a game that can be shown.
MOST_MOVES = 500
_SECONDS = 1.0  # for a position of a short game
_ALL_SECONDS = 60.0  # for about all of a longer one
_LEAST_SECONDS = 0.25
_PAUSE = 3.0  # the last position stands longer


def game_svg(states: Sequence[State], moves: Sequence[Move], size: int = 320) -> str:
    """An animated SVG, about ``size`` units wide, of the positions of a game and the moves between them.

    Each position has a caption: the move that led to it with its number, its player and its squares, and the status.
    The sites of that move are marked.

    Raises:
        ConfigError: there are not as many moves as lead from each position to the next, or more than ``MOST_MOVES``.
    """
    if len(states) != len(moves) + 1:
        raise ConfigError(f"expected {len(states)} positions and a move fewer, got {len(moves)} moves")
    if len(moves) > MOST_MOVES:
        raise ConfigError(f"at most {MOST_MOVES} moves can be shown, got {len(moves)}")
    program = states[0].program
    frame, clock = frame_of(program.bytecode.board, size), _Clock(len(states))
    parts = [f"<title>{escape(program.name)}</title>"]
    parts.append(f'<g transform="translate({16 + (frame.column - frame.width) / 2:.1f} 12)">')
    parts += background(states[0], frame)
    parts += _board(states, moves, places(states[0], frame), clock)
    parts.append("</g>")
    parts += clock.shown(["".join(hands_picture(state, 16, frame.height + 30, frame.column)) for state in states])
    down = frame.height + 28 * max(hand_rows(state, frame.column) for state in states) + 32
    captions = [[_told(states, moves, index), *status_lines(state, frame)] for index, state in enumerate(states)]
    for line in range(n_lines := max(map(len, captions))):
        rows = [caption[line] if line < len(caption) else "" for caption in captions]
        weight = "normal" if line else "bold"
        parts += clock.shown(
            [row and text_at(16 + frame.column / 2, down + 17 * line, 13, row, weight=weight) for row in rows]
        )
    return whole(32 + frame.column, down + 1 + 17 * n_lines, parts)


def _told(states: Sequence[State], moves: Sequence[Move], index: int) -> str:
    if not index:
        return "start"
    move = moves[index - 1]
    return f"{index}. player {states[index - 1].mover}: {squares(states[0].program.bytecode, move.key) or move.key}"


def _board(states: Sequence[State], moves: Sequence[Move], drawn: Sequence[Place], clock: _Clock) -> Iterator[str]:
    """The marks of the moves, then what stands on each site."""
    marked = [set[int](), *(set(sites_of(states[0].program.bytecode, move.key)) for move in moves)]
    for site, x, y, radius in drawn:
        size = f'r="{1.15 * radius:.1f}" stroke-width="{0.3 * radius:.1f}"'
        ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" {size} fill="none" stroke="{MARK}"/>'
        yield from clock.shown([ring if site in sites else "" for sites in marked])
    for place in drawn:
        yield from clock.shown(["".join(pieces_at(state, place)) for state in states])


class _Clock:
    """When each of ``n`` positions is shown."""

    def __init__(self, n: int):
        self._n = n
        self._each = max(_LEAST_SECONDS, min(_SECONDS, _ALL_SECONDS / n))
        self._all = self._each * n + _PAUSE

    def shown(self, pictures: Sequence[str]) -> Iterator[str]:
        """What of a place is drawn in each position, each picture once; nothing where it is empty."""
        when: dict[str, list[bool]] = {}
        for index, picture in enumerate(pictures):
            if picture:
                when.setdefault(picture, [False] * self._n)[index] = True
        for picture, shown in when.items():
            yield picture if all(shown) else self._at_times(picture, shown)

    def _at_times(self, picture: str, shown: Sequence[bool]) -> str:
        changes = [index for index in range(self._n) if not index or shown[index] != shown[index - 1]]
        values = ";".join("visible" if shown[index] else "hidden" for index in changes)
        times = ";".join(f"{index * self._each / self._all:.5f}".rstrip("0").rstrip(".") for index in changes)
        otherwise = "visible" if shown[-1] else "hidden"
        return (
            f'<g visibility="{otherwise}"><animate attributeName="visibility" values="{values}" keyTimes="{times}" '
            f'dur="{self._all:.2f}s" calcMode="discrete" repeatCount="indefinite"/>{picture}</g>'
        )
