"""The task of a mixture: each problem is one of a part's, and a part is chosen by its weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice
from formal_envs.languages.mask_grammar import Continuation, Grammatical
from formal_envs.score import Reward
from formal_envs.tasks.mix.parts import Part, read_parts
from formal_envs.tasks.mix.tags import CHARACTERS, read_tag, tag
from formal_envs.tasks.protocol import Asked, Checked, Problems, RewardCheck, Task
from formal_envs.tasks.streams import Keys, integers, mix64

DEFAULT = "FormalArith-v0 terms=2..6"
"""Sums of two to six terms."""

_FINE = 1 << 20  # steps in which a weight is measured
_PROBLEM = np.uint64(0xD1B54A32D192ED03)  # so that what a part draws has nothing to do with its being chosen


@dataclass(frozen=True)
class MixProblems:
    """A batch of n problems.

    Attributes:
        prompts, solutions: as of their parts, the prompts with tags where the parts' rewards differ.
        parts: the part of each problem (n,), from 0.
        of_parts: of each part that has some, its number, the places of its problems in the batch, and the problems.
    """

    prompts: list[str]
    solutions: list[str]
    parts: NDArray[np.int64]
    of_parts: tuple[tuple[int, NDArray[np.int64], Problems], ...]


class MixTask:
    """Problems of several environments, or of one with several options.

    Where all parts have the same environment and the same options of their reward, prompts are the parts' own, and one
    reward scores them all. Otherwise a prompt begins with a tag, ``#1 `` for the first part, by which it is scored.

    Args:
        parts: what is mixed: a list of objects, ``[{"env": "FormalArith-v0", "terms": 2}]``, 64 at most, each with the
            id of an environment and its options; or the list as JSON; or in short ``FormalArith-v0 terms=2..6``, whose
            options may be ranges and whose parts stand between semicolons.
        split: of all parts: "train", "test" or "all".

    Raises:
        ConfigError: there are no parts, or too many, or one of them has no meaning.
    """

    problems_ahead = 4096

    def __init__(
        self,
        *,
        parts: str | Sequence[Mapping[str, Any]] = DEFAULT,
        split: Literal["train", "test", "all"] = "train",
    ):
        self.split = check_choice("split", split, ("train", "test", "all"))
        self.stated = read_parts(parts)
        self.tasks = [_made(number, part, split) for number, part in enumerate(self.stated, 1)]
        self.tagged = len({part.reward_key for part in self.stated}) > 1
        self.tags = [tag(number) if self.tagged else "" for number in range(len(self.stated))]
        self.problems_ahead = min(self.problems_ahead, *(task.problems_ahead for task in self.tasks))
        self.charset = "".join(dict.fromkeys((CHARACTERS if self.tagged else "") + "".join(self._of("charset"))))
        self.max_prompt_length = max(self._of("max_prompt_length")) + max(map(len, self.tags))
        self.max_solution_length = max(self._of("max_solution_length"))
        self.max_prompt_tokens = self.max_solution_tokens = 0
        if self.vocabulary:
            self.max_prompt_tokens = self._most_tokens("prompt") + self.tagged
            self.max_solution_tokens = self._most_tokens("solution")

    @property
    def parts(self) -> list[str]:
        """What each part is, in a line."""
        return list(map(str, self.stated))

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """The words of all parts, and the tags; empty where one of the parts has none."""
        words = self._of("vocabulary")
        return tuple(filter(None, dict.fromkeys((*chain(*words), *self.tags)))) if all(words) else ()

    def sample(self, keys: Keys, weights: NDArray[np.float64] | None = None) -> MixProblems:
        """Make the problem of each key: a pure function of the key, the options and the weights.

        A key's problem is the same wherever it is one of the same part.

        Args: keys (n,), 64-bit integers; weights (parts,), how often each part is asked for; None for equal ones.

        Raises:
            ConfigError: the weights are not as many numbers of at least 0, one of them above.
        """
        parts = self._choose(keys, weights)
        prompts, solutions = [""] * len(keys), [""] * len(keys)
        of_parts = []
        inner = mix64(keys ^ _PROBLEM)
        for part in np.unique(parts).tolist():
            places = np.flatnonzero(parts == part)
            problems = self.tasks[part].sample(inner[places])
            rows = zip(places.tolist(), problems.prompts, problems.solutions, strict=True)
            for place, prompt, solution in rows:
                prompts[place], solutions[place] = self.tags[part] + prompt, solution
            of_parts.append((part, places, problems))
        return MixProblems(prompts, solutions, parts, tuple(of_parts))

    def part_of(self, problems: MixProblems) -> NDArray[np.int64]:
        """The part of each problem (n,), from 0."""
        return problems.parts

    def difficulty(self, problems: MixProblems) -> NDArray[np.float64]:
        """What each problem's own task says, (n,)."""
        found = np.zeros(len(problems.prompts))
        for part, places, own in problems.of_parts:
            found[places] = self.tasks[part].difficulty(own)
        return found

    def continuation(self, prompt: str) -> Continuation:
        """What may follow a prompt of its part.

        Raises:
            ConfigError: a part has no grammar, or there is no tag and the parts' grammars differ.
        """
        part, asked = read_tag(prompt) if self.tagged else (0, prompt)
        if not 0 <= part < len(self.tasks):
            raise ConfigError(f"the prompt {prompt[:40]!r} names no part of the mixture")
        found = {}
        for number in [part] if self.tagged else range(len(self.tasks)):
            task = self.tasks[number]
            if not isinstance(task, Grammatical):
                raise ConfigError(f"mask='grammar' needs parts with a grammar, which {self.stated[number]} has not")
            goal = task.continuation(asked)
            found[goal._replace(names=None), goal.names and goal.names.key()] = goal
        if len(found) > 1:
            raise ConfigError(
                f"mask='grammar' needs to know what may follow {prompt[:40]!r}, and the parts' grammars differ: use "
                "mask='any', or parts with the same characters and digits"
            )
        return found.popitem()[1]

    def asked(self, reward: Reward, prompt: str) -> Asked | None:
        """What a prompt asks, by a reward of ``own``; without tags the first part stands for all."""
        part, own = read_tag(prompt) if self.tagged else (0, prompt)
        if not 0 <= part < len(self.tasks):
            return None
        return Asked(self.stated[part].task, self.tasks[part], self._rewards(reward)[part], own)

    def reward_check(self, reward: Reward) -> RewardCheck:
        """By what the parts' own tasks check their rewards."""
        from formal_envs.tasks.mix.judge import join  # the checks' package is not needed for anything else

        checks = [
            task.reward_check(own) if isinstance(task, Checked) else RewardCheck()
            for task, own in zip(self.tasks, self._rewards(reward), strict=True)
        ]
        return join(checks) if self.tagged else checks[0]

    def _rewards(self, reward: Reward) -> Sequence[Reward]:
        """Of the parts, of a reward of ``own``."""
        rewards: Sequence[Reward] = getattr(reward, "rewards", [reward] * len(self.tasks))
        return rewards

    def _choose(self, keys: Keys, weights: NDArray[np.float64] | None) -> NDArray[np.int64]:
        """The part of each key's problem (n,)."""
        shares = np.ones(len(self.tasks)) if weights is None else np.asarray(weights, float)
        if shares.shape != (len(self.tasks),) or not (np.isfinite(shares) & (shares >= 0)).all() or not shares.any():
            raise ConfigError(f"weights must be {len(self.tasks)} numbers of at least 0, one of them above: {weights}")
        tops = np.rint(np.cumsum(shares / shares.sum())[:-1] * _FINE).astype(np.int64)
        return np.searchsorted(tops, integers(keys, 0, _FINE), side="right")

    def _of(self, name: str) -> list[Any]:
        return [getattr(task, name) for task in self.tasks]

    def _most_tokens(self, text: str) -> int:
        """The most words of a prompt or a solution of any part, by the words of all.

        Words of other parts can cut a text otherwise than its own do, and then it has no more than its characters.
        """
        most = 0
        for task in self.tasks:
            own, characters = set(task.vocabulary), set(task.charset)
            foreign = any(word not in own and characters.issuperset(word) for word in self.vocabulary)
            most = max(most, getattr(task, f"max_{text}_{'length' if foreign else 'tokens'}"))
        return most


def _made(number: int, part: Part, split: str) -> Task:
    options = {name: value for name, value in part.with_split(split).items() if name in part.spec.task_options}
    try:
        return part.spec.task(**options)
    except ConfigError as error:
        raise ConfigError(f"part {number} of the mixture: {error}") from error
