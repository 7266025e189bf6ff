"""The vector forms: a batch of problems made and scored at once, with Gymnasium's SAME_STEP autoreset.

What they return equals, key by key, what ``gymnasium.vector.SyncVectorEnv`` with SAME_STEP makes of the single forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from formal_envs.envs.attempts import ATTEMPT_COST, Attempts
from formal_envs.envs.spaces import AnyText
from formal_envs.envs.text import text_space
from formal_envs.envs.token import TokenLayout, check_tokens
from formal_envs.envs.vector_base import Info, Slots, TaskVectorEnv, objects
from formal_envs.errors import ConfigError
from formal_envs.score import Reward
from formal_envs.tasks import Problems
from formal_envs.tasks.protocol import AnswerTable, Tabulated
from formal_envs.tokenizers import Tokenizer


class VectorTextEnv(TaskVectorEnv):
    """``TextEnv`` in n slots: observations are tuples of n prompts, actions n strings.

    With one attempt every step ends the episodes of all slots, and the observations that it returns are the next
    prompts. ``infos`` holds the last ones as ``final_obs``, the scores' parts and failures as ``final_info``.

    Args:
        num_envs: n.
        task, reward, attempts, attempt_cost, **options: as of ``TextEnv``.

    Raises:
        ConfigError: a name or an option that does not exist, or has no meaning.
    """

    def __init__(
        self,
        num_envs: int,
        task: str,
        *,
        reward: str | Reward | None = None,
        attempts: int = 1,
        attempt_cost: float = ATTEMPT_COST,
        **options: Any,
    ):
        super().__init__(num_envs, task, reward, Attempts(attempts, attempt_cost), options)
        self.single_observation_space = text_space(self.task, self.attempts)
        self.single_action_space = AnyText(self.task.max_solution_length, charset=self.task.charset)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._prompts: NDArray[np.object_] = np.empty(num_envs, object)
        self._observed: NDArray[np.object_] = np.empty(num_envs, object)

    def _read(self, problems: Problems) -> tuple[NDArray[Any], ...]:
        return self._texts(problems)

    def _ask(self, slots: Slots) -> None:
        prompts, solutions = self._streams.take(slots)
        self._prompts[slots] = self._observed[slots] = prompts
        self._begin_episodes(slots, prompts, solutions)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[tuple[str, ...], Info]:
        """Ask each slot's next problem.

        Raises:
            ConfigError: ``seed`` is a list and has not n entries, or the ``reset_mask`` is not (n,) bool with a True.
        """
        self._ask(self._begin(seed, options))
        return tuple(self._observed), {}

    def step(
        self, actions: Sequence[str]
    ) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Score ``actions[i]`` as the completion of slot i's prompt, and ask each slot's next problem.

        Raises:
            ConfigError: the actions are not n strings.
            ResetNeeded: there was no reset.
            Unscored: a score could not be given, of the slots that the message names. The problems stay asked, and the
                step can be taken again.
        """
        self._require_reset()
        actions = list(actions)
        types = set(map(type, actions))
        if len(actions) != self.num_envs or not all(issubclass(each, str) for each in types):
            got = f"{len(actions)} of type {', '.join(sorted(each.__name__ for each in types))}"
            raise ConfigError(f"expected {self.num_envs} strings, the slots' completions, got {got}")
        scores = self._scores(self._slots, self._prompts.tolist(), actions)
        rewards, ended, numbers = self._answer(self._slots, actions, scores)
        infos: Info = {}
        for slots, of_episodes in ((self._slots[~ended], False), (self._slots[ended], True)):
            if not len(slots):
                continue
            info = self._scored_info(slots, [scores[slot] for slot in slots.tolist()], numbers[slots])
            if of_episodes:
                infos.update(self._column("final_obs", slots, self._observed[slots]))
                infos.update(final_info=info, _final_info=self._mask(slots))
                self._ask(slots)
            else:
                infos.update(info)
                self._observed[slots] = objects([self._episodes[slot].observation for slot in slots.tolist()])
        return tuple(self._observed), rewards, ended, np.zeros(self.num_envs, bool), infos


