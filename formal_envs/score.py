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
        failed_at: 0-based offset into the completion of the first character that is wrong: what stands before it could
            have become right. Its length where it ends too early; None where the failure has no such place.
    """

    value: float
    parts: Mapping[str, float]
    failure: str | None = None
    failed_at: int | None = None


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
        ConfigError: the two sequences differ in length, or the reward returns something else than a Score for each.
    """
    if len(prompts) != len(completions):
        raise ConfigError(f"expected as many completions as prompts ({len(prompts)}), got {len(completions)}")
    batch = getattr(reward, "score_batch", None)
    if batch is not None:
        scores = batch(prompts, completions)
    else:
        scores = [reward.score(prompt, completion) for prompt, completion in zip(prompts, completions, strict=True)]
    if not isinstance(scores, list) or len(scores) != len(prompts):
        raise ConfigError(f"score_batch of {reward!r} must return a list of {len(prompts)} Scores, got {scores!r:.80}")
    for kind in set(map(type, scores)):
        if not issubclass(kind, Score):
            wrong = next(score for score in scores if type(score) is kind)
            raise ConfigError(f"{reward!r} must return a Score, such as Score(0.5, {{}}), got {wrong!r:.80}")
    return scores


class Watched:
    """The score of a reward, with the parts of other rewards beside its own: watched, but not paid for.

    Where several have a part of the same name, the reward's own is kept, else that of the first.

    Args:
        reward: gives the value, the failure and the range.
        *others: give parts.
    """

    def __init__(self, reward: Reward, *others: Reward):
        self.reward = reward
        self.others = others
        self.range = reward.range

    def __repr__(self) -> str:
        return f"Watched({', '.join(map(repr, (self.reward, *self.others)))})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Watched):
            return NotImplemented
        return (other.reward, other.others) == (self.reward, self.others)

    def __hash__(self) -> int:
        return hash((Watched, self.reward, self.others))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        own, *others = [reward.score(prompt, completion) for reward in (self.reward, *self.others)]
        return _with_parts(own, others)

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``, by each reward's own batch method."""
        batches = [score_batch(reward, prompts, completions) for reward in (self.reward, *self.others)]
        return [_with_parts(own, others) for own, *others in zip(*batches, strict=True)]


def _with_parts(own: Score, others: Sequence[Score]) -> Score:
    parts: dict[str, float] = {}
    for score in (*reversed(others), own):
        parts |= score.parts
    return own._replace(parts=parts)
