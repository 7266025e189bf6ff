"""Tasks: what is asked. A task makes prompts and a solution to each; a reward scores what is answered.

``TASKS`` lists them; an environment id ``Formal<name>-v0`` and its token form exist for each.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from formal_envs.errors import ConfigError, unknown
from formal_envs.score import Reward
from formal_envs.tasks.arithmetic.reward import ArithmeticReward
from formal_envs.tasks.arithmetic.task import ArithmeticTask
from formal_envs.tasks.game.reward import graded, paper
from formal_envs.tasks.game.task import GameTask
from formal_envs.tasks.grammar.task import GrammarTask, exact, partial_credit
from formal_envs.tasks.sentiment.reward import by_classifier, vader
from formal_envs.tasks.sentiment.task import SentimentTask
from formal_envs.tasks.streams import Keys


class Problems(Protocol):
    """A batch of n problems."""

    @property
    def prompts(self) -> Sequence[str]:
        """The texts to continue."""

    @property
    def solutions(self) -> Sequence[str]:
        """For each prompt a completion: what supervised training learns from.

        It earns the full reward where the task has right answers.
        """


class Task(Protocol):
    """Makes problems, each a pure function of a 64-bit key.

    Attributes:
        charset: the characters of prompts and solutions.
        vocabulary: the tokens of ``tokenizer="word"``, whose ids are their places; empty where the task has none.
        max_prompt_length, max_solution_length: bounds on their characters.
        max_prompt_tokens, max_solution_tokens: bounds on their tokens of the vocabulary; 0 where there is none.
        problems_ahead: how many problems an environment makes at a time, at most: a thousand or more where a batch
            costs hardly more than one problem, few where each takes milliseconds.
    """

    @property
    def charset(self) -> str: ...  # noqa: D102
    @property
    def vocabulary(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def max_prompt_length(self) -> int: ...  # noqa: D102
    @property
    def max_solution_length(self) -> int: ...  # noqa: D102
    @property
    def max_prompt_tokens(self) -> int: ...  # noqa: D102
    @property
    def max_solution_tokens(self) -> int: ...  # noqa: D102
    @property
    def problems_ahead(self) -> int: ...  # noqa: D102

    def sample(self, keys: Keys) -> Problems:
        """Make the problem of each of the keys (n,)."""


@dataclass(frozen=True)
class TaskSpec:
    """A registered task: its class, and its rewards by name, the default first.

    Both are called with keyword options of their own; no option of a reward has the name of one of the task's. A reward
    whose first parameter is ``task``, positional only, is given the task.

    Attributes:
        task, rewards: as above.
        plain: the options that are numbers, switches and choices and nothing else, whatever their value. All others
            may name files, code, models or grammars: a row's id holds them only where the scoring process trusts them.
    """

    task: Callable[..., Task]
    rewards: Mapping[str, Callable[..., Reward]]
    plain: frozenset[str] = frozenset()


TASKS: dict[str, TaskSpec] = {
    "Arith": TaskSpec(
        ArithmeticTask,
        {"paper": lambda: ArithmeticReward("paper"), "exact": lambda: ArithmeticReward("exact")},
        plain=frozenset({"terms", "max_operand", "operators", "answer", "split"}),
    ),
    "Sentiment": TaskSpec(
        SentimentTask,
        {"vader": vader, "classifier": by_classifier},
        plain=frozenset({"split", "target", "repetition_penalty", "output"}),
    ),
    "Game": TaskSpec(
        GameTask, {"graded": graded, "paper": paper}, plain=frozenset({"mode", "brief", "split", "playouts"})
    ),
    "Grammar": TaskSpec(
        GrammarTask, {"partial": partial_credit, "exact": exact}, plain=frozenset({"parser", "size", "split"})
    ),
}


def task_name(env: str) -> str:
    """The task behind the id of an environment, in its text or its token form.

    Raises:
        ConfigError: there is no such environment; the nearest is named.
    """
    ids = {f"Formal{name}{form}-v0": name for name in TASKS for form in ("", "Token")}
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
    rewards = [option for factory in spec.rewards.values() for option in _options(factory)]
    return list(dict.fromkeys([*inspect.signature(spec.task).parameters, *rewards, "reward"]))


def _options(factory: Callable[..., Reward]) -> list[str]:
    """The keyword options of a reward."""
    parameters = inspect.signature(factory).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is not parameter.POSITIONAL_ONLY]


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
    own = inspect.signature(spec.task).parameters
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
        factory = spec.rewards[reward]
        for option in options:
            if option not in _options(factory):
                takers = [each for each, other in spec.rewards.items() if option in _options(other)]
                raise ConfigError(f"the reward {reward!r} takes no {option!r}; it is an option of {', '.join(takers)}")
        return partial(factory, **options)
    if isinstance(reward, type) or not isinstance(reward, Reward):  # a class has the members too
        raise ConfigError(f"reward must be a name or have 'score' and 'range', got {reward!r}")
    if options:
        raise ConfigError(f"a Reward object takes no further options: leave out {', '.join(options)}")
    return lambda: reward
