"""What a reward is: text in, a Score out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, NamedTuple, Protocol, runtime_checkable

from formal_envs.errors import ConfigError, FormalEnvError


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


class Unscored(FormalEnvError):
    """A score that could not be given: a server is down, a worker was lost, memory or time ran out.

    It says nothing about the text, so that it is no value, and never 0: what a trainer has for a missing reward stands
    in its place, and nothing is learned from the text. A text that is wrong has a ``Score``.

    Attributes:
        reason: why there is none.
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"no score could be given: {self.reason}"


@runtime_checkable
class Reward(Protocol):
    """Scores a completion of a prompt: pure, total and deterministic.

    Any object with these two members is a reward. A method ``score_batch(prompts, completions) -> list[Score]`` is used
    where there is one; a score that could not be given stands in its list as ``Unscored``.

    Attributes:
        range: the least and the greatest value that ``score`` gives.
    """

    range: tuple[float, float]

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion. Text that is wrong is a low value with a reason; an exception is a bug.

        Raises:
            Unscored: the score could not be given, which is no fault of the text.
        """
        ...


class Step(NamedTuple):
    """A step of a completion, such as a statement of a chain.

    Attributes:
        end: 0-based offset past its last character in the completion.
        value: what the completion would earn if nothing behind this place took from it.
    """

    end: int
    value: float


@runtime_checkable
class Stepwise(Protocol):
    """A reward that falls step by step, so that each step can be told what it cost."""

    def steps(self, prompt: str, completion: str) -> Sequence[Step]:
        """The steps of a completion in order; the last ends with it, and has the value of its score."""
        ...


def score_batch(reward: Reward, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
    """Score ``completions[i]`` as an answer to ``prompts[i]``, with the reward's own batch method where it has one.

    Returns:
        As many scores. One that could not be given is ``Unscored`` in its place, so that no text costs others theirs;
        a batch method that raises it has given none.

    Raises:
        ConfigError: the two sequences differ in length, or the reward returns something else than a Score for each.
    """
    if len(prompts) != len(completions):
        raise ConfigError(f"expected as many completions as prompts ({len(prompts)}), got {len(completions)}")
    batch = getattr(reward, "score_batch", None)
    scores: list[Score | Unscored]
    if batch is None:
        scores = [_score(reward, prompt, completion) for prompt, completion in zip(prompts, completions, strict=True)]
    else:
        try:
            scores = batch(prompts, completions)
        except Unscored as error:
            scores = [error] * len(prompts)
    if not isinstance(scores, list) or len(scores) != len(prompts):
        raise ConfigError(f"score_batch of {reward!r} must return a list of {len(prompts)} Scores, got {scores!r:.80}")
    for kind in set(map(type, scores)):
        if not issubclass(kind, (Score, Unscored)):
            wrong = next(score for score in scores if type(score) is kind)
            raise ConfigError(f"{reward!r} must return a Score, such as Score(0.5, {{}}), got {wrong!r:.80}")
    return scores


def _score(reward: Reward, prompt: str, completion: str) -> Score | Unscored:
    try:
        return reward.score(prompt, completion)
    except Unscored as error:
        return error


def all_scored(results: Sequence[Score | Unscored]) -> list[Score]:
    """The scores, for who can do nothing without one of them.

    Raises:
        Unscored: the first that could not be given.
    """
    scores = []
    for result in results:
        if isinstance(result, Unscored):
            raise result
        scores.append(result)
    return scores


def to_json(result: Score | Unscored) -> dict[str, Any]:
    """A score as a JSON object: ``score``, ``parts``, ``failure`` and ``failed_at``.

    One that could not be given has null for ``score``, and its reason as ``unscored``.
    """
    if isinstance(result, Unscored):
        return {"score": None, "unscored": result.reason}
    return {
        "score": result.value,
        "parts": dict(result.parts),
        "failure": result.failure,
        "failed_at": result.failed_at,
    }


def from_json(value: Any) -> Score | Unscored:
    """The score that ``to_json`` has made a JSON value of.

    Raises:
        ConfigError: it is none.
    """
    if isinstance(value, dict) and value.get("score", 0) is None and isinstance(value.get("unscored"), str):
        return Unscored(value["unscored"])
    try:
        parts = {str(name): float(part) for name, part in value["parts"].items()}
        score = Score(float(value["score"]), parts, value["failure"], value["failed_at"])
    except (KeyError, TypeError, ValueError, AttributeError):
        score = Score(math.nan, {})
    kinds = isinstance(score.failure, str | None) and type(score.failed_at) in (int, NoneType)
    if not kinds or not all(map(math.isfinite, (score.value, *score.parts.values()))):
        raise ConfigError(f"expected a score as JSON has it, got {value!r:.80}")
    return score


class Watched:
    """The score of a reward, with the parts of other rewards beside its own: watched, but not paid for.

    Where several have a part of the same name, the reward's own is kept, else that of the first. Where one of them
    could not score a text, there is no score.

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
        return _joined([reward.score(prompt, completion) for reward in (self.reward, *self.others)])

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``, by each reward's own batch method."""
        batches = [score_batch(reward, prompts, completions) for reward in (self.reward, *self.others)]
        results: list[Score | Unscored] = []
        for each in zip(*batches, strict=True):
            try:
                results.append(_joined(all_scored(each)))
            except Unscored as error:
                results.append(error)
        return results


def _joined(scores: Sequence[Score]) -> Score:
    """The first score, with the parts of all."""
    parts: dict[str, float] = {}
    for score in reversed(scores):
        parts |= score.parts
    return scores[0]._replace(parts=parts)
