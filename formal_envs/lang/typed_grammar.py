"""The signatures as a context-free grammar: a .lark in which every signature and every type is a rule.

What it accepts, the type checks accept; what they accept, it accepts, save in a few corners where two types of an
argument share a word or a number (``(sizes Group All)``, ``(note ...)``). Names, bounds and sites are not its business.
It is LALR(1): the optional arguments of a signature are a deterministic automaton, written as right-linear rules, and
the keywords are cut into classes that no two types share in part, so that a keyword need not be typed when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from formal_envs.lang.ast import Signature
from formal_envs.lang.signatures import LANGUAGE, PRIMITIVES

_SYMBOLS = dict(zip("+ - * / % ^ = ! < >".split(), "plus minus times over mod hat eq bang lt gt".split(), strict=True))
_CONSTANTS = ("Infinity", "Off", "End", "Undefined")
_FIRST = {"absoluteDirection": ".1", "to": ".1"}  # wins where two types share a word or a ludeme
_LITERALS = {
    "int": ("integer_literal",),
    "integer": ("integer_literal",),
    "float": ("INT", "FLOAT"),
    "real": ("INT", "FLOAT"),
    "bool": ("truth",),
    "flag": ("truth",),
    "string": ("STRING",),
}


def typed_grammar() -> str:
    """The grammar, as the text of a .lark file that Lark reads with ``start=START, parser="lalr", lexer="basic"``."""
    writer = _Writer()
    lines = ["// The typed grammar of game descriptions, made from the language's signatures.", f"{START}: t_game", ""]
    for signature in LANGUAGE.signatures.values():
        lines += [f"// {signature.text}", *writer.signature(signature)]
    lines += ["", "// types", *writer.types(), "", "// arrays", *writer.array_rules(), "", "// words", *writer.terminals()]
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes rules, and remembers the arrays that they ask for."""

    def __init__(self) -> None:
        self.arrays: dict[str, None] = {}
        self.word_terminals = _word_terminals()

    def signature(self, signature: Signature) -> list[str]:
        """The rule of one signature, and those of its optional tails: one a set of places that may come next."""
        head = [_head(signature.head)]
        if signature.selector:
            head.append(self.word_terminals[signature.selector])
        states = {frozenset([0]): 0}
        queue = [frozenset([0])]
        lines = [f"{signature.slug}: {' '.join(head)} _{signature.slug}_0"]
        for state in queue:
            ends = False
            edges: dict[str, set[int]] = {}
            for first in state:
                for place, slots in enumerate(signature.places[first:], first):
                    for slot in slots:
                        param = signature.params[slot]
                        for symbol in self._symbols(param.type):
                            edge = f"{_label(param.label)} {symbol}" if param.label else symbol
                            edges.setdefault(edge, set()).add(place + 1)
                    if not signature.params[slots[0]].optional:
                        break
                else:
                    ends = True
            options = ['")"'] if ends else []
            for symbol, targets in edges.items():
                target = frozenset(targets)
                if target not in states:
                    states[target] = len(states)
                    queue.append(target)
                options.append(f"{symbol} _{signature.slug}_{states[target]}")
            lines.append(f"_{signature.slug}_{states[state]}{_FIRST.get(signature.result, '')}: " + "\n    | ".join(options))
        return lines

    def types(self) -> list[str]:
        """A rule for every type: its literals, its keywords and its ludemes."""
        lines = []
        results: dict[str, list[str]] = {name: list(_LITERALS.get(name, ())) for name in PRIMITIVES}
        for enum, words in LANGUAGE.enums.items():
            results[enum] = list(dict.fromkeys(self.word_terminals[word] for word in words))
        for signature in LANGUAGE.signatures.values():
            results.setdefault(signature.result, []).append(signature.slug)
        results |= {alias: [_rule(member) for member in members] for alias, members in LANGUAGE.aliases.items()}
        for name, options in results.items():
            lines.append(f"{_rule(name)}{_FIRST.get(name, '')}: " + "\n    | ".join(options))
        constants = " | ".join(dict.fromkeys(self.word_terminals[word] for word in _CONSTANTS))
        truth = " | ".join(dict.fromkeys(self.word_terminals[word] for word in ("True", "False")))
        return [*lines, f"integer_literal.1: INT | {constants}", f"truth: {truth}"]

    def array_rules(self) -> list[str]:
        """A rule for every type of array; the empty one is one of numbers, or the parser would have to guess."""
        lines = []
        queue = list(self.arrays)
        for item in queue:
            if item.startswith("{") and item[1:-1] not in self.arrays:
                queue.append(item[1:-1])
            empty = ' | "{" "}"' if item == "int" else ""
            lines.append(f'{_array(item)}: "{{" _{_array(item)}_items "}}"{empty}')
            options = [option for symbol in self._symbols(item) for option in (symbol, f"_{_array(item)}_items {symbol}")]
            lines.append(f"_{_array(item)}_items: " + "\n    | ".join(options))
        return lines

    def terminals(self) -> list[str]:
        """The names of ludemes and arguments, the classes of keywords, and the literals."""
        heads = sorted({signature.head for signature in LANGUAGE.signatures.values()})
        labels = sorted({param.label for s in LANGUAGE.signatures.values() for param in s.params if param.label})
        classes: dict[str, list[str]] = {}
        for word, terminal in self.word_terminals.items():
            classes.setdefault(terminal, []).append(f"[{word[0]}{word[0].lower()}]{word[1:]}")
        return [
            *(rf"{_head(head)}: /\(\s*{re.escape(head).replace('/', chr(92) + '/')}{_END}/" for head in heads),
            *(f'{_label(label)}: "{label}:"' for label in labels),
            *(f"{terminal}: /({'|'.join(words)}){_END}/" for terminal, words in classes.items()),
            r'STRING: /"[^"]*"/',
            rf"INT: /[-+]?[0-9]+{_END}/",
            rf"FLOAT: /[-+]?([0-9]+\.[0-9]*|\.[0-9]+){_END}/",
            r"%ignore /\s+/",
            r"%ignore /\/\/[^\n]*/",
        ]

    def _symbols(self, type_name: str) -> list[str]:
        if type_name.startswith("{"):
            self.arrays[type_name[1:-1]] = None
            return [_array(type_name[1:-1])]
        return [_rule(type_name)]


