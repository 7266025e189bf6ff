"""The fewest tokens with which what a grammar has begun can be finished.

A token may hold several terminals and parts of them, so the text is read down a trie of the tokens: for a symbol and a
node of the trie it is known at which nodes the symbol can end within the token, and with how many further tokens it can
be finished at least, the begun token included. These are least fixed points, found once for a grammar. A token that
goes beyond the end of a rule's text is counted where it begins with the rule or before it; otherwise the rest of the
rule counts as if it ended with a token. So a number may be too large by a token where ends could share one, never too
small.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from formal_envs.languages.automata import character_bit
from formal_envs.languages.plain_rules import Rules, Symbol

NEVER = 1 << 24
"""The number of tokens where nothing can be finished."""


class Trie:
    """The texts of tokens, character by character; node 0 is the beginning.

    Attributes:
        children: for each node its children: the bit of the character, and the node.
        tokens: for each node the tokens whose text ends there.

    Args: texts, of the tokens; those that are empty are in no node.
    """

    def __init__(self, texts: Sequence[str]):
        found: list[dict[str, int]] = [{}]
        self.tokens: list[list[int]] = [[]]
        for token, text in enumerate(texts):
            node = 0
            for character in text:
                if character not in found[node]:
                    found[node][character] = len(found)
                    found.append({})
                    self.tokens.append([])
                node = found[node][character]
            if node:
                self.tokens[node].append(token)
        self.children = [[(character_bit(each), node) for each, node in here.items()] for here in found]


class First(NamedTuple):
    """What a next token comes to.

    Attributes:
        tokens, costs: the tokens, and the fewest tokens that finish it after each, (n,).
        worst, best: the largest and the smallest of these.
        ends: the nodes of the trie, with further ones below, at which it can end.
    """

    tokens: NDArray[np.int32]
    costs: NDArray[np.int32]
    worst: int
    best: int
    ends: tuple[int, ...]


class Shortest:
    """The numbers of tokens of a grammar's parts.

    A place is a number: of a rule's alternative and how much of it is there. The next number is one symbol further.

    Attributes:
        following: the symbol that is next at each place, None at the end.
        rule: the rule of each place.
        starts: the first place of each alternative of a rule; of "" the sentence.
        nullable: the symbols that may be empty.
    """

    def __init__(self, rules: Rules, trie: Trie):
        self._rules, self._trie = rules, trie
        self.following: list[Symbol | None] = []
        self.rule: list[str] = []
        self.starts: dict[str, list[int]] = {}
        sentence: list[tuple[Symbol, ...]] = [("start",)]
        for rule, bodies in {"": sentence, **rules.bodies}.items():
            self.starts[rule] = []
            for body in bodies:
                self.starts[rule].append(len(self.rule))
                self.following += [*body, None]
                self.rule += [rule] * (len(body) + 1)
        self.nullable = self._nullable()
        self._states = [self._state_costs(number) for number in range(len(rules.terminals))]
        self._walks: dict[tuple[int, frozenset[int], int], tuple[dict[int, int], frozenset[int]]] = {}
        self._least: dict[tuple[Symbol, int], int] = {}
        self._ends: dict[tuple[Symbol, int], frozenset[int]] = {}
        self._waiting: dict[tuple[Symbol, int], set[tuple[str, int]]] = {}
        self._lifts: dict[Symbol, dict[Symbol, int]] = {}
        self._firsts: dict[tuple[Symbol, int], dict[int, int]] = {}
        self._entries: dict[tuple[int, int], First] = {}
        self._terminal_entries: dict[tuple[int, frozenset[int], int], First] = {}
        self._solve("", 0)
        self._rests = [0] * len(self.rule)
        for place in reversed(range(len(self.rule))):
            symbol = self.following[place]
            if symbol is not None:
                self._rests[place] = min(NEVER, self.cost(symbol) + self._rests[place + 1])

    def cost(self, symbol: Symbol) -> int:
        """The fewest tokens of a symbol."""
        return 0 if symbol in self.nullable else self._least.get((symbol, 0), NEVER)

    def rest(self, place: int) -> int:
        """The fewest tokens from a place to the end of its alternative."""
        return self._rests[place]

    def first(self, place: int, node: int = 0) -> First:
        """What the token comes to that is begun up to a node of the trie, where the place is."""
        key = (place, node)
        if key not in self._entries:
            found: dict[int, int] = {}
            nodes, at = frozenset([node]), place
            while (symbol := self.following[at]) is not None and nodes:
                for each in nodes:
                    _merge(found, self._first(symbol, each), self.rest(at + 1))
                nodes, at = self._behind(symbol, nodes), at + 1
            self._entries[key] = _entry(found, nodes - {node} if self.following[at] is None else frozenset())
        return self._entries[key]

    def first_of_terminal(self, terminal: int, states: frozenset[int], node: int = 0) -> First:
        """The same of a terminal in some states."""
        key = (terminal, states, node)
        if key not in self._terminal_entries:
            self._terminal_entries[key] = _entry(*self._walk(*key))
        return self._terminal_entries[key]

    def lifts(self, symbol: Symbol) -> dict[Symbol, int]:
        """The symbols that this one may begin with, and the fewest tokens that finish it behind each."""
        if symbol not in self._lifts:
            found: dict[Symbol, int] = {}
            queue: list[tuple[int, str, Symbol]] = [(0, "", symbol)]
            while queue:
                cost, _, each = heapq.heappop(queue)
                if each in found or cost >= NEVER:
                    continue
                found[each] = cost
                for place in self.starts.get(each, ()):  # type: ignore[arg-type]
                    while (begins := self.following[place]) is not None:
                        place += 1
                        heapq.heappush(queue, (cost + self.rest(place), str(begins), begins))
                        if begins not in self.nullable:
                            break
            self._lifts[symbol] = found
        return self._lifts[symbol]

    def _first(self, symbol: Symbol, node: int) -> dict[int, int]:
        """For tokens below a node in which the symbol begins there: the fewest tokens that finish it."""
        key = (symbol, node)
        if key in self._firsts:
            return self._firsts[key]
        found: dict[int, int] = {}
        for each, lift in self.lifts(symbol).items():
            if isinstance(each, int):
                _merge(found, self._walk(each, _BEGIN, node)[0], lift)
                continue
            for at in self.starts[each]:
                nodes = frozenset([node])
                while (following := self.following[at]) is not None and nodes:
                    at += 1
                    for deeper in nodes - {node}:
                        _merge(found, self._first(following, deeper), lift + self.rest(at))
                    nodes = self._behind(following, nodes)
        self._firsts[key] = found
        return found

    def _behind(self, symbol: Symbol, nodes: frozenset[int]) -> frozenset[int]:
        """The nodes at which a symbol can end that begins at one of these."""
        behind = nodes if symbol in self.nullable else frozenset()
        for node in nodes:
            if isinstance(symbol, int):
                behind |= self._walk(symbol, _BEGIN, node)[1]
            else:
                if (symbol, node) not in self._least:
                    self._solve(symbol, node)
                behind |= self._ends[symbol, node]
        return behind

    def _solve(self, rule: str, node: int) -> None:
        """Find the least tokens and the ends of a rule that begins at a node, and of all that it needs."""
        queue: deque[tuple[str, int]] = deque()
        waiting: set[tuple[str, int]] = set()

        def ask(symbol: Symbol, node: int, asker: tuple[str, int]) -> tuple[int, frozenset[int]]:
            if isinstance(symbol, int):
                if (symbol, node) not in self._least:
                    found, ends = self._walk(symbol, _BEGIN, node)
                    self._least[symbol, node] = 1 + min(found.values(), default=NEVER)
                    self._ends[symbol, node] = ends
            else:
                if (symbol, node) not in self._least:
                    self._least[symbol, node], self._ends[symbol, node] = NEVER, frozenset()
                    self._waiting[symbol, node] = set()
                    queue.append((symbol, node))
                    waiting.add((symbol, node))
                self._waiting[symbol, node].add(asker)
            return self._least[symbol, node], self._ends[symbol, node]

        ask(rule, node, (rule, node))
        while queue:
            key = queue.popleft()
            waiting.discard(key)
            least, ends = self._weighed(key, ask)
            if least < self._least[key] or ends != self._ends[key]:
                self._least[key], self._ends[key] = least, ends
                again = self._waiting[key] - waiting
                queue.extend(again)
                waiting |= again

    def _weighed(self, key: tuple[str, int], ask: Any) -> tuple[int, frozenset[int]]:
        rule, node = key
        least, ends = NEVER, self._ends[key]
        for at in self.starts[rule]:
            nodes = frozenset([node])
            alone = [
                ask(each, 0, key)[0] for each in self._symbols(at)
            ]  # asked for of each, as rests are of all places
            rests = [0 if each in self.nullable else cost for each, cost in zip(self._symbols(at), alone, strict=True)]
            rest = sum(rests)
            while (symbol := self.following[at]) is not None and nodes:
                behind = nodes if symbol in self.nullable else frozenset()
                rest -= rests.pop(0)
                for each in nodes:
                    cost, ended = ask(symbol, each, key)
                    least = min(least, cost + rest)
                    behind |= ended
                nodes, at = behind, at + 1
            if symbol is None:
                ends |= nodes - {node}
        return min(least, NEVER), ends

    def _symbols(self, place: int) -> list[Symbol]:
        """The symbols from a place to its alternative's end."""
        found: list[Symbol] = []
        while (symbol := self.following[place]) is not None:
            found.append(symbol)
            place += 1
        return found

    def _nullable(self) -> set[Symbol]:
        found: set[Symbol] = set()
        changed = True
        while changed:
            changed = False
            for rule, bodies in self._rules.bodies.items():
                if rule not in found and any(all(each in found for each in body) for body in bodies):
                    found.add(rule)
                    changed = True
        return found

    def read(self, terminal: int, states: frozenset[int], bit: int) -> frozenset[int]:
        """The states of a terminal behind a character."""
        reads, after = self._rules.terminals[terminal][:2]
        return frozenset(each for state in states for each in after[state] if reads[each] & bit)

    def has_ended(self, terminal: int, states: frozenset[int]) -> bool:
        """Whether a terminal can end in one of these states."""
        return not states.isdisjoint(self._rules.terminals[terminal].ends)

    def _walk(self, terminal: int, states: frozenset[int], node: int) -> tuple[dict[int, int], frozenset[int]]:
        """The tokens below a node that a terminal can go on with and what finishes it then, and where it can end."""
        key = (terminal, states, node)
        if key not in self._walks:
            costs = self._states[terminal]
            spare = self._rules.terminals[terminal].spare if states == _BEGIN else 0  # it is there to be used
            reached, ends = self._reached(terminal, states, node)
            self._walks[key] = _spared({t: min(costs[s] for s in at) for t, at in reached.items()}, spare), ends
        return self._walks[key]

    def _reached(
        self, terminal: int, states: frozenset[int], node: int
    ) -> tuple[dict[int, frozenset[int]], frozenset[int]]:
        """The states behind the tokens below a node, and the nodes at which the terminal can end."""
        reads, after, final, _ = self._rules.terminals[terminal]
        found, ends = {}, set()
        stack = [(node, states)]
        while stack:
            node, states = stack.pop()
            coming = {each for state in states for each in after[state]}
            union = 0
            for each in coming:
                union |= reads[each]
            for bit, child in self._trie.children[node]:
                if not union & bit:
                    continue
                there = frozenset(each for each in coming if reads[each] & bit)
                for token in self._trie.tokens[child]:
                    found[token] = there
                if self._trie.children[child]:
                    stack.append((child, there))
                    if not there.isdisjoint(final):
                        ends.add(child)
        return found, frozenset(ends)

    def _state_costs(self, terminal: int) -> list[int]:
        """The fewest tokens that finish a terminal from each of its states."""
        after, ends = self._rules.terminals[terminal][1:3]
        costs = [0 if state in ends else NEVER for state in range(len(after))]
        ways = [set(self._reached(terminal, frozenset([state]), 0)[0].values()) for state in range(len(after))]
        changed = True
        while changed:
            changed = False
            for state, targets in enumerate(ways):
                least = min((1 + min(map(costs.__getitem__, target)) for target in targets), default=NEVER)
                if least < costs[state]:
                    costs[state], changed = least, True
        return costs


_BEGIN = frozenset([0])


def _spared(costs: dict[int, int], spare: int) -> dict[int, int]:
    """The costs of tokens behind which more has to follow, with something to spare."""
    return {token: cost + spare if cost else 0 for token, cost in costs.items()} if spare else costs


def _merge(found: dict[int, int], more: dict[int, int], cost: int) -> None:
    for token, each in more.items():
        if found.get(token, NEVER) > each + cost:
            found[token] = each + cost


def _entry(found: dict[int, int], ends: frozenset[int]) -> First:
    tokens = np.fromiter(found, np.int32, len(found))
    costs = np.fromiter(found.values(), np.int32, len(found))
    return First(tokens, costs, max(found.values(), default=0), min(found.values(), default=NEVER), tuple(ends))
