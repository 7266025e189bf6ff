"""The errors of the package, and the wording that they share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FormalEnvError(Exception):
    """Base of every error that this package raises on purpose."""


class ConfigError(FormalEnvError, ValueError):
    """An option, an id or a combination of them that cannot be used; the message names the fix."""


class ParseFailure(FormalEnvError):
    """Text that is not in the language.

    Args:
        reason: what is wrong, in a few words.
        text: the text that was read.
        column: 0-based offset into ``text`` of the first character that is wrong.
    """

    def __init__(self, reason: str, text: str = "", column: int = 0):
        super().__init__(reason, text, column)
        self.reason = reason
        self.text = text
        self.column = column

    def __str__(self) -> str:
        return f"{self.reason} at column {self.column + 1}"

    def caret(self, width: int = 60) -> str:
        """The line around the place, and a caret below it, at most ``width`` characters wide."""
        start = max(0, self.column - width // 2)
        line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in self.text[start : start + width])
        return f"{line}\n{' ' * (self.column - start)}^"


def unknown(kind: str, name: str, known: Iterable[str]) -> ConfigError:
    """A ConfigError for a ``name`` that is not among the ``known`` ones, naming the nearest."""
    known = sorted(known)
    nearest = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"expected one of {', '.join(known)}"
    return ConfigError(f"unknown {kind} {name!r}; {hint}")


def check_choice(kind: str, value: str, choices: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``choices``; raise a ConfigError that names the nearest otherwise."""
    if not isinstance(value, str) or value not in choices:
        raise unknown(kind, str(value), choices)
    return value


def check_integer(kind: str, value: object, low: int, high: int) -> int:
    """Return ``value`` if it is an integer in [low, high]; raise a ConfigError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{kind} must be an integer in [{low}, {high}], got {value!r}")
    return value
