"""A raw text to the text of one game, and back from a place in it to the place that its author wrote.

The language reads expanded texts; whatever takes a game's text expands it first. Most texts have nothing to expand, and
are seen to have nothing by a few searches.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.raw import tokens as t
from formal_envs.ludii.raw.macros import Library, Macro, expand_macros, take_defines
from formal_envs.ludii.raw.options import Offer, Substitution, read_offer
from formal_envs.ludii.raw.pieces import (
    MAX_EXPANDED,
    Piece,
    Source,
    Work,
    is_close,
    is_open,
    pieces,
    place_and_note,
    top_level,
)
from formal_envs.ludii.raw.ranges import expand_ranges, without_idle_brackets

_LEFT_OUT = ("option", "rulesets", "ruleset", "metadata", "info", "graphics", "ai")  # no part of the game
_FORM = re.compile(r"\(\s*(?:[({\"]|(?:define|option|rulesets?|metadata|info|graphics|ai)\b|\w+:)")
_TAG = re.compile(r"<[A-Za-z]\w*[:>]")
_SPILT = re.compile(r"/[-/]+")  # a comment that lost a slash


class Expansion:
    """What a text expands to.

    Attributes:
        raw: the text as it was written.
        text: the text of the game; ``raw`` itself where there was nothing to expand.
    """

    __slots__ = ("_pieces", "_starts", "raw", "text")

    def __init__(self, raw: str, parts: Sequence[Piece] | None = None):
        self.raw = raw
        self.text = raw
        self._pieces = parts
        self._starts: list[int] = []
        if parts is not None:
            written, length = [], 0
            for piece in parts:
                if not piece.glued and length:
                    written.append(" ")
                    length += 1
                self._starts.append(length)
                written.append(piece.text)
                length += len(piece.text)
            self.text = "".join(written)

    def place(self, position: int) -> int:
        """Where in the raw text the character at ``position`` of the game's text was written."""
        return self._found(position)[0]

    def located(self, error: GameError) -> GameError:
        """An error of the game's text, at its place in the raw text, with the macro that wrote the text there."""
        if self._pieces is None or error.text != self.text:
            return error
        place, note = self._found(error.position)
        message = f"{error.message} ({note})" if note else error.message
        return GameError(error.stage, message, self.raw, place, error.expected, error.difference)

    def _found(self, position: int) -> tuple[int, str]:
        if self._pieces is None or not self._pieces:
            return position, ""
        if position >= len(self.text):
            return len(self.raw), ""
        index = max(bisect_right(self._starts, position) - 1, 0)
        return place_and_note(self._pieces[index], position - self._starts[index])


def _no_library(name: str) -> Macro | None:
    return None


def expand(
    raw: str | Expansion, choices: Sequence[str] = (), library: Library | None = None, limit: int = MAX_EXPANDED
) -> Expansion:
    """Expand the options, the macros and the ranges of a text.

    Args:
        raw: the text of a game as its author wrote it; what is expanded already stays as it is.
        choices: items of its options, ``"Board Size/5x5"``, or names of its rulesets; later ones win.
        library: finds the macro of a name that the text does not define.
        limit: characters of the game's text at most.

    Raises:
        GameError: stage "syntax": a macro, an option or a bracket that cannot be read, or too long a text.
        ConfigError: the text has no such option.
    """
    if isinstance(raw, Expansion):
        return raw
    if not (choices or library or ".." in raw or "/-" in raw or _FORM.search(raw) or _TAG.search(raw)):
        return Expansion(raw)
    if len(raw) > MAX_EXPANDED:
        raise GameError("syntax", f"longer than {MAX_EXPANDED} characters", raw, MAX_EXPANDED, (), "limit")
    written = pieces(Source(raw))
    forms = list(top_level(written))
    for word, form in forms:
        if word not in ("metadata", "rulesets"):  # the library has some that are not closed
            _check_brackets(raw, form)
    offer = read_offer(forms)
    rest = _without_surroundings(forms)
    work = Work(limit)
    rest = Substitution(offer, offer.chosen(choices), work).written(rest)
    own: dict[str, Macro] = {}
    game = expand_macros(take_defines(rest, own), own, library or _no_library, work)
    if own and not game:
        raise GameError("syntax", "there is no game after the macros", raw, len(raw), ("a ludeme",))
    game = _without_surroundings(top_level(without_idle_brackets(expand_ranges(game, work))))
    if game == written:
        return Expansion(raw)
    if game:
        work.spend(game[0], 0, sum(len(piece.text) + 1 for piece in game))
    return Expansion(raw, game)


def offered(raw: str) -> Offer:
    """The options and the rulesets of a text.

    Raises:
        GameError: stage "syntax": one cannot be read.
    """
    return read_offer(list(top_level(pieces(Source(raw)))))


def _without_surroundings(forms: Iterable[tuple[str, list[Piece]]]) -> list[Piece]:
    """The pieces of the forms that are not options, metadata or what is left of a comment."""
    return [piece for word, form in forms if word not in _LEFT_OUT and not _spilt(form) for piece in form]


def _spilt(form: Sequence[Piece]) -> bool:
    return len(form) == 1 and form[0].kind == t.WORD and _SPILT.fullmatch(form[0].text) is not None


def _check_brackets(raw: str, form: Sequence[Piece]) -> None:
    """Refuse a form whose brackets do not match: what is wrong before the expansion is told of the raw text."""
    opened: list[Piece] = []
    for piece in form:
        if is_open(piece):
            opened.append(piece)
        elif is_close(piece) and opened:
            last = opened.pop()
            if (last.kind == t.OPEN) != (piece.kind == t.CLOSE):
                message = f"{piece.text!r} does not close {_shown(last, form)}"
                raise GameError("syntax", message, raw, piece.start)
    if opened:
        raise GameError("syntax", f"the text ends inside {_shown(opened[-1], form)}", raw, len(raw))


def _shown(opened: Piece, form: Sequence[Piece]) -> str:
    index = form.index(opened)
    word = form[index + 1].text if index + 1 < len(form) and form[index + 1].kind == t.WORD else ""
    at = GameError("syntax", "", opened.frame.source.text, opened.start)
    return f"{(opened.text + word)[:30]!r} of line {at.line}, column {at.column}"
