"""What the vector forms share: streams of problems, episodes, scores, and infos in Gymnasium's batched form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from formal_envs.envs.attempts import Attempts, Episode
from formal_envs.envs.prefetch import Streams
from formal_envs.errors import ConfigError, check_integer
from formal_envs.score import Reward, Score, Unscored, all_scored, score_batch
from formal_envs.tasks import Problems, Task, make_task
from formal_envs.tasks.streams import new_streams

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
        attempts: how many an episode has, and what they cost.
        reward_range: the least and the greatest that an episode earns.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(
        self, num_envs: int, task: str, reward: str | Reward | None, attempts: Attempts, options: dict[str, Any]
    ):
        self.num_envs = check_integer("num_envs", num_envs, 1, 10**7)
        self.task: Task
        self.reward: Reward
        self.task, self.reward = make_task(task, reward=reward, **options)
        self.attempts = attempts
        self.reward_range = attempts.range(self.reward)
        self._episodes: list[Episode] = []  # of all slots, where they have several attempts
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

    def _texts(self, problems: Problems) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """The prompts and the solutions of problems, without which nothing can be told of wrong answers."""
        prompts = objects(problems.prompts)
        return prompts, objects(problems.solutions) if self.attempts.most > 1 else prompts

    def _begin_episodes(self, slots: Slots, prompts: NDArray[np.object_], solutions: NDArray[np.object_]) -> None:
        """Begin the problems of slots, where there are several attempts."""
        if self.attempts.most == 1:
            return
        self._episodes = self._episodes or [Episode(self.attempts, "", "")] * self.num_envs
        for slot, prompt, solution in zip(slots.tolist(), prompts, solutions, strict=True):
            self._episodes[slot] = Episode(self.attempts, prompt, solution)

    def _answer(
        self, slots: Slots, completions: Sequence[str], scores: list[Score]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
        """What the answers of slots earn, whether they end their episodes, and which attempts they are."""
        if self.attempts.most == 1:
            ones = np.ones(len(slots), np.int64)
            return np.array([score.value for score in scores], np.float64), ones.astype(bool), ones
        episodes = [self._episodes[slot] for slot in slots.tolist()]
        numbers = np.array([episode.number for episode in episodes], np.int64)
        answered = [
            episode.answer(completion, score)
            for episode, completion, score in zip(episodes, completions, scores, strict=True)
        ]
        rewards, ended = zip(*answered, strict=True)
        return np.array(rewards, np.float64), np.array(ended, bool), numbers

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

    def _scored_info(self, slots: Slots, scores: Sequence[Score], numbers: NDArray[np.int64]) -> Info:
        """The batched form of what infos hold of answers that were scored, for their slots."""
        info: Info = {"parts": self._parts(slots, scores), "_parts": self._mask(slots)}
        info.update(self._column("failure", slots, objects([score.failure for score in scores])))
        if self.attempts.most > 1:
            info.update(self._column("attempt", slots, numbers))
        return info

    def _parts(self, slots: Slots, scores: Sequence[Score]) -> Info:
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


def objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """A one-dimensional array that holds these objects, even where they are arrays themselves."""
    array = np.empty(len(values), object)
    array[:] = values
    return array
