"""Macros: ``(define "Name" body)`` and what ``("Name" argument ...)``, or the bare string, stands for.

A use is replaced by the body, which is then read again from its start: so a body may use macros, and an argument may be
the name of one. ``#1`` in a body is the first argument; one that is not given, or is ``~``, is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from formal_envs.ludii.errors import hint
from formal_envs.ludii.raw import tokens as t
from formal_envs.ludii.raw.pieces import Frame, Piece, Source, Work, closing, is_close, is_open, name_of, refused

MAX_NESTING = 100  # macros that use macros
_PARAM = re.compile(r"#([0-9]{1,3})")
_NAMED = ("game", "match", "subgame")  # what stands behind these is a name, whatever macro is called so


class Macro(NamedTuple):
    """A macro: its name, the source that it stands in, and its body."""

    name: str
    source: Source
    body: list[Piece]


Library = Callable[[str], "Macro | None"]


def _define(parts: Sequence[Piece]) -> Macro:
    """The macro that ``(define "Name" body)`` writes; ``parts`` are its pieces with its brackets.

    Raises:
        GameError: stage "syntax".
    """
    if len(parts) < 4 or parts[2].kind != t.STRING:
        raise refused(parts[0], 'a macro is written (define "Name" ...)')
    return Macro(name_of(parts[2]), parts[0].frame.source, list(parts[3:-1]))


def take_defines(parts: Sequence[Piece], own: dict[str, Macro]) -> list[Piece]:
    """The parts without their macros, at any depth; ``own`` gets them by name, the first of each name."""
    rest: list[Piece] = []
    index = 0
    while index < len(parts):
        if parts[index].text == "(" and index + 1 < len(parts) and parts[index + 1].text == "define":
            end = closing(parts, index)
            macro = _define(parts[index : end + 1])
            own.setdefault(macro.name, macro)
            index = end
        else:
            rest.append(parts[index])
        index += 1
    return rest


def expand_macros(parts: Sequence[Piece], own: Mapping[str, Macro], library: Library, work: Work) -> list[Piece]:
    """The parts with every use of a macro replaced, of the file's ``own`` ones before those of the ``library``.

    Raises:
        GameError: stage "syntax": macros that use themselves, or that write too much.
    """
    out: list[Piece] = []
    pending = list(reversed(parts))
    while pending:
        piece = pending.pop()
        work.spend(piece)
        if piece.kind == t.STRING:
            name = name_of(piece)
            macro = own.get(name) or library(name)
            if macro and not (len(out) > 1 and out[-1].text in _NAMED and out[-2].kind == t.OPEN):
                use, args = piece, list[list[Piece]]()
                if out and out[-1].text == "(":
                    use = out.pop()
                    args = _arguments(pending, use, work)
                pending += reversed(_Use(macro, args, use, work).body())
                continue
            if not macro and out and out[-1].text == "(":
                raise refused(out[-1], _unknown(name, own), "macro")
        out.append(piece)
    return out


def _unknown(name: str, own: Mapping[str, Macro]) -> str:
    return (
        f"no macro is called {name[:60]!r}{hint(name, own)}; define it in the text, or name the folder of the library "
        "that has it (--defines DIR)"
    )


def _arguments(pending: list[Piece], use: Piece, work: Work) -> list[list[Piece]]:
    """Take the arguments of a use from the pieces to come, and the bracket that closes it.

    A label and its value are one argument, and so are words, numbers and parameters without white space between.
    """
    found: list[list[Piece]] = []
    depth, joined, named = 0, False, False
    while pending:
        piece = pending.pop()
        work.spend(use)
        if depth == 0:
            if piece.kind == t.CLOSE:
                return found
            if not (named or (joined and piece.glued) or (found and piece.glued and piece.text.startswith(".."))):
                found.append([])
        found[-1].append(piece)
        if is_open(piece):
            depth += 1
        elif is_close(piece):
            depth -= 1
        joined = piece.kind == t.WORD or piece.kind == t.PARAM
        named = piece.kind == t.WORD and piece.text.endswith(":")
    raise refused(use, "the bracket of this macro is not closed")


class _Use:
    """One use of a macro."""

    def __init__(self, macro: Macro, args: list[list[Piece]], use: Piece, work: Work):
        self.macro = macro
        self.args = args
        self.use = use
        self.work = work
        self.frame = Frame(macro.source, macro.name, use)
        if self.frame.depth > MAX_NESTING:
            raise refused(use, f"the macro {macro.name[:60]!r} uses itself", "limit")

    def body(self) -> list[Piece]:
        """The macro's body with the arguments put in."""
        written: list[Piece] = []
        for kind, text, glued, start, _ in self.macro.body:
            piece = Piece(kind, text, glued if written else self.use.glued, start, self.frame)
            if kind == t.PARAM:
                given = self.argument(int(text[1:]))
                self.work.spend(piece, len(given))
                if given:
                    written.append(given[0]._replace(glued=piece.glued))
                    written += given[1:]
                elif glued and written and written[-1].text.endswith(":"):
                    written.pop()  # the name of nothing
            elif kind == t.STRING and "#" in text:
                written.append(piece._replace(text=_PARAM.sub(self.in_string, text)))
            else:
                written.append(piece)
        self.work.spend(self.use, len(written))
        return written

    def argument(self, number: int) -> list[Piece]:
        """An argument by its number, from 1."""
        given = self.args[number - 1] if 1 <= number <= len(self.args) else []
        return [] if len(given) == 1 and given[0].text == "~" else given

    def in_string(self, match: re.Match[str]) -> str:
        """What a parameter in a string of the body is: the argument, without its quotes."""
        written = "".join(piece.text.strip('"') for piece in self.argument(int(match[1])))
        self.work.spend(self.use, 0, len(written))
        return written
