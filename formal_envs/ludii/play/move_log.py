"""The moves of a game as text, and games from such text: what ``game play`` prints, ``game draw --moves`` reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from formal_envs.errors import ConfigError
from formal_envs.ludii.play.actions import squares
from formal_envs.ludii.play.program import Move, State, apply, legal_moves

_LINE = re.compile(r"^\d+\. player \d+: (.+)$", re.MULTILINE)
_SHOWN = 6  # legal moves that an error names


def written_move(state: State, move: Move) -> str:
    """A legal move of ``state`` so that ``read_moves`` finds it again: ``E2-E4 [Move f12 t28]``.

    Moves that one chooses alike and that do different things are numbered, ``B4-B5 [Move f21 t22] #2``.
    """
    text = state.program.describe(move)
    alike = [other.index for other in legal_moves(state) if other.key == move.key]
    return text if len(alike) == 1 else f"{text} #{1 + alike.index(move.index)}"


def read_moves(start: State, text: str) -> tuple[list[State], list[Move]]:
    """The positions of a game from ``start``, and its moves.

    Args:
        text: what ``game play`` prints; or moves apart by commas or lines, each by its squares where these tell it
            (``E2-E4``), by its key (``Move f12 t28``) or by both.

    Raises:
        ConfigError: a move is not legal in its position, or its squares are those of several.
        GameError: stage "play", as ``apply``.
    """
    written = _LINE.findall(text) or [part for line in text.splitlines() for part in line.split(",")]
    states, moves = [start], list[Move]()
    for word in filter(None, map(str.strip, written)):
        moves.append(_find(states[-1], word, len(moves) + 1))
        states.append(apply(states[-1], moves[-1]))
    return states, moves


def _find(state: State, word: str, number: int) -> Move:
    legal = legal_moves(state)
    word, _, nth = word.partition(" #")
    found = [move for move in legal if word in (state.program.describe(move), move.key)]
    if not found:
        found = [move for move in legal if word.upper() == squares(state.program.bytecode, move.key).upper()]
        if len({move.key for move in found}) > 1:
            raise ConfigError(f"move {number}, {word!r}, is one of several: expected {_some(state, found)}")
    if nth and nth.isascii() and nth.isdigit() and len(nth) < 6:
        found = found[int(nth) - 1 : int(nth)] if nth != "0" else []
    if not found:
        expected = f"expected {_some(state, legal)}" if legal else "the game is over"
        raise ConfigError(f"move {number}, {word!r}, is not legal there: {expected}")
    return found[0]


def _some(state: State, moves: Sequence[Move]) -> str:
    names = [state.program.describe(move) for move in moves]
    return " or ".join(names[:_SHOWN]) + (f" or {len(names) - _SHOWN} others" if len(names) > _SHOWN else "")
