"""Text to an untyped tree of forms, by the LALR grammar in grammars/ludii.lark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from lark import Lark, Transformer
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from formal_envs.ludii.errors import GameError

MAX_LENGTH = 1_000_000  # characters; the longest game known has 164,171
MAX_DEPTH = 100  # brackets in brackets; the deepest game known has 37

_FENCE_BEFORE = re.compile(r"\s*```[A-Za-z]*\s")  # Ludii skips it like any text before the game
# And a model's end of text. It begins where no white space is before it, and no two \s* meet: white space costs once.
_FENCE_AFTER = re.compile(r"(?<!\s)(?:\s*```)?(?:\s*(?:<\|end\w*\|>|<\|im_end\|>|</s>))?\s*\Z")


class Form:
    """A ludeme, an array or a literal, not yet typed.

    ``type`` is a terminal of the grammar: OPEN for a ludeme (``value`` is its name), LBRACE for an array, WORD, STRING,
    INT or FLOAT for a literal (``value`` is its text). ``label`` is the name that stands before the argument.
    The grammar's brackets pass through the parser as forms too.
    """

    __slots__ = ("end_pos", "items", "label", "start_pos", "type", "value")
    line = column = end_line = end_column = 0  # Lark asks for them and uses none
    items: list[Form]

    def __init__(self, type: str, value: str, start: int, end: int):
        self.type = type
        self.value = value
        self.label: str | None = None
        self.start_pos = start
        self.end_pos = end

    def __repr__(self) -> str:
        return f"Form({self.type}, {self.value!r})"


class _FormLexer(Lexer):
    """The grammar's terminals as one regular expression; twice as fast as Lark's own lexer, which counts lines."""

    __future_interface__: ClassVar[int] = 0

    def __init__(self, conf: Any):
        ordered = sorted(conf.terminals, key=lambda t: (-t.priority, len(t.pattern.value) == 1, t.pattern.type != "re"))
        ignored = "|".join(f"(?:{t.pattern.to_regexp()})" for t in ordered if t.name in conf.ignore)
        kept = "|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in ordered if t.name not in conf.ignore)
        self.pattern = re.compile(f"(?:{ignored})*(?:{kept}|(?P<BAD>.)|$)", re.DOTALL)

    def lex(self, text: str) -> Iterator[Form]:  # type: ignore[override]
        depth = 0
        for match in self.pattern.finditer(text):
            kind = match.lastgroup
            if kind is None:
                return
            start, end = match.span(kind)
            if kind == "OPEN" or kind == "LBRACE":
                depth += 1
                if depth > MAX_DEPTH:
                    message = f"more than {MAX_DEPTH} brackets inside each other"
                    raise GameError("syntax", message, text, start, difference="limit")
            elif kind == "RPAR" or kind == "RBRACE":
                depth -= 1
            yield Form(kind, match[kind], start, end)


class _Build(Transformer[Any, list[Form]]):
    """Forms from the reductions; the lists are extended in place, so that reading is linear."""

    def start(self, children: list[Form]) -> list[Form]:
        return children

    def ludeme(self, children: list[Any]) -> Form:
        form: Form = children[0]
        form.items = children[1]
        form.value = form.value[1:].strip()
        form.end_pos = children[2].end_pos
        return form

    array = ludeme

    def none(self, children: list[Any]) -> list[Form]:
        return []

    def one(self, children: list[Any]) -> list[Form]:
        forms: list[Form] = children[0]
        forms.append(children[1])
        return forms

    def named(self, children: list[Any]) -> list[Form]:
        forms: list[Form] = children[0]
        form: Form = children[2]
        form.label = children[1].value[:-1]
        forms.append(form)
        return forms


@cache
def _parser() -> Lark:
    grammar = files("grammars").joinpath("ludii.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=_FormLexer, transformer=_Build(), keep_all_tokens=True)


def parse(text: str) -> Form:
    """The form of the one ludeme that ``text`` is.

    Left out are a Markdown fence around it, and behind it the mark that a language model ends a text with.

    Raises:
        GameError: stage "syntax".
    """
    if len(text) > MAX_LENGTH:
        raise GameError("syntax", f"longer than {MAX_LENGTH} characters", text, MAX_LENGTH, difference="limit")
    fence, closing = _FENCE_BEFORE.match(text), _FENCE_AFTER.search(text[-1000:])
    source = " " * fence.end() + text[fence.end() :] if fence else text
    if closing and (fence or "`" not in closing[0]):
        source = source[: len(source) - len(closing[0])]
    try:
        forms: list[Form] = _parser().parse(source)  # type: ignore[assignment]
    except UnexpectedToken as error:
        raise _refused(error, text) from None
    if len(forms) > 1:
        raise GameError("syntax", "there is more text after the game", text, forms[1].start_pos, difference="after")
    return forms[0]


_TERMINALS = {
    "OPEN": "a ludeme",
    "LBRACE": "an array",
    "WORD": "a keyword",
    "STRING": "a string",
    "INT": "a number",
    "LABEL": "a named argument",
    "RPAR": "')'",
    "RBRACE": "'}'",
    "$END": "the end of the text",
}


def _refused(error: UnexpectedToken, text: str) -> GameError:
    """What Lark says of a token, in the language's own words."""
    token: Any = error.token
    expected = [shown for terminal, shown in _TERMINALS.items() if terminal in error.expected]
    forms = [form for form in error.state.value_stack if isinstance(form, Form)]
    brackets = [form for form in forms if form.type in ("OPEN", "LBRACE") and not hasattr(form, "items")]
    opened = brackets[-1] if brackets else None
    place, difference = token.start_pos, None
    if token.type == "$END":
        place = len(text)
        message = f"the text ends inside {_shown(opened, text)}" if opened else "there is no game in the text"
    elif token.value == '"':
        message = "the string that starts here is not closed"
    elif token.value == "(":
        message, difference = "a bracket without the name of a ludeme after it", "empty"
    elif "$END" in error.expected:
        message, difference = "there is more text after the game", "after"
    elif opened is None:
        message, difference = "the text starts with something else than a game", "before"
    elif forms[-1].type == "LABEL":
        message = f"the argument {forms[-1].value} has no value"
        difference = "empty"
        place = forms[-1].start_pos
    elif token.type in ("RPAR", "RBRACE"):
        message = f"{token.value!r} does not close {_shown(opened, text)}"
    else:
        message = f"unexpected {token.value[:30]!r}"
    return GameError("syntax", message, text, place, expected, difference)


def _shown(opened: Form, text: str) -> str:
    at = GameError("syntax", "", text, opened.start_pos)
    return f"{opened.value[:30]!r} of line {at.line}, column {at.column}"
