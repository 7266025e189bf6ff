"""What a client of OpenEnv sends and gets. It needs ``openenv[core]`` and nothing else of this package."""

from openenv.core.env_server.types import Action, Observation, State
from pydantic import Field

MAX_COMPLETION = 100_000
"""Longest completion, in characters."""


class FormalAction(Action):  # type: ignore[misc, unused-ignore]  # which mypy knows where openenv is installed alone
    """An answer to a prompt."""

    completion: str = Field(max_length=MAX_COMPLETION, description="The text that comes after the prompt")


class FormalObservation(Observation):  # type: ignore[misc, unused-ignore]
    """A problem, and after a step what its answer earned.

    ``reward`` is None before a step, and ``done`` is true after it. Where there are several attempts, a wrong answer
    that another may follow is not the end: it earns 0, ``prompt`` is then what was said and what it failed on, with the
    prompt again, and ``parts`` is empty, because it may tell how far off an answer is. ``metadata`` has then the number
    of the ``attempt``, from 1.
    """

    prompt: str = Field(description="The text to continue")
    parts: dict[str, float] = Field(default_factory=dict, description="What the reward was made of")
    failure: str | None = Field(default=None, description="Why the answer does not earn the full reward")
    failed_at: int | None = Field(default=None, description="Offset of the first character of the answer that is wrong")


class FormalState(State):  # type: ignore[misc, unused-ignore]
    """Which problem it is. No field before the first reset has a value."""

    split: str | None = Field(default=None, description="The split of the problem")
    seed: int | None = Field(default=None, description="The seed of the problem")
    index: int | None = Field(default=None, description="Its place among the problems of the seed")
