"""Rows of problems for other trainers, with ids by which a completion is scored without the set that they came from.

A problem is a pure function of its environment's options, a seed and an index, and a row's id holds all of these. So
that options are all that there is to a reward, they are JSON values: numbers, names of rewards, paths of files.

Whoever writes an id must not thereby run code or read files where it is scored: options that name files, functions,
models or grammars are for ids only where the scoring process trusts them; see ``formal_envs.adapters.trust``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from formal_envs.adapters.trust import Trusted, check_options, check_trusted, check_values, shown
from formal_envs.envs import task_name
from formal_envs.errors import ConfigError, check_integer
from formal_envs.score import Reward, Score, Unscored, all_scored
from formal_envs.score import score_batch as score_prompts
from formal_envs.tasks import Problems, Task, make_task
from formal_envs.tasks.streams import new_streams, problem_keys

MAX_ID = 100_000
"""Longest id, in characters."""
_BLOCK = 1024
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class RowId:
    """What a row is made of. Its text is a JSON object.

    Attributes:
        env: the id of the text environment.
        options: its options, the split among them.
        seed, index: the problem is that of ``reset(seed=seed)``, after ``index`` more calls of ``reset()``.
    """

    env: str
    options: dict[str, Any]
    seed: int
    index: int

    def __str__(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> RowId:
        """The id whose text this is.

        Raises:
            ConfigError: it is not a text of an id.
        """
        if isinstance(text, str) and len(text) > MAX_ID:
            raise ConfigError(f"the id of a row has at most {MAX_ID} characters, got {len(text)}")
        try:
            values = json.loads(text) if isinstance(text, str) else None
        except (ValueError, RecursionError):  # of too many brackets
            values = None
        if not isinstance(values, dict) or values.keys() != {field.name for field in fields(cls)}:
            raise ConfigError(
                f"expected the id of a row, a JSON object of env, index, options and seed, got {shown(text)}"
            )
        if not isinstance(values["env"], str) or not isinstance(values["options"], dict):
            raise ConfigError(
                f"the id of a row needs the name of an environment and an object of options, got {shown(text)}"
            )
        check_values(values["options"])
        for name in ("seed", "index"):
            check_integer(name, values[name], 0, _LARGEST)
        return cls(**values)


def rows(env: str, n: int, *, seed: int = 0, **options: Any) -> Iterator[dict[str, Any]]:
    """The first ``n`` problems of a seed: what the environment asks after ``reset(seed=seed)``, in its order.

    Args:
        env: the id of an environment.
        n: number of problems.
        seed: decides the problems.
        **options: of the environment, as JSON has them; ``split`` is "train" without it.

    Returns:
        Objects of ``id``, ``prompt``, ``solution``, a completion that is good, and ``difficulty``, a number on a scale
        of the task's own.

    Raises:
        ConfigError: a name or an option does not exist, has no meaning, or is not a JSON value.
    """
    check_integer("n", n, 0, _LARGEST)
    check_integer("seed", seed, 0, _LARGEST)
    made = {"split": "train", **options}
    check_values(made)
    text = json.dumps(made, sort_keys=True)
    name = f"Formal{task_name(env)}-v0"
    task, _ = _built(name, text)
    first = RowId(name, made, seed, 0)
    if len(str(replace(first, index=_LARGEST))) > MAX_ID:
        raise ConfigError(f"an id would have more than {MAX_ID} characters: name a file in place of its text")
    return _rows(task, first, n)  # what is wrong has been said before the first row is asked for


def problems(env: str, indices: Sequence[int], *, seed: int = 0, **options: Any) -> Problems:
    """Some of the problems of a seed, by the indices of their rows, in any order.

    Args: env, seed, **options, as ``rows`` has them.

    Raises:
        ConfigError: a name or an option does not exist, has no meaning, or is not a JSON value.
    """
    check_integer("seed", seed, 0, _LARGEST)
    made = {"split": "train", **options}
    check_values(made)
    task, _ = _built(f"Formal{task_name(env)}-v0", json.dumps(made, sort_keys=True))
    return _problems(task, seed, indices)


def _rows(task: Task, row_id: RowId, n: int) -> Iterator[dict[str, Any]]:
    for first in range(0, n, _BLOCK):
        indices = range(first, min(first + _BLOCK, n))
        problems = _problems(task, row_id.seed, indices)
        levels = task.difficulty(problems).tolist()
        for index, prompt, solution, level in zip(indices, problems.prompts, problems.solutions, levels, strict=True):
            row = {"id": str(replace(row_id, index=index)), "prompt": prompt, "solution": solution}
            yield {**row, "difficulty": level}


def score(row_id: str, completion: str, *, trusted: Trusted = ()) -> Score:
    """Score a completion of the row's prompt, with the reward of the row's environment. See ``score_batch``."""
    return all_scored(score_batch([row_id], [completion], trusted=trusted))[0]


def score_batch(row_ids: Sequence[str], completions: Sequence[str], *, trusted: Trusted = ()) -> list[Score | Unscored]:
    """Score ``completions[i]`` as an answer to row ``row_ids[i]``; rows of several environments may be mixed.

    Args:
        row_ids, completions: as many of each.
        trusted: the options that ids may hold beyond plain ones, such as ``[{"grammar": "my.lark"}]``: what the rows
            were made with, word for word. What an id holds must stand in one of them.

    Returns:
        As many scores. One that could not be given is ``Unscored`` in its place.

    Raises:
        ConfigError: an id is none or holds what is not trusted, a completion is not a text, or the two sequences differ
            in length. Then nothing has been scored, and nothing that an id names has been looked at.
    """
    if len(row_ids) != len(completions):
        raise ConfigError(f"expected as many completions as ids ({len(row_ids)}), got {len(completions)}")
    for completion in completions:
        if not isinstance(completion, str):
            raise ConfigError(f"a completion must be a text, got {shown(completion)}")
    check_trusted(trusted)
    asked: dict[tuple[str, str, int], dict[int, list[int]]] = {}  # the places of each problem of each stream
    for place, row in enumerate(map(RowId.parse, row_ids)):
        stream = (row.env, json.dumps(row.options, sort_keys=True), row.seed)
        if stream not in asked:
            check_options(task_name(row.env), row.options, trusted)
        asked.setdefault(stream, {}).setdefault(row.index, []).append(place)
    scores: dict[int, Score | Unscored] = {}
    for (env, options, seed), places_of in asked.items():
        task, reward = _built(env, options)
        prompts = _problems(task, seed, list(places_of)).prompts
        pairs = [(prompt, place) for prompt, at in zip(prompts, places_of.values(), strict=True) for place in at]
        found = score_prompts(reward, [prompt for prompt, _ in pairs], [completions[place] for _, place in pairs])
        scores.update(zip((place for _, place in pairs), found, strict=True))
    return [scores[place] for place in range(len(row_ids))]


@lru_cache(maxsize=16)
def _built(env: str, options: str) -> tuple[Task, Reward]:
    return make_task(task_name(env), **json.loads(options))


def _problems(task: Task, seed: int, indices: Sequence[int]) -> Problems:
    stream = new_streams(np.random.default_rng(seed), 1)[0]  # as an environment draws it
    return task.sample(problem_keys(stream, np.array(indices, np.int64)))
