"""Arithmetic problems as token ids, made from their arrays of symbols without any text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from formal_envs.tasks.arithmetic.problems import ArithmeticProblems
from formal_envs.tasks.arithmetic.symbols import ABSENT, SYMBOLS
from formal_envs.tokenizers import Tokenizer, VocabularyTokenizer


class SymbolEncoder:
    """Gives the tokens of prompts, one token per symbol.

    Attributes:
        max_prompt_tokens, max_solution_tokens: bounds on the tokens of a problem.
    """

    def __init__(self, ids: NDArray[np.integer[Any]], max_prompt_tokens: int, max_solution_tokens: int):
        self._ids = ids
        self.max_prompt_tokens = max_prompt_tokens
        self.max_solution_tokens = max_solution_tokens

    def encode(self, problems: ArithmeticProblems) -> NDArray[np.integer[Any]]:
        """The prompts of n problems, (n, max_prompt_tokens): right-aligned, with PAD before them."""
        symbols = problems.prompt_symbols
        present = symbols != ABSENT
        if not (present[:, :-1] & ~present[:, 1:]).any():  # nothing stands between the symbols, or after them
            return self._ids[symbols]
        rows = np.full_like(symbols, self._ids[ABSENT], dtype=self._ids.dtype)
        width = rows.shape[1]
        counts = np.count_nonzero(present, axis=1)[:, None]
        rows[np.arange(width) >= width - counts] = self._ids[symbols[present]]
        return rows


def symbol_ids(tokenizer: Tokenizer, max_number: int, charset: str) -> NDArray[np.integer[Any]] | None:
    """The token of each symbol, negative ones counting from the end; None where a symbol is not exactly one token.

    Args:
        tokenizer: whose ids they are.
        max_number: numbers are 0 to this.
        charset: the other characters, and digits.
    """
    if not isinstance(tokenizer, VocabularyTokenizer) or max_number >= len(tokenizer.tokens):
        return None
    known = set(tokenizer.tokens)
    if not {str(n) for n in range(max_number + 1)} <= known:
        return None
    if any(len(token) > 1 and not token.isdigit() for token in tokenizer.tokens):
        return None  # a token may take several symbols
    if not set(charset) - set("0123456789") <= known:
        return None
    texts = [*map(str, range(max_number + 1)), "", *reversed(SYMBOLS)]  # -1 is the first of SYMBOLS, -7 is ABSENT
    ids = [tokenizer.encode(text)[0] if text in known else tokenizer.pad_id for text in texts]
    return np.array(ids, np.min_scalar_type(tokenizer.vocab_size - 1))
