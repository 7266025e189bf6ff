"""A description laid out in lines: its own words, comments and blank lines, and nothing but white space changed.

What is laid out need not be a game: macros, options and metadata are, and so is a text with a fault in it, as long as
its brackets close.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.syntax import MAX_DEPTH, MAX_LENGTH

_CLOSING = {"(": ")", "{": "}", "[": "]"}
# A string goes on over a quote behind a backslash, two of them as well: as Ludii reads it. A lone quote is refused.
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>//[^\n]*)|(?P<label>[A-Za-z]\w*:)"""
    r"""|(?P<word>"(?:[^"]|(?<=\\)")*"|[(){}\[\]]|(?:(?!//)[^\s(){}\[\]"])+|")"""
)


class Token(NamedTuple):
    """A word, a bracket, a string, a label with its colon, or a comment."""

    kind: str  # "word", "label" or "comment"
    text: str
    start: int
    lines_before: int  # ends of lines between it and the token before


@dataclass
class _Item:
    """A word, or a bracket with what it holds; ``text`` is the word, or the opening bracket."""

    text: str
    lines_before: int
    label: str = ""
    items: list[_Item] | None = None
    closing: str = ""
    flat: str | None = field(default=None, repr=False)  # on one line; None where a comment forbids it

    @property
    def is_comment(self) -> bool:
        return self.text.startswith("//")


def tokens(text: str) -> list[Token]:
    """The tokens of a text, comments too; white space is what lies between them."""
    found, lines = [], 0
    for match in _TOKEN.finditer(text.removeprefix("\ufeff")):
        if match.lastgroup == "space":
            lines += match[0].count("\n")
            continue
        found.append(Token(str(match.lastgroup), match[0].rstrip(), match.start(), lines))
        lines = 0
    return found


def lay_out(text: str, width: int = 100) -> str:
    """The text in lines of at most ``width`` characters where it can be; two blanks per level, one blank line at most.

    A bracket that fits on a line stands on one. Otherwise what it holds stands below it, one thing per line, after the
    words that it begins with. Comments stay where they are, behind a line or on their own.

    Raises:
        GameError: stage "syntax", where a bracket or a string does not close, or past a bound.
    """
    if len(text) > MAX_LENGTH:
        raise GameError("syntax", f"longer than {MAX_LENGTH} characters", text, MAX_LENGTH, difference="limit")
    lines: list[str] = []
    _block(_tree(text), 0, width, lines)
    return "".join(line + "\n" for line in lines)


def _tree(text: str) -> list[_Item]:
    """The items of a text, inside each other as its brackets are."""
    top: list[_Item] = []
    opened: list[tuple[_Item, int]] = []
    label, lines_before = "", 0
    for token in tokens(text):
        inner = opened[-1][0].items if opened else top
        assert inner is not None
        word = token.text
        if word == '"':
            raise GameError("syntax", "the string that starts here is not closed", text, token.start)
        if label and (token.kind == "comment" or word in ")}]"):
            inner.append(_measured(_Item(label, lines_before)))
            label = ""
        if word in ")}]":
            if not opened or _CLOSING[opened[-1][0].text] != word:
                raise GameError("syntax", f"{word!r} closes nothing", text, token.start)
            item, _ = opened.pop()
            item.closing = word
            _measured(item)
        elif token.kind == "label":
            if label:
                inner.append(_measured(_Item(label, lines_before)))
            label, lines_before = word, token.lines_before
        else:
            item = _Item(word, lines_before if label else token.lines_before, label)
            label = ""
            inner.append(item)
            if word in _CLOSING:
                item.items = []
                opened.append((item, token.start))
                if len(opened) > MAX_DEPTH:
                    message = f"more than {MAX_DEPTH} brackets inside each other"
                    raise GameError("syntax", message, text, token.start, difference="limit")
            else:
                _measured(item)
    if opened:
        raise GameError("syntax", f"the {opened[-1][0].text!r} that opens here does not close", text, opened[-1][1])
    if label:
        top.append(_measured(_Item(label, lines_before)))
    return top


def _measured(item: _Item) -> _Item:
    """The item itself, once it is known what it looks like on one line."""
    if item.items is None:
        item.flat = None if item.is_comment else item.label + item.text
        return item
    parts = [part.flat for part in item.items]
    if None not in parts:
        inner = " ".join(part for part in parts if part)
        item.flat = f"{item.label}{item.text}{inner}{item.closing}"
    return item


def _block(items: list[_Item], indent: int, width: int, lines: list[str]) -> None:
    """Adds items below each other."""
    margin = " " * indent
    for place, item in enumerate(items):
        if item.is_comment and not item.lines_before and lines and "//" not in lines[-1]:
            lines[-1] += f"  {item.text}"  # behind what it is about
            continue
        if item.lines_before > 1 and place:
            lines.append("")
        if item.items is None or (item.flat is not None and indent + len(item.flat) <= width):
            lines.append(margin + (item.flat or item.text))
            continue
        head, rest, closing = _head(item)
        lines.append(margin + head)
        _block(rest, indent + 2, width, lines)
        lines.append(margin + closing)


def _head(item: _Item) -> tuple[str, list[_Item], str]:
    """What stands on the line of the bracket that opens, what below, and what on the line where it closes.

    The words that a ludeme begins with stand on its first line, and so does the brace of a list that is all its rest.
    """
    assert item.items is not None
    words = 0
    if item.text == "(":
        while words < len(item.items) and item.items[words].items is None and not item.items[words].is_comment:
            words += 1
    rest = item.items[words:]
    head = item.label + item.text + " ".join(str(part.flat) for part in item.items[:words])
    if words and len(rest) == 1 and rest[0].text == "{" and rest[0].items is not None:
        return f"{head} {rest[0].label}{{", rest[0].items, rest[0].closing + item.closing
    return head, rest, item.closing
