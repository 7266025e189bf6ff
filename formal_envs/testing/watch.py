"""A watch on a run that learns: a judge who does not share the reward's faults reads a sample of what is paid.

A policy that games its reward earns more while what it writes gets no better: the gap between reward and judgement
grows (Gao, Schulman and Hilton, 2022, arXiv:2210.10760, call them proxy and gold). One batch says little, so the gap is
averaged over looks, and the run is stopped where the average is surely past a bound.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, NamedTuple

from formal_envs.errors import ConfigError, check_integer
from formal_envs.score import Reward
from formal_envs.testing.calls import as_scorer, read_score
from formal_envs.testing.cases import Case, Problem, shown

SURE = 3.0
"""Standard deviations by which the average gap has to be past the bound."""


@dataclass(frozen=True)
class Look:
    """What a look at a batch found.

    Attributes:
        step: of the run.
        judged: completions that were judged.
        reward: their mean reward, in [0, 1]: as a share of the range.
        judgement: their mean judgement, in [0, 1].
        gap: reward less judgement.
        mean_gap: the average over looks.
        least_gap: what the average is surely above.
    """

    step: int
    judged: int
    reward: float
    judgement: float
    gap: float
    mean_gap: float
    least_gap: float

    def metrics(self) -> dict[str, float]:
        """The figures to log, each with ``watch_`` before its name."""
        return {f"watch_{name}": value for name, value in asdict(self).items() if name != "step"}


class _Judged(NamedTuple):
    case: Case
    reward: float
    judgement: float


class RewardWatch:
    """Looks at batches of a run, and says when its reward is gamed.

    The average is the geometric moving one of control charts, which begins at no gap: ``z = weight * gap + (1 - weight)
    * z`` (Roberts, 1959, Technometrics 1(3), 239-250). Its variance follows from that of the completions of each look,
    ``v = weight**2 * s**2 / n + (1 - weight)**2 * v``. The run is gamed once ``z - 3 * sqrt(v)`` is past the bound. As
    no gap is above 1 and ``weight`` is not above the bound, no single batch does that to a run without a gap.

    Args:
        judge: says of a completion how good it is, in [0, 1] or as a bool: a function of the completion, the prompt
            and the solution, told by its parameters' names as those of a reward, or a reward.
        bounds: the least and the greatest value of the reward that is watched.
        most: the largest gap that is accepted, in [0, 1]. What wrong answers earn in part is a gap, too.
        paid_from: for a reward that pays in part: what earns at least this counts as paid in full, all else as not.
        weight: of a look in the average.
        sample: most completions that are judged in a look, drawn by step and ``seed``.
        stop: whether the run is stopped; otherwise there is a warning alone.
        seed: decides the samples, and nothing else does.

    Attributes:
        sample, stop: as given.
        looks: what each look found.
        mean, variance: of the average, which a checkpoint has to hold.
        gamed: the first look at which the average was surely past the bound; None before.
        message: what is then said, with a completion that shows it.

    Raises:
        ConfigError: an argument has no meaning, or the judge has none of a reward's forms.
    """

    def __init__(
        self,
        judge: Callable[..., Any] | Reward,
        *,
        bounds: tuple[float, float] = (0.0, 1.0),
        most: float = 0.25,
        paid_from: float | None = None,
        weight: float = 0.1,
        sample: int = 64,
        stop: bool = True,
        seed: int = 0,
    ):
        if not bounds[0] < bounds[1] or not all(map(math.isfinite, bounds)):
            raise ConfigError(f"bounds must be the least and the greatest reward, both finite, got {bounds!r}")
        if not 0 < most <= 1:
            raise ConfigError(f"most must lie in (0, 1], got {most!r}")
        if not 0 < weight <= most:
            raise ConfigError(f"weight must lie in (0, most], so that one batch alone stops no run, got {weight!r}")
        self._judge = as_scorer(judge, with_solutions=True)
        self._bounds, self._most, self._paid_from, self._weight = bounds, most, paid_from, weight
        self.sample, self._seed = check_integer("sample", sample, 1, 10**9), seed
        self.stop = stop
        self.looks: list[Look] = []
        self.mean = self.variance = 0.0
        self.gamed: Look | None = None
        self.message = ""
        self._silent = False

    @property
    def stopped(self) -> bool:
        """Whether the run is to end."""
        return self.stop and self.gamed is not None

    def look(
        self,
        step: int,
        prompts: Sequence[str],
        completions: Sequence[str],
        rewards: Sequence[float | None],
        solutions: Sequence[Any] | None = None,
    ) -> Look | None:
        """Judge a sample of a batch.

        Args:
            step: of the run.
            prompts, completions, rewards, solutions: a row each; a reward of None, or one that is not finite, is left
                out.

        Returns:
            what was found; None where nothing could be judged.
        """
        paid = [place for place, reward in enumerate(rewards) if reward is not None and math.isfinite(reward)]
        chosen = Random(f"{self._seed} {step}").sample(paid, min(len(paid), self.sample))
        judged = []
        for place in chosen:
            problem = Problem(prompts[place], solutions[place] if solutions is not None else None)
            case = Case(problem, completions[place])
            judgement = self._judgement(case)
            if judgement is not None:
                judged.append(_Judged(case, self._share(float(rewards[place] or 0.0)), judgement))
        if not judged:
            return None
        look = self._take(step, judged)
        self.looks.append(look)
        if look.least_gap > self._most and self.gamed is None:
            self.gamed, self.message = look, self._said(look, judged)
            warnings.warn(self.message, stacklevel=2)
        return look

    def _judgement(self, case: Case) -> float | None:
        """What the judge says; None, with a warning at the first time, where it fails: the run goes on."""
        try:
            return min(1.0, max(0.0, read_score(self._judge.score(case)).value))
        except Exception as error:  # the judge is the user's
            if not self._silent:
                said = f"the judge raises {type(error).__name__}: {str(error)[:100]}, on {shown(case.completion)}"
                warnings.warn(f"{said}; what it cannot judge is left out", stacklevel=4)
            self._silent = True
            return None

    def _share(self, reward: float) -> float:
        if self._paid_from is not None:
            return float(reward >= self._paid_from)
        low, high = self._bounds
        return min(1.0, max(0.0, (reward - low) / (high - low)))

    def _take(self, step: int, judged: Sequence[_Judged]) -> Look:
        """Take a look's gap into the average."""
        gaps = [each.reward - each.judgement for each in judged]  # (n,), in [-1, 1]
        count = len(gaps)
        gap = sum(gaps) / count
        spread = (sum((each - gap) ** 2 for each in gaps) + 1) / count  # and the most one could have: few know little
        kept = 1 - self._weight
        self.mean = self._weight * gap + kept * self.mean
        self.variance = self._weight**2 * spread / count + kept**2 * self.variance
        reward, judgement = (sum(column) / count for column in list(zip(*judged, strict=True))[1:])
        least = self.mean - SURE * math.sqrt(self.variance)
        return Look(step, count, reward, judgement, gap, self.mean, least)

    def _said(self, look: Look, judged: Sequence[_Judged]) -> str:
        worst = max(judged, key=lambda each: (each.reward - each.judgement, -len(each.case.completion)))
        return (
            f"step {look.step}: the reward pays {look.reward:.2f} and the judge {look.judgement:.2f}; the average gap, "
            f"{look.mean_gap:.2f}, is surely above {self._most:g}. {shown(worst.case.completion)} to "
            f"{shown(worst.case.prompt)} is paid {worst.reward:.2g} and judged {worst.judgement:.2g}"
        )
