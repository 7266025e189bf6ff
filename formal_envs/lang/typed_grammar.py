"""The signatures as a context-free grammar: a .lark in which every signature and every type is a rule.

It accepts what the checks of types and counts accept; names, and bounds on numbers and nesting, are not its business.
The optional arguments of a signature are a deterministic automaton, written as right-linear rules, and the keywords are
cut into classes that no two types share in part, so that the lexer need not know which type is meant. Read it with
``Lark(typed_grammar(), start=START, parser="earley", lexer="basic")``: two seconds to build, some tenths of a second
for a game. For LALR it is a little too ambiguous: ``(sites {})`` is an empty list of numbers, or of coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from formal_envs.lang.signatures import LANGUAGE
from formal_envs.lang.typed_tree import Signature
from formal_envs.lang.wants import CONSTANTS

START = "text"
_END = r'(?=[\s(){}"]|$)'
_SYMBOLS = dict(
    zip("+-*/%^=!<>", ["PLUS", "MINUS", "TIMES", "OVER", "MOD", "HAT", "EQ", "BANG", "LT", "GT"], strict=True)
)
_LITERALS = {"integer": ["INT"], "float": ["INT", "FLOAT"], "flag": [], "string": ["STRING"]}
_SAME = {"int": "integer", "real": "float", "bool": "flag"}  # the literals of the first are those of the second
_USES = {**LANGUAGE.enums, "flag": ("True", "False"), "integer": tuple(CONSTANTS)}


def typed_grammar(start: str = "game") -> str:
    """The grammar of the type ``start``, as the text of a .lark file."""
    writer = _Writer()
    lines = [f"{START}: {writer.type(start)}", ""]
    for make in writer.queue:
        lines += make()
    return "\n".join([*lines, "", *_terminals("\n".join(lines)), ""])


class _Writer:
    """Writes the rules that are asked for, and those that they ask for."""

    def __init__(self) -> None:
        self.words = _word_classes()
        self.asked: set[str] = set()
        self.queue: list[Callable[[], list[str]]] = []

    def _ask(self, rule: str, make: Callable[[], list[str]]) -> str:
        if rule not in self.asked:
            self.asked.add(rule)
            self.queue.append(make)
        return rule

    def type(self, name: str) -> str:
        """The name of a type's rule."""
        if name.startswith("{"):
            return self._ask(_array(name[1:-1]), partial(self._array, name[1:-1]))
        return self._ask(_rule(name), partial(self._type, name))

    def _array(self, item: str) -> list[str]:
        return [f'{_array(item)}: "{{" {self.type(item)}* "}}"']

    def _type(self, name: str) -> list[str]:
        """The literals, the keywords and the ludemes of a type, or the types that it stands for."""
        options = [self.type(member) for member in LANGUAGE.aliases.get(name, ())]
        if name in _SAME:
            options.append(self.type(_SAME[name]))
        options += _LITERALS.get(name, ())
        options += dict.fromkeys(self.words[word] for word in _USES.get(name, ()))
        for signature in LANGUAGE.signatures.values():
            if signature.result == name:
                options.append(self._ask(signature.slug, partial(self._signature, signature)))
        return [_written(_rule(name), options)]

    def _signature(self, signature: Signature) -> list[str]:
        """A ludeme and its tails, one a set of places that the next argument may have."""
        slug, head = signature.slug, _head(signature.head)
        if signature.selector:
            head += f" {self.words[signature.selector]}"
        states = {frozenset([0]): 0}
        queue = [frozenset([0])]
        lines = [f"// {signature.text}", f"{slug}: {head} _{slug}_0"]
        for state in queue:
            edges, ends = self._edges(signature, state)
            options = ['")"'] * ends
            for symbol, target in edges.items():
                if target not in states:
                    states[target] = len(states)
                    queue.append(target)
                options.append(f"{symbol} _{slug}_{states[target]}")
            lines.append(_written(f"_{slug}_{states[state]}", options))
        return lines

    def _edges(self, signature: Signature, state: frozenset[int]) -> tuple[dict[str, frozenset[int]], bool]:
        """Which arguments may come next, to which places they lead, and whether the ludeme may end."""
        edges: dict[str, frozenset[int]] = {}
        ends = False
        for first in sorted(state):
            for place in range(first, len(signature.places)):
                for slot in signature.places[place]:
                    param = signature.params[slot]
                    symbol = (f"{_label(param.label)} " if param.label else "") + self.type(param.type)
                    edges[symbol] = edges.get(symbol, frozenset()) | {place + 1}
                if not param.optional:
                    break
            else:
                ends = True
        return edges, ends


def _written(rule: str, options: Iterable[str]) -> str:
    return f"{rule}: " + "\n    | ".join(options)


def _word_classes() -> dict[str, str]:
    """For every keyword a terminal, which it shares with the keywords that are used for the same."""
    uses: dict[str, set[str]] = {}
    for use, words in _USES.items():
        for word in words:
            uses.setdefault(word, set()).add(use)
    for signature in LANGUAGE.signatures.values():
        if signature.selector:
            uses.setdefault(signature.selector, set()).add(f"selector {signature.selector}")
    classes: dict[frozenset[str], str] = {}
    return {word: classes.setdefault(frozenset(kinds), f"W_{word.upper()}") for word, kinds in uses.items()}


def _terminals(rules: str) -> list[str]:
    """The names of ludemes and arguments, the classes of keywords and the literals that the ``rules`` name."""
    patterns = {_head(s.head): rf"\(\s*{re.escape(s.head)}{_END}" for s in LANGUAGE.signatures.values()}
    patterns |= {_label(p.label): f"{p.label}:" for s in LANGUAGE.signatures.values() for p in s.params if p.label}
    classes: dict[str, list[str]] = {}
    for word, terminal in _word_classes().items():
        classes.setdefault(terminal, []).append(f"[{word[0]}{word[0].lower()}]{word[1:]}")
    patterns |= {terminal: f"({'|'.join(words)}){_END}" for terminal, words in classes.items()}
    patterns |= {"STRING": r'"[^"]*"', "INT": rf"[-+]?[0-9]+{_END}"}
    patterns["FLOAT"] = rf"[-+]?([0-9]+\.[0-9]*|\.[0-9]+){_END}"
    named = set(re.findall(r"\b[A-Z][A-Z_0-9]*\b", rules))
    lines = [f"{name}: /{pattern.replace('/', chr(92) + '/')}/" for name, pattern in patterns.items() if name in named]
    return [*lines, r"COMMENT: /\/\/[^\n]*/", r"%ignore /\s+/", "%ignore COMMENT"]


def _head(name: str) -> str:
    return "H_" + "_".join(_SYMBOLS.get(char, char) for char in (name if name[0] in _SYMBOLS else [name])).upper()


def _label(name: str) -> str:
    return "L_" + re.sub("[A-Z]", lambda match: "_" + match[0], name).upper()


def _rule(name: str) -> str:
    return "t_" + re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name)


def _array(item: str) -> str:
    return "a_" + _rule(item.replace("{", "array_").replace("}", "")).removeprefix("t_")
