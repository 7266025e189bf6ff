"""The vector forms: a batch of problems made and scored at once, with Gymnasium's SAME_STEP autoreset.

What they return equals, key by key, what ``gymnasium.vector.SyncVectorEnv`` with SAME_STEP makes of the single forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Text
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from formal_envs.envs.prefetch import Streams
from formal_envs.envs.spaces import AnyText
from formal_envs.envs.token import TokenLayout, check_tokens
from formal_envs.errors import ConfigError, check_integer
from formal_envs.score import Reward, Score, Unscored, all_scored, score_batch
from formal_envs.tasks import Problems, Task, make_task
from formal_envs.tasks.protocol import AnswerTable, Tabulated
from formal_envs.tasks.streams import new_streams
from formal_envs.tokenizers import Tokenizer

_NAMED = 8  # slots that a message names

Slots = NDArray[np.int64]
Info = dict[str, Any]


class TaskVectorEnv(VectorEnv[Any, Any, NDArray[Any]]):
    """What the vector environments share: their task and reward, and a stream of problems for each slot.

    A seed draws the streams of all slots; a list of seeds gives each slot the stream of the single environment with
    that seed, None among them goes on. ``options={"reset_mask": mask}``, mask (n,) bool, resets the slots where it is
    true.

    Attributes:
        task, reward: what asks and what scores.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(self, num_envs: int, task: str, reward: str | Reward | None, options: dict[str, Any]):
        self.num_envs = check_integer("num_envs", num_envs, 1, 10**7)
        self.task: Task
        self.reward: Reward
        self.task, self.reward = make_task(task, reward=reward, **options)
        self._streams = Streams(self.task, self._read, num_envs)
        self._slots = np.arange(num_envs)
        self._seeded = False

    def _read(self, problems: Problems) -> tuple[NDArray[Any], ...]:
        """Arrays with a row per problem, which ``_streams.take`` gives."""
        raise NotImplementedError

    def _begin(self, seed: int | Sequence[int | None] | None, options: dict[str, Any] | None) -> Slots:
        """Start the streams that ``seed`` asks for, and return the slots to reset."""
        slots = self._slots
        if options is not None and options.get("reset_mask") is not None:
            slots = np.flatnonzero(self._checked_mask(options["reset_mask"]))
        if seed is None or isinstance(seed, (int, np.integer)):
            if seed is not None or not self._seeded:
                super().reset(seed=None if seed is None else int(seed))
                self._streams.restart(slots, new_streams(self.np_random, self.num_envs)[slots])
        else:
            if len(seed) != self.num_envs:
                raise ConfigError(f"expected a seed for each of the {self.num_envs} slots, got {len(seed)}")
            if not self._seeded:
                self._streams.restart(slots, new_streams(self.np_random, self.num_envs)[slots])
            for slot in slots.tolist():
                if seed[slot] is not None:
                    rng = seeding.np_random(int(seed[slot]))[0]
                    self._streams.restart(self._slots[slot : slot + 1], new_streams(rng, 1))
        if len(slots) < self.num_envs and not self._seeded:
            raise ResetNeeded("the first reset() must be of all slots, without a reset_mask")
        self._seeded = True
        return slots

    def _checked_mask(self, mask: Any) -> NDArray[np.bool_]:
        given = isinstance(mask, np.ndarray) and mask.dtype == np.bool_
        if not (given and mask.shape == (self.num_envs,) and mask.any()):
            expected = f"a boolean array of shape ({self.num_envs},) with at least one True"
            raise ConfigError(f"options['reset_mask'] must be {expected}, got {mask!r}")
        checked: NDArray[np.bool_] = mask
        return checked

    def _require_reset(self) -> None:
        if not self._seeded:
            raise ResetNeeded("no episode is under way: call reset() before step()")

    def _scores(self, slots: Slots, prompts: list[str], completions: list[str]) -> list[Score]:
        """Scores of the completions of slots.

        Raises:
            Unscored: some could not be given, of the slots that the message names.
        """
        results = score_batch(self.reward, prompts, completions)
        lost = [(slot, each) for slot, each in zip(slots.tolist(), results, strict=True) if isinstance(each, Unscored)]
        if lost:
            named = ", ".join(str(slot) for slot, _ in lost[:_NAMED]) + (", ..." if len(lost) > _NAMED else "")
            raise Unscored(f"in {len(lost)} of {len(results)} slots ({named}): {lost[0][1].reason}")
        return all_scored(results)

    def _final_info(self, slots: Slots, scores: list[Score]) -> Info:
        """The batched form of the last infos' ``parts`` and ``failure`` for the slots that ended."""
        info: Info = {"parts": self._parts(slots, scores), "_parts": self._mask(slots)}
        info.update(self._column("failure", slots, _objects([score.failure for score in scores])))
        return info

    def _parts(self, slots: Slots, scores: list[Score]) -> Info:
        parts = [score.parts for score in scores]
        info: Info = {}
        names = parts[0].keys()
        if set(map(len, parts)) == {len(names)}:
            columns = [[part.get(name) for part in parts] for name in names]
            if all(set(map(type, column)) == {float} for column in columns):  # all have the same names
                for name, column in zip(names, columns, strict=True):
                    info.update(self._column(name, slots, np.array(column)))
                return info
        for slot, part in zip(slots.tolist(), parts, strict=True):  # parts that differ: Gymnasium's own way
            info = self._add_info(info, dict(part), slot)
        return info

    def _column(self, name: str, slots: Slots, values: NDArray[Any]) -> Info:
        """A key of a batched info: ``values``, a row per slot, at their slots, and the mask of slots that have it."""
        if len(slots) == self.num_envs:
            return {name: values, f"_{name}": self._mask(slots)}
        column = np.full(self.num_envs, None) if values.dtype == object else self._zeros(values)
        column[slots] = values
        return {name: column, f"_{name}": self._mask(slots)}

    def _zeros(self, values: NDArray[Any]) -> NDArray[Any]:
        return np.zeros((self.num_envs, *values.shape[1:]), values.dtype)

    def _mask(self, slots: Slots) -> NDArray[np.bool_]:
        mask = np.zeros(self.num_envs, bool)
        mask[slots] = True
        return mask


