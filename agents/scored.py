"""What a batch of completions earned, and which of them could not be scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.processes import Processes
from formal_envs.errors import ConfigError
from formal_envs.score import Reward, Score, Step, Stepwise, Unscored, score_batch


class Scored(NamedTuple):
    """Scores of completions: each distinct one (D,), and which of them is each completion's (P * G,)."""

    distinct: list[Score | Unscored]
    places: NDArray[np.int64]

    def each(self) -> list[Score | Unscored]:
        """The scores (P * G,) of the completions."""
        return [self.distinct[place] for place in self.places]

    def known(self) -> NDArray[np.bool_]:
        """Which completions (P * G,) have a score."""
        return np.array([isinstance(result, Score) for result in self.distinct])[self.places]

    def sums(self, names: Sequence[str]) -> dict[str, float]:
        """Sums over the completions that have a score, of its parts, and of its value as ``reward_mean``."""
        counts = np.bincount(self.places, minlength=len(self.distinct))
        found = [
            (count, result) for count, result in zip(counts, self.distinct, strict=True) if isinstance(result, Score)
        ]
        counted = np.array([count for count, _ in found])
        figures = {name: [score.parts[name] for _, score in found] for name in names}
        figures["reward_mean"] = [score.value for _, score in found]
        return {name: float(counted @ np.array(values)) for name, values in figures.items()}


def score(reward: Reward, prompts: Sequence[str], completions: Sequence[str]) -> Scored:
    """Scores of the same number of completions of each prompt, prompt by prompt.

    Equal completions of a prompt are scored once: a reward is pure, and they are many.
    """
    group = len(completions) // len(prompts)
    numbers: dict[tuple[int, str], int] = {}
    places = [numbers.setdefault((n // group, text), len(numbers)) for n, text in enumerate(completions)]
    results = score_batch(reward, [prompts[row] for row, _ in numbers], [text for _, text in numbers])
    return Scored(results, np.array(places))


def steps_of(
    reward: Reward, prompts: Sequence[str], completions: Sequence[str], scores: Sequence[Score | Unscored]
) -> list[Sequence[Step]]:
    """The steps of completions, as ``score`` takes them, none of those without a score; equal ones are looked at once.

    Raises:
        ConfigError: the reward has no steps.
    """
    if not isinstance(reward, Stepwise):
        raise ConfigError(
            "credit='steps' needs a reward with a method steps, which this one lacks, as all do that score elsewhere: "
            "use credit='completion'"
        )
    group = len(completions) // len(prompts)
    known: dict[tuple[str, str], Sequence[Step]] = {}
    found = []
    for n, (text, result) in enumerate(zip(completions, scores, strict=True)):
        asked = prompts[n // group], text
        if asked not in known:
            known[asked] = () if isinstance(result, Unscored) else reward.steps(*asked)
        found.append(known[asked])
    return found


def part_names(scored: Scored, processes: Processes) -> list[str]:
    """The names of the scores' parts, the same on all processes, some of which may have no score.

    Raises:
        Unscored: none of them has one.
    """
    names = next((list(result.parts) for result in scored.distinct if isinstance(result, Score)), None)
    if not processes.any(names is None):
        return names or []
    found = [each for each in processes.gather_objects([names]) if each is not None]
    if found:
        return list(found[0])
    reason = next(result.reason for result in scored.distinct if isinstance(result, Unscored))
    raise Unscored(
        f"none of the step's {len(scored.places) * processes.count} completions has one, and nothing can be learned "
        f"({reason}); --resume goes on once that is mended"
    )
