"""``check_reward``: laws, hostile texts and a search for exploits, against one reward."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from lark import Lark

from formal_envs.errors import ConfigError, check_integer
from formal_envs.testing.bench import Bench, NotChecked
from formal_envs.testing.cases import Case
from formal_envs.testing.exploits import CONSTANT, WRONG, Wrong, best_constant, search, wrong_findings
from formal_envs.testing.growth import linear_time
from formal_envs.testing.isolation import Judge
from formal_envs.testing.judgement import exact_match
from formal_envs.testing.laws import LAWS, Law
from formal_envs.testing.report import Check, Report, Result
from formal_envs.testing.signatures import as_scorer
from formal_envs.testing.strategies import classics, completions

_RESULTS = ("ok", "note", "error")
_CLASSIC, _DRAWN = 2, 10  # shares of the budget
_PROMPTS, _KNOWN = 16, 64  # at most, of those that completions are drawn for
_REMARK = 90


def check_reward(
    reward: Any,
    *,
    prompts: Sequence[str],
    solutions: Sequence[str] | None = None,
    examples: Sequence[str] = (),
    grammar: str | Lark | None = None,
    correct: Callable[..., bool] | None = None,
    bounds: tuple[float, float] | None = None,
    floor: float | None = None,
    invariances: Sequence[Callable[[str], str]] = (),
    tolerance: float = 0.0,
    max_partial: float | None = None,
    max_constant: float | None = None,
    budget: int = 2000,
    time_limit: float = 2.0,
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
        prompts: what is to be answered.
        solutions: for each prompt a right answer, which has to earn the maximum; None where there is no right answer.
        examples: completions that are typical and need not be right, to mutate.
        grammar: of the completions, for Lark: its text with the rule ``start``, or a Lark object.
        correct: says, without the reward, whether a completion is right: a function of ``(completion, solution)``, such
            as ``same_value``, ``(prompt, completion)`` or ``(prompt, completion, solution)``, told by the parameters'
            names. By default a completion is right where it is the solution, but for white space around it.
        bounds: least and greatest value, by default the reward's ``range`` where it has one.
        floor: what nothing earns, by default the least value; of a reward without a range the least that is seen.
        invariances: changes of a completion that must not change its score, such as ``white_space_around``.
        tolerance: by how much scores of one text may differ. Above 0 for a neural network, whose sums depend on the
            batch; failures, which may spell values out, are not compared then.
        max_partial: largest share of a right answer's reward that a wrong text may earn, in [0, 1].
        max_constant: the same for one answer to all prompts, on average.
        budget: how many texts the search may score. Each law is tried on a tenth of it, and on 200 texts that have
            broken rewards before, or half of the budget where that is less.
        time_limit: seconds within which a text has to be scored.
        seed: decides the texts. The report but for its times is the same for the same seed.

    Returns:
        what was found; ``assert report.ok, str(report)`` is a test.

    Raises:
        ConfigError: an argument has no meaning, or the reward has none of the forms.
    """
    prompts = list(prompts)
    if not prompts or not all(isinstance(prompt, str) for prompt in prompts):
        raise ConfigError("prompts must be texts, at least one")
    if solutions is not None and len(solutions) != len(prompts):
        raise ConfigError(f"expected a solution for each of {len(prompts)} prompts, got {len(solutions)}")
    check_integer("budget", budget, 1, 10**9)
    if not time_limit > 0:
        raise ConfigError(f"time_limit must be above 0 seconds, got {time_limit!r}")
    scorer = as_scorer(reward, with_solutions=solutions is not None)
    answers: list[str | None] = list(solutions) if solutions is not None else [None] * len(prompts)
    asked = [Case(prompt, "", answer) for prompt, answer in zip(prompts, answers, strict=True)]
    known = list(dict.fromkeys([*examples, *(answer for answer in answers if answer)]))[:_KNOWN]
    with Judge(scorer, time_limit=time_limit) as judge:
        bench = Bench(
            judge=judge,
            scorer=scorer,
            asked=asked,
            cases=_corpus(asked, known, grammar, budget, seed),
            known=known,
            right=_judgement(correct, with_solutions=solutions is not None),
            invariances=invariances,
            tolerance=tolerance,
            time_limit=time_limit,
            bounds=bounds or getattr(reward, "range", None),
            floor=floor,
        )
        wrong = Wrong()
        checks: dict[str, Law] = {
            **LAWS,
            "linear time": linear_time,
            WRONG: lambda bench: wrong_findings(bench, search(bench, wrong, budget, Random(seed)), max_partial),
            CONSTANT: lambda bench: best_constant(bench, wrong, budget, max_constant),
        }
        return _report(bench, checks, seed)


def _report(bench: Bench, checks: dict[str, Law], seed: int) -> Report:
    """What the checks find, each in its turn."""
    rows, findings = [], []
    begin = time.perf_counter()
    bench.begin()
    for name, check in checks.items():
        result: Result = "ok"
        try:
            found = check(bench)
            result = max((result, *(finding.severity for finding in found)), key=_RESULTS.index)
            remark = found[0].message if found else ""
        except NotChecked as reason:
            found, result, remark = [], "-", str(reason)
        findings += found
        now = time.perf_counter()
        rows.append(Check(name, result, bench.counted(), now - begin, _short(remark)))
        begin = now
    findings.sort(key=lambda finding: finding.severity != "error")
    return Report(bench.scorer.name, tuple(rows), tuple(findings), len(bench.asked), seed)


def _short(remark: str) -> str:
    return remark if len(remark) <= _REMARK else remark[: _REMARK - 3] + "..."


def _judgement(correct: Callable[..., bool] | None, *, with_solutions: bool) -> Callable[[Case], bool] | None:
    """What tells a right case: the user's function, the solution, or nothing."""
    if correct is None and not with_solutions:
        return None
    told = as_scorer(correct or exact_match, with_solutions=with_solutions)
    return lambda case: bool(told.score(case))


def _corpus(asked: list[Case], known: Sequence[str], grammar: str | Lark | None, budget: int, seed: int) -> list[Case]:
    """The cases that the laws are tried on: texts that have broken rewards before, and drawn ones."""
    first = classics(asked[0].prompt, asked[0].solution)
    if len(first) > budget // _CLASSIC:
        first = Random(seed).sample(first, max(1, budget // _CLASSIC))
    cases = [asked[0]._replace(completion=text) for text in first]
    spread = asked[:: max(1, len(asked) // _PROMPTS)][:_PROMPTS]
    strategy = st.sampled_from(spread).flatmap(
        lambda case: completions(case.prompt, case.solution, others=known, grammar=grammar).map(
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

    draw()
    for case, neighbour in zip(spread, spread[1:] + spread[:1], strict=True):
        if case.solution is not None:
            cases += [one._replace(completion=case.solution) for one in (case, neighbour)]
    return sorted(dict.fromkeys(cases), key=lambda case: len(case.completion))  # so that the shortest finding is first
