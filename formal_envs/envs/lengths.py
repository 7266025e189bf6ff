"""Which tokens leave enough room to end a text within its limit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formal_envs.languages.mask_grammar import Continuation
from formal_envs.languages.plain_rules import read_rules
from formal_envs.languages.shortest import NEVER, Shortest, Trie
from formal_envs.languages.unfinished import EarleyReader, Unfinished

NAME_TOKENS = 4
"""Tokens that are kept free for a name that ``Names`` may ask for in place of the shortest one."""
_PART_TOKENS = 16
"""Tokens that are kept free where one is part of a character: more than the others of it, and what it may cost."""
_KEPT = 64
_FITS = 1 << 11


class Within(NamedTuple):
    """A text as far as it is read.

    Attributes:
        state: what it may become.
        unread: bytes of a character that is not whole.
    """

    state: Unfinished
    unread: bytes = b""


class Lengths:
    """The shortest ways to end texts, for a tokenizer and the grammars that were asked for last.

    Args: pieces, the bytes of each token, none of those that have no text.
    """

    def __init__(self, pieces: Sequence[bytes]):
        self._pieces = pieces
        texts = [_text(piece) for piece in pieces]
        self._trie = Trie([text or "" for text in texts])
        self._row = np.full(-(-len(pieces) // 32) * 32, NEVER, np.int32)
        self._parts = np.array([text is None for text in texts])
        self._ready: dict[tuple[str, str], EarleyReader | None] = {}
        self._fits = lru_cache(_FITS)(self._fitting)

    def begin(self, goal: Continuation) -> Within | None:
        """The beginning of a completion; None where the grammar is not read."""
        key = goal.grammar, goal.named
        if key not in self._ready:
            if len(self._ready) == _KEPT:
                self._ready.clear()
            rules = read_rules(*key, spare=NAME_TOKENS)
            self._ready[key] = rules and EarleyReader(Shortest(rules, self._trie))
        reader = self._ready[key]
        return Within(reader.begin().write(goal.begun)) if reader else None

    def take(self, text: Within, token: int) -> Within | None:
        """The text with a token more; None where no sentence begins so."""
        unread = text.unread + self._pieces[token]
        written = _text(unread)
        if written is None:
            return text._replace(unread=unread)
        state = text.state.write(written)
        return None if state.lost else Within(state)

    def allowed(self, text: Within, room: int) -> NDArray[np.uint8] | None:
        """The tokens behind which so many more are enough, as bits; None where all are.

        A token that is part of a character is one of them where there is room to spare.
        """
        return None if text.unread else self._fits(text.state, room)

    def _fitting(self, state: Unfinished, room: int) -> NDArray[np.uint8] | None:
        ways = state.ways()
        parts = bool(self._parts.any())
        needed = max((first.worst + after for first, after in ways), default=NEVER)
        if parts:
            needed = max(needed, _PART_TOKENS + min((first.best + after for first, after in ways), default=NEVER))
        if needed <= room:
            return None
        row = self._row.copy()
        for first, after in ways:
            if first.best + after <= room:
                row[first.tokens] = np.minimum(row[first.tokens], first.costs + after)
        fits = row <= room
        if parts and row.min() + _PART_TOKENS <= room:
            fits[: len(self._parts)] |= self._parts
        return np.packbits(fits, bitorder="little")


def _text(piece: bytes) -> str | None:
    """The text of bytes; None where they end in a character or begin in one."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return None
