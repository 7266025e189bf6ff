"""The parts of a mixture in training: how each does, and which of them is asked for.

``sampling="success"`` asks for a part in proportion to p(1 - p), where p is the share of its recent completions that
are right. That is the variance of a completion's being right, and so the mean square of an advantage that a baseline
leaves: what a part adds to a batch's gradient. It is 0 where all are right or none is, and nothing can be learned.
Called learnability, it chooses levels in Rutherford et al., "No Regrets" (arXiv:2408.15099), and problems in Foster et
al., "Learning to Reason at the Frontier of Learnability" (arXiv:2502.12272).

The chance that a group has spread, 1 - p^G - (1 - p)^G, is what counts where every group's advantages are scaled to one
spread. For G = 32 it is above 0.8 for all p between 0.05 and 0.95, and hardly chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from agents.models.noise import widest_float
from agents.processes import Processes
from formal_envs.score import Score, Unscored
from formal_envs.tasks import Problems, Task
from formal_envs.tasks.protocol import Parted
from formal_envs.tasks.streams import Keys

KEPT = 0.9
"""What each step leaves of the counts before it, so that they are of about ten steps."""
FLOOR = 0.2
"""The share of prompts that all parts get alike, so that none is lost."""

Floats = NDArray[np.float64]


class Counts(Protocol):
    """What a run remembers of its parts: completions with a score, and the right ones, in recent steps."""

    part_scored: list[float]
    part_right: list[float]


def weights(counts: Counts, parts: int) -> Floats:
    """The chance of each part (parts,) to be asked for, by success.

    p is (right + 1) / (scored + 2): a part of which little is known has p = 1/2, so that one that was seldom asked for
    comes up again, and all have equal chances at the start.
    """
    scored, right = (np.asarray(each or [0.0] * parts) for each in (counts.part_scored, counts.part_right))
    p = (right + 1) / (scored + 2)
    spread = p * (1 - p)
    chances: Floats = (1 - FLOOR) * spread / spread.sum() + FLOOR / parts
    return chances


def ask(task: Task, keys: Keys, sampling: str, counts: Counts) -> Problems:
    """The problems of keys (n,), of parts that are chosen as ``PPOConfig.sampling`` has it."""
    if sampling == "success" and isinstance(task, Parted):
        return task.sample(keys, weights(counts, len(task.parts)))
    return task.sample(keys)


def look(
    task: Task,
    problems: Problems,
    scores: Sequence[Score | Unscored],
    sampling: str,
    counts: Counts,
    processes: Processes,
) -> dict[str, float]:
    """Figures of each part in a batch, which ``counts`` take in; none of a task without parts.

    Args: scores, of as many completions for each problem, problem by problem, both of this process.

    Returns: of part n, from 1, ``asked/n``, its share of the prompts; where it has scores ``reward/n``, their mean, and
    ``right/n``, the share without failure; and ``weight/n``, its chance, where success decides.
    """
    if not isinstance(task, Parted):
        return {}
    count = len(task.parts)
    places = task.part_of(problems)
    sums = torch.from_numpy(np.stack([np.bincount(places, minlength=count), *_sums(places, scores, count)]))
    device = processes.device
    prompts, scored, right, value = processes.total(sums.to(device, widest_float(device))).double().cpu().numpy()
    figures = {f"asked/{n}": share for n, share in enumerate((prompts / prompts.sum()).tolist(), 1)}
    for part in np.flatnonzero(scored).tolist():
        figures[f"reward/{part + 1}"] = float(value[part] / scored[part])
        figures[f"right/{part + 1}"] = float(right[part] / scored[part])
    if sampling == "success":
        figures |= {f"weight/{n}": chance for n, chance in enumerate(weights(counts, count).tolist(), 1)}
    before = (np.asarray(each or [0.0] * count) for each in (counts.part_scored, counts.part_right))
    counts.part_scored, counts.part_right = (
        (KEPT * old + new).tolist() for old, new in zip(before, (scored, right), strict=True)
    )
    return figures


def _sums(places: NDArray[np.int64], scores: Sequence[Score | Unscored], count: int) -> Floats:
    """Of each part's completions with a score: how many, the right ones, and their rewards, (3, parts)."""
    found = [(1.0, score.failure is None, score.value) if isinstance(score, Score) else (0, 0, 0) for score in scores]
    owners = places.repeat(len(scores) // len(places))  # (P * G,)
    return np.stack([np.bincount(owners, column, count) for column in np.array(found, float).T])
