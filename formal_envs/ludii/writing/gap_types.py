"""The types that a part of a game may have that is cut out of it."""

from __future__ import annotations

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.checker import Matcher
from formal_envs.ludii.language.parameter_types import ParameterType, parameter_type
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.syntax import Form, parse
from formal_envs.ludii.language.typed_tree import Call

_GAP = "(?)"  # no ludeme has this name


def gap_types(before: str, behind: str) -> list[str]:
    """The types of ludemes that are right between two parts of a game, by name; none where the parts fit no game.

    A ludeme of one of these types, and none of another, makes a game of the parts that passes the checks of types.
    """
    text = f"{before} {_GAP} {behind}"
    try:
        form = parse(text)
    except GameError:
        return []
    place = len(before) + 1
    asked = _GapMatcher(text, place, None)
    whole = parameter_type("description")
    asked.ludeme(form, whole)  # nothing fits, so that all that is possible is tried
    return [each.name for each in asked.tried if _GapMatcher(text, place, each).ludeme(form, whole)]


class _GapMatcher(Matcher):
    """Matches the gap as one type alone, and remembers which it was tried as."""

    def __init__(self, text: str, place: int, filling: ParameterType | None):
        super().__init__(text)
        self.place = place
        self.filling = filling
        self.tried: dict[ParameterType, None] = {}

    def ludeme(self, form: Form, type_: ParameterType) -> Call | None:
        """A ludeme, or something in place of the gap."""
        if form.start_pos != self.place:
            return super().ludeme(form, type_)
        self.tried[type_] = None
        if type_ is self.filling and type_.heads:
            return Call(next(iter(SIGNATURES.values())), (), form.start_pos, form.end_pos)
        return None
