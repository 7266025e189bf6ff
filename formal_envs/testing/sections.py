"""What a report says besides its findings: the forms of right answers that are read, and what a reward teaches."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 118
"""Characters of a printed line."""
_LABEL, _WIDE = 13, 28  # characters of a line's label, in the list of checks and in the tables
_NORMAL = 1.959963984540054  # quantile of the standard normal distribution for a two-sided interval of 95 %


def wilson(share: float, of: float) -> tuple[float, float]:
    """The ends of Wilson's interval of 95 % for a share of ``of`` trials; (0, 1) of none.

    With ``z`` the quantile::

        (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212."""
    if not of:
        return 0.0, 1.0
    square = _NORMAL**2 / of
    centre = share + square / 2
    half = math.sqrt(share * (1 - share) * square + square**2 / 4)
    low = 0.0 if share <= 0 else (centre - half) / (1 + square)
    high = 1.0 if share >= 1 else (centre + half) / (1 + square)
    return max(0.0, low), min(1.0, high)


def student(values: Sequence[float]) -> tuple[float, float]:
    """The ends of Student's interval of 95 % for the mean of values; of one value that is all there is.

    The quantile is the first four terms of its series in the normal one ``z`` and the degrees of freedom ``f``, to 1e-3
    from f = 7 on::

        z + (z^3 + z) / 4f + (5z^5 + 16z^3 + 3z) / 96f^2 + (3z^7 + 19z^5 + 17z^3 - 15z) / 384f^3

    Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.5."""
    mean, free = math.fsum(values) / len(values), len(values) - 1
    if not free:
        return mean, mean
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / free)
    z = _NORMAL
    quantile = z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
    quantile += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    half = quantile * deviation / math.sqrt(len(values))
    return mean - half, mean + half


@dataclass(frozen=True)
class Rate:
    """A share, with its interval.

    Attributes:
        hits, of: how many of how many.
        share: the one by the other; 0 of none.
        low, high: Wilson's interval of 95 %.
    """

    hits: int
    of: int
    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.hits} of {self.of} ({self.low:.2g} to {self.high:.2g})" if self.of else "-"


def rate(hits: int, of: int) -> Rate:
    """So many of so many as a Rate."""
    share = hits / of if of else 0.0
    return Rate(hits, of, share, *wilson(share, of))


@dataclass(frozen=True)
class Form:
    """A usual form of right answers.

    Attributes:
        name: of the form, as ``forms=`` of ``check_reward`` takes it.
        paid: problems whose right answer in this form earns what the gold does, or nearly.
        missed: of those that are right by the judge too, the ones that are not paid.
        example: the text for the first problem that is not paid, or for the first one.
    """

    name: str
    paid: Rate
    missed: Rate
    example: str


@dataclass(frozen=True)
class Forms:
    """Which usual forms of a right answer a reward reads.

    Attributes:
        kinds: of the right answers: "number", "word", ...
        rows: a row for each form that applies to some problem.
        verdict: a sentence.
    """

    kinds: tuple[str, ...]
    rows: tuple[Form, ...]
    verdict: str


@dataclass(frozen=True)
class Strategy:
    """A way to answer every prompt, and what it earns.

    Attributes:
        name: of the strategy.
        mean: its reward, over the prompts.
        low, high: an interval of 95 % for the mean.
        size: the mean as a share of the way from the floor to what right answers earn.
        prompts: how many were answered so and got a score.
        example: the text for the first of them.
    """

    name: str
    mean: float
    low: float
    high: float
    size: float
    prompts: int
    example: str


@dataclass(frozen=True)
class Part:
    """A part of the scores of a reward that gives parts.

    Attributes:
        name: of the part.
        right, wrong: its mean in right and in wrong answers.
        share: of what wrong answers earn, where the value is a weighted sum of the parts; else None.
    """

    name: str
    right: float
    wrong: float
    share: float | None


@dataclass(frozen=True)
class Training:
    """What a reward teaches, told by realistic answers.

    Attributes:
        strategies: the scoreboard, the best paid first.
        telling: prompts at which a right answer earns more than each wrong one.
        flat: prompts at which all answers earn the same.
        left_out: answers for which the reward gave None.
        least, most: of the rewards.
        false_positives: wrong answers that are paid as a right one.
        false_negatives: right answers in their usual forms that are not.
        parts: of the scores.
    """

    strategies: tuple[Strategy, ...]
    telling: Rate
    flat: Rate
    left_out: Rate
    least: float
    most: float
    false_positives: Rate
    false_negatives: Rate
    parts: tuple[Part, ...]


# ---- As text


def joined(label: str, names: Sequence[str], width: int = _LABEL) -> list[str]:
    """Names behind a label of some width, on as few lines as hold them, none of them broken; no line of no names."""
    text = ", ".join(name.replace(" ", "\xa0") for name in names)
    lines = textwrap.wrap(f"{label:{width}}{text}", WIDTH, subsequent_indent=" " * width) if names else []
    return [line.replace("\xa0", " ") for line in lines]


def forms_lines(forms: Forms) -> list[str]:
    """The table of forms as text: those that are paid as often stand on one line."""
    lines = [f"Right answers in their usual forms ({', '.join(forms.kinds)}): {forms.verdict}"]
    groups: dict[Rate, list[str]] = {}
    for row in forms.rows:
        groups.setdefault(row.paid, []).append(row.name)
    for paid in sorted(groups, key=lambda paid: (-paid.share, -paid.of)):
        lines += joined(f"  {paid}", groups[paid], _WIDE)
    return lines


def training_lines(training: Training) -> list[str]:
    """The scoreboard as text: strategies that earn the same stand on one line."""
    told = training.telling
    lines = ["What realistic answers earn on average, with an interval of 95 %"]
    groups: dict[str, list[str]] = {}
    for one in training.strategies:
        ends = [f"{one.low:.2g}", f"{one.high:.2g}"]
        low_high = " to ".join(ends) if len(set(ends)) == 2 else ""
        groups.setdefault(f"{one.mean:>8.4g}  {low_high:16}", []).append(one.name)
    for said, names in groups.items():
        lines += joined(f"  {said}", names, _WIDE)
    none = f"None for {training.left_out.hits} of {training.left_out.of} answers"
    lines += joined("  rewards", [f"from {training.least:.4g} to {training.most:.4g}", none])
    if told.of:
        lines += joined("  prompts", [f"the right answer earns most at {told.hits} of {told.of}"])
        if training.flat.hits:
            lines[-1] += f"; all answers earn the same at {training.flat.hits}"
        wrong, right = training.false_positives, training.false_negatives
        lines += joined("  judged", [f"wrong and paid: {wrong}; right and not paid: {right}"])
    for part in training.parts:
        share = f", {part.share:.0%} of what wrong ones earn" if part.share is not None else ""
        lines.append(
            f"  part {part.name}: {part.right:.3g} in right answers on average, {part.wrong:.3g} in wrong ones{share}"
        )
    return lines
