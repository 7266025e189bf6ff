"""The signatures as a context-free grammar: a .lark in which every signature and every type is a rule.

It accepts what the checks of types and counts accept; names, and bounds on numbers and nesting, are not its business.
The optional arguments of a signature are a deterministic automaton, written as right-linear rules, and the keywords are
cut into classes that no two types share in part, so that the lexer need not know which type is meant. Read it with
``Lark(typed_grammar(), start=START, parser="earley", lexer="basic")``: two seconds to build, some tenths of a second
for a game. For LALR it is a little too ambiguous: ``(sites {})`` is an empty list of numbers, or of coordinates.

A grammar of one line has the texts that printer.one_line writes, and no others: it says where the blanks are. So it
ignores nothing and looks at nothing around its tokens. It knows more than types: that a game has one board, a phase or
more where there are phases, and no more players than there can be; and it has no endless names and no huge boards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from formal_envs.ludii.language.names import MAX_PLAYERS
from formal_envs.ludii.language.parameter_types import CONSTANTS, MAX_INT, OTHER_NAMES
from formal_envs.ludii.language.signatures import LANGUAGE
from formal_envs.ludii.language.typed_tree import Param, Signature

START = "text"
_END = r'(?=[\s(){}"]|$)'
_SYMBOLS = dict(
    zip("+-*/%^=!<>", ["PLUS", "MINUS", "TIMES", "OVER", "MOD", "HAT", "EQ", "BANG", "LT", "GT"], strict=True)
)
_LITERALS = {"integer": ["INT"], "float": ["INT", "FLOAT"], "flag": [], "string": ["STRING"]}
_SAME = {"int": "integer", "real": "float", "bool": "flag"}  # the literals of the first are those of the second
_CHARACTER = r"[ !#-\[\]-~]"
MAX_NAME = 40
"""Characters of a name, in a grammar of one line: the longest of a published game has 33."""
MAX_SIZE = 40
"""A board's size along one side, in a grammar of one line: the largest of a published game is 36."""
_NEEDED = {"equipmentItem": ("item", "boardItem"), "phase": ("phase", "phase"), "endRule": ("endRule", "endRule")}
"""Lists that need an item, which the second type has: what else they may have, and that."""
_USES = {**LANGUAGE.enums, "flag": ("True", "False"), "integer": tuple(CONSTANTS)}


def typed_grammar(start: str = "game") -> str:
    """The grammar of the type ``start``, as the text of a .lark file."""
    writer = _Writer()
    return writer.text(START, writer.type(start))


def one_line_grammar(types: Iterable[str], blank_before: bool = False) -> str:
    """The grammar of the ludemes of these types, on one line, and behind a blank if so; its first rule is ``start``."""
    writer = _Writer(one_line=True)
    atoms = frozenset().union(*map(LANGUAGE.atoms, types))
    before = writer.blank if blank_before else ""
    ludemes = [writer.ludeme(s) for s in LANGUAGE.signatures.values() if s.result in atoms]
    return writer.text("start", *(before + ludeme for ludeme in ludemes))


