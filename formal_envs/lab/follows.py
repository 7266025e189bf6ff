"""What could follow a text by its task's grammar: what masks would allow next."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import Any

from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.lab.forms import Chosen
from formal_envs.languages.mask_grammar import Grammatical
from formal_envs.tasks import Task
from formal_envs.tokenizers import VocabularyTokenizer

MAX_TOKENS = 2_000
"""Longest text that is looked at, in tokens."""
_SHOWN = 120


def follows(chosen: Chosen, task: Task, prompt: str, begun: str) -> dict[str, Any]:
    """The tokens that can follow a beginning of a completion.

    Where the beginning itself leaves the grammar, those at the first place where it does.

    Args:
        chosen: what the task was made of.
        task: with a grammar or without.
        prompt: of the completion.
        begun: the beginning.

    Returns: ``at``, the place in characters; ``tokens``, the first of those that may follow, in order, and how many
    ``more`` there are; ``end``, whether the text may end there. Or ``why`` there is nothing to say; None where the task
    has no grammar.
    """
    if not isinstance(task, Grammatical):
        return {"why": None}
    try:
        masks, tokenizer = _masks(chosen, task)
    except ConfigError as error:
        return {"why": str(error)}
    ids = _encoded(tokenizer, begun)
    if len(ids) > MAX_TOKENS:
        return {"why": f"only the first {MAX_TOKENS:,} tokens are looked at"}
    try:
        masks.begin(0, prompt)
    except (ConfigError, ParseFailure, IndexError, ValueError):
        return {"why": "the task's grammar says nothing of such a prompt"}
    at = 0
    for token in ids:
        if not masks.bits[0, token >> 3] >> (token & 7) & 1:
            break
        masks.take(0, token)
        at += len(tokenizer.tokens[token])
    allowed = masks.rows[0].nonzero()[0].tolist()
    words = sorted((tokenizer.tokens[token] for token in allowed if token < len(tokenizer.tokens)), key=_order)
    return {
        "at": at,
        "tokens": list(islice(words, _SHOWN)),
        "more": max(len(words) - _SHOWN, 0),
        "end": tokenizer.eos_id in allowed,
    }


@lru_cache(8)
def _masks(chosen: Chosen, task: Task) -> tuple[Any, VocabularyTokenizer]:
    from formal_envs.envs.masks import GrammarMasks

    tokenizer = VocabularyTokenizer(task.vocabulary or tuple(task.charset))
    return GrammarMasks(task, tokenizer), tokenizer


def _encoded(tokenizer: VocabularyTokenizer, text: str) -> list[int]:
    """The tokens of a text, as far as there are some."""
    try:
        return tokenizer.encode(text)
    except ParseFailure as failure:
        return tokenizer.encode(text[: failure.column])


def _order(word: str) -> tuple[bool, str]:
    """Words before single characters."""
    return len(word) == 1, word
