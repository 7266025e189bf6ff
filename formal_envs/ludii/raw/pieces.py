"""Tokens that remember where they were written, and the text that they make up again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.raw import tokens as t

MAX_EXPANDED = 1_000_000
"""Characters that an expansion may write; the longest game known has 616,000."""


class Source:
    """A text that pieces stand in; ``name`` is "" for the text that is expanded, else a file of macros."""

    __slots__ = ("name", "text")

    def __init__(self, text: str, name: str = ""):
        self.text = text
        self.name = name

    def line(self, place: int) -> int:
        """1-based line of a place."""
        return self.text.count("\n", 0, place) + 1


class Frame:
    """Where pieces were written: a source itself, or one ``use`` of the macro called ``macro`` that stands in it."""

    __slots__ = ("depth", "macro", "source", "use")

    def __init__(self, source: Source, macro: str = "", use: Piece | None = None):
        self.source = source
        self.macro = macro
        self.use = use
        self.depth: int = use.frame.depth + 1 if use else 0


class Piece(NamedTuple):
    """A token of a frame's source; ``glued``: no white space stands before it."""

    kind: str
    text: str
    glued: bool
    start: int
    frame: Frame


def pieces(source: Source) -> list[Piece]:
    """The pieces of a source, without white space and comments."""
    frame, found, glued = Frame(source), [], False
    for kind, text, place in t.tokens(source.text):
        if kind == t.SPACE or kind == t.COMMENT:
            glued = False
        else:
            found.append(Piece(kind, text, glued, place, frame))
            glued = True
    return found


def is_open(piece: Piece) -> bool:
    """Whether a bracket or a brace opens here."""
    return piece.kind == t.OPEN or piece.kind == t.LBRACE


def is_close(piece: Piece) -> bool:
    """Whether a bracket or a brace closes here."""
    return piece.kind == t.CLOSE or piece.kind == t.RBRACE


def name_of(string: Piece) -> str:
    """What a string says, without its quotes."""
    return string.text[1:-1].replace('\\"', '"')


def closing(parts: Sequence[Piece], first: int) -> int:
    """The index of the bracket that closes the one at ``first``; the number of parts where none does."""
    depth = 0
    for index in range(first, len(parts)):
        if is_open(parts[index]):
            depth += 1
        elif is_close(parts[index]):
            depth -= 1
            if depth == 0:
                return index
    return len(parts)


def top_level(parts: Sequence[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """Each form outside brackets with the word after its bracket, and each other piece with ""."""
    index = 0
    while index < len(parts):
        end, word = index + 1, ""
        if is_open(parts[index]):
            end = closing(parts, index) + 1
            if index + 1 < len(parts) and parts[index + 1].kind == t.WORD:
                word = parts[index + 1].text
        yield word, list(parts[index:end])
        index = end


def place_and_note(piece: Piece, offset: int = 0) -> tuple[int, str]:
    """Where a character of a piece stands in the text that is expanded, and through which macro it came there.

    What a macro of another file wrote stands where that macro was used.
    """
    frame, place = piece.frame, piece.start
    if frame.source.text.startswith(piece.text, place):
        place += min(offset, len(piece.text))
    use = frame.use
    if use is None:
        return place, ""
    note = f"in the macro {frame.macro[:60]!r}"
    if frame.source.name:
        note += f" of {frame.source.name}, line {frame.source.line(place)}"
        while use.frame.source.name and use.frame.use:
            use = use.frame.use
        place = use.start
    while use.frame.use:  # the use that its author sees first is the outermost
        use = use.frame.use
    return place, f"{note}, used at line {use.frame.source.line(use.start)}"


def refused(piece: Piece, message: str, difference: str | None = None) -> GameError:
    """An error of syntax in the text that is expanded, at a piece."""
    place, note = place_and_note(piece)
    root = piece.frame
    while root.use:
        root = root.use.frame
    return GameError("syntax", f"{message} ({note})" if note else message, root.source.text, place, (), difference)


class Work:
    """What is left of an expansion of at most ``limit`` characters, and twice as many pieces, read or written."""

    def __init__(self, limit: int):
        self.limit = self.characters = limit
        self.pieces = 2 * limit

    def spend(self, piece: Piece, pieces: int = 1, characters: int = 0) -> None:
        """Count pieces that are read or written because of ``piece``, and characters that are written.

        Raises:
            GameError: nothing is left.
        """
        self.pieces -= pieces
        self.characters -= characters
        if self.pieces < 0 or self.characters < 0:
            message = f"macros, options and ranges make this text longer than {self.limit} characters"
            raise refused(piece, message, "limit")
