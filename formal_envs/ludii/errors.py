"""Why a text is not a game: the stage that refused it, where, and what could have stood there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from formal_envs.errors import FormalEnvError

DIFFERENCES = {
    "before": "text before the game, other than comments and a Markdown fence: Ludii skips to the first game, a reward"
    " must not pay for chatter",
    "after": "text after the game, other than comments, metadata, a closing fence and a model's end of text: Ludii"
    " stops reading",
    "empty": "a named argument without a value, or a bracket without a ludeme: Ludii takes it as not given",
    "macro": "a macro that neither the text nor a library that was given defines: Ludii has a library of its own",
    "limit": "a text past a bound on length, nesting, numbers or players: Ludii has none but its machine's memory",
}
"""What is refused here and compiles in Ludii, on purpose, each with its reason; see ``GameError.difference``."""


class GameError(FormalEnvError):
    """A text that is not a game, or a game that cannot be played.

    Args:
        stage: "syntax", "types", "names", "board", "unsupported" or "play": who refused it.
        message: what is wrong, in a sentence without its place.
        text: the whole text.
        position: 0-based offset into ``text`` of the first character that is wrong.
        expected: what could stand there instead, most likely first.
        difference: the key in ``DIFFERENCES`` where Ludii would have accepted this.
    """

    def __init__(
        self,
        stage: str,
        message: str,
        text: str = "",
        position: int = 0,
        expected: Iterable[str] = (),
        difference: str | None = None,
    ):
        position = max(0, min(position, len(text)))
        super().__init__(stage, message, text, position, tuple(expected), difference)
        self.stage = stage
        self.message = message
        self.text = text
        self.position = position
        self.expected = tuple(expected)
        self.difference = difference

    @property
    def line(self) -> int:
        """1-based line of the place."""
        return self.text.count("\n", 0, self.position) + 1

    @property
    def column(self) -> int:
        """1-based column of the place."""
        return self.position - self.text.rfind("\n", 0, self.position)

    @property
    def share(self) -> float:
        """Share of the text that stands before the error, from 0 to 1."""
        return self.position / len(self.text) if self.text else 0.0

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.text else ""
        return f"{self.stage} error: {place}{self.message}"

    def caret(self, width: int = 100) -> str:
        """The line of the error, at most ``width`` characters of it, a caret, and what was expected."""
        first = self.position - self.column + 1
        last = self.text.find("\n", self.position)
        last = len(self.text) if last < 0 else last
        start = max(first, self.position - width // 2)
        line = self.text[start : min(last, start + width)]
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        lines = [shown, " " * (self.position - start) + "^", self.message]
        if self.expected:
            lines.append("expected: " + ", ".join(self.expected))
        return "\n".join(lines)


def nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The ``known`` words that ``word`` may be a misspelling of, the closest first."""
    by_lower = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(word[:40].lower(), by_lower, n=count, cutoff=0.6)
    return [by_lower[name] for name in close]


def hint(word: str, known: Iterable[str]) -> str:
    """``"; did you mean ...?"`` where one of the ``known`` words is close, and nothing otherwise."""
    close = nearest(word, known)
    return f"; did you mean {close[0]!r}?" if close else ""