class _Writer:
    """Writes the rules that are asked for, and those that they ask for."""

    def __init__(self, one_line: bool = False) -> None:
        self.one_line = one_line
        self.blank = "BLANK " if one_line else ""  # what stands between two arguments
        self.words = _word_classes()
        self.asked: set[str] = set()
        self.queue: list[Callable[[], list[str]]] = []

    def _ask(self, rule: str, make: Callable[[], list[str]]) -> str:
        if rule not in self.asked:
            self.asked.add(rule)
            self.queue.append(make)
        return rule

    def text(self, name: str, *options: str) -> str:
        """The grammar whose first rule has this name, and these options."""
        lines = [f"{name}: {' | '.join(options)}", ""]
        for make in self.queue:
            lines += make()
        rules = "\n".join(lines)
        return "\n".join([rules, "", *(_line_terminals(rules) if self.one_line else _terminals(rules)), ""])

    def ludeme(self, signature: Signature) -> str:
        """The name of a signature's rule."""
        return self._ask(self._slug(signature), partial(self._signature, signature))

    def _slug(self, signature: Signature) -> str:
        return f"l_{signature.slug}" if self.one_line else signature.slug  # one is called "start"

    def type(self, name: str) -> str:
        """The name of a type's rule."""
        if name.startswith("{"):
            return self._ask(_array(name[1:-1]), partial(self._array, name[1:-1]))
        return self._ask(_rule(name), partial(self._type, name))

    def _array(self, item: str) -> list[str]:
        name = self.type(item)
        if self.one_line and item == "dim":
            name = f"(SITE | {self.type('dimension')})"
        items = f"({name} ({self.blank}{name})*)?" if self.blank else f"{name}*"
        if self.one_line and item in _NEEDED:
            others, needed = map(self.type, _NEEDED[item])
            before = f"({others} {self.blank})* " if others != needed else ""
            items = f"{before}{needed} ({self.blank}{others})*"
        return [f'{_array(item)}: "{{" {items} "}}"']

    def _type(self, name: str) -> list[str]:
        """The literals, the keywords and the ludemes of a type, or the types that it stands for."""
        if self.one_line and name == "dim":
            return [_written(_rule(name), ["SIZE", self.type("dimension")])]
        options = [self.type(member) for member in LANGUAGE.aliases.get(name, ())]
        if name in _SAME:
            options.append(self.type(_SAME[name]))
        options += _LITERALS.get(name, ())
        options += dict.fromkeys(self.words[word] for word in _USES.get(name, ()))
        for signature in LANGUAGE.signatures.values():
            if signature.result == name:
                options.append(self.ludeme(signature))
        return [_written(_rule(name), options)]

    def _signature(self, signature: Signature) -> list[str]:
        """A ludeme and its tails, one per set of positions that the next argument may have."""
        slug, head = self._slug(signature), _head(signature.head)
        if signature.selector:
            head += f" {self.blank}{self.words[signature.selector]}"
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
                options.append(f"{self.blank}{symbol} _{slug}_{states[target]}")
            lines.append(_written(f"_{slug}_{states[state]}", options))
        return lines

    def _edges(self, signature: Signature, state: frozenset[int]) -> tuple[dict[str, frozenset[int]], bool]:
        """Which arguments may come next, to which positions they lead, and whether the ludeme may end."""
        edges: dict[str, frozenset[int]] = {}
        ends = False
        for first in sorted(state):
            for position in range(first, len(signature.positions)):
                for slot in signature.positions[position]:
                    param = signature.params[slot]
                    symbol = (f"{_label(param.label)} " if param.label else "") + self._value(signature, param)
                    edges[symbol] = edges.get(symbol, frozenset()) | {position + 1}
                if not param.optional:
                    break
            else:
                ends = True
        return edges, ends

    def _value(self, signature: Signature, param: Param) -> str:
        """What stands for an argument."""
        if self.one_line and (signature.slug, param.slot) == ("players", "count"):
            return "PLAYERS"
        if self.one_line and param.type == "string" and param.slot != "name":
            return "TEXT"
        if self.one_line and param.type == "integer" and signature.result == "boardItem":
            return "SIZE"
        return self.type(param.type)


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
    heads = {s.head: re.escape(s.head) for s in LANGUAGE.signatures.values()}
    heads |= {sign: f"(?:{re.escape(sign)}|{name})" for name, sign in OTHER_NAMES.items()}
    patterns = {_head(head): rf"\(\s*{written}{_END}" for head, written in heads.items()}
    patterns |= {_label(p.label): f"{p.label}:" for s in LANGUAGE.signatures.values() for p in s.params if p.label}
    classes: dict[str, list[str]] = {}
    for word, terminal in _word_classes().items():
        classes.setdefault(terminal, []).append(f"[{word[0]}{word[0].lower()}]{word[1:]}")
    patterns |= {terminal: f"({'|'.join(words)}){_END}" for terminal, words in classes.items()}
    patterns |= {"STRING": r'"[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"', "INT": rf"[-+]?[0-9]+{_END}"}
    patterns["FLOAT"] = rf"[-+]?([0-9]+\.[0-9]*|\.[0-9]+){_END}"
    return [*_named(patterns, rules), r"COMMENT: /\/\/[^\n]*/", r"%ignore /\s+/", "%ignore COMMENT"]


def _line_terminals(rules: str) -> list[str]:
    """The same, as they are written on one line: what ends them is said by the rules."""
    patterns = {_head(s.head): re.escape(f"({s.head}") for s in LANGUAGE.signatures.values()}
    patterns |= {_label(p.label): f"{p.label}:" for s in LANGUAGE.signatures.values() for p in s.params if p.label}
    for word, terminal in _word_classes().items():
        patterns[terminal] = f"{patterns[terminal]}|{word}" if terminal in patterns else word
    digits = len(str(MAX_INT)) - 1  # any number of so many, and those of one more that begin with 1
    number = f"-?(0|[1-9][0-9]{{0,{digits - 1}}}|1[0-9]{{{digits}}})"
    patterns |= {"BLANK": " ", "STRING": rf'"{_CHARACTER}{{0,{MAX_NAME}}}"', "TEXT": f'"{_CHARACTER}*"'}
    patterns |= {"PLAYERS": _up_to(MAX_PLAYERS), "SIZE": _up_to(MAX_SIZE), "SITE": "0|[1-9][0-9]{0,3}"}
    patterns |= {"INT": number, "FLOAT": rf"{number}\.[0-9]{{1,9}}"}
    return _named(patterns, rules)


def _up_to(most: int) -> str:
    return "|".join(map(str, range(most + 1)))


def _named(patterns: dict[str, str], rules: str) -> list[str]:
    """The definitions of the terminals that the rules name."""
    named = set(re.findall(r"\b[A-Z][A-Z_0-9]*\b", rules))
    return [f"{name}: /{pattern.replace('/', chr(92) + '/')}/" for name, pattern in patterns.items() if name in named]


def _head(name: str) -> str:
    return "H_" + "_".join(_SYMBOLS.get(char, char) for char in (name if name[0] in _SYMBOLS else [name])).upper()


def _label(name: str) -> str:
    return "L_" + re.sub("[A-Z]", lambda match: "_" + match[0], name).upper()


def _rule(name: str) -> str:
    return "t_" + re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name)


def _array(item: str) -> str:
    return "a_" + _rule(item.replace("{", "array_").replace("}", "")).removeprefix("t_")
