"""The last steps to the text of a game: ranges of numbers, and brackets that say nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from formal_envs.ludii.raw import tokens as t
from formal_envs.ludii.raw.pieces import Piece, Work, is_close, is_open

_COORDINATE = re.compile(r'"([A-Z])([0-9]{1,3})"')
_RANGE = re.compile(r"([^.]*?)(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})")


def expand_ranges(parts: Sequence[Piece], work: Work) -> list[Piece]:
    """The parts with ``0..7`` written out as the numbers from 0 to 7, and ``"A2".."H2"`` as a row's coordinates.

    ``5..0`` goes downwards.
    """
    joined: list[Piece] = []
    for piece in parts:
        if piece.kind == t.WORD and piece.glued and joined and joined[-1].kind == t.WORD:  # as 0..<Board:size>
            piece = joined[-1]._replace(text=joined.pop().text + piece.text)
        joined.append(piece)
    found: list[Piece] = []
    for piece in joined:
        match = _RANGE.fullmatch(piece.text) if piece.kind == t.WORD and ".." in piece.text else None
        if match and (not match[1] or match[1].endswith(":")):
            if match[1]:
                found.append(piece._replace(text=match[1]))
            for number in _between(int(match[2]), int(match[3])):
                work.spend(piece, 1, len(str(number)) + 1)
                found.append(piece._replace(text=str(number), glued=piece.glued and number == int(match[2])))
        elif piece.kind == t.STRING and len(found) > 1 and found[-1].text == ".." and found[-2].kind == t.STRING:
            found[-2:] = _coordinates(found[-2], piece, work) or [*found[-2:], piece]
        else:
            found.append(piece)
    return found


def _between(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _coordinates(first: Piece, last: Piece, work: Work) -> list[Piece]:
    """The coordinates from one to another in its row or its column; nothing where they share neither."""
    ends = [_COORDINATE.fullmatch(piece.text) for piece in (first, last)]
    if not (ends[0] and ends[1]):
        return []
    letters = [ord(end[1]) for end in ends if end]
    rows = [int(end[2]) for end in ends if end]
    if letters[0] != letters[1] and rows[0] != rows[1]:
        return []
    written: list[Piece] = []
    for letter in _between(*letters):
        for row in _between(*rows):
            work.spend(first, 1, 6)
            written.append(first._replace(text=f'"{chr(letter)}{row}"', glued=first.glued and not written))
    return written


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
