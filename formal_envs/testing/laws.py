"""The laws that a reward should keep, whatever it rewards.

A law is a function of a ``Bench``, which gives what breaks it, shrunk.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from formal_envs.testing import agreement, conduct
from formal_envs.testing.bench import Bench, NotChecked, broken_law, length, one_line
from formal_envs.testing.cases import ENDED, Case, Outcome, shown
from formal_envs.testing.pay import FULL, HALF, is_too_much, share
from formal_envs.testing.report import Finding

_MOST_HANGING = 5
"""Most texts that a shrinking waits for until the time limit."""

_MUTE = ("left out", "not asked")
_TRIFLE = 0.05
"""Share of a right answer's reward below which what nothing earns is not worth a word."""

Law = Callable[[Bench], list[Finding]]


# ---- A text has a score


def terminates(bench: Bench) -> list[Finding]:
    """Every text is scored within the time limit, and the process lives."""
    pairs = [(c, o) for c, o in zip(bench.cases, bench.first, strict=True) if o.state in ENDED]
    return [hanging(bench, *min(pairs, key=lambda pair: length(pair[0])))] if pairs else []


def hanging(bench: Bench, case: Case, first: Outcome) -> Finding:
    """The finding of a case that hung, or whose process died."""
    case, outcome = bench.shorter(case, lambda outcome: outcome.state == first.state, most=_MOST_HANGING)
    problem = outcome.problem or f"{first.problem}, once"
    return broken_law("terminates", problem, [case], f"{bench.scorer.code(case)}  # {problem}")


def total(bench: Bench) -> list[Finding]:
    """Every text has a score: a number, and no exception."""
    findings: dict[str, Finding] = {}
    for case, outcome in sorted(zip(bench.cases, bench.first, strict=True), key=lambda pair: length(pair[0])):
        kind = outcome.problem.split(":")[0]
        if outcome.state == "raised" and kind not in findings and len(findings) < 3:
            case, shown = bench.shorter(case, partial(_same_problem, kind))
            code = f"{bench.scorer.code(case)}  # {one_line(str(shown))}"
            findings[kind] = broken_law("total", str(shown), [case], code)
    return list(findings.values())


def _same_problem(kind: str, outcome: Outcome) -> bool:
    return outcome.state == "raised" and outcome.problem.split(":")[0] == kind


def finite(bench: Bench) -> list[Finding]:
    """Values and parts are finite."""
    return _values(
        bench, "finite", lambda o: not all(map(math.isfinite, (o.value, *o.parts.values()))), "math.isfinite({})"
    )


def in_range(bench: Bench) -> list[Finding]:
    """Values are in the declared range."""
    if bench.bounds is None:
        raise NotChecked("no range is declared")
    low, high = bench.bounds
    return _values(bench, "in range", lambda o: o.value < low or o.value > high, f"{low!r} <= {{}} <= {high!r}")


def _values(bench: Bench, law: str, broken: Callable[[Outcome], bool], condition: str) -> list[Finding]:
    """A finding where a score itself is broken."""
    found = [case for case, outcome in bench.scored() if broken(outcome)]
    if not found:
        return []
    case, outcome = bench.shorter(min(found, key=length), lambda outcome: outcome.state == "scored" and broken(outcome))
    parts = f", parts {dict(outcome.parts)}" if outcome.parts else ""
    imports = "import math\n\n" if condition.startswith("math") else ""
    code = f"{imports}assert {condition.format(bench.scorer.value_code(case))}"
    return [broken_law(law, f"a text earns {outcome}{parts}", [case], code)]


# ---- On the side


_STATES = {
    "random": ("random", "random.getstate()"),
    "numpy.random": ("numpy", "str(numpy.random.get_state())"),
    "torch": ("torch", "torch.get_rng_state().tolist()"),
}


