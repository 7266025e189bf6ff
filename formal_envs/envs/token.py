"""The token form of a task: the completion is written one token at a time, and scored at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Discrete, MultiDiscrete
from numpy.typing import NDArray

from formal_envs.envs.masks import GrammarMasks
from formal_envs.envs.text import TaskEnv
from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.score import Reward
from formal_envs.tasks import Problems, Task
from formal_envs.tasks.protocol import Encoded, Encoder
from formal_envs.tokenizers import Tokenizer, VocabularyTokenizer, load_tokenizer

MAX_TOKENS = 100_000
"""The largest ``max_tokens``."""


class TokenLayout:
    """Where the tokens of prompt and completion stand in an observation, and which tokens may come next.

    Prompts are right-aligned in the first ``prompt_positions`` positions, behind PAD; completions fill the
    ``max_tokens`` positions after them from the left, PAD following. No token moves while an episode lasts.

    Attributes:
        tokenizer: turns texts into ids and back.
        prompt_positions, max_tokens, window: positions of prompts, of completions, and of both.
        first_mask, later_mask: (vocab,) int8, 1 for the tokens that may be the completion's first, and any later one.
            BOS and PAD never may, EOS not first.
        ends: (vocab,) bool, the tokens that end an episode: EOS, BOS and PAD.

    Args:
        task: whose texts are laid out.
        tokenizer: "word" (the task's vocabulary), "char", the path or hub id of a Hugging Face tokenizer, or a
            Tokenizer.
        max_tokens: the most tokens of a completion, EOS included. None: one, where one token can hold every
            solution, otherwise enough for the longest solution and EOS.
        mask: "any", or "grammar": the task's grammar decides which tokens may come next, by ``masks``.

    Raises:
        ConfigError: the tokenizer cannot be used for the task, ``max_tokens`` is out of range, or there are no masks.
    """

    def __init__(
        self, task: Task, tokenizer: str | Tokenizer = "word", max_tokens: int | None = None, mask: str = "any"
    ):
        if isinstance(tokenizer, str):
            tokenizer = load_tokenizer(tokenizer, task.charset, task.vocabulary)
        self.tokenizer: Tokenizer = tokenizer
        self._encoder = task.encoder(tokenizer) if isinstance(task, Encoded) else None
        prompt_bound, solution_bound = _token_bounds(task, tokenizer, self._encoder)
        if max_tokens is None:
            max_tokens = 1 if solution_bound == 1 else solution_bound + 1
        self.max_tokens = check_integer("max_tokens", max_tokens, 1, MAX_TOKENS)
        self.prompt_positions = prompt_bound
        self.window = self.prompt_positions + self.max_tokens
        size = tokenizer.vocab_size
        self.ends = np.zeros(size, bool)
        self.ends[[tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]] = True
        self.first_mask = (~self.ends).astype(np.int8)
        self.later_mask = self.first_mask.copy()
        self.later_mask[tokenizer.eos_id] = 1
        self._id_type = np.min_scalar_type(size - 1)
        self.observation_space = MultiDiscrete(np.full(self.window, size))
        self.action_space = Discrete(size)
        masked = check_choice("mask", mask, ("any", "grammar")) == "grammar"
        self._masks = GrammarMasks(task, tokenizer) if masked else None

    def masks(self, count: int) -> GrammarMasks | None:
        """New masks from the grammar, of so many texts; None where it does not decide."""
        return self._masks and self._masks.of(count)

    def observations(self, problems: Problems) -> NDArray[np.integer[Any]]:
        """Observations (n, window), of the smallest type, of problems whose completions have not begun."""
        if self._encoder:
            prompts = self._encoder.encode(problems)
            rows = np.full((len(prompts), self.window), self.tokenizer.pad_id, self._id_type)
            rows[:, : self.prompt_positions] = prompts
            return rows
        rows = np.full((len(problems.prompts), self.window), self.tokenizer.pad_id, self._id_type)
        for row, prompt in zip(rows, problems.prompts, strict=True):
            ids = self.tokenizer.encode(prompt)
            if len(ids) > self.prompt_positions:
                raise ConfigError(f"the tokenizer needs {len(ids)} tokens for a prompt of {len(prompt)} characters")
            row[self.prompt_positions - len(ids) : self.prompt_positions] = ids
        return rows

    def completion(self, observation: NDArray[np.int64], length: int) -> str:
        """The text of the ``length`` tokens that the completion has; those that end it have no text."""
        return self.tokenizer.decode(observation[self.prompt_positions : self.prompt_positions + length].tolist())


def _token_bounds(task: Task, tokenizer: Tokenizer, encoder: Encoder | None) -> tuple[int, int]:
    """The most tokens that a prompt and a solution take."""
    if encoder:
        return encoder.max_prompt_tokens, encoder.max_solution_tokens
    if task.vocabulary and isinstance(tokenizer, VocabularyTokenizer) and set(task.vocabulary) <= set(tokenizer.tokens):
        return task.max_prompt_tokens, task.max_solution_tokens
    widest = max(len(c.encode()) for c in task.charset)  # a byte-level tokenizer may take one token per byte
    return task.max_prompt_length * widest, task.max_solution_length * widest


class TokenEnv(TaskEnv):
    """A token per step: observations are token ids, as laid out by ``TokenLayout``; the reward comes at the end.

    EOS or the last place ends the episode. BOS and PAD are forbidden, and so is EOS as the first token; an
    agent that takes a forbidden token all the same ends the episode with it, and the text before it is scored. Every
    info holds ``action_mask`` (vocab,) int8, 1 for the tokens that may come next; the last one of an episode also
    ``parts`` and ``failure`` of the score, and ``completion``, the text that was scored.

    Args:
        task: the name of a task.
        tokenizer: "word", the task's own words; "char"; the path or hub id of a Hugging Face tokenizer; or a
            Tokenizer.
        max_tokens: the most tokens of a completion, EOS included. None: one, where one token can hold every
            solution (the paper's setting), otherwise enough for the longest solution and EOS.
        mask: "any", as above; or "grammar": the tokens that can still lead to a sentence of the task's grammar, and
            EOS, also as the first token, exactly where the completion makes one (see ``GrammarMasks``). It needs
            llguidance.
        reward: the name of one of the task's rewards, any Reward object, or None for the task's default.
        render_mode: "ansi" or None.
        **options: the task's own.

    Raises:
        ConfigError: a name or an option that does not exist, or has no meaning.
    """

    def __init__(
        self,
        task: str,
        *,
        tokenizer: str | Tokenizer = "word",
        max_tokens: int | None = None,
        mask: str = "any",
        reward: str | Reward | None = None,
        render_mode: str | None = None,
        **options: Any,
    ):
        super().__init__(task, reward, render_mode, options)
        self.layout = TokenLayout(self.task, tokenizer, max_tokens, mask)
        self._masks = self.layout.masks(1)
        self.observation_space = self.layout.observation_space
        self.action_space = self.layout.action_space
        self._prompt: str | None = None
        self._tokens = np.zeros(0, np.int64)
        self._length = 0

    def _read(self, problems: Problems) -> Iterable[tuple[str, NDArray[np.integer[Any]]]]:
        return zip(problems.prompts, self.layout.observations(problems), strict=True)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """Ask the next problem; ``options`` are not used."""
        self._prompt, ids = self._next_problem(seed)
        self._length = 0
        if self._masks:
            self._masks.begin(0, self._prompt)
        if self.render_mode:
            self._show(self._prompt)
        self._tokens = ids.astype(np.int64)
        return self._tokens.copy(), {"action_mask": self._mask()}

    def step(self, action: int) -> tuple[NDArray[np.int64], float, bool, bool, dict[str, Any]]:
        """Append a token to the completion.

        Raises:
            ConfigError: the action is not an integer in [0, vocab).
            ResetNeeded: no episode is under way.
            Unscored: the score of the completion could not be given. The episode is over.
        """
        token = check_tokens([action], len(self.layout.ends))[0]
        if self._prompt is None:
            raise ResetNeeded("no episode is under way: call reset() before step()")
        self._tokens[self.layout.prompt_positions + self._length] = token
        self._length += 1
        if self._masks:
            self._masks.take(0, int(token))
        info: dict[str, Any] = {"action_mask": self._mask()}
        if not self.layout.ends[token] and self._length < self.layout.max_tokens:
            if self.render_mode:
                self._show(self._prompt, self.layout.completion(self._tokens, self._length))
            return self._tokens.copy(), 0.0, False, False, info
        completion = self.layout.completion(self._tokens, self._length)
        prompt, self._prompt = self._prompt, None
        score = self.reward.score(prompt, completion)
        if self.render_mode:
            self._show(prompt, completion, score)
        info.update(parts=dict(score.parts), failure=score.failure, completion=completion)
        return self._tokens.copy(), score.value, True, False, info

    def action_masks(self) -> NDArray[np.bool_]:
        """Which tokens may come next (vocab,); the name is the one that sb3-contrib's MaskablePPO looks for."""
        return self._mask().astype(bool)

    def _mask(self) -> NDArray[np.int8]:
        if self._masks:
            mask: NDArray[np.int8] = self._masks.rows[0]
        else:
            mask = (self.layout.later_mask if self._length else self.layout.first_mask).copy()
        return mask


def check_tokens(actions: Sequence[int] | NDArray[Any], vocab_size: int) -> NDArray[np.int64]:
    """The actions as an array of token ids.

    Raises:
        ConfigError: one is not an integer in [0, vocab_size).
    """
    tokens = np.asarray(actions)
    if tokens.dtype.kind not in "iu":
        raise ConfigError(f"actions must be integers, the ids of tokens, got {actions!r}")
    if tokens.size and not (tokens.min() >= 0 and tokens.max() < vocab_size):
        raise ConfigError(f"actions must lie in [0, {vocab_size}), got {actions!r}")
    return tokens.astype(np.int64, copy=False)
