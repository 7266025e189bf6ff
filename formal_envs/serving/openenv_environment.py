"""A task as an environment of OpenEnv: an episode is a problem, and its step the answer, or an attempt at it.

Problems are those of ``formal_envs.adapters.rows``: of a split, a seed and an index. What a client can read of one is
its prompt, and what an answer of its own earned and why. No solution leaves the server, of whatever split; it is taken
out of failures that name it. A problem is a pure function of public numbers, so that a process that has this package
can make its solution: the client needs ``openenv[core]`` alone.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import EnvironmentMetadata

from formal_envs.adapters import rows
from formal_envs.adapters.trust import shown
from formal_envs.envs.attempts import Attempts, Episode
from formal_envs.errors import ConfigError, unknown
from formal_envs.score import Score, Unscored
from formal_envs.serving.openenv_models import FormalAction, FormalObservation, FormalState
from formal_envs.tasks import make_task

NUM_TASKS = 1_000_000
"""Problems of a split, for each seed: a stream has no end, and what trainers do with a number of tasks needs one."""
MAX_TASKS = 256
"""Most problems that one answer lists."""
_SPLITS = ("train", "test")
_LARGEST_SEED = 2**63 - 1
_LONGEST_EPISODE_ID = 255  # as OpenEnv bounds it over HTTP
_RESET_OPTIONS = frozenset({"split", "index"})
_STEP_OPTIONS = frozenset({"seed", "split", "index", "episode_id", "request_id"})

ONE_ATTEMPT = Attempts()

ScoreOne = Callable[[str, str], Awaitable[Score | Unscored]]
"""The score of the row of an id and a completion."""


@dataclass(frozen=True)
class Place:
    """Which problem: number ``index`` of a seed."""

    split: str
    seed: int
    index: int


class FormalEnvironment(Environment):  # type: ignore[misc, unused-ignore]
    """Episodes of one environment of this package.

    Args:
        env: the id of its text form.
        options: its options, as JSON has them. Where the split is among them, there is no other.
        seed: of the problems that the Task API lists, and of an index without a seed.
        score: gives scores, such as the processes of a server; by default a thread of this process.
        attempts: of an episode, and what they cost.
    """

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(
        self,
        env: str,
        options: Mapping[str, Any],
        *,
        seed: int = 0,
        score: ScoreOne | None = None,
        attempts: Attempts = ONE_ATTEMPT,
    ):
        super().__init__()
        self._env = env
        self._options = options
        self._seed = _integer("seed", seed, _LARGEST_SEED)
        self._score = score or _in_thread(options)
        self._state = FormalState()
        self._place: Place | None = None  # of the last problem
        self._attempts = attempts
        self._problem: tuple[str, str] | None = None  # prompt and solution of the one that waits for its answer
        self._episode = Episode(attempts, "", "")

    def check(self) -> None:
        """Make the environment and a problem of each split, and look whether attempts cost too much.

        Raises:
            ConfigError: one cannot be made with these options.
        """
        for split in self._splits():
            self._problems(split, self._seed, range(1))
        if self._attempts.most > 1:
            self._attempts.range(make_task(self._env, **self._options)[1])

    def list_splits(self) -> list[dict[str, str]]:
        """The splits, each with the kind of it that OpenEnv knows."""
        return [{"name": split, "type": split if split in _SPLITS else "train"} for split in self._splits()]

    def num_tasks(self, split: str) -> int:
        """Number of problems of a split."""
        self._check_split(split)
        return NUM_TASKS

    async def get_task(self, split: str, index: int) -> dict[str, Any]:
        """A problem of the environment's seed.

        Raises:
            IndexError: there is no such place.
        """
        if not 0 <= index < NUM_TASKS:
            raise IndexError(index)
        return (await self._tasks(split, range(index, index + 1)))[0]

    async def list_tasks(self, split: str) -> list[dict[str, Any]]:
        """The first ``MAX_TASKS`` problems of the seed; ``get_task_range`` has all others."""
        return await self._tasks(split, range(MAX_TASKS))

    async def get_task_range(
        self, split: str, start: int | None = None, stop: int | None = None
    ) -> list[dict[str, Any]]:
        """Problems of the seed, with bounds as slices have them.

        Raises:
            ConfigError: there are more than ``MAX_TASKS``.
        """
        places = range(NUM_TASKS)[start:stop]
        if len(places) > MAX_TASKS:
            raise ConfigError(f"a range has at most {MAX_TASKS} tasks, got {len(places)}: ask several times")
        return await self._tasks(split, places)

    async def _tasks(self, split: str, places: range) -> list[dict[str, Any]]:
        self._check_split(split)
        problems = await asyncio.to_thread(self._problems, split, self._seed, places)
        return [
            {"id": f"{split}-{index}", "split": split, "index": index, "prompt": prompt}
            for index, (prompt, _) in zip(places, problems, strict=True)
        ]

    def reset(self, seed: int | None = None, episode_id: str | None = None, **options: Any) -> FormalObservation:
        """Begin an episode. See ``reset_async``, which servers call."""
        return asyncio.run(self.reset_async(seed, episode_id, **options))

    async def reset_async(
        self, /, seed: int | None = None, episode_id: str | None = None, **options: Any
    ) -> FormalObservation:
        """Begin the problem of a split, a seed and an index.

        An index without a seed is of the environment's seed, as ``get_task`` has it; a seed or a split without an index
        begins at 0. Without any of them it is the next problem, as ``reset`` of Gymnasium has it; a new session draws a
        seed.

        Args:
            seed: 0 to 2^63 - 1.
            episode_id: of the state.
            **options: ``split`` and ``index``.

        Raises:
            ConfigError: there is no such problem or option.
        """
        _check_names("reset", options, _RESET_OPTIONS)
        if episode_id is not None and not (isinstance(episode_id, str) and len(episode_id) <= _LONGEST_EPISODE_ID):
            raise ConfigError(
                f"episode_id must be a text of at most {_LONGEST_EPISODE_ID} characters, got {shown(episode_id)}"
            )
        place = self._next(seed, **options)
        (problem,) = await asyncio.to_thread(
            self._problems, place.split, place.seed, range(place.index, place.index + 1)
        )
        self._place, self._problem, self._episode = place, problem, Episode(self._attempts, *problem)
        name = episode_id if episode_id is not None else secrets.token_hex(8)
        self._state = FormalState(episode_id=name, **asdict(place))
        return FormalObservation(prompt=problem[0])

    def step(self, action: FormalAction, timeout_s: float | None = None, **options: Any) -> FormalObservation:
        """Answer the problem. See ``step_async``, which servers call."""
        return asyncio.run(self.step_async(action, timeout_s, **options))

    async def step_async(
        self, action: FormalAction, /, timeout_s: float | None = None, **options: Any
    ) -> FormalObservation:
        """Answer the problem, which ends the episode, but for a wrong answer that another may follow.

        Args:
            action: the answer.
            timeout_s: seconds for its score.
            **options: those of ``reset``, which then comes first: ``POST /step`` has no session, and so no problem.

        Raises:
            ConfigError: there is no problem to answer.
            Unscored: the score could not be given. The problem is still there, and can be answered again.
        """
        _check_names("step", options, _STEP_OPTIONS)
        options.pop("request_id", None)
        if options:
            await self.reset_async(**options)
        if self._problem is None or self._place is None:
            raise ConfigError("there is no problem to answer: call reset first, and again after each step")
        place = self._place
        row = rows.RowId(self._env, {**self._options, "split": place.split}, place.seed, place.index)
        try:
            score = await asyncio.wait_for(self._score(str(row), action.completion), timeout_s)
        except asyncio.TimeoutError:
            raise Unscored(f"it took more than {timeout_s:g} s") from None
        if isinstance(score, Unscored):
            raise score
        (prompt, solution), number = self._problem, self._episode.number
        metadata = {"attempt": number} if self._attempts.most > 1 else {}
        earned, ended = self._episode.answer(action.completion, score)
        self._state.step_count += 1
        if not ended:
            return FormalObservation(
                prompt=self._episode.observation,
                failure=self._episode.told[-1],
                failed_at=score.failed_at,
                metadata=metadata,
                reward=earned,
                done=False,
            )
        self._problem = None
        return FormalObservation(
            prompt=prompt,
            metadata=metadata,
            parts=dict(score.parts),
            failure=score.failure and _without(solution, score.failure),
            failed_at=score.failed_at,
            reward=earned,
            done=True,
        )

    @property
    def state(self) -> FormalState:
        """Which problem it is."""
        return self._state

    def get_metadata(self) -> EnvironmentMetadata:
        """What the environment is."""
        return EnvironmentMetadata(
            name=self._env, description=f"{self._env} of formal-envs: a prompt, a completion, a programmed reward"
        )

    def _splits(self) -> tuple[str, ...]:
        return (self._options["split"],) if "split" in self._options else _SPLITS

    def _check_split(self, split: object) -> str:
        if not isinstance(split, str) or split not in self._splits():
            raise ConfigError(f"split must be {' or '.join(self._splits())}, got {shown(split)}")
        return split

    def _next(self, seed: object, split: object = None, index: object = None) -> Place:
        last = self._place
        if last and seed is None and split is None and index is None:
            return replace(last, index=(last.index + 1) % NUM_TASKS)
        if seed is None and index is not None:
            seed = self._seed
        elif seed is None:
            seed = last.seed if last else secrets.randbelow(2**32)
        if split is None:
            split = last.split if last else self._splits()[0]
        return Place(
            self._check_split(split),
            _integer("seed", seed, _LARGEST_SEED),
            _integer("index", 0 if index is None else index, NUM_TASKS - 1),
        )

    def _problems(self, split: str, seed: int, places: range) -> list[tuple[str, str]]:
        made = rows.problems(self._env, places, seed=seed, **{**self._options, "split": split})
        return list(zip(made.prompts, made.solutions, strict=True))


def _in_thread(options: Mapping[str, Any]) -> ScoreOne:
    async def score(row_id: str, completion: str) -> Score | Unscored:
        found = await asyncio.to_thread(rows.score_batch, [row_id], [completion], trusted=[options])
        return found[0]

    return score


def _without(solution: str, failure: str) -> str:
    """A failure that does not name the solution."""
    return re.sub(rf"(?<!\w){re.escape(solution.strip())}(?!\w)", "...", failure) if solution.strip() else failure


def _check_names(call: str, options: Mapping[str, Any], known: frozenset[str]) -> None:
    for option in options:
        if option not in known:
            raise unknown(f"option of {call}", option[:80], known)


def _integer(kind: str, value: object, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
        raise ConfigError(f"{kind} must be an integer in [0, {high}], got {shown(value)}")
    return value
