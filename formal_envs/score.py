"""What a reward is: text in, a Score out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from formal_envs.errors import ConfigError


class Score(NamedTuple):
    """The result of scoring one completion.

    Attributes:
        value: the reward, finite, within the range that the reward object declares.
        parts: what the value was made of, by name; every part is a finite number.
        failure: why the text does not earn the full reward; None when it does.
    """

    value: float
    parts: Mapping[str, float]
    failure: str | None = None


@runtime_checkable
class Reward(Protocol):
    """Scores a completion of a prompt: pure, total and deterministic.

    Any object with these two members is a reward. A method ``score_batch(prompts, completions) -> list[Score]`` is used
    where there is one.

    Attributes:
        range: the least and the greatest value that ``score`` gives.
    """

    range: tuple[float, float]

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion. Text that is wrong is a low value with a reason; an exception is a bug."""
        ...


def score_batch(reward: Reward, prompts: Sequence[str], completions: Sequence[str]) -> list[Score]:
    """Score ``completions[i]`` as an answer to ``prompts[i]``, with the reward's own batch method where it has one.

    Raises:
        ConfigError: the two sequences differ in length.
    """
    if len(prompts) != len(completions):
        raise ConfigError(f"expected as many completions as prompts ({len(prompts)}), got {len(completions)}")
    batch = getattr(reward, "score_batch", None)
    if batch is not None:
        return batch(prompts, completions)
    return [reward.score(prompt, completion) for prompt, completion in zip(prompts, completions, strict=True)]
