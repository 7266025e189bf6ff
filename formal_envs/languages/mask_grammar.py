"""Grammars in the plain part of Lark's form that llguidance reads: rules, alternatives, texts and patterns.

A user's grammar is written anew from the rules that Lark made of it, so that imports, templates, operators and
priorities are gone. One difference stays: llguidance takes the longest token where Lark's lexer may take another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from formal_envs.languages.language import Language

OPTIONS = '%llguidance {"no_forcing": true, "allow_initial_skip": true}'
"""The first line: masks hold every token that fits, not only a text's usual ones; white space may come first."""

# Patterns that look around them, and others for the same texts, which llguidance has to do with.
_WITHOUT_LOOKING = {r'".*?(?<!\\)(\\\\)*?"': r'"([^"\\\n]|\\[^\n])*"'}


class Names(Protocol):
    """What a grammar cannot say of a text under way: which names may be written next."""

    def write(self, text: str) -> None:
        """Go on with the text."""
        ...

    def copy(self) -> Names:
        """Another text with the same beginning."""
        ...

    def key(self) -> Hashable:
        """What ``allowed`` depends on; None where anything may follow."""
        ...

    def allowed(self, texts: Sequence[str]) -> list[bool]:
        """Whether the names can still come right, for each of the texts that may follow."""
        ...

    def complete(self) -> bool:
        """Whether a sentence may end here, for the names' sake."""
        ...


class Continuation(NamedTuple):
    """What may follow a prompt.

    Attributes:
        grammar: of the sentences, as above.
        begun: the beginning of the sentence that stands in the prompt already.
        language: the last word on whether a text is a sentence; None where the grammar has it.
        names: which names may be written; None where the grammar has the last word on that too.
        named: the terminal that these names are.
    """

    grammar: str
    begun: str = ""
    language: Language | None = None
    names: Names | None = None
    named: str = ""


@runtime_checkable
class Grammatical(Protocol):
    """A task whose completions have a grammar."""

    def continuation(self, prompt: str) -> Continuation:
        """What may follow a prompt of the task."""
        ...


def plain_grammar(language: Language) -> str:
    """The grammar of a language, in that form."""
    lark = language.lark
    names = {terminal.name: f"T{n}" for n, terminal in enumerate(lark.terminals)}
    origins = dict.fromkeys(rule.origin.name for rule in lark.rules)
    names |= {origin: f"r{n}" for n, origin in enumerate(origins)}
    bodies: dict[str, list[str]] = {origin: [] for origin in origins}
    for rule in lark.rules:
        bodies[rule.origin.name].append(" ".join(names[symbol.name] for symbol in rule.expansion) or '""')
    lines = [OPTIONS, f"start: {names[language.start]}"]
    lines += [f"{names[origin]}: {' | '.join(options)}" for origin, options in bodies.items()]
    for terminal in lark.terminals:
        pattern = terminal.pattern
        plain = pattern.type == "str" and not pattern.flags
        lines.append(f"{names[terminal.name]}: {json.dumps(pattern.value) if plain else _regexp(pattern.to_regexp())}")
    return "\n".join([*lines, *(f"%ignore {names[name]}" for name in lark.ignore_tokens)])


def _regexp(regexp: str) -> str:
    """A pattern between slashes, on one line."""
    regexp = _WITHOUT_LOOKING.get(regexp, regexp)
    return "/" + re.sub(r"\\.|/|[\x00-\x1f]", lambda match: _escaped(match[0]), regexp, flags=re.DOTALL) + "/"


def _escaped(piece: str) -> str:
    """A slash or a control character as an escape; an escape that is one already as it is."""
    last = piece[-1]
    return f"\\x{ord(last):02x}" if last < " " else piece if piece[1:] else "\\/"
