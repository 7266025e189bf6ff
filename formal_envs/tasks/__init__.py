"""Tasks: what is asked. A task makes prompts and a solution to each; a reward scores what is answered.

``TASKS`` lists them; an environment id ``Formal<name>-v0`` and its token form exist for each.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from formal_envs.errors import ConfigError, unknown
from formal_envs.rewards.arithmetic import ArithmeticReward
from formal_envs.score import Reward
from formal_envs.tasks.arithmetic import ArithmeticTask
from formal_envs.tasks.streams import Keys


class Problems(Protocol):
    """A batch of n problems."""

    @property
    def prompts(self) -> Sequence[str]:
        """The texts to continue."""

    @property
    def solutions(self) -> Sequence[str]:
        """For each prompt a completion that earns the full reward."""


class Task(Protocol):
    """Makes problems, each a pure function of a 64-bit key.

    Attributes:
        charset: the characters of prompts and solutions.
        max_number: no number in them is larger.
        max_prompt_length, max_solution_length: bounds on their characters.
    """

    @property
    def charset(self) -> str: ...  # noqa: D102
    @property
    def max_number(self) -> int: ...  # noqa: D102
    @property
    def max_prompt_length(self) -> int: ...  # noqa: D102
    @property
    def max_solution_length(self) -> int: ...  # noqa: D102

    def sample(self, keys: Keys) -> Problems:
        """Make the problem of each of the keys (n,)."""


@dataclass(frozen=True)
class TaskSpec:
    """A registered task: its class, and its rewards by name, the default first."""

    task: Callable[..., Task]
    rewards: Mapping[str, Callable[[], Reward]]


TASKS: dict[str, TaskSpec] = {
    "Arith": TaskSpec(
        ArithmeticTask, {"paper": lambda: ArithmeticReward("paper"), "exact": lambda: ArithmeticReward("exact")}
    ),
}


def option_names(name: str) -> list[str]:
    """The options that ``make_task`` takes for a registered task.

    Raises:
        ConfigError: there is no such task; the nearest is named.
    """
    if name not in TASKS:
        raise unknown("task", name, TASKS)
    return [*inspect.signature(TASKS[name].task).parameters, "reward"]


def make_task(name: str, *, reward: str | Reward | None = None, **options: Any) -> tuple[Task, Reward]:
    """Build a registered task and its reward.

    Args:
        name: a key of ``TASKS``.
        reward: the name of one of the task's rewards, any Reward object, or None for the default.
        **options: the task's own options.

    Raises:
        ConfigError: a name or an option that does not exist (the nearest is named), or has no meaning.
    """
    known = option_names(name)
    for option in options:
        if option not in known:
            raise unknown("option", option, known)
    spec = TASKS[name]
    if reward is None:
        reward = next(iter(spec.rewards))
    if isinstance(reward, str):
        if reward not in spec.rewards:
            raise unknown("reward", reward, spec.rewards)
        reward = spec.rewards[reward]()
    elif isinstance(reward, type) or not isinstance(reward, Reward):  # a class has the members too
        raise ConfigError(f"reward must be a name or have 'score' and 'range', got {reward!r}")
    return spec.task(**options), reward
