"""Scores of one-token answers to arithmetic problems, looked up instead of worked out anew.

The prompt of a problem with ``answer="number"`` is a correct chain up to its last ``=``, which adds nothing to the
error. So what ArithmeticReward makes of the next token depends on three numbers: the statements before it, which the
failure names, their value, and the token. An entry is worked out by the reward itself when it is first asked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formal_envs.envs.token import TokenLayout
from formal_envs.rewards.arithmetic import ArithmeticReward
from formal_envs.score import Reward
from formal_envs.tasks import Task
from formal_envs.tasks.arithmetic import ArithmeticTask


class AnswerTable:
    """What a reward gives for each number of operands, value and token.

    Attributes:
        parts: the names of the scores' parts.
    """

    def __init__(self, reward: ArithmeticReward, task: ArithmeticTask, layout: TokenLayout):
        self.parts = tuple(reward.score("", "").parts)
        self._reward = reward
        self._layout = layout
        self._shape = (task.max_terms + 1, 2 * task.max_number + 1, layout.tokenizer.vocab_size)
        self._offset = task.max_number
        size = int(np.prod(self._shape))
        self._known = np.zeros(size, bool)
        self._numbers = np.zeros((1 + len(self.parts), size))  # the scores' values, then their parts
        self._failures = np.empty(size, object)
        decode = layout.tokenizer.decode
        self._completions = np.array([decode([token]) for token in range(self._shape[2])], object)

    def look_up(
        self, terms: NDArray[np.int64], values: NDArray[np.int64], observations: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.object_], NDArray[np.object_]]:
        """The scores of n answers.

        Args: terms (n,) and values (n,) of the problems; observations (n, window) with the answers in them.
        Returns: the scores' values and parts (1 + parts, n), failures (n,), and completions (n,).
        """
        tokens = observations[:, -1]
        index = (terms * self._shape[1] + values + self._offset) * self._shape[2] + tokens
        for row in np.flatnonzero(~self._known[index]):
            prompt = self._layout.tokenizer.decode(observations[row, :-1].tolist())
            score = self._reward.score(prompt, self._completions[tokens[row]])
            self._numbers[:, index[row]] = score.value, *(score.parts[name] for name in self.parts)
            self._failures[index[row]] = score.failure
            self._known[index[row]] = True
        return self._numbers[:, index], self._failures[index], self._completions[tokens]


def answer_table(reward: Reward, task: Task, layout: TokenLayout) -> AnswerTable | None:
    """The table for these, or None where scores depend on more than it holds."""
    one_token = layout.max_tokens == 1 and layout.reads_symbols
    if one_token and type(reward) is ArithmeticReward and isinstance(task, ArithmeticTask) and task.answer == "number":
        return AnswerTable(reward, task, layout)
    return None
