"""The tokens of a file as its author wrote it, white space and comments too: joined they are the file again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

SPACE, COMMENT, STRING, OPEN, CLOSE, LBRACE, RBRACE = "SPACE", "COMMENT", "STRING", "OPEN", "CLOSE", "LBRACE", "RBRACE"
TAG, LESS, GREATER, PARAM, WORD, STRAY = "TAG", "LESS", "GREATER", "PARAM", "WORD", "STRAY"

# A comparison is the bracket and its sign, as "<" alone opens what an option's item stands for.
_TOKEN = re.compile(
    r"""(?P<SPACE>[\s\ufeff]+)
    |(?P<COMMENT>//[^\n]*)
    |(?P<STRING>"[^"]*(?:(?<=\\)"[^"]*)*(?:(?<!\\)"|\Z))
    |(?P<OPEN>\((?:\s*(?:[<>]=?)(?=[\s("#]))?)
    |(?P<CLOSE>\))
    |(?P<LBRACE>\{)
    |(?P<RBRACE>\})
    |(?P<TAG><[^<>\s():"{}]+(?:\ [^<>():"{}]*)?:[^<>\s():"{}]+>)
    |(?P<LESS><)
    |(?P<GREATER>>)
    |(?P<PARAM>\#[0-9]{1,3}(?![0-9]))
    |(?P<WORD>(?:[^\s\ufeff(){}"<>#/]|/(?!/))+)
    |(?P<STRAY>.)""",
    re.DOTALL | re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a file: its kind, its text and the 0-based offset of its first character."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Every token of ``text``, in order, nothing left out."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        assert kind is not None
        yield Token(kind, match[0], match.start())
