"""Laws of agreement: a text has one score, however it is asked for and whatever else is scored.

Each is a second way to the score, compared with the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from formal_envs.errors import ConfigError
from formal_envs.testing.bench import PROBES, Bench, NotChecked, broken_law, length, one_line
from formal_envs.testing.calls import Scorer
from formal_envs.testing.cases import Case, Outcome, same
from formal_envs.testing.copies import is_a_function, why_not_pickled
from formal_envs.testing.isolation import BATCH, Judge
from formal_envs.testing.report import Finding
from formal_envs.testing.shrinking import shrunk

_MIXED = 48  # cases that threads score at once


def white_space_around(text: str) -> str:
    """The text with white space around it."""
    return f" \t{text}\n"


def blanks_around(text: str) -> str:
    """The text with blanks around it."""
    return f"  {text} "


# ---- However it is asked for


def deterministic(bench: Bench) -> list[Finding]:
    """Scored again, a text has the same score."""
    return _second_way(bench, "deterministic", bench.judge.single, "scored again", _twice)


def pickling(bench: Bench) -> list[Finding]:
    """A pickled copy of the reward gives the same scores."""
    why = why_not_pickled(bench.scorer)
    if why and is_a_function(bench.scorer.reward):
        raise NotChecked(why)
    return _second_way(bench, "pickling", bench.judge.pickled, "by a pickled copy", _by_a_copy)


def another_process(bench: Bench) -> list[Finding]:
    """A process that shares nothing with this one gives the same scores."""
    try:
        with Judge(bench.scorer, time_limit=bench.time_limit, fresh=True, clock=bench.clock) as other:
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


def _second_way(
    bench: Bench,
    law: str,
    way: Callable[[Sequence[Case]], list[Outcome]],
    said: str,
    code: Callable[[Scorer, Case], str],
    pairs: list[tuple[Case, Outcome]] | None = None,
    steps: int = PROBES,
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
    case, one, other = min(differing, key=lambda found: length(found[0]))

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
    return [broken_law(law, f"{_difference(one, other)} {said}", [case], code(bench.scorer, case))]


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
            cases = shrunk(texts[begin : begin + BATCH], lambda cases: broken(cases) is not None, steps=PROBES, least=1)
            one, other = broken(cases) or (one, other)
            singles = ", ".join(map(bench.scorer.code, cases))
            code = f"assert {bench.scorer.batch_code(cases)} == [{singles}]"
            message = f"{_difference(one, other)} in a batch of {len(cases)}"
            return [broken_law("batch equals single", message, cases, code)]
    return []


def order(bench: Bench) -> list[Finding]:
    """A text's score does not depend on the texts that were scored before it."""
    pairs = bench.scored()[::-1]
    cases = [case for case, _ in pairs]
    bench.judge.end()  # the new process has scored nothing yet
    outcomes = bench.again(cases)
    for place, ((_, one), other) in enumerate(zip(pairs, outcomes, strict=True)):
        if same(one, other, bench.tolerance):
            continue

        def differs(before: list[Case], case: Case = cases[place]) -> bool:
            """Whether the case's score behind others is not that without them."""
            bench.judge.end()
            (alone,) = bench.again([case])
            bench.judge.end()
            return not same(alone, bench.again([*before, case])[-1], bench.tolerance)

        before = next((cut for cut in (cases[:place], [c for c, _ in bench.scored()]) if differs(cut)), None)
        if before is None:
            message = f"{_difference(one, other)} after other texts"
            code = f"{bench.scorer.code(cases[place])}  # depends on what was scored before"
            return [broken_law("order", message, [cases[place]], code)]
        before = shrunk(before, differs, steps=PROBES // 2, least=1)
        bench.judge.end()
        (alone,) = bench.again([cases[place]])
        bench.judge.end()
        behind = bench.again([*before, cases[place]])[-1]
        code = "\n".join(
            [*map(bench.scorer.code, before), f"{bench.scorer.code(cases[place])}  # {one_line(str(alone))} alone"]
        )
        message = f"{_difference(alone, behind)} behind {len(before)} other text{'s' * (len(before) > 1)}"
        return [broken_law("order", message, [*before, cases[place]], code)]
    return []