START = "text"
_END = r'(?=[\s(){}"]|$)'


def _word_terminals() -> dict[str, str]:
    """For every keyword a terminal, which it shares with the keywords that are of the same types."""
    uses: dict[str, set[str]] = {}
    pairs: Iterable[tuple[str, tuple[str, ...]]] = (
        *LANGUAGE.enums.items(),
        ("truth", ("True", "False")),
        ("constant", _CONSTANTS),
        *((f"selector {s.selector}", (s.selector,)) for s in LANGUAGE.signatures.values() if s.selector),
    )
    for use, words in pairs:
        for word in words:
            uses.setdefault(word, set()).add(use)
    classes: dict[frozenset[str], str] = {}
    return {word: classes.setdefault(frozenset(kinds), f"W_{word.upper()}") for word, kinds in uses.items()}


def _head(name: str) -> str:
    return "H_" + "_".join(_SYMBOLS.get(char, char) for char in (name if name[0] in _SYMBOLS else [name])).upper()


def _label(name: str) -> str:
    return "L_" + re.sub("[A-Z]", lambda match: "_" + match[0], name).upper()


def _rule(type_name: str) -> str:
    if type_name.startswith("{"):
        return _array(type_name[1:-1])
    return "t_" + re.sub("[A-Z]", lambda match: "_" + match[0].lower(), type_name)


def _array(item: str) -> str:
    return "a_" + _rule(item).removeprefix("t_")