def random_state(bench: Bench) -> list[Finding]:
    """Scoring leaves the global generators as they were."""
    found = [case for case, outcome in zip(bench.cases, bench.first, strict=True) if outcome.random]
    if not found:
        return []
    case, outcome = bench.shorter(min(found, key=length), lambda outcome: bool(outcome.random))
    names = ", ".join(outcome.random)
    module, state = _STATES[outcome.random[0] if outcome.random else "random"]
    code = f"import {module}\n\nbefore = {state}\n{bench.scorer.code(case)}\nassert {state} == before"
    return [broken_law("global random state", f"changes the state of {names}", [case], code)]


# ---- What is paid


def gold(bench: Bench) -> list[Finding]:
    """A gold solution earns the maximum."""
    if not bench.gold:
        raise NotChecked("no solutions are given")
    outcomes = bench.single(bench.gold)
    if not bench.written.earns:
        code = f"assert {bench.scorer.value_code(bench.gold[0])} > {bench.lowest!r}"
        message = f"unreachable: no usual form of the solution earns: {shown(bench.gold[0].completion)}, ..."
        return [broken_law("gold is the maximum", message, bench.gold[:1], code)]
    if bench.top <= bench.lowest:
        code = f"assert {bench.scorer.value_code(bench.gold[0])} > {bench.lowest!r}"
        return [
            broken_law("gold is the maximum", f"a solution earns {bench.top:g}, as nothing does", bench.gold[:1], code)
        ]
    pairs = [(case, outcome) for case, outcome in zip(bench.gold, outcomes, strict=True) if outcome.state not in _MUTE]
    for case, outcome in sorted(pairs, key=lambda pair: pair[1].value if pair[1].state == "scored" else -math.inf):
        size = (outcome.value - bench.lowest) / (bench.top - bench.lowest)
        if outcome.value >= bench.top - bench.slack or size >= max(FULL, bench.gold_at_least or 0.0):
            return []
        enough = HALF if bench.gold_at_least is None else bench.gold_at_least
        code = f"assert {bench.scorer.value_code(case)} >= {bench.top!r}"
        earns = f"earns {outcome}" if outcome.state == "scored" else str(outcome)
        meant = f" (gold_at_least={math.floor(size * 100) / 100:g} allows it)" if outcome.state == "scored" else ""
        found = broken_law("gold is the maximum", f"a solution {earns}, not {bench.top:g}{meant}", [case], code)
        return [replace(found, severity="note" if size >= enough else "error")]
    return []


def floor(bench: Bench) -> list[Finding]:
    """Answers of no effort earn the floor, unless they are right; up to half of a right answer's reward is a note."""
    if bench.right is None:
        raise NotChecked("what is right is not known: give solutions=, or correct=")
    idle = [case for case in bench.idle if not bench.right(case)]
    found: list[Finding] = []
    for case, outcome in sorted(zip(idle, bench.single(idle), strict=True), key=lambda pair: -pair[1].value):
        size = share(bench, case.problem, outcome.value)
        if outcome.state != "scored" or not outcome.value > bench.lowest + bench.slack or size < _TRIFLE:
            continue
        code = f"assert {bench.scorer.value_code(case)} <= {bench.lowest!r}"
        meant = f" (floor={outcome.value:g} allows it)" if size < FULL else ""
        message = f"{_kind(case)} earns {outcome}, more than {bench.lowest:g}{meant}"
        finding = broken_law("nothing earns nothing", message, [case], code)
        if is_too_much(bench, case, size):
            return [finding]
        found = found or [replace(finding, severity="note", size=size)]
    return found


def _kind(case: Case) -> str:
    return "the prompt itself" if case.completion == case.prompt else f"the text {shown(case.completion)}"


LAWS: dict[str, Law] = {
    "terminates": terminates,
    "total": total,
    "finite": finite,
    "in range": in_range,
    "deterministic": agreement.deterministic,
    "batch equals single": agreement.batch,
    "order": agreement.order,
    "pickling": agreement.pickling,
    "another process": agreement.another_process,
    "threads": agreement.threads,
    "global random state": random_state,
    "runs no text": conduct.no_code,
    "side effects": conduct.side_effects,
    "invariances": agreement.invariant,
    "gold is the maximum": gold,
    "nothing earns nothing": floor,
}
"""The laws by name, in the order in which they are checked."""
