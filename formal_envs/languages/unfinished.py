"""A text that is being written, read by Earley's algorithm as far as it goes, and the tokens that it takes to end it.

Source: J. Earley, "An efficient context-free parsing algorithm", Communications of the ACM 13(2), 1970.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from formal_envs.languages.automata import character_bit
from formal_envs.languages.plain_rules import Symbol
from formal_envs.languages.shortest import NEVER, First, Shortest

_Scan: TypeAlias = "tuple[tuple[int, frozenset[int]], ...]"
"""Terminals under way, with their states."""
_Threads: TypeAlias = "list[tuple[_Scan, _Point]]"
"""Terminals under way, and where they began."""
_KEPT = 1 << 14
"""Points and states of a grammar's texts that are remembered."""


class _Predicted(NamedTuple):
    """What can begin at a place: the places that wait for a symbol, and the terminals."""

    waiting: dict[Symbol, list[int]]
    scan: _Scan


class _Item(NamedTuple):
    """A place in a rule that began at a point, and the fewest tokens behind the rule's end."""

    place: int
    origin: _Point | None
    after: int


class _Point:
    """Where a terminal ended: what may come next, and what waits for it.

    Points of which that is the same are one object, whatever was written before them.
    """

    __slots__ = ("_up", "items", "predicted")

    def __init__(self) -> None:
        self.items: dict[Symbol, list[_Item]] = {}
        self.predicted = _Predicted({}, ())
        self._up: dict[Symbol, int] = {}

    def after(self, symbol: Symbol, reader: EarleyReader) -> int:
        """The fewest tokens that end the text behind a symbol that begins here."""
        if symbol not in self._up:
            found = NEVER
            for awaited, items in self.items.items():
                lift = reader.shortest.lifts(awaited).get(symbol)
                if lift is not None:
                    rest = min(reader.shortest.rest(item.place + 1) + item.after for item in items)
                    found = min(found, lift + rest)
            self._up[symbol] = found
        return self._up[symbol]


class EarleyReader:
    """Reads texts of a grammar; what it finds out of the grammar is kept.

    Texts that may go on alike have one state, so that what is behind it is worked out once: a grammar of which texts
    go on in few ways costs little however many texts there are.
    """

    def __init__(self, shortest: Shortest):
        self.shortest = shortest
        self._predictions: dict[frozenset[Symbol], _Predicted] = {}
        self._points: dict[frozenset[_Item], _Point] = {}
        self._states: dict[Hashable, Unfinished] = {}
        self._read = lru_cache(1 << 16)(self._read_anew)
        self.write = lru_cache(_KEPT)(self._write)

    def begin(self) -> Unfinished:
        """An empty text."""
        point = _Point()
        self._place(point, self.shortest.starts[""][0], None, 0, set())
        done = "start" in self.shortest.nullable
        point = self._close(point)
        return self._state([(point.predicted.scan, point)], point, done)

    def _write(self, state: Unfinished, text: str) -> Unfinished:
        threads, point, done = state.threads, state.point, state.done
        for character in text:
            threads, point, done = self._read_character(threads, character)
        return self._state(threads, point, done)

    def _state(self, threads: _Threads, point: _Point | None, done: bool) -> Unfinished:
        key = tuple(threads), point, done
        if len(self._states) == _KEPT:
            self._states.clear()
        return self._states.setdefault(key, Unfinished(self, threads, point, done))

    def _read_character(self, threads: _Threads, character: str) -> tuple[_Threads, _Point | None, bool]:
        """The terminals under way behind a character, the point where some end, and whether it ends a sentence."""
        bit, going, point, done = character_bit(character), [], _Point(), False
        seen: set[tuple[Symbol, int]] = set()
        for scan, origin in threads:
            behind, ended = self._read(scan, bit)
            if behind:
                going.append((behind, origin))
            for terminal in ended:
                done |= self._complete(point, terminal, origin, seen)
        if not point.items:
            return going, None, done
        point = self._close(point)
        return [*going, (point.predicted.scan, point)], point, done

    def _read_anew(self, scan: _Scan, bit: int) -> tuple[_Scan, tuple[int, ...]]:
        read = ((terminal, self.shortest.read(terminal, states, bit)) for terminal, states in scan)
        behind = tuple(each for each in read if each[1])
        return behind, tuple(terminal for terminal, states in behind if self.shortest.has_ended(terminal, states))

    def _complete(self, point: _Point, symbol: Symbol, origin: _Point, seen: set[tuple[Symbol, int]]) -> bool:
        """Note what goes on at a point because a symbol that began at another one ends there."""
        done = False
        stack: list[tuple[Symbol, _Point]] = [(symbol, origin)]
        while stack:
            symbol, origin = stack.pop()
            if (symbol, id(origin)) in seen:
                continue
            seen.add((symbol, id(origin)))
            for item in origin.items.get(symbol, ()):
                done |= self._place(point, item.place + 1, item.origin, item.after, seen, stack)
            for place in origin.predicted.waiting.get(symbol, ()):
                after = origin.after(self.shortest.rule[place], self)
                done |= self._place(point, place + 1, origin, after, seen, stack)
        return done

    def _place(
        self,
        point: _Point,
        place: int,
        origin: _Point | None,
        after: int,
        seen: set[tuple[Symbol, int]],
        stack: list[tuple[Symbol, _Point]] | None = None,
    ) -> bool:
        """Add a place to a point, and those behind what may be empty; whether that ends a sentence."""
        while (symbol := self.shortest.following[place]) is not None:
            items = point.items.setdefault(symbol, [])
            if not any(item.place == place and item.origin is origin for item in items):
                items.append(_Item(place, origin, after))
            if symbol not in self.shortest.nullable:
                return False
            place += 1
        if origin is None:
            return True
        if stack is not None:
            stack.append((self.shortest.rule[place], origin))
        return False

    def _close(self, point: _Point) -> _Point:
        """The point, or the one before of which nothing differs."""
        key = frozenset(item for items in point.items.values() for item in items)
        known = self._points.get(key)
        if known is not None:
            return known
        asked = frozenset(point.items)
        if asked not in self._predictions:
            self._predictions[asked] = self._predict(asked)
        point.predicted = self._predictions[asked]
        if len(self._points) == _KEPT:
            self._points.clear()
        self._points[key] = point
        return point

    def _predict(self, asked: frozenset[Symbol]) -> _Predicted:
        waiting: dict[Symbol, list[int]] = {}
        queue, seen = list(asked), set(asked)
        for symbol in queue:
            for place in self.shortest.starts.get(symbol, ()):  # type: ignore[arg-type]
                while (begins := self.shortest.following[place]) is not None:
                    waiting.setdefault(begins, []).append(place)
                    if begins not in seen:
                        seen.add(begins)
                        queue.append(begins)
                    if begins not in self.shortest.nullable:
                        break
                    place += 1
        terminals = sorted(symbol for symbol in queue if isinstance(symbol, int))
        return _Predicted(waiting, tuple((each, frozenset([0])) for each in terminals))


