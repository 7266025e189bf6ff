"""Tokenizers between texts and token ids: a task's words, single characters, or any of Hugging Face's."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, Protocol

from formal_envs.errors import ConfigError, ParseFailure, unknown
from formal_envs.model_hub import check_name

SPECIAL_TOKENS = ("<bos>", "<eos>", "<pad>")
"""What BOS, EOS and PAD of a VocabularyTokenizer are called where it is saved in Hugging Face's form."""


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
        pattern: a regular expression that matches the longest token at a place; Python's and Oniguruma's alike.

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
        self.pattern = longest_match(self.tokens)
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


def longest_match(words: Iterable[str]) -> str:
    """A regular expression that matches the longest of the ``words`` at a place: their trie, written as a pattern.

    A match takes time in the length of the word, however many words there are; a flat alternation would try them all.
    """
    ordered = sorted(words)
    branches = []
    for _, group in groupby(filter(None, ordered), key=lambda word: word[0]):
        same = list(group)
        pairs = zip(same[0], same[-1], strict=False)  # sorted, so that the others share what these two share
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        branches.append(re.escape(same[0][:shared]) + longest_match(word[shared:] for word in same))
    if not branches:
        return ""
    if ordered[0]:  # no word ends here
        return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{'|'.join(branches)})?"


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
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False)
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids, leaving out special tokens."""
        text: str = self.tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text


def load_tokenizer(
    name: str, charset: str, vocabulary: Sequence[str] = ()
) -> VocabularyTokenizer | HuggingFaceTokenizer:
    """A tokenizer by name, for the texts of a task.

    Args:
        name: "word", "char", or the path or hub id of a Hugging Face tokenizer; a folder in which a VocabularyTokenizer
            was saved, with its checkpoint, gives that one back.
        charset: the task's characters, the tokens of "char".
        vocabulary: the task's words, the tokens of "word"; empty where it has none.

    Raises:
        ConfigError: the task has no words, or nothing is found under that name, or what was saved cannot write the
            task's words.
    """
    if name == "word":
        if not vocabulary:
            raise ConfigError(
                "with these options the task has no list of words: use tokenizer='char', or the path or hub id of a "
                "Hugging Face tokenizer"
            )
        return VocabularyTokenizer(vocabulary)
    if name == "char":
        return char_tokenizer(charset)
    if saved := _saved_vocabulary(Path(name)):
        _check_words(saved, name, charset, vocabulary)
        return saved
    near = difflib.get_close_matches(name, ("word", "char"), cutoff=0.7)
    if near and not os.path.exists(name):  # before a hub is asked
        raise unknown("tokenizer", name, ("word", "char"))
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise ConfigError(
            f"tokenizer {name!r} needs transformers: pip install 'formal-envs[train]', or use 'word' or 'char'"
        ) from None
    check_name(name, "tokenizer", "Expected 'word', 'char', or the path or hub id of a Hugging Face tokenizer")
    try:
        loaded = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"unknown tokenizer {name!r}; expected 'word', 'char', or the path or hub id of a Hugging Face tokenizer "
            f"({str(error).partition(chr(10))[0]})"
        ) from None
    except TypeError as error:  # transformers 4 opens a file whose name is None where a folder has no tokenizer's files
        raise _no_tokenizer(name) from error
    if len(loaded) <= len(loaded.all_special_ids):  # what transformers 5 makes of such a folder
        raise _no_tokenizer(name)
    return HuggingFaceTokenizer(loaded)


def _no_tokenizer(name: str) -> ConfigError:
    return ConfigError(f"there is no tokenizer at {name!r}; save one there, or use another")


def _saved_vocabulary(folder: Path) -> VocabularyTokenizer | None:
    """The VocabularyTokenizer that was saved in a folder, with its ids; None where none was."""
    try:
        model = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]
        kind, unknown_token, ids = model["type"], model["unk_token"], model["vocab"]
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or it is of another kind
        return None
    if kind != "WordLevel" or unknown_token != SPECIAL_TOKENS[-1]:
        return None
    *tokens, bos, eos, pad = sorted(ids, key=ids.__getitem__)
    return VocabularyTokenizer(tokens) if (bos, eos, pad) == SPECIAL_TOKENS else None


def _check_words(tokenizer: VocabularyTokenizer, name: str, charset: str, vocabulary: Sequence[str]) -> None:
    """Raise a ConfigError where a tokenizer has no tokens for words of a task, not even for their characters."""
    missing = [word for word in vocabulary or charset if set(word) <= set(charset) and not _writes(tokenizer, word)]
    if missing:
        raise ConfigError(
            f"the tokens saved in {name!r} cannot write words of the task, {len(missing)} in all, such as "
            f"{missing[0]!r}: the model was trained on another task or with other options, or the task has new words "
            "since then. Train a new model, or use the options and the version of formal-envs that it was trained with"
        )


def _writes(tokenizer: VocabularyTokenizer, text: str) -> bool:
    try:
        tokenizer.encode(text)
    except ParseFailure:
        return False
    return True
