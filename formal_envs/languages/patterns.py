"""Texts of a regular expression: drawn at random, or listed where they are few."""

from __future__ import annotations

import string
import sys
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any, TypeAlias

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

from formal_envs.errors import ConfigError

MOST_REPEATS = 3
"""A repetition is drawn at most as many times more than it must be."""
MOST_PARTS = 5_000
"""Most characters, repetitions and choices that the largest text of a pattern may be made of."""

# The first of these sets that a class of characters has something of is what is drawn from it.
_PREFERRED = (string.ascii_lowercase, string.digits, string.ascii_letters, string.printable[:95], string.whitespace)
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    codes.CATEGORY_DIGIT: str.isdigit,
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
}
_NOT = {
    codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT,
    codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
    codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
}

Node: TypeAlias = "str | tuple[Any, ...]"
"""Characters to choose from; ``("all", nodes)``, ``("one", nodes)``, or ``("repeat", low, high, node)``."""


class Pattern:
    """A regular expression of Python's, without what it looks at around it: assertions always hold here.

    Characters and numbers of repetitions are equally likely, and so are alternatives; one that is a single character
    counts as many times as there are characters for it.

    Raises:
        ConfigError: a text that is drawn could have more than ``MOST_PARTS`` parts.
    """

    def __init__(self, regexp: str):
        self._node = _sequence(parser.parse(regexp))
        if _parts(self._node) > MOST_PARTS:
            raise ConfigError(
                f"pattern /{regexp[:60]}/ repeats too much to draw texts of it: more than {MOST_PARTS} parts in one"
            )

    def draw(self, random: Random) -> str:
        """A text of the pattern."""
        return _draw(self._node, random)

    def texts(self, most: int) -> list[str]:
        """All the texts that ``draw`` gives, where there are no more than ``most``; otherwise none."""
        found = _texts(self._node, most)
        return found if len(found) <= most else []


def _sequence(items: Any) -> Node:
    nodes = [_node(code, value) for code, value in items]
    return nodes[0] if len(nodes) == 1 else ("all", nodes)


def _node(code: Any, value: Any) -> Node:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.NOT_LITERAL:
        return _preferred(lambda c: c != chr(value))
    if code is codes.ANY:
        return _preferred(lambda c: c != "\n")
    if code is codes.IN:
        return _class(value)
    if code is codes.BRANCH:
        branches = [_sequence(branch) for branch in value[1]]
        return "one", [branch for branch in branches for _ in range(len(branch) if isinstance(branch, str) else 1)]
    if code is codes.SUBPATTERN:
        return _sequence(value[-1])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)):
        low, high, item = value
        return "repeat", int(low), int(high), _sequence(item)
    if code is getattr(codes, "ATOMIC_GROUP", None):
        return _sequence(value)
    return "all", []  # assertions, and references to groups: what they make wrong is not read back


def _class(items: Any) -> Node:
    negated = items[0][0] is codes.NEGATE
    return _preferred(lambda c: any(_matches(c, *item) for item in items[negated:]) != negated)


def _matches(character: str, code: Any, value: Any) -> bool:
    if code is codes.LITERAL:
        return bool(ord(character) == value)
    if code is codes.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    return bool(_CATEGORIES[_NOT.get(value, value)](character)) != (value in _NOT)


def _preferred(matches: Callable[[str], bool]) -> Node:
    """The characters to draw from a class."""
    for characters in _PREFERRED:
        chosen = "".join(filter(matches, characters))
        if chosen:
            return chosen
    beyond = (chr(point) for point in range(128, sys.maxunicode))
    return "".join(islice(filter(matches, beyond), 100))


def _parts(node: Node) -> int:
    """The most nodes that drawing a text can visit."""
    if isinstance(node, str):
        return 1
    kind, *rest = node
    if kind == "all":
        return 1 + sum(map(_parts, rest[0]))
    if kind == "one":
        return 1 + max(map(_parts, rest[0]))
    low, high, item = rest
    most: int = low + min(high - low, MOST_REPEATS)
    return 1 + most * _parts(item)


def _draw(node: Node, random: Random) -> str:
    if isinstance(node, str):
        return node[random.randrange(len(node))]
    kind, *rest = node
    if kind == "all":
        return "".join([_draw(each, random) for each in rest[0]])
    if kind == "one":
        return _draw(rest[0][random.randrange(len(rest[0]))], random)
    low, high, item = rest
    return "".join([_draw(item, random) for _ in range(low + random.randrange(min(high - low, MOST_REPEATS) + 1))])


def _texts(node: Node, most: int) -> list[str]:
    """The texts of a node, or more than ``most`` of them."""
    if isinstance(node, str):
        return list(node)
    kind, *rest = node
    if kind == "one":
        return list(dict.fromkeys(text for each in rest[0] for text in _texts(each, most)))[: most + 1]
    if kind == "all":
        return _sequences([_texts(each, most) for each in rest[0]], most)
    low, high, item = rest
    texts = _texts(item, most)
    counts = range(low, low + min(high - low, MOST_REPEATS) + 1)
    return [text for count in counts for text in _sequences([texts] * count, most)][: most + 1]


def _sequences(parts: list[list[str]], most: int) -> list[str]:
    """The texts that have one of each part, or more than ``most`` of them."""
    found = [""]
    for texts in parts:
        found = [text + more for text in found for more in texts][: most + 1]
    return found
