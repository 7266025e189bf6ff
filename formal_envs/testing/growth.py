"""Whether a reward's time is linear in a text's length: measured as growth, so that no machine is too slow for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

from formal_envs.testing.bench import Bench, as_test
from formal_envs.testing.cases import ENDED, Case, Outcome
from formal_envs.testing.report import Finding

STEEPEST = 1.5
"""Largest exponent of the growth of time with length: 1 is linear, 2 quadratic."""
_LENGTHS = [1 << power for power in range(5, 15)]
_TOO_SHORT = 0.002  # seconds; where the longest text takes less, there is no growth worth a finding
_LONG_ENOUGH = 0.05  # seconds; no longer texts are needed
_REPEATS = 3
_BISECTIONS = 4
_UNITS = (" ", "\n", "a", "1", "(", "()", "-", "=", ",", "<", "a ", "1 ", "1+", "1,", "<answer>", "a=1\n", '"', "\\")
_TAILS = ("", "!")


def linear_time(bench: Bench) -> list[Finding]:
    """Time grows linearly with the length of a completion, at most.

    CPU time is measured on texts of doubling length, made of one part over and over; where it grows faster, a longer
    text is measured too, so that the step to another way of scoring is not taken for growth.
    """
    bench.check_ends()
    problem = bench.asked[0].problem
    for unit, head, tail in _patterns(problem.gold):

        def text(length: int, unit: str = unit, head: str = head, tail: str = tail) -> Case:
            body = unit * (length // len(unit) + 1)
            return Case(problem, head + body[:length] + tail)

        finding = _grown(bench, text)
        if finding:
            return [finding]
    return []


def _grown(bench: Bench, text: Callable[[int], Case]) -> Finding | None:
    """A finding where the time for one kind of text grows faster than its length."""
    seconds: list[float] = []
    for length in _LENGTHS:
        outcome = _timed(bench, text, length)
        if outcome.state in ENDED:
            return None if _is_slow(bench, seconds) else _hanging(bench, text, length, outcome)
        seconds.append(outcome.seconds)
        if seconds[-1] > _LONG_ENOUGH and len(seconds) >= 3:
            break
    if seconds[-1] < _TOO_SHORT or _exponent(seconds[-3:]) <= STEEPEST:
        return None
    return _steep(bench, text, length)


def _is_slow(bench: Bench, seconds: list[float]) -> bool:
    """Whether a text that hangs is just long: shorter ones took long too, and their times grow as they should."""
    return len(seconds) >= 3 and seconds[-1] > bench.time_limit / 4 and _exponent(seconds[-3:]) <= STEEPEST


def _patterns(solution: str | None) -> Iterator[tuple[str, str, str]]:
    """Parts to repeat, with what stands before and behind them."""
    units = [*_UNITS, *([solution, f"{solution} "] if solution else [])]
    for unit in units:
        for tail in _TAILS:
            yield unit[:64], "", tail
    for unit in units[:3]:
        yield unit, solution or "a", "!"


def _timed(bench: Bench, text: Callable[[int], Case], length: int, repeats: int = 1) -> Outcome:
    """The quickest of a few texts of about this length, none of which was scored before; or one that hangs."""
    outcomes: list[Outcome] = []
    for longer in range(repeats):  # a reward may remember a text, so that each time another one is timed
        bench.count(1)
        outcomes += bench.judge.timed([text(length + longer)])
        if outcomes[-1].state in ENDED:
            return outcomes[-1]
        if outcomes[-1].seconds > _LONG_ENOUGH:
            break
    return min(outcomes, key=lambda outcome: outcome.seconds)


def _hanging(bench: Bench, text: Callable[[int], Case], length: int, outcome: Outcome) -> Finding:
    """The finding of a text that hangs, about the shortest of its kind."""
    low, high = length // 2, length
    for _ in range(_BISECTIONS):
        middle = (low + high) // 2
        probe = _timed(bench, text, middle)
        low, high = (low, middle) if probe.state in ENDED else (middle, high)
    case = text(high)
    message = f"a text of {len(case.completion)} characters {outcome.problem}"
    return _finding(case, message, f"{bench.scorer.code(case)}  # {outcome.problem}")


def _steep(bench: Bench, text: Callable[[int], Case], length: int) -> Finding | None:
    """A finding where time grows fast also up to a text of twice the length."""
    lengths = [length // 2, length, length * 2]
    cases = [text(length) for length in lengths]
    outcomes = [_timed(bench, text, length, _REPEATS) for length in lengths]
    seconds = [outcome.seconds if outcome.state == "scored" else bench.time_limit for outcome in outcomes]
    exponent = _exponent(seconds)
    if exponent <= STEEPEST:
        return None
    times = ", ".join(f"{second:.2g} s for {length:,}" for second, length in zip(seconds, lengths, strict=True))
    lines = [f"{bench.scorer.code(case)}  # {second:.2g} s" for case, second in zip(cases, seconds, strict=True)]
    return _finding(cases[1], f"time grows as length to the {exponent:.1f}: {times} characters", "\n".join(lines))


def _exponent(seconds: list[float]) -> float:
    """Of the growth over texts, each twice as long as the one before; the least, so that a step is no growth."""
    return min(math.log2(max(longer, 1e-9) / max(shorter, 1e-6)) for shorter, longer in pairwise(seconds))


def _finding(case: Case, message: str, code: str) -> Finding:
    return Finding("linear time", "error", message, (case.completion,), code=as_test("linear time", code))