class VectorTextEnv(TaskVectorEnv):
    """``TextEnv`` in n slots: observations are tuples of n prompts, actions n strings.

    Every step ends the episodes of all slots, and the observations that it returns are the next prompts. ``infos``
    holds the last ones as ``final_obs``, the scores' parts and failures as ``final_info``.

    Args:
        num_envs: n.
        task, reward, **options: as of ``TextEnv``.

    Raises:
        ConfigError: a name or an option that does not exist, or has no meaning.
    """

    def __init__(self, num_envs: int, task: str, *, reward: str | Reward | None = None, **options: Any):
        super().__init__(num_envs, task, reward, options)
        self.single_observation_space = Text(self.task.max_prompt_length, charset=self.task.charset)
        self.single_action_space = AnyText(self.task.max_solution_length, charset=self.task.charset)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._prompts: NDArray[np.object_] = np.empty(num_envs, object)

    def _read(self, problems: Problems) -> tuple[NDArray[Any], ...]:
        return (_objects(problems.prompts),)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[tuple[str, ...], Info]:
        """Ask each slot's next problem.

        Raises:
            ConfigError: ``seed`` is a list and has not n entries, or the ``reset_mask`` is not (n,) bool with a True.
        """
        slots = self._begin(seed, options)
        (self._prompts[slots],) = self._streams.take(slots)
        return tuple(self._prompts), {}

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
        prompts = self._prompts
        scores = self._scores(self._slots, prompts.tolist(), actions)
        infos: Info = {"final_obs": prompts, "_final_obs": self._mask(self._slots)}
        infos.update(final_info=self._final_info(self._slots, scores), _final_info=self._mask(self._slots))
        (self._prompts,) = self._streams.take(self._slots)
        rewards = np.array([score.value for score in scores], np.float64)
        ones, zeros = np.ones(self.num_envs, bool), np.zeros(self.num_envs, bool)
        return tuple(self._prompts), rewards, ones, zeros, infos


