"""``check_reward``: laws, hostile texts and a search for exploits, against one reward."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from lark import Lark

from formal_envs.errors import ConfigError, check_integer
from formal_envs.testing.bench import Bench, NotChecked
from formal_envs.testing.calls import as_scorer
from formal_envs.testing.cases import Case, shown
from formal_envs.testing.clock import FIRST, FORMAT, Clock, expected
from formal_envs.testing.conduct import failing_judge
from formal_envs.testing.constant import CONSTANT, best_constant
from formal_envs.testing.drawing import nothing_left
from formal_envs.testing.exploits import WRONG, wrong_texts
from formal_envs.testing.formats import BARE
from formal_envs.testing.forms import FORMS, check_names, right_forms
from formal_envs.testing.growth import linear_time
from formal_envs.testing.isolation import Judge
from formal_envs.testing.judgement import exact_match, judgement, same_value
from formal_envs.testing.laws import LAWS, Law
from formal_envs.testing.pay import Wrong
from formal_envs.testing.place import place_of
from formal_envs.testing.problems import read_problems
from formal_envs.testing.report import Check, Report, Result
from formal_envs.testing.texts.drawn import classics, completions
from formal_envs.testing.training import TRAINING, training
from formal_envs.testing.trying import settle
from formal_envs.testing.verdicts import JUDGE, Verdicts

_RESULTS = ("ok", "note", "error")
_CLASSIC, _DRAWN = 2, 10  # shares of the budget
_PROMPTS, _KNOWN = 16, 64  # at most, of those that completions are drawn for
_REMARK, _CALL = 90, 300


def check_reward(
    reward: Any,
    *,
    prompts: Sequence[Any],
    solutions: Sequence[Any] | None = None,
    golds: Sequence[str | None] | None = None,
    render: Callable[[Any], str] | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
    roles: Mapping[str, str | Callable[[Case], Any]] | None = None,
    examples: Sequence[str] = (),
    grammar: str | Lark | None = None,
    correct: Callable[..., bool] | None = None,
    bounds: tuple[float, float] | None = None,
    floor: float | None = None,
    invariances: Sequence[Callable[[str], str]] = (),
    tolerance: float = 0.0,
    gold_at_least: float | None = None,
    max_partial: float | None = None,
    max_constant: float | None = None,
    forms: Sequence[str] | None = None,
    budget: int = 2000,
    time_limit: float = 2.0,
    max_seconds: float | None = None,
    runs_code: bool = False,
    seed: int = 0,
) -> Report:
    """Find what is wrong with a reward.

    The reward is held to laws, on completions near right and wrong, and searched for wrong texts that earn much. A
    broken law is an error, and so is a wrong text that earns as much as a right one. Partial credit of wrong texts and
    the best constant answer are notes with their size; past a threshold of yours they are errors. Every text is scored
    in another process, which is ended when it hangs.

    Args:
        reward: an object with ``score(prompt, completion)``, as every reward of this package; or a function of
            ``(completion)``, ``(prompt, completion)`` or ``(prompt, completion, solution)``; or one that is called as
            TRL calls its reward functions, or verl its ``compute_score``. The form is told by the parameters' names. A
            function gives a number, or a mapping with "score".
        prompts: what is to be answered: texts, or lists of messages.
        solutions: for each prompt the right answer that the reward is given as its reference: a text, a number, a list;
            None where there is none.
        golds: for each prompt a completion that has to earn the maximum; None where none is known. By default the
            solution, or where that does not earn the most, the first of the usual formats around it that does:
            ``\\boxed{14}``, ``#### 14``, ``<answer>14</answer>``; the report says which.
        render: writes a solution as such a completion, instead of ``golds``.
        columns: further columns of the rows, by name, with a value for each prompt.
        roles: what parameters of the reward are given, where their names do not tell: "prompt", "completion",
            "solution", the name of a column, or a function of the case; "messages" is a completion as TRL's
            conversational rows have it; "prompts", "completions" and "solutions" are lists.
        examples: completions that are typical and need not be right, to mutate.
        grammar: of the completions, for Lark: its text with the rule ``start``, or a Lark object.
        correct: says, without the reward, whether a completion is right: a function of ``(completion, solution)``, such
            as ``same_value``, ``(prompt, completion)`` or ``(prompt, completion, solution)``, told by the parameters'
            names. By default a completion is right where it is the solution, but for white space around it.
        bounds: least and greatest value, by default the reward's ``range`` where it has one.
        floor: what nothing earns, by default the least value; of a reward without a range the least that an empty text
            or a short wrong one earns. Where it is given, no answer without effort may earn more.
        invariances: changes of a completion that must not change its score, such as ``white_space_around``.
        tolerance: by how much scores of one text may differ. Above 0 for a neural network, whose sums depend on the
            batch; failures, which may spell values out, are not compared then.
        gold_at_least: least share of the maximum that every gold has to earn, in [0, 1]; by default less than half is
            an error, and less than all a note, as rewards may tell a long right answer from a short one.
        max_partial: largest share of a right answer's reward that a wrong text may earn, in [0, 1]. By default a text
            without effort, such as an empty format, may earn half, and any other wrong text less than a right one.
        max_constant: the same for one answer to all prompts, on average.
        forms: names of the usual forms of a right answer that have to be paid, as the report has them; ["gold"] of a
            strict reward. By default those that are not paid are a note.
        budget: how many texts the search may score. Each law is tried on a tenth of it, and on 200 texts that have
            broken rewards before, or half of the budget where that is less.
        time_limit: seconds within which a text has to be scored, and judged by ``correct``.
        max_seconds: of the whole check, about. Each law gets its share of what is left, and the report says which texts
            there was no time for; it is not the same each time then.
        runs_code: it is meant that completions are run as code.
        seed: decides the texts. The report but for its times is the same for the same seed.

    Returns:
        what was found; ``assert report.ok, str(report)`` is a test.

    Raises:
        ConfigError: an argument has no meaning, or the reward has none of the forms.
    """
    problems = read_problems(prompts, solutions, golds, render, columns)
    check_integer("budget", budget, 1, 10**9)
    check_names(forms or ())
    if not time_limit > 0:
        raise ConfigError(f"time_limit must be above 0 seconds, got {time_limit!r}")
    if max_seconds is not None and not max_seconds > 0:
        raise ConfigError(f"max_seconds must be above 0, or None, got {max_seconds!r}")
    with_solutions = any(problem.solution is not None for problem in problems)
    scorer = as_scorer(reward, with_solutions=with_solutions, roles=roles, columns=columns or ())
    bounds = bounds or getattr(reward, "range", None)
    clock = Clock(expected(budget), max_seconds)
    with ExitStack() as stack:
        stack.callback(clock.stop)
        clock.begin(FORMAT)
        scorer, written, tried = settle(scorer, problems, bounds[1] if bounds else math.inf, time_limit, clock)
        if all(problem.gold is None for problem in problems):
            problems = [replace(problem, gold=written.gold(problem)) for problem in problems]
        judge = stack.enter_context(Judge(scorer, time_limit=time_limit, clock=clock))
        asked = [Case(problem, "") for problem in problems]
        texts = [text for problem in problems for text in (problem.gold, problem.answer)]
        known = list(dict.fromkeys([*examples, *filter(None, texts)]))[:_KNOWN]
        right = judgement(correct, written, problems)
        if right is not None:
            trusted = correct in (None, exact_match, same_value)
            right = stack.enter_context(Verdicts(right, time_limit=time_limit, trusted=trusted, clock=clock))
        bench = Bench(
            judge=judge,
            scorer=scorer,
            asked=asked,
            cases=_corpus(asked, known, grammar, budget, seed),
            known=known,
            right=right,
            invariances=invariances,
            tolerance=tolerance,
            time_limit=time_limit,
            bounds=bounds,
            floor=floor,
            judged=correct is not None,
            max_partial=max_partial,
            gold_at_least=gold_at_least,
            written=written,
            clock=clock,
            runs_code=runs_code,
        )
        bench.count(tried)
        checks = _checks(budget, seed, max_partial, max_constant, forms)
        return replace(_report(bench, checks, seed), **place_of(reward))


def _checks(
    budget: int, seed: int, max_partial: float | None, max_constant: float | None, forms: Sequence[str] | None
) -> dict[str, Law]:
    """The checks by name, in the order in which they are made."""
    wrong = Wrong()
    return {
        **LAWS,
        "linear time": linear_time,
        WRONG: lambda bench: wrong_texts(bench, wrong, budget, Random(seed), max_partial),
        CONSTANT: lambda bench: best_constant(bench, wrong, budget, max_constant),
        FORMS: lambda bench: right_forms(bench, budget, forms),
        TRAINING: lambda bench: training(bench, budget, max_partial),
        JUDGE: failing_judge,
    }


CHECKS = tuple(_checks(0, 0, None, None, None))
"""The names of all checks."""


def _report(bench: Bench, checks: dict[str, Law], seed: int) -> Report:
    """What the checks find, each in its turn."""
    rows: list[Check] = []
    findings = bench.found
    begin = time.perf_counter()
    bench.clock.begin(FIRST)
    bench.begin()
    early = bench.clock.left_out  # of those that the first laws look at
    for name, check in checks.items():
        bench.clock.begin(name)
        result: Result = "ok"
        try:
            if all(outcome.state == "not asked" for outcome in bench.first):
                raise NotChecked("no time is left")
            found = check(bench)
            result = max((result, *(finding.severity for finding in found)), key=_RESULTS.index)
            remark = found[0].message if found else ""
        except NotChecked as reason:
            found, result, remark = [], "-", str(reason)
        now = time.perf_counter()
        texts, left_out, early = bench.counted(), bench.clock.left_out + early, 0
        if left_out >= texts > 0:
            found = []
        if left_out:
            result = result if found else "-"
            remark = f"no time for {left_out:,} of {texts:,} texts{'; ' * bool(remark)}{remark}"
        findings += found
        rows.append(Check(name, result, max(0, texts - left_out), now - begin, _short(remark)))
        begin = now
    findings.sort(key=lambda finding: finding.severity != "error")
    first = bench.asked[0]
    call = bench.scorer.code(first._replace(completion=first.gold or first.problem.answer or "..."))
    written = bench.written.format != BARE or bench.written.spelling > 0
    gold = shown((bench.gold or [first])[0].completion) if written else ""
    return Report(
        reward=bench.scorer.name,
        checks=tuple(rows),
        findings=tuple(findings),
        prompts=len(bench.asked),
        seed=seed,
        call=_short(call, _CALL),
        gold=gold,
        forms=bench.forms,
        training=bench.training,
    )


def _short(remark: str, most: int = _REMARK) -> str:
    return remark if len(remark) <= most else remark[: most - 3] + "..."


def _corpus(asked: list[Case], known: Sequence[str], grammar: str | Lark | None, budget: int, seed: int) -> list[Case]:
    """The cases that the laws are tried on: texts that have broken rewards before, and drawn ones."""
    problem = asked[0].problem
    first = list(dict.fromkeys(text for of in (problem.gold, problem.answer) for text in classics(problem.prompt, of)))
    if len(first) > budget // _CLASSIC:
        first = Random(seed).sample(first, max(1, budget // _CLASSIC))
    cases = [asked[0]._replace(completion=text) for text in first]
    spread = asked[:: max(1, len(asked) // _PROMPTS)][:_PROMPTS]
    strategy = st.sampled_from(spread).flatmap(
        lambda case: completions(case.prompt, case.gold or case.problem.answer, others=known, grammar=grammar).map(
            lambda text: case._replace(completion=text)
        )
    )
    number = max(1, budget // _DRAWN)

    @seeded(seed)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(case: Case) -> None:
        cases.append(case)

    with nothing_left():
        draw()
    for case, neighbour in zip(spread, spread[1:] + spread[:1], strict=True):
        if case.gold is not None:
            cases += [one._replace(completion=case.gold) for one in (case, neighbour)]
    return sorted(dict.fromkeys(cases), key=lambda case: len(case.completion))  # so that the shortest finding is first