class VectorTokenEnv(TaskVectorEnv):
    """``TokenEnv`` in n slots: observations are (n, window) token ids, actions (n,) tokens.

    A slot whose episode ends begins the next one in the same step; the last observation and info are in
    ``infos["final_obs"]`` and ``infos["final_info"]``. ``infos["action_mask"]`` (n, vocab) int8 is of the next step.

    Args:
        num_envs: n.
        task, tokenizer, max_tokens, mask, reward, attempts, attempt_cost, **options: as of ``TokenEnv``.

    Raises:
        ConfigError: a name or an option that does not exist, or has no meaning.
    """

    def __init__(
        self,
        num_envs: int,
        task: str,
        *,
        tokenizer: str | Tokenizer = "word",
        max_tokens: int | None = None,
        mask: str = "any",
        reward: str | Reward | None = None,
        attempts: int = 1,
        attempt_cost: float = ATTEMPT_COST,
        **options: Any,
    ):
        super().__init__(num_envs, task, reward, Attempts(attempts, attempt_cost), options)
        self.layout = TokenLayout(self.task, tokenizer, max_tokens, mask, attempts)
        self._masks = self.layout.masks(num_envs)
        self.single_observation_space = self.layout.observation_space
        self.single_action_space = self.layout.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._tokens = np.zeros((num_envs, self.layout.window), np.int64)
        self._prompts: NDArray[np.object_] = np.empty(num_envs, object)
        self._begins = np.zeros(num_envs, np.int64)  # where each slot's completion begins
        self._lengths = np.zeros(num_envs, np.int64)  # tokens that it has
        self._answers = self._answer_table()
        self._keys: NDArray[np.int64] | None = None  # with a table: what each slot's score depends on, (n, k)

    def _answer_table(self) -> AnswerTable | None:
        # A table's problems have no texts, which a grammar's masks begin with, and what is told of answers needs.
        if self._masks or self.attempts.most > 1 or self.layout.max_tokens > 1 or not isinstance(self.task, Tabulated):
            return None
        return self.task.answer_table(self.reward, self.layout.tokenizer)

    def _read(self, problems: Problems) -> tuple[NDArray[Any], ...]:
        rows = self.layout.observations(problems)
        return (rows, self._answers.keys(problems)) if self._answers else (rows, *self._texts(problems))

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.int64], Info]:
        """Ask each slot's next problem.

        Raises:
            ConfigError: ``seed`` is a list and has not n entries, or the ``reset_mask`` is not (n,) bool with a True.
        """
        slots = self._begin(seed, options)
        self._ask(slots)
        return self._tokens.copy(), self._column("action_mask", slots, self._action_masks()[slots])

    def _ask(self, slots: Slots) -> None:
        if self._answers:
            self._tokens[slots], keys = self._streams.take(slots)
            if self._keys is None:
                self._keys = np.zeros((self.num_envs, keys.shape[1]), np.int64)
            self._keys[slots] = keys
        else:
            self._tokens[slots], self._prompts[slots], solutions = self._streams.take(slots)
            self._begin_episodes(slots, self._prompts[slots], solutions)
        self._go_on(slots, self.layout.prompt_positions)

    def _go_on(self, slots: Slots, begins: int | NDArray[np.int64]) -> None:
        """Begin completions of slots, at these positions."""
        self._begins[slots] = begins
        self._lengths[slots] = 0
        if self._masks:
            self._masks.begin_all(slots.tolist(), self._prompts[slots])

    def step(
        self, actions: Sequence[int] | NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Append ``actions[i]`` to slot i's completion.

        Raises:
            ConfigError: the actions are not n integers in [0, vocab).
            ResetNeeded: there was no reset.
            Unscored: a score could not be given, of the slots that the message names. The episodes that ended are over,
                and ``reset`` says what is asked next.
        """
        self._require_reset()
        tokens = check_tokens(actions, len(self.layout.ends))
        if tokens.shape != (self.num_envs,):
            raise ConfigError(f"expected actions of shape ({self.num_envs},), got {tokens.shape}")
        self._tokens[self._slots, self._begins + self._lengths] = tokens
        self._lengths += 1
        if self._masks:
            self._masks.take_all(range(self.num_envs), tokens.tolist())
        ended = self.layout.ends[tokens] | (self._lengths == self.layout.max_tokens)
        rewards = np.zeros(self.num_envs)
        infos: Info = {}
        if ended.any():
            slots = np.flatnonzero(ended)
            try:
                rewards[slots], over, infos = self._judge(slots)
            except Exception:
                self._ask(slots)
                raise
            if len(over):
                self._ask(over)
            ended = self._mask(over)
        infos.update(action_mask=self._action_masks(), _action_mask=np.ones(self.num_envs, bool))
        return self._tokens.copy(), rewards, ended, np.zeros(self.num_envs, bool), infos

    def _judge(self, slots: Slots) -> tuple[NDArray[np.float64], Slots, Info]:
        """Score the completions of slots: what they earn, the slots whose episodes are over, and the infos.

        The other slots go on with their next attempts.
        """
        masks = self._action_masks()
        if self._answers:
            rewards, info = self._score_by_table(self._answers, slots)
            return rewards, slots, self._final_infos(slots, masks, info)
        lengths, begins = self._lengths[slots].tolist(), self._begins[slots].tolist()
        completions = [
            self.layout.completion(row, begin, length)
            for row, begin, length in zip(self._tokens[slots], begins, lengths, strict=True)
        ]
        scores = self._scores(slots, self._prompts[slots].tolist(), completions)
        rewards, ended, numbers = self._answer(slots, completions, scores)

        def info_of(rows: NDArray[np.int64]) -> Info:
            each = rows.tolist()
            info = self._scored_info(slots[rows], [scores[row] for row in each], numbers[rows])
            return info | self._column("completion", slots[rows], objects([completions[row] for row in each]))

        over, going = np.flatnonzero(ended), np.flatnonzero(~ended)
        infos = self._final_infos(slots[over], masks, info_of(over)) if len(over) else {}
        if len(going):
            infos |= info_of(going)
            self._try_again(slots[going])
        return rewards, slots[over], infos

    def _final_infos(self, slots: Slots, masks: NDArray[np.int8], info: Info) -> Info:
        infos = self._column("final_obs", slots, objects(list(self._tokens[slots])))
        final = self._column("action_mask", slots, masks[slots]) | info
        return infos | {"final_info": final, "_final_info": self._mask(slots)}

    def _try_again(self, slots: Slots) -> None:
        """Write what is told of the slots' completions behind them, and begin the next ones."""
        begins = self._begins[slots] + self._lengths[slots]
        for row, slot in enumerate(slots.tolist()):
            told = self.layout.retry(self._episodes[slot].told[-1])
            self._tokens[slot, begins[row] : begins[row] + len(told)] = told
            begins[row] += len(told)
        self._go_on(slots, begins)

    def _score_by_table(self, table: AnswerTable, slots: Slots) -> tuple[NDArray[np.float64], Info]:
        assert self._keys is not None
        (rewards, *parts), failures, completions = table.look_up(self._keys[slots], self._tokens[slots])
        info: Info = {"parts": {}, "_parts": self._mask(slots)}
        for name, part in zip(table.parts, parts, strict=True):
            info["parts"].update(self._column(name, slots, part))
        info.update(self._column("failure", slots, failures), **self._column("completion", slots, completions))
        return rewards, info

    def action_masks(self) -> NDArray[np.bool_]:
        """Which tokens may come next in each slot (n, vocab)."""
        return self._action_masks().astype(bool)

    def _action_masks(self) -> NDArray[np.int8]:
        if self._masks:
            return self._masks.rows
        begun = self._lengths > 0
        if begun.all() or not begun.any():  # as always with one token; a copy is many times faster than a choice
            mask = self.layout.later_mask if begun[0] else self.layout.first_mask
            return np.repeat(mask[None], self.num_envs, axis=0)
        return np.where(begun[:, None], self.layout.later_mask, self.layout.first_mask)
