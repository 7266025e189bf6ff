"""Load the .lark files of the ``grammars`` package, once each, and turn Lark's errors into ParseFailures."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

from lark import Lark, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from formal_envs.errors import ParseFailure


@cache
def load(name: str, transformer: Transformer | None = None, parser: Literal["lalr", "earley"] = "lalr") -> Lark:
    """The parser of ``grammars/<name>.lark``, of that kind; LALR's applies ``transformer`` while it parses."""
    text = files("grammars").joinpath(f"{name}.lark").read_text(encoding="utf-8")
    return Lark(text, parser=parser, transformer=transformer)


def parse(name: str, text: str, transformer: Transformer | None = None) -> Any:
    """Parse ``text``: the transformer's result, or the tree where there is none.

    Raises:
        ParseFailure: the text is not in the language; it holds the place of the first error.
    """
    try:
        return load(name, transformer).parse(text)
    except UnexpectedInput as error:
        raise _failure(error, text) from None
    except ParseFailure as failure:  # from the transformer, which sees tokens alone
        raise ParseFailure(failure.reason, text, failure.column) from None


def _failure(error: UnexpectedInput, text: str) -> ParseFailure:
    if isinstance(error, UnexpectedCharacters):
        place = error.pos_in_stream or 0
        return ParseFailure(f"unexpected character {text[place]!r}", text, place)
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return ParseFailure("unexpected end", text, len(text))
    if isinstance(error, UnexpectedToken):
        token = error.token if len(error.token) <= 20 else f"{error.token[:20]}..."
        return ParseFailure(f"unexpected {str(token)!r}", text, error.token.start_pos or 0)
    raise error
