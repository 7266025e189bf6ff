"""What the page asks of a problem and a completion. It runs in a process of its own, and gives JSON values alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from formal_envs.errors import ConfigError, FormalEnvError, check_integer
from formal_envs.lab.explain import explainer
from formal_envs.lab.follows import follows
from formal_envs.lab.forms import Chosen
from formal_envs.score import Reward
from formal_envs.tasks import Task, make_task
from formal_envs.tasks.protocol import Asked, Mixed
from formal_envs.tasks.streams import new_streams, problem_keys

MAX_TEXT = 100_000
"""Longest prompt and longest completion, in characters."""
MAX_SEED = 2**53 - 1
"""Numbers that JavaScript holds."""

Answer = dict[str, Any]


@lru_cache(16)
def made(chosen: Chosen) -> tuple[Task, Reward]:
    """The task and the reward that were chosen."""
    return make_task(chosen.task, **dict(chosen.options))


def answer(question: Mapping[str, Any]) -> Answer:
    """The answer to a question: what ``QUESTIONS`` has for its "ask", or "error" with a sentence."""
    try:
        return QUESTIONS[question["ask"]](question)
    except FormalEnvError as error:
        return {"error": str(error)}


def problem(question: Mapping[str, Any]) -> Answer:
    """A problem of a seed and an index, the same as ``formal-envs sample`` prints, with its known solution."""
    task, _ = made(question["chosen"])
    seed = check_integer("seed", question.get("seed"), 0, MAX_SEED)
    index = check_integer("index", question.get("index"), 0, MAX_SEED)
    stream = new_streams(np.random.default_rng(seed), 1)[0]
    problems = task.sample(problem_keys(stream, np.array([index])))
    return {"prompt": problems.prompts[0], "solution": problems.solutions[0]}


def score(question: Mapping[str, Any]) -> Answer:
    """The score of a completion, with the reward's range and what its task says of it."""
    prompt, completion = texts(question)
    _, reward = made(question["chosen"])
    name, task, own, asked = _asked(question["chosen"], prompt)
    found = own.score(asked, completion)
    explain = explainer(name)
    return {
        "score": found.value,
        "parts": dict(found.parts),
        "failure": found.failure,
        "failed_at": found.failed_at,
        "range": list(reward.range),
        "about": {}
        if explain is None
        else {name: explain.PARTS[name] for name in found.parts if name in explain.PARTS},
        "explanation": None if explain is None else explain.explain(task, own, asked, completion, found).as_json(),
    }


def following(question: Mapping[str, Any]) -> Answer:
    """What the task's grammar allows next, at a place of the completion or where it left the grammar before."""
    prompt, completion = texts(question)
    chosen = question["chosen"]
    at = question.get("at")
    at = len(completion) if at is None else check_integer("at", at, 0, len(completion))
    return follows(chosen, made(chosen)[0], prompt, completion[:at])


def act(question: Mapping[str, Any]) -> Answer:
    """What a task's explanation does on demand, such as to play a game."""
    prompt, completion = texts(question)
    of, _, _, asked = _asked(question["chosen"], prompt)
    explain = explainer(of)
    acts: Mapping[str, Callable[..., Answer]] = getattr(explain, "ACTS", {})
    name, arguments = question.get("act"), question.get("arguments", {})
    if not isinstance(name, str) or name not in acts or not isinstance(arguments, dict):
        raise ConfigError(f"there is no such act here; there are: {', '.join(acts) or 'none'}")
    return acts[name](asked, completion, arguments)


def _asked(chosen: Chosen, prompt: str) -> Asked:
    """A prompt with its task and reward: of a mixture those of its part."""
    task, reward = made(chosen)
    part = task.asked(reward, prompt) if isinstance(task, Mixed) else None
    return part or Asked(chosen.task, task, reward, prompt)


def texts(question: Mapping[str, Any]) -> tuple[str, str]:
    """The prompt and the completion of a question.

    Raises:
        ConfigError: one is no text, or too long.
    """
    for name in ("prompt", "completion"):
        text = question.get(name)
        if not isinstance(text, str):
            raise ConfigError(f"{name} must be a text")
        if len(text) > MAX_TEXT:
            raise ConfigError(f"{name} has {len(text):,} characters, at most {MAX_TEXT:,} are tried")
    return question["prompt"], question["completion"]


QUESTIONS: dict[str, Callable[[Mapping[str, Any]], Answer]] = {
    "problem": problem,
    "score": score,
    "following": following,
    "act": act,
}
