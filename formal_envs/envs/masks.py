"""Masks from a grammar: the tokens that can still lead to a sentence, whatever the tokenizer, by llguidance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from formal_envs.errors import ConfigError, check_choice
from formal_envs.tasks import Task
from formal_envs.tasks.plain_grammar import Continuation, Grammatical
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.tokenizers import HuggingFaceTokenizer, Tokenizer

KEPT = 64
"""Grammars that are kept ready for further texts."""

_DEAD_END = (
    "llguidance takes the longest token at every place, where the grammar's own lexer takes another; make them differ, "
    "or use parser='earley'. Or the tokenizer lacks the characters that would have to follow"
)


class _Text(NamedTuple):
    """A text under way: its prompt, what it has to become, its tokens so far, and llguidance's state."""

    prompt: str
    goal: Continuation
    tokens: list[int]
    matcher: Any


class GrammarMasks:
    """Which tokens may come next in n texts that are written at the same time.

    A token may come next if the text can still become a sentence with it; EOS exactly where it is one. White space that
    the grammar ignores may stand before a sentence and in it, not behind it. Where no token can lead to a sentence any
    more, because one was taken that is forbidden, EOS alone is left.

    Attributes:
        rows: (n, vocab) int8, 1 for the tokens that may come next.

    Args:
        task: whose grammar it is.
        tokenizer: of the texts.
        count: n.

    Raises:
        ConfigError: the task has no grammar, llguidance is missing, or it cannot read the grammar or the tokenizer.
    """

    def __init__(self, task: Task, tokenizer: Tokenizer, count: int = 1):
        if not isinstance(task, Grammatical):
            raise ConfigError(f"mask='grammar' needs a task with a grammar, which {type(task).__name__} has not")
        self._made_of = (task, tokenizer, count)
        self._task = task
        self._tokenizer = tokenizer
        self._ends = [tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]
        self._library = _llguidance()
        self._vocabulary = _vocabulary(self._library, tokenizer)
        self._ready: dict[str, Any] = {}
        self._texts: list[_Text | None] = [None] * count
        self._bits = np.zeros((1, -(-tokenizer.vocab_size // 32)), np.int32)
        self.rows = np.zeros((count, tokenizer.vocab_size), np.int8)
        first = task.sample(problem_keys(seeded_stream(0), np.arange(1))).prompts[0]
        self._matcher(task.continuation(first))  # what is wrong with the grammar shows here

    def __reduce__(self) -> tuple[Any, ...]:
        begun = [text and (text.prompt, text.tokens) for text in self._texts]
        return _restored, (self._made_of, begun)

    def begin(self, slot: int, prompt: str) -> None:
        """Begin a text after this prompt."""
        goal = self._task.continuation(prompt)
        self._texts[slot] = _Text(prompt, goal, [], self._matcher(goal))
        self._fill(slot)

    def take(self, slot: int, token: int) -> None:
        """Append a token to the text of a slot.

        Raises:
            ConfigError: llguidance gave up on a token that may come next, as the grammar is too ambiguous for it, or
                says that it may, and nothing can follow it.
        """
        text = self._texts[slot]
        assert text is not None
        text.tokens.append(token)
        if self.rows[slot, token] and token not in self._ends:
            text.matcher.consume_token(token)
            self._fill(slot)
        else:
            self._only_eos(slot)

    def _matcher(self, goal: Continuation) -> Any:
        """The state of llguidance at the beginning of a completion."""
        if goal.grammar not in self._ready:
            if len(self._ready) == KEPT:
                self._ready.clear()
            matcher = self._library.LLMatcher(self._vocabulary, self._library.LLMatcher.grammar_from_lark(goal.grammar))
            self._ready[goal.grammar] = _working(matcher)
        matcher = self._ready[goal.grammar].deep_copy()
        if goal.begun:
            matcher.consume_tokens(self._tokenizer.encode(goal.begun))
        return _working(matcher)

    def _fill(self, slot: int) -> None:
        text = self._texts[slot]
        assert text is not None
        self._library.numpy.fill_next_token_bitmask(text.matcher, self._bits)
        _working(text.matcher)
        row = np.unpackbits(self._bits.view(np.uint8)[0], bitorder="little")[: self.rows.shape[1]].view(np.int8)
        row[self._ends] = 0
        row[self._tokenizer.eos_id] = self._is_sentence(text)
        if not row.any():
            begun = text.goal.begun + self._tokenizer.decode(text.tokens)
            raise ConfigError(f"no token can follow {begun!r}: {_DEAD_END}")
        self.rows[slot] = row

    def _is_sentence(self, text: _Text) -> bool:
        language = text.goal.language
        if not text.matcher.is_accepting():
            return False
        return language is None or language.accepts(text.goal.begun + self._tokenizer.decode(text.tokens))

    def _only_eos(self, slot: int) -> None:
        self.rows[slot] = 0
        self.rows[slot, self._tokenizer.eos_id] = 1


def grammar_masks(mask: str, task: Task, tokenizer: Tokenizer, count: int = 1) -> GrammarMasks | None:
    """The masks of ``mask="grammar"``; None for ``mask="any"``."""
    return GrammarMasks(task, tokenizer, count) if check_choice("mask", mask, ("any", "grammar")) == "grammar" else None


def _restored(made_of: tuple[Any, ...], begun: Sequence[tuple[str, list[int]] | None]) -> GrammarMasks:
    """The masks of a pickle: the texts are written again."""
    masks = GrammarMasks(*made_of)
    for slot, text in enumerate(begun):
        if text:
            masks.begin(slot, text[0])
            for token in text[1]:
                masks.take(slot, token)
    return masks


def _working(matcher: Any) -> Any:
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