class Unfinished:
    """The state of a text; ``write`` gives the next one and leaves this as it is.

    Attributes:
        threads: the terminals under way, and where they began.
        point: where a terminal ended with the last character, None where none did.
        done: whether the text is a sentence.
    """

    __slots__ = ("_found", "_reader", "done", "point", "threads")

    def __init__(self, reader: EarleyReader, threads: _Threads, point: _Point | None, done: bool):
        self._reader, self.threads, self.point, self.done = reader, threads, point, done
        self._found: list[tuple[First, int]] | None = None

    @property
    def lost(self) -> bool:
        """Whether no sentence begins so."""
        return not self.threads and not self.done

    def write(self, text: str) -> Unfinished:
        """The text with more behind it."""
        return self._reader.write(self, text)

    def left(self) -> int:
        """The fewest tokens that end it; none where it is a sentence."""
        return 0 if self.done else min((1 + first.best + after for first, after in self.ways()), default=NEVER)

    def ways(self) -> list[tuple[First, int]]:
        """What a next token comes to, and the fewest tokens behind that: all the ways to go on with the text."""
        if self._found is None:
            found: dict[int, tuple[First, int]] = {}
            for first, after in self._ways():
                known = found.get(id(first))
                if known is None or known[1] > after:
                    found[id(first)] = (first, after)
            self._found = list(found.values())
        return self._found

    def _ways(self) -> Iterator[tuple[First, int]]:
        shortest = self._reader.shortest
        behind: list[tuple[Symbol, _Point, int]] = []  # what ends at a node of the trie
        for scan, origin in self.threads:
            if origin is self.point:
                continue
            for terminal, states in scan:
                first = shortest.first_of_terminal(terminal, states)
                yield first, origin.after(terminal, self._reader)
                behind += [(terminal, origin, node) for node in first.ends]
        if self.point is not None:
            for item in (each for items in self.point.items.values() for each in items):
                first = shortest.first(item.place)
                yield first, item.after
                if item.origin is not None:
                    behind += [(shortest.rule[item.place], item.origin, node) for node in first.ends]
        yield from self._behind(behind)

    def _behind(self, behind: list[tuple[Symbol, _Point, int]]) -> Iterator[tuple[First, int]]:
        """What follows, in the same token, what ends within it."""
        shortest, seen = self._reader.shortest, set()
        while behind:
            symbol, origin, node = behind.pop()
            if (symbol, id(origin), node) in seen:
                continue
            seen.add((symbol, id(origin), node))
            waiting = [(item.place, item.origin, item.after) for item in origin.items.get(symbol, ())]
            for place in origin.predicted.waiting.get(symbol, ()):
                waiting.append((place, origin, origin.after(shortest.rule[place], self._reader)))
            for place, above, after in waiting:
                first = shortest.first(place + 1, node)
                yield first, after
                if above is not None:
                    ends = [*first.ends, node] if shortest.rest(place + 1) == 0 else first.ends
                    behind += [(shortest.rule[place], above, each) for each in ends]
