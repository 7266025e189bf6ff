"""The last steps to the text of a game: ranges of numbers, and brackets that say nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from formal_envs.ludii.raw import tokens as t
from formal_envs.ludii.raw.pieces import Piece, Work, is_close, is_open

_RANGE = re.compile(r"([^.]*?)(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})")


def expand_ranges(parts: Sequence[Piece], work: Work) -> list[Piece]:
    """The parts with ``0..7`` written out as the numbers from 0 to 7; ``5..0`` goes downwards."""
    joined: list[Piece] = []
    for piece in parts:
        if piece.kind == t.WORD and piece.glued and joined and joined[-1].kind == t.WORD:  # as <Board:size> in 0..<>
            piece = joined[-1]._replace(text=joined.pop().text + piece.text)
        joined.append(piece)
    found: list[Piece] = []
    for piece in joined:
        match = _RANGE.fullmatch(piece.text) if piece.kind == t.WORD and ".." in piece.text else None
        if match and (not match[1] or match[1].endswith(":")):
            low, high = int(match[2]), int(match[3])
            if match[1]:
                found.append(piece._replace(text=match[1]))
            for number in range(low, high + 1) if low <= high else range(low, high - 1, -1):
                work.spend(piece, 1, len(str(number)) + 1)
                found.append(piece._replace(text=str(number), glued=piece.glued and number == low))
        else:
            found.append(piece)
    return found


def without_idle_brackets(parts: Sequence[Piece]) -> list[Piece]:
    """The parts without brackets inside others that have no name: ``((is Line 3))`` is ``(is Line 3)``.

    A ludeme's name may have a colon behind it, which says nothing either.
    """
    dropped: set[int] = set()
    opened: list[int] = []
    for index, piece in enumerate(parts):
        if is_open(piece):
            if len(opened) > 1 and opened[-1] == index - 1 and parts[index - 1].text == "(":
                dropped.add(index - 1)
            opened.append(index)
        elif is_close(piece) and opened and opened.pop() in dropped:
            dropped.add(index)
    found: list[Piece] = []
    for index, piece in enumerate(parts):
        if index in dropped:
            continue
        if piece.kind == t.WORD and piece.text.endswith(":") and found and found[-1].text == "(":
            piece = piece._replace(text=piece.text[:-1])
        found.append(piece)
    return found
