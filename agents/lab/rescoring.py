"""A run's samples scored by another reward: where the two disagree, a policy may have gamed one of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from agents.lab.files import Lines
from agents.lab.samples import cleaned_score, finite, whole
from formal_envs.errors import ConfigError
from formal_envs.score import Score, Unscored, to_json
from formal_envs.testing.calls import Scorer, as_scorer, read_score
from formal_envs.testing.cases import Case, Problem

Range = tuple[float, float]
Row = dict[str, Any]
_BLOCK = 256  # samples that are scored at once


def read_samples(folder: Path) -> tuple[list[Row], list[str]]:
    """The samples of a run, with the solutions of their prompts where the run kept them, and what was left out.

    Raises:
        ConfigError: there are none.
    """
    lines = Lines(folder, "samples.jsonl")
    rows, solutions = [], {}
    for _, _, row in lines.fresh():
        if whole(row.get("step")) is None or not all(isinstance(row.get(n), str) for n in ("prompt", "completion")):
            continue
        rows.append(row)
        if isinstance(row.get("solution"), str):
            solutions[row["step"], row["prompt"]] = row["solution"]
    if not rows:
        raise ConfigError(f"{folder} has no samples: expected the folder of a run, with samples.jsonl in it")
    asked = [{**row, "solution": solutions.get((row["step"], row["prompt"]))} for row in rows]
    return asked, lines.left_out()


class Caller:
    """Scores samples by a reward of any form that ``check-reward`` takes.

    Args:
        reward: the user's.
        samples: all that will be scored, of ``read_samples``.

    Raises:
        ConfigError: it has none of the forms, or takes solutions, which some of the samples lack.
    """

    def __init__(self, reward: Any, samples: Sequence[Row]):
        lacking = sum(row["solution"] is None for row in samples)
        try:
            self._scorer: Scorer = as_scorer(reward, with_solutions=not lacking)
        except ConfigError as error:
            if not lacking or "solution" not in str(error):
                raise
            raise ConfigError(
                f"the reward takes solutions, which {lacking:,} of the {len(samples):,} samples lack: runs of "
                "earlier versions did not keep them. Train again, or give a reward of (prompt, completion)"
            ) from None
        self.name = self._scorer.name
        declared = getattr(reward, "range", None)
        self.range: Range | None = declared if _is_range(declared) else None

    def score(self, samples: Sequence[Row]) -> list[Score | Unscored]:
        """The scores of samples. None, by which TRL's functions leave a completion out, is no score.

        Raises:
            ConfigError: the reward raises, or gives something else than scores.
        """
        cases = [Case(Problem(row["prompt"], row["solution"]), row["completion"]) for row in samples]
        try:
            if self._scorer.has_batch:
                results = self._together(cases)
            else:
                results = [result for case in cases for result in self._together([case])]
        except Exception as error:  # whatever the user's code raises, it is told in one line
            raise ConfigError(f"the reward {self.name} raised {type(error).__name__}: {error}") from error
        if len(results) != len(cases):
            raise ConfigError(f"the reward {self.name} gave {len(results)} scores for {len(cases)} completions")
        return [self._read(result) for result in results]

    def _together(self, cases: Sequence[Case]) -> list[Any]:
        """What the reward gives for cases, in one call of it where it takes several."""
        try:
            return self._scorer.score_batch(cases)
        except Unscored as error:
            return [error] * len(cases)

    def _read(self, result: Any) -> Score | Unscored:
        if isinstance(result, Unscored):
            return result
        if result is None:
            return Unscored("the reward gave None")
        try:
            score = read_score(result)
        except TypeError as error:
            raise ConfigError(f"the reward {self.name} {error}") from None
        return score if math.isfinite(score.value) else Unscored(f"the reward gave {score.value}")


def rescore(
    samples: Sequence[Row],
    score: Callable[[Sequence[Row]], list[Score | Unscored]],
    own_range: Range | None,
    other_range: Range | None,
    watch: Callable[[int], object] = lambda count: None,
) -> list[Row]:
    """The samples with another reward's scores as ``other``, and with ``gap``: how far the two are apart.

    Each reward is taken as a share of its range, or of what it spans over these samples where it declares none; the gap
    is the run's own less the other, in [-1, 1], and None where either lacks a score.

    Args: watch, called with how many more were scored.
    """
    results: list[Score | Unscored] = []
    waiting = iter(samples)
    while block := list(islice(waiting, _BLOCK)):
        results += score(block)
        watch(len(block))
    rewards = [finite(row.get("reward")) for row in samples]
    others = [None if isinstance(result, Unscored) else result.value for result in results]
    ours, theirs = _shares(rewards, own_range), _shares(others, other_range)
    rows = []
    for row, result, one, two in zip(samples, results, ours, theirs, strict=True):
        gap = None if one is None or two is None else round(one - two, 4)
        rows.append({**_kept(row), "other": _rounded(to_json(result)), "gap": gap})
    return rows


def write_rescored(rows: Iterable[Row], target: Path) -> None:
    """Write ``rescored/NAME.jsonl``, at once: the lab may read it meanwhile."""
    target.parent.mkdir(exist_ok=True)
    fresh = target.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    fresh.replace(target)


def _kept(row: Mapping[str, Any]) -> Row:
    """What of a sample goes into the file."""
    more = {name: row[name] for name in ("group", "solution", "unscored") if row.get(name) is not None}
    texts = {name: row[name] for name in ("step", "prompt", "completion")}
    return {**texts, **more, **cleaned_score(row, "reward")}


def _rounded(score: Row) -> Row:
    if score["score"] is None:
        return score
    parts = {name: round(value, 4) for name, value in score["parts"].items()}
    return {**score, "score": round(score["score"], 4), "parts": parts}


def _shares(values: Sequence[float | None], within: Range | None) -> list[float | None]:
    """Values as shares of a range, or of what they span."""
    known = [value for value in values if value is not None]
    low, high = within or (min(known, default=0.0), max(known, default=0.0))
    wide = high - low or 1.0
    return [None if value is None else min(1.0, max(0.0, (value - low) / wide)) for value in values]


def _is_range(declared: object) -> bool:
    return (
        isinstance(declared, tuple)
        and len(declared) == 2
        and all(finite(bound) is not None for bound in declared)
        and declared[0] < declared[1]
    )
