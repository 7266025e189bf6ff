"""How large a grammar becomes when Lark writes its rules out, counted before it does.

Lark writes each way to leave out an optional part, and each combination of alternatives in brackets, as a rule of its
own: n of them side by side are two to the n rules. Templates that use themselves, with larger arguments each time, are
rules without end; terminals made of terminals can double at each step.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from lark import Tree
from lark.grammar import Terminal
from lark.load_grammar import (
    REPEAT_BREAK_THRESHOLD,
    SMALL_FACTOR_THRESHOLD,
    ApplyTemplates,
    Grammar,
    PrepareAnonTerminals,
    PrepareLiterals,
    ValidateSymbols,
    _parse_grammar,
    nr_deepcopy_tree,
)

from formal_envs.errors import ConfigError

MOST_SYMBOLS = 30_000
"""Most symbols that the rules may have, written out; Lark takes seconds for so many."""
MOST_TEMPLATES = 1_000
"""Most rules that are made of templates, and most characters of one's name, which lists its arguments."""


def check_terminals(text: str) -> None:
    """Raise a ConfigError if a terminal of a grammar's text would be too large; Lark cannot even look at such a one."""
    terminals: dict[str, list[str]] = {}
    for part in _parse_grammar(text, "").find_data("term"):
        uses = part.children[-1].scan_values(lambda value: isinstance(value, Terminal))
        terminals.setdefault(str(part.children[0]), []).extend(use.name for use in uses)
    sizes: dict[str, int] = {}
    for name in terminals:
        if _parts(name, terminals, sizes) > MOST_SYMBOLS:
            raise ConfigError(f"terminal {name} is too large: it has more than {MOST_SYMBOLS} parts")


def _parts(name: str, uses: dict[str, list[str]], known: dict[str, int]) -> int:
    """The parts of a terminal and of those that it is made of, as often as they are in it."""
    if name not in known:
        known[name] = 1  # of one that is made of itself, about which Lark complains
        known[name] += sum(_parts(use, uses, known) for use in uses.get(name, []))
    return known[name]


def check_rules(grammar: Grammar) -> None:
    """Raise a ConfigError if the rules of a grammar, as Lark reads it, would be too large when they are written out."""
    total = 0
    for name, tree in _written(grammar):
        extra: list[_Size] = []
        size = _size(tree, extra)
        total += sum(each.symbols + each.alternatives for each in (size, *extra))
        if total > MOST_SYMBOLS:
            raise ConfigError(
                f"rule {name} makes the grammar too large: more than {MOST_SYMBOLS} symbols when each combination of "
                "its alternatives, optional parts and repetitions is a rule; give parts of it rules of their own"
            )


class _Rules(list[Any]):
    """Rules to which templates add."""

    def append(self, rule: Any) -> None:
        if len(self) > MOST_TEMPLATES or len(rule[0]) > MOST_TEMPLATES:
            raise ConfigError(f"template {rule[0].split('{')[0]} makes more than {MOST_TEMPLATES} rules")
        super().append(rule)


def _written(grammar: Grammar) -> Iterable[tuple[str, Tree[Any]]]:
    """The names and trees of the rules, templates filled in."""
    rules = _Rules((name, params, nr_deepcopy_tree(tree), None) for name, params, tree, _ in grammar.rule_defs)
    names = PrepareAnonTerminals([])
    names.rule_options = None
    fill = PrepareLiterals() * ValidateSymbols() * names * ApplyTemplates(rules)
    for name, params, tree, _ in rules:  # which grows
        if not params:
            yield name, fill.transform(tree)


class _Size(NamedTuple):
    """The alternatives of a part of a rule when written out, and the symbols in all of them together."""

    alternatives: int
    symbols: int

    def then(self, other: _Size) -> _Size:
        """Of this part and the other behind it."""
        symbols = self.symbols * other.alternatives + other.symbols * self.alternatives
        return _Size(self.alternatives * other.alternatives, symbols)

    def times(self, count: int) -> _Size:
        """Of this part so many times."""
        return _Size(self.alternatives**count, count * self.symbols * self.alternatives ** max(count - 1, 0))


def _size(part: Any, extra: list[_Size]) -> _Size:
    """The size of a part of a rule; ``extra`` gets those of the rules that Lark makes for its repetitions."""
    if not isinstance(part, Tree):
        return _Size(1, 1)
    if part.data == "expr":
        return _repeated(_size(part.children[0], extra), part.children[1:], extra)
    if part.data in ("alias", "template_usage"):
        return _size(part.children[0], extra)
    sizes = [_size(child, extra) for child in part.children]
    if part.data in ("expansions", "maybe"):
        return _Size(sum(size.alternatives for size in sizes) + (part.data == "maybe"), sum(s.symbols for s in sizes))
    whole = _Size(1, 0)
    for size in sizes:
        whole = whole.then(size)
    return whole


def _repeated(inner: _Size, operator: list[Any], extra: list[_Size]) -> _Size:
    sign, *counts = map(str, operator)
    if sign == "?":
        return _Size(inner.alternatives + 1, inner.symbols)
    if sign in "*+":
        extra += inner, inner.then(_Size(1, 1))
        return _Size(1 + (sign == "*"), 1)
    least, most = int(counts[0]), int(counts[-1])
    if most < REPEAT_BREAK_THRESHOLD:
        sizes = [inner.times(count) for count in range(least, most + 1)]
        return _Size(sum(size.alternatives for size in sizes), sum(size.symbols for size in sizes))
    # Rules for a number of repetitions, of those for a part of it; none repeats more than a few times.
    extra += [inner.times(SMALL_FACTOR_THRESHOLD)] * (2 * most.bit_length())
    return _Size(1, 2)
