"""Scores of one-token answers to arithmetic problems, looked up instead of worked out anew.

The prompt of a problem with ``answer="number"`` is a correct chain up to its last ``=``, which adds nothing to the
error. So what ArithmeticReward makes of the next token depends on three numbers: the statements before it, which the
failure names, their value, and the token. An entry is worked out by the reward itself when it is first asked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formal_envs.tasks.arithmetic.problems import ArithmeticProblems
from formal_envs.tasks.arithmetic.reward import ArithmeticReward
from formal_envs.tasks.protocol import Answers
from formal_envs.tokenizers import Tokenizer


class ArithmeticAnswers:
    """What a reward gives for each number of operands, value and token.

    Attributes:
        parts: the names of the scores' parts.

    Args:
        reward: what scores.
        tokenizer: of the answers.
        max_terms, max_number: the most operands of a problem, and the largest number in one.
    """

    def __init__(self, reward: ArithmeticReward, tokenizer: Tokenizer, max_terms: int, max_number: int):
        self.parts = tuple(reward.score("", "").parts)
        self._reward = reward
        self._tokenizer = tokenizer
        self._shape = (max_terms + 1, 2 * max_number + 1, tokenizer.vocab_size)
        self._offset = max_number
        size = int(np.prod(self._shape))
        self._known = np.zeros(size, bool)
        self._values_and_parts = np.zeros((1 + len(self.parts), size))  # the scores' values, then their parts
        self._failures = np.empty(size, object)
        self._completions = np.array([tokenizer.decode([token]) for token in range(tokenizer.vocab_size)], object)

    def keys(self, problems: ArithmeticProblems) -> NDArray[np.int64]:
        """Operands and value of each problem, (n, 2)."""
        return np.stack((problems.terms, problems.values), axis=1).astype(np.int64)

    def look_up(self, keys: NDArray[np.int64], observations: NDArray[np.int64]) -> Answers:
        """The scores of n answers.

        Args: keys (n, 2), operands and value of each problem; observations (n, window) with the answers at their end.
        """
        tokens = observations[:, -1]
        terms, values = keys.T
        index = (terms * self._shape[1] + values + self._offset) * self._shape[2] + tokens
        for row in np.flatnonzero(~self._known[index]):
            prompt = self._tokenizer.decode(observations[row, :-1].tolist())
            score = self._reward.score(prompt, self._completions[tokens[row]])
            self._values_and_parts[:, index[row]] = score.value, *(score.parts[name] for name in self.parts)
            self._failures[index[row]] = score.failure
            self._known[index[row]] = True
        return Answers(self._values_and_parts[:, index], self._failures[index], self._completions[tokens])
