"""Texts by number: a grammar file whose rules have weights, decoded from one large integer.

The remainder by a rule's total weight chooses the alternative, and the quotient goes on to the next rule. Alternatives
are chosen in proportion to the priority of the rule that each begins with, ``sowing.3``; it is 1 where none is given,
for strings, and for an alternative that is empty. A rule whose name begins with ``the_`` is chosen once a text: where
it stands again in the same text, it says the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from formal_envs.languages.language import load

ONCE = "the_"
"""How the names of rules begin that are chosen once a text."""


class Rule(list[tuple[Any, ...]]):
    """The alternatives of a rule, each as often as its weight says: strings and rules, last to first."""


class _ChosenOnce(Rule):
    """A rule that is chosen once a text."""


class WeightedGrammar:
    """The language of ``grammars/<name>.lark``, as a generator reads it.

    Attributes:
        rules: by name.

    Args:
        name: of the file.
        spell: what a string of the file becomes in a text; texts are joined without anything between.
    """

    def __init__(self, name: str, spell: Callable[[str], str]):
        grammar = load(name, parser="earley")
        items: dict[str, Any] = {each.name: spell(str(each.pattern.value)) for each in grammar.terminals}
        weights = {rule.origin.name: rule.options.priority or 1 for rule in grammar.rules}
        self.rules: dict[str, Rule] = {n: _ChosenOnce() if n.startswith(ONCE) else Rule() for n in weights}
        items.update(self.rules)
        for rule in sorted(grammar.rules, key=lambda rule: rule.order):  # as they stand in the file
            parts = [symbol.name for symbol in rule.expansion]
            alternative = tuple(items[part] for part in reversed(parts))
            self.rules[rule.origin.name] += [alternative] * (weights.get(parts[0], 1) if parts else 1)

    def decode(self, number: int, rule: str) -> str:
        """The text of ``rule`` that has this number; numbers uniform in a large range give the weights' shares."""
        texts: list[str] = []
        chosen: dict[int, int] = {}
        stack: list[Any] = [self.rules[rule]]
        while stack:
            item = stack.pop()
            if type(item) is str:
                texts.append(item)
            elif type(item) is Rule:
                number, choice = divmod(number, len(item))
                stack += item[choice]
            else:
                if id(item) not in chosen:
                    number, chosen[id(item)] = divmod(number, len(item))
                stack += item[chosen[id(item)]]
        return "".join(texts)

    def bound(self, rule: str, measure: Callable[[str], int], pick: Callable[[Iterable[int]], int] = max) -> int:
        """The largest sum of ``measure`` over the strings that a text of ``rule`` is made of; the least with min."""
        known: dict[int, int] = {}

        def of(item: str | Rule) -> int:
            if isinstance(item, str):
                return measure(item)
            if id(item) not in known:
                known[id(item)] = pick([sum(map(of, alternative)) for alternative in item])
            return known[id(item)]

        return of(self.rules[rule])