class VectorTokenEnv(TaskVectorEnv):
    """``TokenEnv`` in n slots: observations are (n, window) token ids, actions (n,) tokens.

    A slot whose episode ends begins the next one in the same step; the last observation and info are in
    ``infos["final_obs"]`` and ``infos["final_info"]``. ``infos["action_mask"]`` (n, vocab) int8 is of the next step.

    Args:
        num_envs: n.
        task, tokenizer, max_tokens, mask, reward, **options: as of ``TokenEnv``.

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
        **options: Any,
    ):
        super().__init__(num_envs, task, reward, options)
        self.layout = TokenLayout(self.task, tokenizer, max_tokens, mask)
        self._masks = self.layout.masks(num_envs)
        self.single_observation_space = self.layout.observation_space
        self.single_action_space = self.layout.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._tokens = np.zeros((num_envs, self.layout.window), np.int64)
        self._prompts: NDArray[np.object_] = np.empty(num_envs, object)
        self._lengths = np.zeros(num_envs, np.int64)  # tokens that each slot's completion has
        self._answers = self._answer_table()
        self._keys: NDArray[np.int64] | None = None  # with a table: what each slot's score depends on, (n, k)

    def _answer_table(self) -> AnswerTable | None:
        # A table's problems have no texts, which a grammar's masks begin with.
        if self._masks or self.layout.max_tokens > 1 or not isinstance(self.task, Tabulated):
            return None
        return self.task.answer_table(self.reward, self.layout.tokenizer)

    def _read(self, problems: Problems) -> tuple[NDArray[Any], ...]:
        rows = self.layout.observations(problems)
        return rows, self._answers.keys(problems) if self._answers else _objects(problems.prompts)

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
            self._tokens[slots], self._prompts[slots] = self._streams.take(slots)
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
        self._tokens[self._slots, self.layout.prompt_positions + self._lengths] = tokens
        self._lengths += 1
        if self._masks:
            self._masks.take_all(range(self.num_envs), tokens.tolist())
        ended = self.layout.ends[tokens] | (self._lengths == self.layout.max_tokens)
        rewards = np.zeros(self.num_envs)
        infos: Info = {}
        if ended.any():
            slots = np.flatnonzero(ended)
            infos = self._column("final_obs", slots, _objects(list(self._tokens[slots])))
            final_masks = self._column("action_mask", slots, self._action_masks()[slots])
            try:
                rewards[slots], final_info = self._score(slots)
            finally:
                self._ask(slots)
            infos.update(final_info=final_masks | final_info, _final_info=self._mask(slots))
        infos.update(action_mask=self._action_masks(), _action_mask=np.ones(self.num_envs, bool))
        return self._tokens.copy(), rewards, ended, np.zeros(self.num_envs, bool), infos

    def _score(self, slots: Slots) -> tuple[NDArray[np.float64], Info]:
        """Values of the slots' completions, and the infos of their ends."""
        if self._answers:
            return self._score_by_table(self._answers, slots)
        lengths = self._lengths[slots].tolist()
        completions = [
            self.layout.completion(row, length) for row, length in zip(self._tokens[slots], lengths, strict=True)
        ]
        scores = self._scores(slots, self._prompts[slots].tolist(), completions)
        info = self._final_info(slots, scores) | self._column("completion", slots, _objects(completions))
        return np.array([score.value for score in scores], np.float64), info

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


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """A one-dimensional array that holds these objects, even where they are arrays themselves."""
    array = np.empty(len(values), object)
    array[:] = values
    return array
