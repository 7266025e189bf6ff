"""What a task is, and what it may offer besides its problems.

What a task need not have is found where there is such a method: ``Grammatical`` of
``formal_envs.languages.mask_grammar``, ``Encoded``, ``Tabulated``, ``Parted``, ``Mixed`` and ``Checked`` below. So
nothing outside of its folder knows a task by its name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from lark import Lark
from numpy.typing import NDArray

from formal_envs.errors import ConfigError
from formal_envs.score import Reward
from formal_envs.tasks.streams import Keys
from formal_envs.tokenizers import Tokenizer

Settings: TypeAlias = "Mapping[str, Any]"
"""Settings of a trainer by name."""

ENVIRONMENT_OPTIONS = frozenset(
    {"reward", "tokenizer", "max_tokens", "mask", "attempts", "attempt_cost", "render_mode", "num_envs"}
)
"""What environments take besides a task's own options."""


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

    def difficulty(self, problems: Any) -> NDArray[np.float64]:
        """How hard each problem (n,) of ``sample`` is: a number on the task's own scale, more where more is asked.

        Options that make problems harder make it larger; it tells nothing between tasks.
        """


@dataclass(frozen=True)
class Recipe:
    """Settings of training, under those that a user gives, where the defaults do not suit a task.

    Attributes:
        model: of every way of training, such as the size of a new model.
        supervised: of supervised training.
        cold: of PPO on a model with random weights.
        warm: of PPO on a model that is trained already.
    """

    model: Settings = field(default_factory=dict)
    supervised: Settings = field(default_factory=dict)
    cold: Settings = field(default_factory=dict)
    warm: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class TaskSpec:
    """A task to register: its class, its rewards by name, the default first, and what else goes with it.

    The class and the rewards are called with keyword options of their own; no option of a reward has the name of one of
    the task's. A reward whose first parameter is ``task``, positional only, is given the task.

    Attributes:
        task, rewards: as above.
        plain: the options that are numbers, switches and choices and nothing else, whatever their value. All others
            may name files, code, models or grammars: a row's id holds them only where the scoring process trusts them.
        recipe: how it is trained, where the defaults do not suit it.
        draw: what shows a completion without failure, of prompt and completion: texts of files by their names, such as
            a picture. None where the completion itself shows all.
        difficulty: what the task's ``difficulty`` counts, in a few words.

    Raises:
        ConfigError: there is no reward, or an option has a name that is taken, or is not there to be plain.
    """

    task: Callable[..., Task]
    rewards: Mapping[str, Callable[..., Reward]]
    plain: frozenset[str] = frozenset()
    recipe: Recipe = Recipe()
    draw: Callable[[str, str], Mapping[str, str]] | None = None
    difficulty: str = ""

    def __post_init__(self) -> None:
        if not self.rewards:
            raise ConfigError("a task needs a reward: rewards={'exact': ...}, the default first")
        own, others = self.task_options, self.reward_options
        for option in sorted(ENVIRONMENT_OPTIONS.intersection([*own, *others])):
            raise ConfigError(f"no task or reward may have an option {option!r}, which environments take: rename it")
        for option in sorted(set(own).intersection(others)):
            raise ConfigError(f"the option {option!r} is both the task's and a reward's: rename one of them")
        for option in sorted(self.plain.difference([*own, *others])):
            raise ConfigError(f"plain names {option!r}, which is not an option; they are {', '.join([*own, *others])}")

    @property
    def task_options(self) -> list[str]:
        """The task's own options."""
        return list(inspect.signature(self.task).parameters)

    @property
    def reward_options(self) -> list[str]:
        """The options of all rewards."""
        return list(dict.fromkeys(option for make in self.rewards.values() for option in options_of(make)))


def options_of(reward: Callable[..., Reward]) -> list[str]:
    """The keyword options of a reward."""
    parameters = inspect.signature(reward).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is not parameter.POSITIONAL_ONLY]


@runtime_checkable
class Parted(Protocol):
    """A task whose problems are of several parts, among which a trainer may choose."""

    @property
    def parts(self) -> Sequence[str]:
        """What each part is, in a line."""
        ...

    def sample(self, keys: Keys, weights: NDArray[np.float64] | None = None) -> Problems:
        """Make the problem of each of the keys (n,), of parts in proportion to weights (parts,); None for equal ones.

        A problem is a pure function of its key and the weights.
        """
        ...

    def part_of(self, problems: Any) -> NDArray[np.int64]:
        """The part of each problem (n,) of ``sample``, from 0."""
        ...


class Asked(NamedTuple):
    """A prompt of a mixture as its own task knows it.

    Attributes:
        name: of the task.
        task, reward: the task and what scores it.
        prompt: as the task makes it.
    """

    name: str
    task: Task
    reward: Reward
    prompt: str


@runtime_checkable
class Mixed(Protocol):
    """A task whose prompts are other tasks'."""

    def asked(self, reward: Reward, prompt: str) -> Asked | None:
        """What a prompt asks, by the mixture's reward; None where it is of no task."""
        ...


class RewardCheck(NamedTuple):
    """What a check of a reward is told besides prompts and solutions.

    Attributes:
        correct: says without the reward whether a completion is right: a function, or its name "module:function", of
            (completion, solution), (prompt, completion) or all three by these names. None: the solution alone is right.
        grammar: of the completions.
        floor: what an empty completion earns; None for the least value.
    """

    correct: Callable[..., bool] | str | None = None
    grammar: Lark | None = None
    floor: float | None = None


@runtime_checkable
class Checked(Protocol):
    """A task that knows what to check its rewards by."""

    def reward_check(self, reward: Reward) -> RewardCheck:
        """What to check one of the task's rewards by, where there are right answers."""
        ...


class Encoder(Protocol):
    """Gives the tokens of prompts without their texts.

    Attributes:
        max_prompt_tokens, max_solution_tokens: bounds on the tokens of a problem.
    """

    max_prompt_tokens: int
    max_solution_tokens: int

    def encode(self, problems: Any) -> NDArray[np.integer[Any]]:
        """The prompts of n problems, (n, max_prompt_tokens): right-aligned, with PAD before them."""
        ...


@runtime_checkable
class Encoded(Protocol):
    """A task whose problems become tokens faster than by way of text."""

    def encoder(self, tokenizer: Tokenizer) -> Encoder | None:
        """What gives the tokens of this tokenizer; None where it needs the texts."""
        ...


class Answers(NamedTuple):
    """Scores of n completions as arrays.

    Attributes:
        values_and_parts: (1 + parts, n), the scores' values, then their parts.
        failures: (n,) of str or None.
        completions: (n,) of str, the texts that were scored.
    """

    values_and_parts: NDArray[np.float64]
    failures: NDArray[np.object_]
    completions: NDArray[np.object_]


class AnswerTable(Protocol):
    """Scores of one-token completions that are looked up.

    Attributes:
        parts: the names of the scores' parts.
    """

    parts: tuple[str, ...]

    def keys(self, problems: Any) -> NDArray[np.int64]:
        """What a score depends on besides the token, (n, k) for n problems."""
        ...

    def look_up(self, keys: NDArray[np.int64], observations: NDArray[np.int64]) -> Answers:
        """The scores of n answers: keys (n, k), observations (n, window) with the answers at their end."""
        ...


@runtime_checkable
class Tabulated(Protocol):
    """A task whose one-token answers can be scored by a table."""

    def answer_table(self, reward: Reward, tokenizer: Tokenizer) -> AnswerTable | None:
        """The table for completions of one token; None where scores depend on more than it holds."""
        ...
