"""Reads the grammars that masks are made of: their rules as sequences of symbols, their terminals as automata."""

from __future__ import annotations

import json
import re
from typing import NamedTuple, TypeAlias

from formal_envs.languages.automata import Automaton, automaton

Symbol: TypeAlias = "str | int"
"""The name of a rule, or the number of a terminal."""

_PIECES = re.compile(
    r"""//[^\n]*|%llguidance[^\n]*|(?P<ignore>%ignore)|(?P<text>"(?:[^"\\]|\\.)*")(?P<fold>i?)"""
    r"""|/(?P<pattern>(?:[^/\\\n]|\\.)+)/(?P<flags>[imsx]*)"""
    r"""|(?P<rule>[A-Za-z_]\w*)\s*:|(?P<name>[A-Za-z_]\w*)|(?P<sign>[()|*+?])|(?P<other>\S)"""
)


class Terminal(NamedTuple):
    """A terminal's automaton, with the texts that may be ignored before it.

    Attributes:
        reads: the characters that lead to each state, as bits of ``character_bit``; state 0 is the beginning.
        after: the states that may follow each.
        ends: the states at which a text may end.
        spare: tokens that it may take more than its shortest text does.
    """

    reads: tuple[int, ...]
    after: tuple[tuple[int, ...], ...]
    ends: frozenset[int]
    spare: int = 0


class Rules(NamedTuple):
    """A grammar: for each rule its alternatives, and the terminals by number. The first rule is "start"."""

    bodies: dict[str, list[tuple[Symbol, ...]]]
    terminals: list[Terminal]


def read_rules(grammar: str, named: str = "", spare: int = 0) -> Rules | None:
    """The rules of a grammar in the form of ``mask_grammar``; None where it has something else.

    Args:
        grammar: its text.
        named: a name; what is written directly in it may take so many tokens more.
        spare: that number.
    """
    reader = _Reader(grammar)
    try:
        rules = reader.rules()
    except _Unknown:
        return None
    ignored = [automaton(pattern) for pattern in reader.ignored]
    terminals = [
        _terminal(automaton(pattern), ignored, spare if named in owners else 0)
        for pattern, (_, owners) in reader.patterns.items()
    ]
    for number, pattern in enumerate(reader.patterns):  # one that may be empty
        if 0 in automaton(pattern).ends:
            for bodies in rules.values():
                bodies += [
                    tuple(each for each in body if each != number) for body in bodies if number in body
                ]  # all of them at once: more ways than these are not needed to be safe
    return Rules(rules, terminals)


class _Unknown(Exception):
    """Something in a grammar that is not read here."""


class _Reader:
    def __init__(self, grammar: str):
        kinds = {"fold": "text", "flags": "pattern"}  # the last groups of their matches
        found = [match for match in _PIECES.finditer(grammar) if match.lastgroup]
        self._pieces = [(kinds.get(match.lastgroup or "", match.lastgroup), match) for match in found]
        self._place = 0
        self._made = 0
        self._rule = ""
        self._bodies: dict[str, list[tuple[Symbol, ...]]] = {}
        self.patterns: dict[str, tuple[int, set[str]]] = {}  # their numbers, and the rules that they stand in
        self.ignored: list[str] = []

    def rules(self) -> dict[str, list[tuple[Symbol, ...]]]:
        ignored = []
        while (kind := self._kind()) is not None:
            match = self._take()
            if kind == "ignore":
                kind, match = self._kind(), self._take()
                ignored.append(match["name"] if kind == "name" else self._pattern(kind, match))
            elif kind == "rule":
                self._rule = match["rule"]
                self._bodies[self._rule] = self._alternatives()
            else:
                raise _Unknown
        numbers = list(self.patterns)
        for each in ignored:
            if each in self._bodies:
                bodies = self._bodies[each]
                if any(len(body) != 1 or not isinstance(body[0], int) for body in bodies):
                    raise _Unknown
                self.ignored += [numbers[body[0]] for body in bodies]  # type: ignore[index]
            else:
                self.ignored.append(each)
        unknown = {each for bodies in self._bodies.values() for body in bodies for each in body} - set(self._bodies)
        if "start" not in self._bodies or any(isinstance(each, str) for each in unknown):
            raise _Unknown
        return self._bodies

    def _kind(self) -> str | None:
        return self._pieces[self._place][0] if self._place < len(self._pieces) else None

    def _take(self) -> re.Match[str]:
        if self._place == len(self._pieces):
            raise _Unknown
        self._place += 1
        return self._pieces[self._place - 1][1]

    def _sign(self) -> str:
        return self._pieces[self._place][1]["sign"] or "" if self._kind() == "sign" else ""

    def _alternatives(self) -> list[tuple[Symbol, ...]]:
        found = [self._sequence()]
        while self._sign() == "|":
            self._take()
            found.append(self._sequence())
        return list(dict.fromkeys(found))

    def _sequence(self) -> tuple[Symbol, ...]:
        symbols: list[Symbol] = []
        while True:
            kind = self._kind()
            if kind in ("text", "pattern"):
                pattern = self._pattern(kind, self._take())
                items: list[tuple[Symbol, ...]] = [(self._terminal(pattern),) if pattern else ()]
            elif kind == "name":
                items = [(self._take()["name"],)]
            elif self._sign() == "(":
                self._take()
                items = self._alternatives()
                if self._take()["sign"] != ")":
                    raise _Unknown
            elif kind in (None, "rule", "ignore") or self._sign() in ("|", ")"):
                return tuple(symbols)
            else:
                raise _Unknown
            symbols += self._repeated(items)

    def _repeated(self, items: list[tuple[Symbol, ...]]) -> tuple[Symbol, ...]:
        """A group with what stands behind it, as a rule of its own where it needs one."""
        sign = self._sign()
        if sign not in ("*", "+", "?"):
            return items[0] if len(items) == 1 else (self._named(items),)
        self._take()
        if sign == "?":
            return (self._named([(), *items]),)
        rule = self._named(items if sign == "+" else [()])
        self._bodies[rule] += [(rule, *item) for item in items]
        return (rule,)

    def _named(self, bodies: list[tuple[Symbol, ...]]) -> str:
        self._made += 1
        name = f"({self._made}"  # no name of a grammar
        self._bodies[name] = list(dict.fromkeys(bodies))
        return name

    def _pattern(self, kind: str | None, match: re.Match[str]) -> str:
        if kind == "text":
            text = re.escape(json.loads(match["text"]))
            return f"(?i:{text})" if match["fold"] else text
        if kind != "pattern":
            raise _Unknown
        return f"(?{match['flags']}:{match['pattern']})" if match["flags"] else match["pattern"]

    def _terminal(self, pattern: str) -> int:
        number, owners = self.patterns.setdefault(pattern, (len(self.patterns), set()))
        owners.add(self._rule)
        return number


def _terminal(main: Automaton, ignored: list[Automaton], spare: int) -> Terminal:
    """The automaton of a terminal behind any number of ignored texts."""
    reads, after, again, inner = [0], [[]], [], []  # type: ignore[var-annotated]
    for each in (*ignored, main):
        base = len(reads) - 1
        reads += each.reads[1:]
        after += [[base + state for state in found] for found in each.after[1:]]
        again += [base + state for state in each.after[0]]
        inner += [base + state for state in each.ends if state and each is not main]
    ends = frozenset(base + state for state in main.ends if state)
    after[0] = again
    for state in inner:
        after[state] = [*after[state], *again]
    return Terminal(tuple(reads), tuple(map(tuple, after)), ends, spare)
