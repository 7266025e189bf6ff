"""Tokenizers between texts and token ids: the paper's words, single characters, or any of Hugging Face's."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from formal_envs.errors import ConfigError, ParseFailure, unknown


class Tokenizer(Protocol):
    """Turns text into token ids and back.

    Attributes:
        vocab_size: ids lie in 0..vocab_size - 1.
        pad_id, bos_id, eos_id: the special tokens' ids.
    """

    vocab_size: int
    pad_id: int
    bos_id: int
    eos_id: int

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without special tokens."""
        ...

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids, leaving out special tokens."""
        ...


class VocabularyTokenizer:
    """A fixed list of tokens; a text is cut greedily into the longest that fit. BOS, EOS and PAD follow the list.

    Attributes:
        tokens: the list; a token's id is its place.
        pattern: a regular expression that matches the longest token at a place.

    Raises:
        ConfigError: there is no token, or one is empty or occurs twice.
    """

    def __init__(self, tokens: Sequence[str]):
        self.tokens = tuple(tokens)
        if not self.tokens or len(set(self.tokens)) < len(self.tokens) or "" in self.tokens:
            raise ConfigError("expected at least one token, all of them distinct and none of them empty")
        size = len(self.tokens)
        self.bos_id, self.eos_id, self.pad_id = size, size + 1, size + 2
        self.vocab_size = size + 3
        self._ids = {token: number for number, token in enumerate(self.tokens)}
        self._pieces = [*self.tokens, "", "", ""]
        self.pattern = "|".join(re.escape(token) for token in sorted(self.tokens, key=len, reverse=True))
        self._lexer = re.compile(self.pattern)

    def encode(self, text: str) -> list[int]:
        """Ids of a text.

        Raises:
            ParseFailure: a part of the text is in no token.
        """
        found = self._lexer.findall(text)
        if sum(map(len, found)) != len(text):
            column = 0
            while match := self._lexer.match(text, column):
                column = match.end()
            raise ParseFailure(f"no token for {text[column]!r}", text, column)
        return [self._ids[token] for token in found]

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids, leaving out special tokens."""
        return "".join([self._pieces[i] for i in ids])


def word_tokenizer(symbols: str = "+*=") -> VocabularyTokenizer:
    """The paper's vocabulary: the integers 0..99, whose ids are their values, and the ``symbols``."""
    return VocabularyTokenizer([*map(str, range(100)), *symbols])


def char_tokenizer(charset: str) -> VocabularyTokenizer:
    """A token for each character of ``charset``."""
    return VocabularyTokenizer(sorted(set(charset)))


class HuggingFaceTokenizer:
    """Any Hugging Face tokenizer, seen as a Tokenizer. A missing PAD or BOS is replaced by EOS.

    Args:
        tokenizer: a ``transformers`` tokenizer with an EOS token.
    """

    def __init__(self, tokenizer: Any):
        if tokenizer.eos_token_id is None:
            raise ConfigError("the tokenizer has no EOS token; set tokenizer.eos_token first")
        self.tokenizer = tokenizer
        self.vocab_size = len(tokenizer)
        self.eos_id = int(tokenizer.eos_token_id)
        self.bos_id = self.eos_id if tokenizer.bos_token_id is None else int(tokenizer.bos_token_id)
        self.pad_id = self.eos_id if tokenizer.pad_token_id is None else int(tokenizer.pad_token_id)

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without special tokens."""
        return self.tokenizer.encode(text, add_special_tokens=False)

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids, leaving out special tokens."""
        return self.tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)


def load_tokenizer(name: str, charset: str, largest: int) -> VocabularyTokenizer | HuggingFaceTokenizer:
    """A tokenizer by name, for texts over ``charset`` whose numbers go up to ``largest``.

    Args:
        name: "word", "char", or the path or hub id of a Hugging Face tokenizer.

    Raises:
        ConfigError: the numbers do not fit the word vocabulary, or nothing is found under that name.
    """
    if name == "word":
        if largest > 99:
            raise ConfigError(f"the word vocabulary holds 0..99 and this task reaches {largest}; use tokenizer='char'")
        return word_tokenizer("+*=" + "".join(c for c in charset if c not in "0123456789+*="))
    if name == "char":
        return char_tokenizer(charset)
    near = difflib.get_close_matches(name, ("word", "char"), cutoff=0.7)
    if near and not os.path.exists(name):  # before a hub is asked
        raise unknown("tokenizer", name, ("word", "char"))
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise ConfigError(
            f"tokenizer {name!r} needs transformers: pip install 'formal-envs[train]', or use 'word' or 'char'"
        ) from None
    try:
        loaded = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"unknown tokenizer {name!r}; expected 'word', 'char', or the path or hub id of a Hugging Face tokenizer "
            f"({str(error).partition(chr(10))[0]})"
        ) from None
    return HuggingFaceTokenizer(loaded)
