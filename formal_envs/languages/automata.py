"""Regular expressions of Python's as automata, whose states are the characters of a pattern."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

_WRITTEN_OUT = 64  # states of a counted repetition, at most; with more it is taken as one without a count
# Strings as lark's common.lark and python.lark have them, and what they come to: what looks behind leaves one way.
_STRING = r'".*?(?<!\\)(\\\\)*?"', r'"([^"\\\n]|\\[^\n])*"'
_INSIDE = r".*?(?<!\\)(\\\\)*?", r"(?:[^\\]|\\.)*"

_DIGIT, _LETTER, _SPACE, _OTHER = (1 << bit for bit in range(128, 132))  # kinds of characters beyond ASCII, as bits
_BEYOND = _DIGIT | _LETTER | _SPACE | _OTHER
_ASCII = _DIGIT - 1

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", codes.MAX_REPEAT))
_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_NOT_WORD: r"\W",
}
_FOLDED = sum(1 << ord(letter) for letter in "iIkKsS")  # ASCII letters that have a case beyond ASCII


class Automaton(NamedTuple):
    """A pattern's states; 0 is the beginning, and each other one is left behind a character.

    Attributes:
        reads: the characters that lead to each state, as bits.
        after: for each state those that may follow, with the number of ways, where 2 is two or more.
        ends: the states at which a text of the pattern may end.
        sure: whether it may do so whatever stands around it.
    """

    reads: tuple[int, ...]
    after: tuple[Mapping[int, int], ...]
    ends: frozenset[int]
    sure: bool


@lru_cache(1024)
def automaton(pattern: str) -> Automaton:
    """The automaton of a regular expression."""
    parsed = parser.parse(_STRING[1] if pattern == _STRING[0] else pattern.replace(*_INSIDE))
    builder = _Builder()
    end = builder.sequence(parsed, parsed.state.flags, builder.node())
    nodes = [0, *builder.behind]  # where each state is left
    places = dict(zip(builder.before, range(1, len(nodes)), strict=True))
    ways = [builder.ways(node) for node in nodes]
    after = tuple({places[node]: count for node, count in found.items() if node in places} for found in ways)
    ends = frozenset(state for state, found in enumerate(ways) if end in found)
    return Automaton((0, *builder.reads), after, ends, builder.sure)


class _Builder:
    """Nodes joined by steps without a character, and, for each state, the nodes before and behind its character."""

    def __init__(self) -> None:
        self.steps: list[list[int]] = []
        self.reads: list[int] = []
        self.before: list[int] = []
        self.behind: list[int] = []
        self.sure = True

    def node(self, *sources: int) -> int:
        """A new node, to which a step leads from each of the sources."""
        self.steps.append([])
        for source in sources:
            self.steps[source].append(len(self.steps) - 1)
        return len(self.steps) - 1

    def sequence(self, items: Any, flags: int, node: int) -> int:
        """Add parts behind a node; the node behind them."""
        for code, value in items:
            node = self.part(code, value, flags, node)
        return node

    def part(self, code: Any, value: Any, flags: int, node: int) -> int:
        if code in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN):
            return self.character(_characters(code, value, flags), node)
        if code is codes.BRANCH:
            return self.branches([list(branch) for branch in value[1]], flags, node)
        if code is codes.SUBPATTERN:
            return self.sequence(value[3], (flags | value[1]) & ~value[2], node)
        if code is getattr(codes, "ATOMIC_GROUP", None):
            return self.sequence(value, flags, node)
        if code in _REPEATS:
            low, high, items = value
            return self.repeated(low, None if high is codes.MAXREPEAT else high, items, flags, node)
        self.sure = False
        if code in (codes.ASSERT, codes.ASSERT_NOT):
            self.sequence(value[1], flags, self.node(node))  # a way that leads nowhere
        elif code is codes.GROUPREF:
            return self.repeated(0, None, [(codes.ANY, None)], flags, node)
        elif code is codes.GROUPREF_EXISTS:
            return self.node(*(self.sequence(branch or [], flags, self.node(node)) for branch in value[1:]))
        return node

    def branches(self, options: list[list[Any]], flags: int, node: int) -> int:
        """Add alternatives; those that begin with the same letter share its state, which keeps lists of words small."""
        begun: dict[Any, list[list[Any]]] = {}
        for option in options:
            first = option[0] if option and option[0][0] is codes.LITERAL else len(begun)
            begun.setdefault(first, []).append(option)
        ends = []
        for same in begun.values():
            if len(same) == 1:
                ends.append(self.sequence(same[0], flags, self.node(node)))
            else:
                code, value = same[0][0]
                behind = self.part(code, value, flags, self.node(node))
                ends.append(self.branches([option[1:] for option in same], flags, behind))
        return self.node(*ends)

    def character(self, reads: int, node: int) -> int:
        self.reads.append(reads)
        self.before.append(self.node(node))
        self.behind.append(self.node())
        return self.behind[-1]

    def repeated(self, low: int, high: int | None, items: Any, flags: int, node: int) -> int:
        if max(low, high or 0) * _size(items) > _WRITTEN_OUT:
            low, high = min(low, 1), None
        for _ in range(low):
            node = self.sequence(items, flags, self.node(node))
        if high is None:
            head = self.node(node)
            self.steps[self.sequence(items, flags, head)].append(head)
            return self.node(head)
        ends = [node]
        for _ in range(high - low):
            ends.append(self.sequence(items, flags, self.node(ends[-1])))
        return self.node(*ends)

    def ways(self, node: int) -> dict[int, int]:
        """The nodes to which steps without a character lead from a node, with the number of ways, at most 2."""
        found = {node: 1}
        changed = [node]
        while changed:
            nodes, changed = changed, []
            for here in nodes:
                for there in self.steps[here]:
                    count = min(2, found.get(there, 0) + found[here])
                    if found.get(there) != count:
                        found[there] = count
                        changed.append(there)
        return found


def _size(items: Any) -> int:
    """About how many states parts of a pattern have, repetitions written out."""
    size = 0
    for code, value in items:
        if code is codes.BRANCH:
            size += sum(map(_size, value[1]))
        elif code is codes.SUBPATTERN:
            size += _size(value[3])
        elif code in _REPEATS:
            low, high, inside = value
            size += (low + 1 if high is codes.MAXREPEAT else high) * _size(inside)
        elif code is codes.GROUPREF_EXISTS:
            size += sum(_size(branch or []) for branch in value[1:])
        else:
            size += 1
    return size


def _characters(code: Any, value: Any, flags: int) -> int:
    """The characters that a part of a pattern reads, as bits; more where that is not sure."""
    if code is codes.ANY:
        return _ASCII | _BEYOND if flags & re.DOTALL else (_ASCII | _BEYOND) & ~(1 << ord("\n"))
    items = value if code is codes.IN else [(codes.LITERAL, value)]
    negated = code is codes.NOT_LITERAL or items[0][0] is codes.NEGATE
    some, whole = 0, 0  # kinds of which it has characters, and of which it has all
    for each, what in items[items[0][0] is codes.NEGATE :]:
        bits = _category(what, flags) if each is codes.CATEGORY else _range(each, what, flags)
        some |= bits
        whole |= bits if each is codes.CATEGORY else bits & _ASCII
    return (_ASCII | _BEYOND) & ~whole if negated else some


@lru_cache
def _category(category: Any, flags: int) -> int:
    pattern = re.compile(_CATEGORIES[category], flags & re.ASCII)
    kinds = zip((_DIGIT, _LETTER, _SPACE, _OTHER), "\u0663\u03b1\u2003\u20ac", strict=True)
    bits = sum(1 << point for point in range(128) if pattern.match(chr(point)))
    return bits | sum(bit for bit, example in kinds if pattern.match(example))


def _range(code: Any, value: Any, flags: int) -> int:
    low, high = value if code is codes.RANGE else (value, value)
    bits: int = ((1 << min(high, 127) + 1) - 1) & ~((1 << min(low, 128)) - 1)
    if low == high >= 128:
        c = chr(low)
        bits |= _DIGIT if c.isdecimal() else _LETTER if c.isalnum() else _SPACE if c.isspace() else _OTHER
    elif high >= 128:
        bits |= _BEYOND
    if flags & re.IGNORECASE:
        for upper in range(ord("A"), ord("Z") + 1):
            cases = 1 << upper | 1 << (upper + 32)
            bits |= cases if bits & cases else 0
        if bits & (_BEYOND | _FOLDED):  # some of these are cases of one another
            bits |= _BEYOND | _FOLDED
    return bits


@lru_cache(1 << 12)
def character_bit(character: str) -> int:
    """The bit of a character in ``Automaton.reads``."""
    point = ord(character)
    if point < 128:
        return 1 << point
    if character.isdecimal():
        return _DIGIT
    return _LETTER if character.isalnum() else _SPACE if character.isspace() else _OTHER
