"""The laws that a reward should keep, whatever it rewards.

Most laws say that a text has one score, however it is asked for: each of these is a second way to the score, compared
with the first. A law is a function of a ``Bench``, which gives what breaks it, shrunk.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from formal_envs.errors import ConfigError
from formal_envs.testing.cases import ENDED, Case, Outcome, same, shown
from formal_envs.testing.isolation import BATCH, Judge
from formal_envs.testing.report import Finding
from formal_envs.testing.shrinking import shrunk
from formal_envs.testing.signatures import Scorer
from formal_envs.testing.strategies import do_nothing

SLACK = 1e-6
"""Share of the reward's range that counts as nothing."""
_PROBES = 60
"""Most calls of a shrinking."""
_MIXED = 48  # cases that threads score at once
_MANY = 32  # prompts whose solutions and whose answers of no effort are scored
_MOST_HANGING = 5
"""Most texts that a shrinking waits for until the time limit."""


class NotChecked(Exception):
    """A law that says nothing of this reward; the message says why."""


def white_space_around(text: str) -> str:
    """The text with white space around it."""
    return f" \t{text}\n"


def blanks_around(text: str) -> str:
    """The text with blanks around it."""
    return f"  {text} "


@dataclass
class Bench:
    """What the laws work with.

    Attributes:
        judge: scores in another process.
        scorer: the reward.
        asked: the prompts, with their solutions.
        cases: texts to try.
        known: examples and solutions, to make texts of.
        right: tells whether a completion is right, where that is known.
        invariances, tolerance, time_limit, floor: as ``check_reward`` has them.
        bounds: the declared range, where there is one.
        first: the outcomes of ``cases``, at the first time of asking.
        top: what a right answer earns.
    """

    judge: Judge
    scorer: Scorer
    asked: list[Case]
    cases: list[Case]
    known: list[str]
    right: Callable[[Case], bool] | None
    invariances: Sequence[Callable[[str], str]]
    tolerance: float
    time_limit: float
    bounds: tuple[float, float] | None
    floor: float | None
    first: list[Outcome] = field(default_factory=list)
    top: float = 0.0
    _texts: int = 0

    def begin(self) -> None:
        """Score the cases for the first time, and settle what nothing and what a right answer earn."""
        self.first = self.single(self.cases)
        seen = [outcome.value for _, outcome in self.scored() if math.isfinite(outcome.value)]
        golden = [outcome.value for outcome in self.single(self.gold) if math.isfinite(outcome.value)]
        low, high = self.bounds or (-math.inf, math.inf)
        if self.floor is None:
            self.floor = low if math.isfinite(low) else min(seen, default=0.0)
        self.top = high if math.isfinite(high) else max(golden + seen, default=self.floor)

    @property
    def gold(self) -> list[Case]:
        """Right answers."""
        return [case._replace(completion=case.solution) for case in self.asked[:_MANY] if case.solution is not None]

    @property
    def idle(self) -> list[Case]:
        """Answers of no effort."""
        return [case._replace(completion=text) for case in self.asked[:_MANY] for text in do_nothing(case.prompt)]

    def count(self, texts: int) -> None:
        """Take note that texts were scored."""
        self._texts += texts

    def counted(self) -> int:
        """How many texts were scored since this was asked last."""
        texts, self._texts = self._texts, 0
        return texts

    @property
    def lowest(self) -> float:
        """What nothing earns."""
        return self.floor or 0.0

    @property
    def slack(self) -> float:
        """How little reward counts as none."""
        return max(self.tolerance, SLACK * abs(self.top - self.lowest))

    def scored(self) -> list[tuple[Case, Outcome]]:
        """The cases that have a score."""
        return [
            (case, outcome) for case, outcome in zip(self.cases, self.first, strict=True) if outcome.state == "scored"
        ]

    def check_ends(self) -> None:
        """Raise NotChecked where texts hang, so that each search does not wait for them."""
        if any(outcome.state in ENDED for outcome in self.first):
            raise NotChecked("some texts hang")

    def single(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score cases, and count them."""
        self.count(len(cases))
        return self.judge.single(cases)

    def shorter(self, case: Case, broken: Callable[[Outcome], bool], *, most: int = _PROBES) -> tuple[Case, Outcome]:
        """A shorter completion whose outcome is broken too, and its outcome; ``most`` broken ones are met."""
        steps = min(_PROBES, 4 * most)
        (found,) = self.single([case])

        def still(text: str) -> bool:
            nonlocal found, most
            if most <= 0:
                return False
            (outcome,) = self.single([case._replace(completion=text)])
            if not broken(outcome):
                return False
            found, most = outcome, most - 1
            return True

        return case._replace(completion=shrunk(case.completion, still, steps=steps)), found


Law = Callable[[Bench], list[Finding]]


# ---- A text has a score


def terminates(bench: Bench) -> list[Finding]:
    """Every text is scored within the time limit, and the process lives."""
    pairs = [(c, o) for c, o in zip(bench.cases, bench.first, strict=True) if o.state in ENDED]
    return [hanging(bench, *min(pairs, key=lambda pair: _length(pair[0])))] if pairs else []


def hanging(bench: Bench, case: Case, first: Outcome) -> Finding:
    """The finding of a case that hung, or whose process died."""
    case, outcome = bench.shorter(case, lambda outcome: outcome.state == first.state, most=_MOST_HANGING)
    problem = outcome.problem or f"{first.problem}, once"
    return _finding("terminates", problem, [case], f"{bench.scorer.code(case)}  # {problem}")


def total(bench: Bench) -> list[Finding]:
    """Every text has a score: a number, and no exception."""
    findings: dict[str, Finding] = {}
    for case, outcome in sorted(zip(bench.cases, bench.first, strict=True), key=lambda pair: _length(pair[0])):
        kind = outcome.problem.split(":")[0]
        if outcome.state == "raised" and kind not in findings and len(findings) < 3:
            case, shown = bench.shorter(case, partial(_same_problem, kind))
            code = f"{bench.scorer.code(case)}  # {_line(str(shown))}"
            findings[kind] = _finding("total", str(shown), [case], code)
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
    case, outcome = bench.shorter(
        min(found, key=_length), lambda outcome: outcome.state == "scored" and broken(outcome)
    )
    parts = f", parts {dict(outcome.parts)}" if outcome.parts else ""
    imports = "import math\n\n" if condition.startswith("math") else ""
    code = f"{imports}assert {condition.format(bench.scorer.value_code(case))}"
    return [_finding(law, f"a text earns {outcome}{parts}", [case], code)]


# ---- However it is asked for


def deterministic(bench: Bench) -> list[Finding]:
    """Scored again, a text has the same score."""
    return _second_way(bench, "deterministic", bench.judge.single, "scored again", _twice)


def pickling(bench: Bench) -> list[Finding]:
    """A pickled copy of the reward gives the same scores."""
    if bench.scorer.is_function:
        _check_picklable(bench)
    return _second_way(bench, "pickling", bench.judge.pickled, "by a pickled copy", _by_a_copy)


def another_process(bench: Bench) -> list[Finding]:
    """A process that shares nothing with this one gives the same scores."""
    _check_picklable(bench)
    try:
        with Judge(bench.scorer, time_limit=bench.time_limit, fresh=True) as other:
            return _second_way(bench, "another process", other.single, "in a new process", _in_a_process)
    except ConfigError as error:
        raise NotChecked(str(error)) from error


def threads(bench: Bench) -> list[Finding]:
    """Scored by several threads at once, texts have the same scores."""
    pairs = sorted(bench.scored(), key=lambda pair: pair[1].value)
    mixed = [pair for both in zip(pairs, pairs[::-1], strict=True) for pair in both][:_MIXED]  # of unlike values
    return _second_way(bench, "threads", bench.judge.threads, "among threads", _in_threads, mixed, steps=0)


def invariant(bench: Bench) -> list[Finding]:
    """The changes of a text that were declared to make no difference make none."""
    if not bench.invariances:
        raise NotChecked("none is declared")
    findings = []
    for change in bench.invariances:

        def changed(case: Case, change: Callable[[str], str] = change) -> Case:
            return case._replace(completion=change(case.completion))

        def way(cases: Sequence[Case], changed: Callable[[Case], Case] = changed) -> list[Outcome]:
            return bench.judge.single(list(map(changed, cases)))

        def code(scorer: Scorer, case: Case, changed: Callable[[Case], Case] = changed) -> str:
            return f"assert {scorer.value_code(case)} == {scorer.value_code(changed(case))}"

        said = f"after {getattr(change, '__name__', 'a change')}"
        findings += _second_way(bench, "invariances", way, said, code, equal=_same_value)
    return findings


def _check_picklable(bench: Bench) -> None:
    try:
        pickle.dumps(bench.scorer)
    except Exception as error:  # pickle raises many
        raise NotChecked(f"cannot be pickled: {str(error)[:60]}") from error


def _second_way(
    bench: Bench,
    law: str,
    way: Callable[[Sequence[Case]], list[Outcome]],
    said: str,
    code: Callable[[Scorer, Case], str],
    pairs: list[tuple[Case, Outcome]] | None = None,
    steps: int = _PROBES,
    equal: Callable[[Outcome, Outcome, float], bool] = same,
) -> list[Finding]:
    """A finding where a second way to a text's score gives another one, ``equal`` by default in all that it holds."""
    pairs = bench.scored() if pairs is None else pairs
    others = way([case for case, _ in pairs])
    bench.count(len(pairs))
    differing = [
        (case, one, other)
        for (case, one), other in zip(pairs, others, strict=True)
        if not equal(one, other, bench.tolerance)
    ]
    if not differing:
        return []
    case, one, other = min(differing, key=lambda found: _length(found[0]))

    def differs(text: str) -> bool:
        nonlocal one, other
        probe = [case._replace(completion=text)]
        bench.count(2)
        (mine,), (theirs,) = bench.judge.single(probe), way(probe)
        if mine.state != "scored" or equal(mine, theirs, bench.tolerance):
            return False
        one, other = mine, theirs
        return True

    case = case._replace(completion=shrunk(case.completion, differs, steps=steps))
    return [_finding(law, f"{_difference(one, other)} {said}", [case], code(bench.scorer, case))]


def _same_value(one: Outcome, other: Outcome, tolerance: float) -> bool:
    """Whether two outcomes have the same value; parts and failures may tell of a change that makes no difference."""
    return same(one._replace(parts={}, reasons=()), other._replace(parts={}, reasons=()), tolerance)


def _twice(scorer: Scorer, case: Case) -> str:
    return f"assert {scorer.code(case)} == {scorer.code(case)}"


def _by_a_copy(scorer: Scorer, case: Case) -> str:
    copy = "import pickle\n\ncopy = pickle.loads(pickle.dumps(reward))"
    return f"{copy}\nassert {scorer.code(case, name='copy')} == {scorer.code(case)}"


def _in_a_process(scorer: Scorer, case: Case) -> str:
    call, index = scorer.code(case), ""
    if call.endswith("[0]"):
        call, index = call[:-3], "[0]"
    submitted = f"pool.submit({call.replace('(', ', ', 1)}.result(){index}"
    imports = "import multiprocessing\nfrom concurrent.futures import ProcessPoolExecutor\n"
    pool = 'with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:'
    return f"{imports}\n{pool}\n    assert {submitted} == {scorer.code(case)}"


def _in_threads(scorer: Scorer, case: Case) -> str:
    call = scorer.code(case)
    mapped = f"list(pool.map(lambda _: {call}, range(1000)))"
    imports = "from concurrent.futures import ThreadPoolExecutor\n"
    return f"{imports}\nwith ThreadPoolExecutor() as pool:  # and other texts\n    assert {mapped} == [{call}] * 1000"


def _difference(one: Outcome, other: Outcome) -> str:
    if one.value != other.value or other.state != "scored":
        return f"{one}, and {other}"
    changed = [name for name, part in one.parts.items() if other.parts.get(name) != part]
    return f"other {'parts ' + ', '.join(changed) if changed else 'failure'}"


# ---- Whatever else is scored


def batch(bench: Bench) -> list[Finding]:
    """A batch gives what its texts get one by one."""
    if not bench.scorer.has_batch:
        raise NotChecked("the reward has no batch")

    def alone(cases: list[Case]) -> list[Outcome]:
        bench.count(2 * len(cases))
        return bench.judge.single(cases)

    def broken(cases: list[Case]) -> tuple[Outcome, Outcome] | None:
        if not cases:
            return None
        for one, other in zip(alone(cases), bench.judge.batch(cases), strict=True):
            if one.state == "scored" and not same(one, other, bench.tolerance):
                return one, other
        return None

    pairs = bench.scored()
    pairs.sort(key=lambda pair: pair[0].completion)  # equal texts meet, and long ones short ones
    texts = [case for case, _ in pairs]
    outcomes = bench.judge.batch(texts)
    bench.count(len(texts))
    for place, ((_, one), other) in enumerate(zip(pairs, outcomes, strict=True)):
        if not same(one, other, bench.tolerance):
            begin = place // BATCH * BATCH
            cases = shrunk(
                texts[begin : begin + BATCH], lambda cases: broken(cases) is not None, steps=_PROBES, least=1
            )
            one, other = broken(cases) or (one, other)
            singles = ", ".join(map(bench.scorer.code, cases))
            code = f"assert {bench.scorer.batch_code(cases)} == [{singles}]"
            message = f"{_difference(one, other)} in a batch of {len(cases)}"
            return [_finding("batch equals single", message, cases, code)]
    return []


def order(bench: Bench) -> list[Finding]:
    """A text's score does not depend on the texts that were scored before it."""
    pairs = bench.scored()[::-1]
    cases = [case for case, _ in pairs]
    bench.judge.end()  # the new process has scored nothing yet
    outcomes = bench.single(cases)
    for place, ((_, one), other) in enumerate(zip(pairs, outcomes, strict=True)):
        if same(one, other, bench.tolerance):
            continue

        def differs(before: list[Case], case: Case = cases[place]) -> bool:
            """Whether the case's score behind others is not that without them."""
            bench.judge.end()
            (alone,) = bench.single([case])
            bench.judge.end()
            return not same(alone, bench.single([*before, case])[-1], bench.tolerance)

        before = next((cut for cut in (cases[:place], [c for c, _ in bench.scored()]) if differs(cut)), None)
        if before is None:
            message = f"{_difference(one, other)} after other texts"
            code = f"{bench.scorer.code(cases[place])}  # depends on what was scored before"
            return [_finding("order", message, [cases[place]], code)]
        before = shrunk(before, differs, steps=_PROBES // 2, least=1)
        bench.judge.end()
        (alone,) = bench.single([cases[place]])
        bench.judge.end()
        behind = bench.single([*before, cases[place]])[-1]
        code = "\n".join(
            [*map(bench.scorer.code, before), f"{bench.scorer.code(cases[place])}  # {_line(str(alone))} alone"]
        )
        message = f"{_difference(alone, behind)} behind {len(before)} other text{'s' * (len(before) > 1)}"
        return [_finding("order", message, [*before, cases[place]], code)]
    return []


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
    case, outcome = bench.shorter(min(found, key=_length), lambda outcome: bool(outcome.random))
    names = ", ".join(outcome.random)
    module, state = _STATES[outcome.random[0] if outcome.random else "random"]
    code = f"import {module}\n\nbefore = {state}\n{bench.scorer.code(case)}\nassert {state} == before"
    return [_finding("global random state", f"changes the state of {names}", [case], code)]


def no_code(bench: Bench) -> list[Finding]:
    """No text is run as code."""
    found = [case for case, outcome in zip(bench.cases, bench.first, strict=True) if outcome.ran]
    if not found:
        return []
    case, _ = bench.shorter(min(found, key=_length), lambda outcome: outcome.ran)
    code = f"{bench.scorer.code(case)}  # runs the text"
    return [_finding("runs no text", "runs the text as code", [case], code)]


# ---- What is paid


def gold(bench: Bench) -> list[Finding]:
    """A gold solution earns the maximum."""
    if not bench.gold:
        raise NotChecked("no solutions are given")
    outcomes = bench.single(bench.gold)
    if bench.top <= bench.lowest:
        code = f"assert {bench.scorer.value_code(bench.gold[0])} > {bench.lowest!r}"
        return [
            _finding("gold is the maximum", f"a solution earns {bench.top:g}, as nothing does", bench.gold[:1], code)
        ]
    for case, outcome in zip(bench.gold, outcomes, strict=True):
        if outcome.state not in ("left out", "not asked") and not outcome.value >= bench.top - bench.slack:
            code = f"assert {bench.scorer.value_code(case)} >= {bench.top!r}"
            earns = f"earns {outcome}" if outcome.state == "scored" else str(outcome)
            return [_finding("gold is the maximum", f"a solution {earns}, not {bench.top:g}", [case], code)]
    return []


def floor(bench: Bench) -> list[Finding]:
    """Answers of no effort earn the floor, unless they are right."""
    if bench.right is None:
        raise NotChecked("what is right is not known: give solutions=, or correct=")
    idle = [case for case in bench.idle if not bench.right(case)]
    for case, outcome in sorted(zip(idle, bench.single(idle), strict=True), key=lambda pair: -pair[1].value):
        if outcome.state == "scored" and outcome.value > bench.lowest + bench.slack:
            code = f"assert {bench.scorer.value_code(case)} <= {bench.lowest!r}"
            message = f"{_kind(case)} earns {outcome}, more than {bench.lowest:g}"
            return [_finding("nothing earns nothing", message, [case], code)]
    return []


def _kind(case: Case) -> str:
    return "the prompt itself" if case.completion == case.prompt else f"the text {shown(case.completion)}"


LAWS: dict[str, Law] = {
    "terminates": terminates,
    "total": total,
    "finite": finite,
    "in range": in_range,
    "deterministic": deterministic,
    "batch equals single": batch,
    "order": order,
    "pickling": pickling,
    "another process": another_process,
    "threads": threads,
    "global random state": random_state,
    "runs no text": no_code,
    "invariances": invariant,
    "gold is the maximum": gold,
    "nothing earns nothing": floor,
}
"""The laws by name, in the order in which they are checked."""


def _finding(law: str, message: str, cases: Sequence[Case], code: str) -> Finding:
    return Finding(law, "error", message, tuple(case.completion for case in cases), code=as_test(law, code))


def as_test(check: str, code: str) -> str:
    """Lines of code as a test function."""
    name = "".join(c if c.isalnum() else "_" for c in check)
    return "\n".join([f"def test_{name}():", *(f"    {line}".rstrip() for line in code.splitlines())])


def _line(text: str) -> str:
    return " ".join(text.split())


def _length(case: Case) -> int:
    return len(case.completion)
