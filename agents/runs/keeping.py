"""Which of the completions of a training a run keeps: moments enough to see a drift, whole groups to see a spread."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from formal_envs.score import Score, Unscored

MOMENTS = 50
"""Steps of a run at which completions are kept, evenly spread, besides its first and its last."""
PROMPTS, GROUPS, MEMBERS = 16, 4, 16
"""Prompts of a batch of which one completion is kept; of how many of these there are more; and how many then."""
BYTES = 2**18
"""What the rows of one step may take together; the first of them is written whatever its size."""


def is_kept(step: int, steps: int) -> bool:
    """Whether a run of so many steps keeps completions of this one, counted from 1."""
    return step in (1, steps) or step % -(-steps // MOMENTS) == 0


def kept_rows(
    prompts: Sequence[str], solutions: Sequence[str], texts: Sequence[str], scores: Sequence[Score | Unscored]
) -> list[dict[str, Any]]:
    """The rows of samples.jsonl of a batch, but for the step: the first completion of each prompt, then the others.

    ``group`` is the prompt's number in the batch. The solution stands in the first row of its prompt.

    Args: prompts, solutions (P,); texts, scores (P * G,), prompt by prompt.
    """
    size = len(texts) // len(prompts)
    firsts = [(group, 0) for group in range(min(PROMPTS, len(prompts)))]
    others = [(group, n) for group, _ in firsts[:GROUPS] for n in range(1, min(MEMBERS, size))]
    rows = []
    for group, n in firsts + others:
        place = group * size + n
        row = {"group": group, **sample_row(prompts[group], texts[place], scores[place])}
        rows.append(row if n else {**row, "solution": solutions[group]})
    return rows


def sample_row(prompt: str, completion: str, score: Score | Unscored) -> dict[str, Any]:
    """A completion and its score, as a row of samples.jsonl; ``reward`` is None where there is no score."""
    text = {"prompt": prompt, "completion": completion}
    if isinstance(score, Unscored):
        return {**text, "reward": None, "parts": {}, "failure": None, "failed_at": None, "unscored": score.reason}
    return {
        **text,
        "reward": round(score.value, 4),
        "parts": {name: round(value, 4) for name, value in score.parts.items()},
        "failure": score.failure,
        "failed_at": score.failed_at,
    }


def bounded(lines: Sequence[str]) -> list[str]:
    """As many of a step's lines as may be written, from the first."""
    sizes = accumulate(len(line.encode()) for line in lines)
    return [line for number, (line, size) in enumerate(zip(lines, sizes, strict=True)) if not number or size <= BYTES]
