"""Asking an agent: anything that answers prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from formal_envs.errors import ConfigError


@runtime_checkable
class Agent(Protocol):
    """Answers prompts."""

    def act(self, prompts: Sequence[str]) -> list[str]:
        """A completion of each prompt."""
        ...


def ask(agent: Agent, prompts: Sequence[str]) -> list[str]:
    """What an agent answers, a completion of each prompt.

    Raises:
        ConfigError: it has no ``act``, or that returns something else.
    """
    if not callable(getattr(agent, "act", None)):
        raise ConfigError(f"an agent must have act(prompts) -> list of str, got {agent!r}")
    return checked(agent, "act", agent.act(prompts), len(prompts))


def checked(agent: Agent, method: str, answers: object, count: int) -> list[str]:
    """The answers of a method of an agent.

    Raises:
        ConfigError: they are not so many texts.
    """
    expected = f"{type(agent).__name__}.{method} must return a list of {count} str, one per prompt"
    if isinstance(answers, str) or not isinstance(answers, Sequence):
        raise ConfigError(f"{expected}, got {answers!r:.80}")
    if wrong := [answer for answer in answers if not isinstance(answer, str)]:
        raise ConfigError(f"{expected}, got {wrong[0]!r:.80} in it, which is of type {type(wrong[0]).__name__}")
    if len(answers) != count:
        raise ConfigError(f"{expected}, got {len(answers)}")
    return list(answers)
