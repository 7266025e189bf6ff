"""Signs that a policy games its reward, from the scores and the texts of a step. They are logged, and change nothing.

Those of a batch are the same however its prompts are shared out between processes. A completion that could not be
scored counts for what needs no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from agents.models.noise import widest_float
from agents.processes import Processes
from formal_envs.score import Score

FIRST_STEPS = 10
"""Steps whose mean length is that of the beginning."""
_ROUNDING = 1e-12  # what varies by less than this share of its size is constant

Floats = NDArray[np.float64]


class Lengths(Protocol):
    """What a run remembers of its beginning: the mean tokens of a completion over so many of its first steps."""

    first_tokens: float
    first_steps: int


def length_drift(lengths: Lengths, tokens: float) -> float:
    """The mean tokens of a step's completions, divided by those of the run's first ten steps, which are remembered."""
    if lengths.first_steps < FIRST_STEPS:
        lengths.first_steps += 1
        lengths.first_tokens += (tokens - lengths.first_tokens) / lengths.first_steps
    return tokens / lengths.first_tokens


def signs_in_scores(
    distinct: Sequence[Any], places: NDArray[np.int64], group: int, names: Sequence[str], processes: Processes
) -> dict[str, float]:
    """How little a batch's rewards differ, and what of them differs alike.

    Args:
        distinct: the scores (D,) of distinct completions; what is no Score is left out.
        places: which of them is each completion's (P * group,), prompt by prompt.
        group: completions of a prompt.
        names: of the scores' parts, the same on all processes.
        processes: that have parts of the batch.

    Returns:
        uniform_groups: the share of prompts whose completions all earn the same, of those with a score.
        explains/<part>: the squared correlation of a part with the reward over the batch, in [0, 1]: the share of the
            reward's variance that a line through the part explains; 0 where one of the two is constant.
    """
    prompts = len(places) // group
    counts = np.bincount(places, minlength=len(distinct)).astype(float)
    owners = np.full(len(distinct), prompts)  # of what another process has written
    owners[places] = np.arange(len(places)) // group
    scores = [score for score in distinct if isinstance(score, Score)]
    if len(scores) < len(distinct):
        known = np.array([isinstance(score, Score) for score in distinct])
        counts, owners = counts[known], owners[known]  # (K,)
    columns = [[score.value for score in scores], *([score.parts[name] for score in scores] for name in names)]
    figures = np.array(columns, np.float64)  # (1 + parts, K)

    highest, lowest = np.full(prompts + 1, -np.inf), np.full(prompts + 1, np.inf)
    np.maximum.at(highest, owners, figures[0])
    np.minimum.at(lowest, owners, figures[0])
    highest, lowest = highest[:-1], lowest[:-1]  # (P,)
    uniform, scored = float(np.sum(highest == lowest)), float(np.sum(highest >= lowest))
    sums = _total([uniform, scored, counts.sum(), *(figures @ counts), *(figures**2 @ counts)], processes)
    means, squares = (sums[3:] / max(sums[2], 1)).reshape(2, -1)  # (1 + parts,)

    centred = figures - means[:, None]
    spreads, shared = _total([*(centred**2 @ counts), *(centred * centred[0] @ counts)], processes).reshape(2, -1)
    varied = spreads > _ROUNDING**2 * squares * sums[2]  # (1 + parts,)
    both = varied & varied[0]
    explained = np.divide(shared**2, spreads * spreads[0], out=np.zeros_like(spreads), where=both)
    shares = {f"explains/{name}": min(1.0, float(share)) for name, share in zip(names, explained[1:], strict=True)}
    return {"uniform_groups": float(sums[0] / max(sums[1], 1)), **shares}


def repeated_completions(prompts: Sequence[str], texts: Sequence[str], processes: Processes) -> float:
    """The share of a batch's completions whose text also answers another prompt of the batch.

    Args: prompts (P,); texts (P * G,), prompt by prompt, both of this process.
    """
    group = len(texts) // len(prompts)
    counts: dict[tuple[str, str], int] = {}
    for number, text in enumerate(texts):
        pair = prompts[number // group], text
        counts[pair] = counts.get(pair, 0) + 1
    pairs = processes.gather_objects(list(counts.items()))
    asked: dict[str, str] = {}
    shared = {text for (prompt, text), _ in pairs if asked.setdefault(text, prompt) != prompt}
    repeated: int = sum(count for (_, text), count in pairs if text in shared)
    return float(repeated / (len(texts) * processes.count))


def _total(figures: Sequence[float], processes: Processes) -> Floats:
    """The sums of figures over all processes."""
    own = torch.tensor(np.asarray(figures, np.float64), dtype=widest_float(processes.device), device=processes.device)
    summed: Floats = processes.total(own).double().cpu().numpy()
    return summed
