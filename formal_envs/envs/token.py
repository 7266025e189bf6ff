"""The token form of a task: the completion is written one token at a time, and scored at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete, MultiDiscrete
from numpy.typing import NDArray

from formal_envs.envs.attempts import ATTEMPT_COST, Attempts, Episode
from formal_envs.envs.masks import GrammarMasks
from formal_envs.envs.text import TaskEnv
from formal_envs.errors import ConfigError, ParseFailure, check_choice, check_integer
from formal_envs.score import Reward
from formal_envs.tasks import Problems, Task
from formal_envs.tasks.protocol import Encoded, Encoder
from formal_envs.tokenizers import Tokenizer, VocabularyTokenizer, load_tokenizer

MAX_TOKENS = 100_000
"""The largest ``max_tokens``."""
FAILURE_TOKENS = 64
"""The most tokens of what is told of a wrong answer."""


class TokenLayout:
    """Where the tokens of prompt and completion stand in an observation, and which tokens may come next.

    Prompts are right-aligned in the first ``prompt_positions`` positions, behind PAD; completions fill the
    ``max_tokens`` positions after them from the left, PAD following. No token moves while an episode lasts.

    Where an episode has several attempts, a wrong completion is followed at once by BOS, its failure, BOS, and the next
    completion (``retry``).

    Attributes:
        tokenizer: turns texts into ids and back.
        prompt_positions, max_tokens, window: positions of prompts, of completions, and of all that an episode may hold.
        first_mask, later_mask: (vocab,) int8, 1 for the tokens that may be the completion's first, and any later one.
            BOS and PAD never may, EOS not first.
        ends: (vocab,) bool, the tokens that end a completion: EOS, BOS and PAD.

    Args:
        task: whose texts are laid out.
        tokenizer: "word" (the task's vocabulary), "char", the path or hub id of a Hugging Face tokenizer, or a
            Tokenizer.
        max_tokens: the most tokens of a completion, EOS included. None: one, where one token can hold every
            solution, otherwise enough for the longest solution and EOS.
        mask: "any", or "grammar": the task's grammar decides which tokens may come next, by ``masks``.
        attempts: of an episode, at most.

    Raises:
        ConfigError: the tokenizer cannot be used for the task, ``max_tokens`` is out of range, or there are no masks.
    """

    def __init__(
        self,
        task: Task,
        tokenizer: str | Tokenizer = "word",
        max_tokens: int | None = None,
        mask: str = "any",
        attempts: int = 1,
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
        self.window = self.prompt_positions + attempts * self.max_tokens + (attempts - 1) * (FAILURE_TOKENS + 2)
        size = tokenizer.vocab_size
        self.ends = np.zeros(size, bool)
        self.ends[[tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]] = True
        self.first_mask = (~self.ends).astype(np.int8)
        self.later_mask = self.first_mask.copy()
        self.later_mask[tokenizer.eos_id] = 1
        self._written: dict[str, bool] = {}
        self._id_type = np.min_scalar_type(size - 1)
        self.observation_space = MultiDiscrete(np.full(self.window, size))
        self.action_space = Discrete(size)
        masked = check_choice("mask", mask, ("any", "grammar")) == "grammar"
        self._masks = GrammarMasks(task, tokenizer, limit=self.max_tokens) if masked else None

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

    def completion(self, observation: NDArray[np.int64], begin: int, length: int) -> str:
        """The text of the ``length`` tokens of the completion at ``begin``; those that end it have no text."""
        return self.tokenizer.decode(observation[begin : begin + length].tolist())

    def retry(self, told: str) -> list[int]:
        """The tokens between a wrong completion and the next attempt: BOS, what is told of it, and BOS again.

        What is told is in words, and a vocabulary may have no letters: the characters that it lacks are left out. So
        of "at 5: expected '('" a vocabulary of digits and brackets keeps "5(". Where nothing is left it is one BOS.
        """
        bos = self.tokenizer.bos_id
        ids = [token for token in self._write(told) if not self.ends[token]][:FAILURE_TOKENS]
        return [bos, *ids, bos] if ids else [bos]

    def _write(self, text: str) -> list[int]:
        try:
            return self.tokenizer.encode(text)
        except ParseFailure:
            kept = "".join(character for character in text if self._writes(character))
            return self.tokenizer.encode(" ".join(kept.split()))

    def _writes(self, character: str) -> bool:
        if character not in self._written:
            try:
                self._written[character] = bool(self.tokenizer.encode(character))
            except ParseFailure:
                self._written[character] = False
        return self._written[character]


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

    EOS or the last place ends the completion, and with it the episode, if it has no further attempt. BOS and PAD are
    forbidden, and so is EOS as the first token; an agent that takes a forbidden token all the same ends the completion
    with it, and the text before it is scored. Every info holds ``action_mask`` (vocab,) int8, 1 for the tokens that may
    come next; the last one of a completion also ``parts`` and ``failure`` of the score, and ``completion``, the text
    that was scored.

    With several attempts the end of a wrong completion earns 0, and its info holds ``attempt``, which of them it was,
    from 1. What is told of it follows (``TokenLayout.retry``), and the next token is the first of another completion of
    the same prompt. The last attempt's reward is less the costs of those after the first.

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
        attempts, attempt_cost, render_mode: as of ``TextEnv``.
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
        attempts: int = 1,
        attempt_cost: float = ATTEMPT_COST,
        render_mode: str | None = None,
        **options: Any,
    ):
        super().__init__(task, reward, render_mode, Attempts(attempts, attempt_cost), options)
        self.layout = TokenLayout(self.task, tokenizer, max_tokens, mask, attempts)
        self._masks = self.layout.masks(1)
        self.observation_space = self.layout.observation_space
        self.action_space = self.layout.action_space
        self._tokens = np.zeros(0, np.int64)
        self._begin = self._length = 0  # where the completion begins, and how many tokens it has

    def _read(self, problems: Problems) -> Iterable[tuple[str, str, NDArray[np.integer[Any]]]]:
        return zip(problems.prompts, self._solutions(problems), self.layout.observations(problems), strict=True)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """Ask the next problem; ``options`` are not used."""
        prompt, solution, ids = self._next_problem(seed)
        self._episode = Episode(self.attempts, prompt, solution)
        self._tokens = ids.astype(np.int64)
        self._go_on(prompt, self.layout.prompt_positions)
        if self.render_mode:
            self._show(prompt)
        return self._tokens.copy(), {"action_mask": self._mask()}

    def _go_on(self, prompt: str, begin: int) -> None:
        """Begin a completion at a position."""
        self._begin, self._length = begin, 0
        if self._masks:
            self._masks.begin(0, prompt)

    def step(self, action: int) -> tuple[NDArray[np.int64], float, bool, bool, dict[str, Any]]:
        """Append a token to the completion.

        Raises:
            ConfigError: the action is not an integer in [0, vocab).
            ResetNeeded: no episode is under way.
            Unscored: the score of the completion could not be given. The episode is over.
        """
        token = check_tokens([action], len(self.layout.ends))[0]
        episode = self._under_way()
        self._tokens[self._begin + self._length] = token
        self._length += 1
        if self._masks:
            self._masks.take(0, int(token))
        completion_over = self.layout.ends[token] or self._length == self.layout.max_tokens
        if not completion_over and not self.render_mode:
            return self._tokens.copy(), 0.0, False, False, {"action_mask": self._mask()}
        completion = self.layout.completion(self._tokens, self._begin, self._length)
        if not completion_over:
            self._show(episode.observation, completion)
            return self._tokens.copy(), 0.0, False, False, {"action_mask": self._mask()}
        self._episode = None  # of an episode that cannot be scored, too
        score = self.reward.score(episode.prompt, completion)
        reward, ended, info = self._answer(episode, completion, score)
        if not ended:
            self._episode = episode
            told = self.layout.retry(episode.told[-1])
            begin = self._begin + self._length
            self._tokens[begin : begin + len(told)] = told
            self._go_on(episode.prompt, begin + len(told))
        info.update(action_mask=self._mask(), completion=completion)
        return self._tokens.copy(), reward, ended, False, info

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
