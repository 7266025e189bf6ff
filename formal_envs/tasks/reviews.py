"""Film reviews by number, from the probabilistic grammar grammars/reviews.lark.

The head of that file says how the rules' priorities become probabilities. A review is decoded from one large integer:
the remainder by a rule's total weight chooses the alternative, and the quotient goes on to the next rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from formal_envs.grammars import load

MARKS = ",."
"""The punctuation of reviews: it follows a word without a blank."""
OPENINGS = ("remark", "premise")
"""The rules of the neutral openings."""

_LABELS = ("negative_review", "positive_review")
_TOKEN = re.compile(rf" ?[^ {MARKS}]+|[{MARKS}]")
_Rule = list[tuple[Any, ...]]  # alternatives, each as often as its weight says: texts and rules, last to first


class Reviews:
    """The grammar's language.

    Attributes:
        vocabulary: its tokens: words with the blank before them, words that can begin a review, and marks.
    """

    def __init__(self) -> None:
        self._rules = _read()
        self.vocabulary = tuple(sorted(self.tokens_of("start")))

    def write(self, number: int, label: int) -> str:
        """The review of a number and a label, 0 for negative and 1 for positive: a pure function of both.

        A review uses up less than 90 bits; a number uniform in 0..2^127 - 1 gives the grammar's probabilities.
        """
        texts = []
        stack: list[Any] = [self._rules[_LABELS[label]]]
        while stack:
            item = stack.pop()
            if type(item) is str:
                texts.append(item)
            else:
                number, choice = divmod(number, len(item))
                stack += item[choice]
        return "".join(texts)[1:]

    def bound(self, rule: str, measure: Callable[[str], int], pick: Callable[[Iterable[int]], int] = max) -> int:
        """The largest sum of ``measure`` over the strings that a text of ``rule`` is made of; the least with min."""
        known: dict[int, int] = {}

        def of(item: str | _Rule) -> int:
            if isinstance(item, str):
                return measure(item)
            if id(item) not in known:
                known[id(item)] = pick([sum(map(of, alternative)) for alternative in item])
            return known[id(item)]

        return of(self._rules[rule])

    def tokens_of(self, rule: str) -> set[str]:
        """The tokens of all texts of ``rule``; a text's first has no blank before it."""
        found: set[str] = set()
        seen: set[tuple[int, bool]] = set()

        def visit(item: str | _Rule, first: bool) -> None:
            if isinstance(item, str):
                found.update(tokens(item[1:] if first else item))
            elif (id(item), first) not in seen:
                seen.add((id(item), first))
                for alternative in item:
                    for place, part in enumerate(reversed(alternative)):
                        visit(part, first and place == 0)

        visit(self._rules[rule], True)
        return found


@cache
def reviews() -> Reviews:
    """The language, read once."""
    return Reviews()


def tokens(text: str) -> list[str]:
    """The words, each with the blank before it, and marks of a review."""
    return _TOKEN.findall(text)


def _read() -> dict[str, _Rule]:
    """The grammar's rules by name."""
    grammar = load("reviews", parser="earley")
    texts = {terminal.name: str(terminal.pattern.value) for terminal in grammar.terminals}
    items: dict[str, Any] = {name: text if text[0] in MARKS else " " + text for name, text in texts.items()}
    rules: dict[str, _Rule] = {rule.origin.name: [] for rule in grammar.rules}
    items.update(rules)
    weights = {rule.origin.name: rule.options.priority or 1 for rule in grammar.rules}
    for rule in sorted(grammar.rules, key=lambda rule: rule.order):  # as they stand in the file
        names = [symbol.name for symbol in rule.expansion]
        alternative = tuple(items[name] for name in reversed(names))
        rules[rule.origin.name] += [alternative] * weights.get(names[0], 1)
    return rules
