"""Sentences of a grammar, drawn by the size of their trees.

The size of a tree is the number of its nodes: a terminal is one, and so is every use of a rule as Lark compiles it. So
there are finitely many trees of each size, whatever the grammar, and their number follows from those of the parts: of a
sequence it is the sum, over the ways to share the size between its first symbol and the rest, of the products. A tree
is drawn from the top by these numbers, so that all the trees of a size are equally likely, or, where rules have
priorities (``call.3: ...``), as likely as the product of the priorities of the rules in it says.

Source: T. Hickey and J. Cohen, "Uniform random generation of strings in a context-free language", SIAM Journal on
Computing 12(4), 1983.
"""

from __future__ import annotations

import re
from random import Random
from typing import TypeAlias

from formal_envs.errors import ConfigError
from formal_envs.languages.language import Language
from formal_envs.languages.patterns import Pattern

Symbols: TypeAlias = tuple[str, ...]

LISTED = 64
"""The texts of a pattern count as words where there are no more."""


class Sentences:
    """Draws sentences of a language as lists of texts, one for each terminal, with the blanks that they need.

    Attributes:
        words: the texts of the terminals that have few, and the same with the blank that may stand before them.

    Args:
        language: its grammar's rules and terminals are read.
        size: of the largest tree that is drawn. The smallest has half the size, where there are such trees.

    Raises:
        ConfigError: no tree is so small.
    """

    def __init__(self, language: Language, size: int):
        lark = language.lark
        self._start = language.start
        self._rules: dict[str, list[tuple[int, Symbols]]] = {}
        for rule in lark.rules:
            weight = max(rule.options.priority or 1, 1)
            symbols = tuple(symbol.name for symbol in rule.expansion)
            self._rules.setdefault(rule.origin.name, []).append((weight, symbols))
        self._patterns = {terminal.name: Pattern(terminal.pattern.to_regexp()) for terminal in lark.terminals}
        ignored = [lark.get_terminal(name).pattern.to_regexp() for name in lark.ignore_tokens]
        self._blank = " " if any(re.fullmatch(regexp, " ") for regexp in ignored) else ""
        kept = [pattern for name, pattern in self._patterns.items() if name not in lark.ignore_tokens]
        words = {text for pattern in kept for text in pattern.texts(LISTED) if text}
        self.words = sorted(words | {self._blank + word for word in words if _is_word(word[0])})
        self._ways = _ways(self._rules, size)
        found = [n for n, count in enumerate(self._ways[(self._start,)]) if count]
        if not found:
            raise ConfigError(f"no sentence has a tree of {size} nodes or fewer: use a larger size")
        self._sizes = [n for n in found if 2 * n >= size] or found

    def draw(self, random: Random) -> list[str]:
        """A sentence: the texts of its terminals. A blank stands before a word that follows another word.

        Whether the texts, joined, are read as these terminals is the lexer's business: parse what was drawn.
        """
        texts: list[str] = []
        for name in self._terminals(random):
            text = self._patterns[name].draw(random)
            follows = texts and _is_word(texts[-1][-1:]) and _is_word(text[:1])
            texts.append(f"{self._blank}{text}" if follows else text)
        return texts

    def _terminals(self, random: Random) -> list[str]:
        """The terminals of a random tree, from left to right."""
        names: list[str] = []
        stack: list[tuple[Symbols, int]] = [((self._start,), self._sizes[random.randrange(len(self._sizes))])]
        while stack:
            symbols, size = stack.pop()
            if len(symbols) > 1:
                heads, tails = self._ways[symbols[:1]], self._ways[symbols[1:]]
                share = _choose([heads[n] * tails[size - n] for n in range(size + 1)], random)
                stack += (symbols[1:], size - share), (symbols[:1], share)
            elif symbols and symbols[0] in self._rules:
                rules = self._rules[symbols[0]]
                choice = _choose([weight * self._ways[body][size - 1] for weight, body in rules], random)
                stack.append((rules[choice][1], size - 1))
            else:
                names += symbols
        return names


def _ways(rules: dict[str, list[tuple[int, Symbols]]], size: int) -> dict[Symbols, list[int]]:
    """For each sequence of symbols in the rules the weights of its trees, summed for each size from 0 to ``size``."""
    bodies = {body for options in rules.values() for _, body in options}
    sequences = {body[n:] for body in bodies for n in range(len(body) + 1)}
    sequences |= {(symbol,) for body in bodies for symbol in body} | {(name,) for name in rules}
    ways: dict[Symbols, list[int]] = {sequence: [] for sequence in sequences}
    for total in range(size + 1):  # every symbol has a node or more, so that only smaller sizes are asked for
        for sequence, counts in ways.items():
            if not sequence:
                counts.append(int(total == 0))
            elif len(sequence) > 1:
                heads, tails = ways[sequence[:1]], ways[sequence[1:]]
                counts.append(sum(heads[n] * tails[total - n] for n in range(1, total)))
            elif sequence[0] in rules:
                counts.append(sum(weight * ways[body][total - 1] for weight, body in rules[sequence[0]] if total))
            else:
                counts.append(int(total == 1))
    return ways


def _choose(weights: list[int], random: Random) -> int:
    """A place, as often as its weight says."""
    number = random.randrange(sum(weights))
    for place, weight in enumerate(weights):
        number -= weight
        if number < 0:
            return place
    raise AssertionError("the weights' sum is their sum")


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
