"""llguidance with a tokenizer, as masks use it."""

from __future__ import annotations

import os
from collections.abc import Hashable, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formal_envs.envs.lengths import Lengths
from formal_envs.errors import ConfigError
from formal_envs.languages.mask_grammar import Continuation, Names
from formal_envs.tokenizers import HuggingFaceTokenizer, Tokenizer, VocabularyTokenizer

KEPT = 64
"""Grammars that are kept ready for further texts."""

_KEPT_NAMES = 4096  # rows of bits


class MaskReader:
    """llguidance with the tokens of a tokenizer and the grammars that it read last, which masks share.

    Raises:
        ConfigError: llguidance is missing, or cannot read the tokenizer.
    """

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._library = _llguidance()
        self._vocabulary = _vocabulary(self._library, tokenizer)
        self._ready: dict[str, Any] = {}
        self.texts = [tokenizer.decode([token]) for token in range(tokenizer.vocab_size)]
        self._named: dict[Hashable, NDArray[np.uint8]] = {}
        self._joined: dict[int, NDArray[np.uint8] | None] = {}

    @cached_property
    def lengths(self) -> Lengths:
        """The shortest ways to end texts."""
        if not isinstance(self._tokenizer, HuggingFaceTokenizer):
            return Lengths([text.encode() for text in self.texts])
        ends = {self._tokenizer.bos_id, self._tokenizer.eos_id, self._tokenizer.pad_id}
        special = (token in ends or self._vocabulary.is_special_token(token) for token in range(len(self.texts)))
        return Lengths([b"" if each else self._vocabulary.decode_bytes([n]) for n, each in enumerate(special)])

    def __reduce__(self) -> tuple[Any, ...]:
        return MaskReader, (self._tokenizer,)

    def matcher(self, goal: Continuation) -> Any:
        """The state of llguidance at the beginning of a completion."""
        if goal.grammar not in self._ready:
            if len(self._ready) == KEPT:
                self._ready.clear()
            matcher = self._library.LLMatcher(self._vocabulary, self._library.LLMatcher.grammar_from_lark(goal.grammar))
            self._ready[goal.grammar] = working(matcher)
        matcher = self._ready[goal.grammar].deep_copy()
        if goal.begun:
            matcher.consume_tokens(self._tokenizer.encode(goal.begun))
        return matcher

    def joined(self, token: int) -> NDArray[np.uint8] | None:
        """The tokens that are one token with this one before them, as bits (bytes,); None where there are none.

        A tokenizer that takes the longest token at a place never writes the two.
        """
        if token not in self._joined:
            ids = self._joins.get(self.texts[token], ())
            rows = np.zeros(-(-len(self.texts) // 32) * 32, bool)
            rows[list(ids)] = True
            self._joined[token] = np.packbits(rows, bitorder="little") if ids else None
        return self._joined[token]

    @cached_property
    def _joins(self) -> dict[str, list[int]]:
        """For texts of tokens those that make a token with them."""
        found: dict[str, list[int]] = {}
        if isinstance(self._tokenizer, VocabularyTokenizer):
            ids = {text: token for token, text in enumerate(self._tokenizer.tokens)}
            for text in ids:
                for cut in range(1, len(text)):
                    if text[:cut] in ids and text[cut:] in ids:
                        found.setdefault(text[:cut], []).append(ids[text[cut:]])
        return found

    def named(self, names: Names) -> NDArray[np.uint8]:
        """The tokens that may follow for the names' sake, as bits (bytes,)."""
        key = names.key()
        if key not in self._named:
            if len(self._named) == _KEPT_NAMES:
                self._named.clear()
            rows = np.zeros(-(-len(self.texts) // 32) * 32, bool)
            rows[: len(self.texts)] = True if key is None else names.allowed(self.texts)
            self._named[key] = np.packbits(rows, bitorder="little")
        return self._named[key]

    def fill(self, matchers: Sequence[Any], rows: Sequence[int], bits: NDArray[np.uint8]) -> None:
        """Write what may come next in each of these states into its row of bits (n, bytes)."""
        words = bits.view(np.int32)
        if len(matchers) == 1:
            self._library.numpy.fill_next_token_bitmask(matchers[0], words, rows[0])
        elif matchers:
            pairs = list(zip(matchers, rows, strict=True))
            self._library.numpy.fill_next_token_bitmask_par(_executor(self._library, os.getpid()), pairs, words)


@cache
def _executor(library: Any, process: int) -> Any:
    """Threads that fill masks; of one process, because they do not outlive a fork."""
    return library.LLExecutor()


def working(matcher: Any) -> Any:
    """The same, if all is well with it."""
    if matcher.is_error():
        raise ConfigError(f"the masks' library llguidance cannot use this grammar: {matcher.get_error().strip()[:500]}")
    return matcher


def _llguidance() -> Any:
    try:
        import llguidance
        import llguidance.numpy
    except ImportError:
        raise ConfigError("mask='grammar' needs llguidance: pip install 'formal-envs[masks]'") from None
    return llguidance


def _vocabulary(library: Any, tokenizer: Tokenizer) -> Any:
    """A tokenizer's tokens as llguidance sees them: bytes, and those that have no text as special ones."""
    if isinstance(tokenizer, HuggingFaceTokenizer):
        from llguidance.hf import from_tokenizer

        try:
            return from_tokenizer(tokenizer.tokenizer, tokenizer.vocab_size, tokenizer.eos_id)
        except ValueError as error:
            raise ConfigError(f"mask='grammar' cannot read this tokenizer: {error}") from None
    return library.LLTokenizer(library.TokenizerWrapper(_Tokens(tokenizer)), eos_token=tokenizer.eos_id, slices=[])


class _Tokens:
    """A tokenizer with the names that llguidance asks for; it never has to cut a text."""

    def __init__(self, tokenizer: Tokenizer):
        texts = [tokenizer.decode([token]).encode() for token in range(tokenizer.vocab_size)]
        self.eos_token_id, self.bos_token_id = tokenizer.eos_id, tokenizer.bos_id
        self.tokens = [text or b"<%d>" % token for token, text in enumerate(texts)]
        self.special_token_ids = [token for token, text in enumerate(texts) if not text]

    def __call__(self, text: str | bytes) -> list[int]:
        return []
