"""What a task may offer besides its problems, so that environments are faster for it without knowing it."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from formal_envs.score import Reward
from formal_envs.tokenizers import Tokenizer


class Encoder(Protocol):
    """Gives the tokens of prompts without their texts.

    Attributes:
        max_prompt_tokens, max_solution_tokens: bounds on the tokens of a problem.
    """

    max_prompt_tokens: int
    max_solution_tokens: int

    def encode(self, problems: Any) -> NDArray[np.integer[Any]]:
        """The prompts of n problems, (n, max_prompt_tokens): right-aligned, with PAD before them."""
        ...


@runtime_checkable
class Encoded(Protocol):
    """A task whose problems become tokens faster than by way of text."""

    def encoder(self, tokenizer: Tokenizer) -> Encoder | None:
        """What gives the tokens of this tokenizer; None where it needs the texts."""
        ...


class Answers(NamedTuple):
    """Scores of n completions as arrays.

    Attributes:
        values_and_parts: (1 + parts, n), the scores' values, then their parts.
        failures: (n,) of str or None.
        completions: (n,) of str, the texts that were scored.
    """

    values_and_parts: NDArray[np.float64]
    failures: NDArray[np.object_]
    completions: NDArray[np.object_]


class AnswerTable(Protocol):
    """Scores of one-token completions that are looked up.

    Attributes:
        parts: the names of the scores' parts.
    """

    parts: tuple[str, ...]

    def keys(self, problems: Any) -> NDArray[np.int64]:
        """What a score depends on besides the token, (n, k) for n problems."""
        ...

    def look_up(self, keys: NDArray[np.int64], observations: NDArray[np.int64]) -> Answers:
        """The scores of n answers: keys (n, k), observations (n, window) with the answers at their end."""
        ...


@runtime_checkable
class Tabulated(Protocol):
    """A task whose one-token answers can be scored by a table."""

    def answer_table(self, reward: Reward, tokenizer: Tokenizer) -> AnswerTable | None:
        """The table for completions of one token; None where scores depend on more than it holds."""
        ...
