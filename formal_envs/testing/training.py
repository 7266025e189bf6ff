"""What a reward teaches: findings about what right and wrong answers earn."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.testing.bench import Bench, NotChecked, as_test
from formal_envs.testing.cases import Case, shown
from formal_envs.testing.exploits import WRONG
from formal_envs.testing.report import Finding, Severity
from formal_envs.testing.scoreboard import (
    FORMAT,
    JUNK,
    NEAR,
    RIGHT,
    SENTENCE,
    UNFORMATTED,
    Tried,
    problems_of,
    section,
    try_strategies,
)
from formal_envs.testing.shrinking import shrunk

TRAINING = "what it teaches"
"""The name of the check."""
_HALF = 0.5  # of a right answer's reward, from which on the format alone is remarked on
_APART = 0.1  # of a right answer's reward, by which a strategy has to be paid more than a better one
_SMALL = 1e-3  # spread of rewards below which a constant such as 1e-4 beside their deviation counts

_PROBES = 150  # most calls of a shrinking
_READABLE = 200  # characters of a text that need not be shortened

# A strategy that is paid more than a better one teaches the wrong thing. Of others it cannot be told which is better.
_BETTER = (
    (RIGHT, UNFORMATTED),
    (RIGHT, SENTENCE),
    (UNFORMATTED, JUNK),
    (SENTENCE, JUNK),
    (NEAR, JUNK),
    (NEAR, "the prompt"),
    (NEAR, "reasoning without an answer"),
)


def training(bench: Bench, budget: int, most: float | None) -> list[Finding]:
    """Score realistic answers to the prompts; the section is left on the bench.

    Args:
        bench: the reward.
        budget: of the whole check; a quarter of it is used.
        most: ``max_partial``.
    """
    bench.check_ends()
    tried = try_strategies(bench, budget)
    if all(one.outcome.state != "scored" for one in tried) and not _never(bench, tried):
        raise NotChecked("no answer is scored")
    bench.training = section(bench, tried)
    if not bench.gold:
        return []
    found = _never(bench, tried) or _constant(bench, tried)
    if found:
        return found
    paid = _without_merit(bench, tried)
    if paid and any(finding.check == WRONG and finding.severity == "error" for finding in bench.found):
        raise NotChecked(f"see {WRONG!r}")  # the scoreboard says what that comes to
    return (paid or _format_pays(bench, tried, most) + _order(bench, tried)) + _small(bench, tried)


def _means(tried: Sequence[Tried], one: str, other: str) -> tuple[float, float, list[tuple[Tried, Tried]]]:
    """The means of two strategies over the prompts that both answered, and the pairs."""
    by = {(t.strategy, t.case.problem): t for t in tried if t.outcome.state == "scored"}
    pairs = [(t, by[other, problem]) for (name, problem), t in by.items() if name == one and (other, problem) in by]
    if not pairs:
        return math.nan, math.nan, []
    return (
        sum(a.outcome.value for a, _ in pairs) / len(pairs),
        sum(b.outcome.value for _, b in pairs) / len(pairs),
        pairs,
    )


def _never(bench: Bench, tried: Sequence[Tried]) -> list[Finding]:
    """An error where no right answer is scored."""
    golds = [one for one in tried if one.strategy == RIGHT]
    if not golds or any(one.outcome.state != "left out" for one in golds):
        return []
    message = f"gives None for all of {len(golds)} right answers, so that none is trained on"
    code = f"assert {bench.scorer.code(golds[0].case)} is not None"
    return [Finding(TRAINING, "error", message, (golds[0].case.completion,), code=as_test(TRAINING, code))]


def _constant(bench: Bench, tried: Sequence[Tried]) -> list[Finding]:
    """An error where right and wrong answers to a prompt all earn the same, whatever the prompt."""
    known = [one for one in tried if one.outcome.state == "scored"]
    groups = [[one for one in known if one.case.problem is problem] for problem in problems_of(known)]
    groups = [of for of in groups if {True, False} <= {one.right for one in of}]
    if not groups or any(len({one.outcome.value for one in of}) > 1 for of in groups):
        return []
    right, wrong = (next(one for one in groups[0] if one.right is is_right) for is_right in (True, False))
    message = f"right and wrong answers all earn the same, {right.outcome}: there is nothing to learn"
    code = f"assert {bench.scorer.value_code(right.case)} > {bench.scorer.value_code(wrong.case)}"
    return [
        Finding(
            TRAINING, "error", message, (right.case.completion, wrong.case.completion), 1.0, as_test(TRAINING, code)
        )
    ]


def _without_merit(bench: Bench, tried: Sequence[Tried]) -> list[Finding]:
    """An error where a strategy of wrong answers earns at least as much as right ones, on average."""
    found = []
    for name in dict.fromkeys(one.strategy for one in tried if one.right is False):
        right, wrong, pairs = _means(tried, RIGHT, name)
        if pairs and wrong >= right - bench.slack:
            found.append((wrong, name, right, pairs))
    if not found:
        return []
    wrong, name, right, pairs = max(found, key=lambda one: one[0])
    one, other = max(pairs, key=lambda pair: pair[1].outcome.value - pair[0].outcome.value)
    case = _shorter(bench, other.case, one.outcome.value - bench.slack)
    more = [strategy for _, strategy, _, _ in found if strategy != name]
    message = f"{name} earns {wrong:.4g} on average, right answers {right:.4g}: {shown(case.completion)}"
    message += f"; as much or more: {', '.join(more)}" if more else ""
    code = f"assert {bench.scorer.value_code(case)} < {bench.scorer.value_code(one.case)}"
    size = (wrong - bench.lowest) / (right - bench.lowest) if right > bench.lowest else 1.0
    return [Finding(TRAINING, "error", message, (case.completion,), size, as_test(TRAINING, code))]


def _shorter(bench: Bench, case: Case, least: float) -> Case:
    """A shorter wrong answer that earns as much; a text that can be read is left as it is."""
    if len(case.completion) <= _READABLE:
        return case

    def still(text: str) -> bool:
        shorter = case._replace(completion=text)
        if bench.right is not None and bench.right(shorter):
            return False
        (outcome,) = bench.single([shorter])
        return outcome.state == "scored" and outcome.value >= least

    return case._replace(completion=shrunk(case.completion, still, steps=_PROBES))


def _order(bench: Bench, tried: Sequence[Tried]) -> list[Finding]:
    """A note where a strategy earns clearly more than one that is better; the widest gap is shown."""
    found = []
    for better, worse in _BETTER:
        mean, other, pairs = _means(tried, better, worse)
        if pairs and other - mean > _APART * (bench.top - bench.lowest):
            found.append((other - mean, better, worse, pairs, mean, other))
    if not found:
        return []
    gap, better, worse, pairs, mean, other = max(found, key=lambda one: one[0])
    one, two = max(pairs, key=lambda pair: pair[1].outcome.value - pair[0].outcome.value)
    message = f"{worse!r} earns {other:.4g} on average, {better!r} {mean:.4g}, though that is the better answer"
    code = f"assert {bench.scorer.value_code(one.case)} >= {bench.scorer.value_code(two.case)}"
    texts = (one.case.completion, two.case.completion)
    return [Finding(TRAINING, "note", message, texts, gap / (bench.top - bench.lowest), as_test(TRAINING, code))]


def _format_pays(bench: Bench, tried: Sequence[Tried], most: float | None) -> list[Finding]:
    """A note where the format alone earns half of what a right answer does; an error past ``max_partial``."""
    right, alone, pairs = _means(tried, RIGHT, FORMAT)
    if not pairs or right <= bench.lowest:
        return []
    size = (alone - bench.lowest) / (right - bench.lowest)
    if size < (_HALF if most is None else max(most, bench.slack)):
        return []
    severity: Severity = "error" if most is not None and size > most else "note"
    case = max((pair[1] for pair in pairs), key=lambda one: one.outcome.value).case
    limit = bench.lowest + (_HALF if most is None else most) * (right - bench.lowest)
    code = f"assert {bench.scorer.value_code(case)} <= {limit:g}"
    message = f"the format alone earns {alone:.4g}, {size:.0%} of what right answers do; max_partial= bounds that"
    return [Finding(TRAINING, severity, message, (case.completion,), size, as_test(TRAINING, code))]


def _small(bench: Bench, tried: Sequence[Tried]) -> list[Finding]:
    """A note where rewards hardly differ.

    Group-relative advantages are (r - mean) / (std + 1e-4) in TRL's GRPO, so that a spread near 1e-4 loses its weight.
    """
    values = [one.outcome.value for one in tried if one.outcome.state == "scored"]
    spread = max(values) - min(values)
    if spread >= _SMALL:
        return []
    case = next(one for one in tried if one.strategy == RIGHT).case
    message = f"rewards differ by {spread:.3g} at most; beside the 1e-4 that trainers add to a deviation that is little"
    code = f"assert {bench.scorer.value_code(case)} >= {min(values)!r} + {_SMALL}"
    return [Finding(TRAINING, "note", message, (case.completion,), 0.0, as_test(TRAINING, code))]
