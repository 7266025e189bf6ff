"""Tasks by name: registered, found, and made with their options."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from typing import Any

from formal_envs.errors import ConfigError, unknown
from formal_envs.score import Reward
from formal_envs.tasks.protocol import Task, TaskSpec, options_of


class _Tasks(MutableMapping[str, TaskSpec]):
    """Tasks by name. One of the package's own is imported when it is asked for, so that to know the names is cheap."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskSpec | str] = {}

    def announce(self, name: str, module: str) -> None:
        """There is a task whose ``SPEC`` is in a module."""
        self._tasks[name] = module

    def __getitem__(self, name: str) -> TaskSpec:
        task = self._tasks[name]
        if isinstance(task, str):
            task = self._tasks[name] = importlib.import_module(task).SPEC
        return task

    def __setitem__(self, name: str, spec: TaskSpec) -> None:
        self._tasks[name] = spec

    def __delitem__(self, name: str) -> None:
        del self._tasks[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tasks

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)


TASKS = _Tasks()
"""The registered tasks by name, the package's own first."""

_NAME = re.compile("[A-Z][A-Za-z0-9]*(?<!Token)")


def add_task(name: str, spec: TaskSpec) -> None:
    """Register a task; the same once more changes nothing.

    Raises:
        ConfigError: the name is none, or that of another task.
    """
    check_name(name)
    if not isinstance(spec, TaskSpec):
        raise ConfigError(f"expected a TaskSpec of the task {name!r}, got {spec!r}")
    if TASKS.setdefault(name, spec) != spec:
        raise ConfigError(f"there is another task {name!r} already: give this one another name")


def check_name(name: str) -> str:
    """Return ``name`` if it can be a task's; raise a ConfigError otherwise."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"a task's name is letters and digits, such as 'Parity', and no '...Token', got {name!r}")
    return name


def env_ids(name: str) -> tuple[str, str]:
    """The ids of a task's environments: of its text form, and of its token form."""
    return f"Formal{name}-v0", f"Formal{name}Token-v0"


def task_name(env: str) -> str:
    """The task behind the id of an environment, in its text or its token form. Nothing is imported for it.

    Raises:
        ConfigError: there is no such environment; the nearest is named.
    """
    ids = {env_id: name for name in TASKS for env_id in env_ids(name)}
    plain = env.removeprefix("formal_envs:")
    if plain not in ids:
        raise unknown("environment", env, ids)
    return ids[plain]


def find_task(name: str) -> TaskSpec:
    """The registered task of a name, a key of ``TASKS`` or the id of one of its environments.

    Raises:
        ConfigError: there is no such task; the nearest is named.
    """
    if name in TASKS:
        return TASKS[name]
    if str(name).removeprefix("formal_envs:").startswith("Formal"):
        return TASKS[task_name(name)]
    raise unknown("task", name, TASKS)


def option_names(name: str) -> list[str]:
    """The options that ``make_task`` takes for a registered task: its own, then those of its rewards, and ``reward``.

    Raises:
        ConfigError: there is no such task; the nearest is named.
    """
    spec = find_task(name)
    return [*spec.task_options, *spec.reward_options, "reward"]


def make_task(name: str, *, reward: str | Reward | None = None, **options: Any) -> tuple[Task, Reward]:
    """Build a registered task and its reward.

    Args:
        name: a key of ``TASKS``, or the id of one of its environments.
        reward: the name of one of the task's rewards, any Reward object, or None for the default.
        **options: the task's own options, and those of the reward that is chosen by name.

    Raises:
        ConfigError: a name or an option that does not exist (the nearest is named), or has no meaning.
    """
    known = option_names(name)
    for option in options:
        if option not in known:
            raise unknown("option", option, known)
    spec = find_task(name)
    own = spec.task_options
    task_options = {option: value for option, value in options.items() if option in own}
    reward_options = {option: value for option, value in options.items() if option not in own}
    make = _reward_maker(spec, reward, reward_options)
    if "task" in inspect.signature(make).parameters:
        task = spec.task(**task_options)
        return task, make(task)
    made = make()  # first: a data set may take its time
    return spec.task(**task_options), made


def _reward_maker(spec: TaskSpec, reward: str | Reward | None, options: dict[str, Any]) -> Callable[..., Reward]:
    """What makes the reward, of the task where that is asked for."""
    if reward is None:
        reward = next(iter(spec.rewards))
    if isinstance(reward, str):
        if reward not in spec.rewards:
            raise unknown("reward", reward, spec.rewards)
        make = spec.rewards[reward]
        for option in options:
            if option not in options_of(make):
                takers = [each for each, other in spec.rewards.items() if option in options_of(other)]
                raise ConfigError(f"the reward {reward!r} takes no {option!r}; it is an option of {', '.join(takers)}")
        return partial(make, **options)
    if isinstance(reward, type) or not isinstance(reward, Reward):  # a class has the members too
        raise ConfigError(f"reward must be a name or have 'score' and 'range', got {reward!r}")
    if options:
        raise ConfigError(f"a Reward object takes no further options: leave out {', '.join(options)}")
    return lambda: reward
