"""The one answer to everything that earns most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formal_envs.testing.bench import SLACK, Bench, as_test
from formal_envs.testing.cases import Case, Outcome, shown
from formal_envs.testing.pay import Wrong
from formal_envs.testing.report import Finding, Severity
from formal_envs.testing.shrinking import shrunk

CONSTANT = "best constant answer"
"""The name of the check."""
_NEARLY = 0.99
"""Share of the most that was found, above the floor, that a shorter text has to earn to be shown in its stead."""
_PROBES = 30


def best_constant(bench: Bench, wrong: Wrong, budget: int, most: float | None) -> list[Finding]:
    """The one answer to all prompts that earns most on average.

    Candidates are the solutions, and the wrong texts that were paid most. Each is tried on a few prompts, the best
    quarter of them on four times as many, and so on, until one is left.
    """
    bench.check_ends()
    paid = sorted(wrong.texts, key=lambda text: (-wrong.texts[text], len(text), text))
    candidates = list(dict.fromkeys(bench.known + paid[:32] + [""]))
    asked = bench.asked
    n = max(1, min(8, len(asked), budget // len(candidates)))
    while True:
        means = {text: _mean(bench, text, asked[:n]) for text in candidates}
        candidates = sorted(candidates, key=lambda text: (-means[text], len(text), text))
        if n == len(asked) or budget < 0:
            break
        budget -= n * len(candidates)
        candidates = candidates[: max(1, len(candidates) // 4)]
        n = min(len(asked), 4 * n)
    few = asked[: min(n, 8)]
    least = bench.lowest + _NEARLY * (_mean(bench, candidates[0], few) - bench.lowest)
    answer = shrunk(candidates[0], lambda text: _mean(bench, text, few) >= least, steps=_PROBES)
    value = _mean(bench, answer, asked[:n])
    size = _size(bench, value)
    severity: Severity = "error" if most is not None and size > most else "note"
    message = (
        f"{shown(answer)} to all of {n} prompts earns {value:.4g} on average, {size:.1%} of the way to a right one"
    )
    if size <= SLACK:
        return []
    limit = bench.lowest + (most or 0.0) * (bench.top - bench.lowest)
    of = replace(bench.asked[0].problem, prompt="PROMPT", solution="SOLUTION", messages=None)
    one = bench.scorer.value_code(Case(of, answer))
    one = one.replace("'PROMPT'", "prompt").replace("'SOLUTION'", "solution")
    code = f"values = [{one} for prompt, solution in zip(prompts, solutions)]\n"
    code += f"assert sum(values) / len(values) <= {limit:g}  # {value:.6g}"
    return [Finding(CONSTANT, severity, message, (answer,), size, as_test(CONSTANT, code))]


def _mean(bench: Bench, answer: str, asked: Sequence[Case]) -> float:
    outcomes: list[Outcome] = bench.single([case._replace(completion=answer) for case in asked])
    values = [outcome.value if outcome.state == "scored" else bench.lowest for outcome in outcomes]
    return sum(values) / len(values)


def _size(bench: Bench, value: float) -> float:
    """The share of the way from the floor to the reward of a right answer."""
    return (value - bench.lowest) / (bench.top - bench.lowest) if bench.top > bench.lowest else 1.0
