"""A small syntax of regular expressions, and words matched by automata, never by trying ways one after the other.

The states of Glushkov's automaton are the letters of an expression (V. M. Glushkov, "The abstract theory of automata",
1961): a set of them is an integer, so that all ways are followed at once, in time linear in the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from formal_envs.errors import ParseFailure

LETTERS = "abcd"
MAX_LENGTH = 64
"""Longest expression, in characters."""
REPEATS = "*+?"


class _Part(NamedTuple):
    """Whether a part of an expression matches the empty word, and its first and last letters, as bits."""

    empty: bool
    first: int
    last: int


_NOTHING = _Part(True, 0, 0)


class Expression:
    """An expression of letters, ``|``, ``*``, ``+``, ``?`` and brackets.

    Args:
        text: the expression. A repetition follows a letter or a bracket, and not another one; no alternative is empty.

    Raises:
        ParseFailure: the text is none, with the place of the first character that is wrong.
    """

    def __init__(self, text: str):
        self._reads: dict[str, int] = {}
        self._follow: list[int] = []
        self._parse(text)
        self._steps: dict[tuple[int, str], int] = {}

    def matches(self, word: str) -> bool:
        """Whether the expression matches a whole word."""
        state = 1
        for letter in word:
            state = self.step(state, letter)
        return self.accepts(state)

    def step(self, state: int, letter: str) -> int:
        """The set of states behind a letter. 1 is the set at the beginning, 0 that from which nothing matches."""
        key = (state, letter)
        if key not in self._steps:
            after = 0
            for place, follow in enumerate(self._follow):
                if state >> place & 1:
                    after |= follow
            self._steps[key] = after & self._reads.get(letter, 0)
        return self._steps[key]

    def accepts(self, state: int) -> bool:
        """Whether a word that led to these states is matched."""
        return bool(state & self._ends)

    def _parse(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ParseFailure(f"{len(text)} characters, at most {MAX_LENGTH} allowed", text, MAX_LENGTH)
        self._follow = [0]  # bit 0 is the beginning
        open_parts: list[tuple[_Part | None, _Part, int]] = []  # outside of each bracket that is open
        either: _Part | None = None  # the alternatives before this one
        whole, part, begun = _NOTHING, None, 0  # this alternative but for its last part, that part, and their number
        for place, character in enumerate(text):
            if character in REPEATS:
                if part is None:
                    raise ParseFailure(f"nothing to repeat by {character!r}", text, place)
                whole, part = self._joined(whole, self._repeated(part, character)), None
                continue
            if part is not None:
                whole, part = self._joined(whole, part), None
            if character in LETTERS:
                part, begun = self._letter(character), begun + 1
            elif character == "(":
                open_parts.append((either, whole, begun))
                either, whole, begun = None, _NOTHING, 0
            elif character not in "|)" or (character == ")" and not open_parts):
                raise ParseFailure(f"unexpected {character!r}", text, place)
            elif not begun:
                raise ParseFailure(f"nothing before {character!r}", text, place)
            elif character == "|":
                either, whole, begun = _either(either, whole), _NOTHING, 0
            else:
                part = _either(either, whole)
                either, whole, begun = open_parts.pop()
                begun += 1
        if open_parts or not begun:
            raise ParseFailure("a bracket is not closed" if begun else "an expression is missing", text, len(text))
        final = _either(either, whole if part is None else self._joined(whole, part))
        self._follow[0] = final.first
        self._ends = final.last | final.empty

    def _letter(self, letter: str) -> _Part:
        bit = 1 << len(self._follow)
        self._follow.append(0)
        self._reads[letter] = self._reads.get(letter, 0) | bit
        return _Part(False, bit, bit)

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        first = left.first | right.first if left.empty else left.first
        last = left.last | right.last if right.empty else right.last
        return _Part(left.empty and right.empty, first, last)

    def _repeated(self, part: _Part, sign: str) -> _Part:
        if sign != "?":
            self._link(part.last, part.first)
        return part._replace(empty=part.empty or sign != "+")

    def _link(self, last: int, first: int) -> None:
        while last:
            lowest = last & -last
            self._follow[lowest.bit_length() - 1] |= first
            last ^= lowest


def _either(one: _Part | None, other: _Part) -> _Part:
    if one is None:
        return other
    return _Part(one.empty or other.empty, one.first | other.first, one.last | other.last)


@lru_cache(1 << 12)
def read_expression(text: str) -> Expression | ParseFailure:
    """The expression of a text, or why there is none."""
    try:
        return Expression(text)
    except ParseFailure as failure:
        return failure


def language(
    expression: Expression, words: Sequence[str], parents: Sequence[int], letters: Sequence[str]
) -> list[bool]:
    """Which of the words an expression matches.

    Args: words, each one letter longer than the one at its parent's place, -1 of one letter; letters, their last ones.
    """
    states: list[int] = []
    for parent, letter in zip(parents, letters, strict=True):
        states.append(expression.step(states[parent] if parent >= 0 else 1, letter))
    return [expression.accepts(state) for state in states]
