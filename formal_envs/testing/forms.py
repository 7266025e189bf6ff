"""Right answers in their usual forms, and which of them a reward reads."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from formal_envs.errors import ConfigError
from formal_envs.testing.answers import Answer, read_answer
from formal_envs.testing.bench import Bench, NotChecked, as_test
from formal_envs.testing.cases import Case, Outcome, shown
from formal_envs.testing.report import Finding
from formal_envs.testing.sections import Form, Forms, rate
from formal_envs.testing.usual import BARE, USUAL, usual_forms

FORMS = "right answers in other forms"
"""The name of the check."""
PAID = 0.9
"""Share of the way from the floor to what the gold earns, from which on a text counts as paid."""
_FAR = 0.5  # of what the best form earns: a gold that earns less is no measure of the others
_SHARE = 4  # of the budget, in parts
_MOST = 32  # problems
_WHITE = {
    ("blanks behind",): "blanks",
    ("newline",): "a newline",
    ("blanks behind", "newline"): "white space",
}
"""Forms that a strict reward may read, and what they add."""
_SPACES = {"blanks behind", "newline"}
_NAMED = 4  # forms that a message names


def check_names(names: Sequence[str]) -> None:
    """Raise ConfigError where a name is that of no form."""
    if isinstance(names, str):
        raise ConfigError(f"forms must be a list of names, got {names!r}")
    for name in names:
        if name not in USUAL:
            close = difflib.get_close_matches(str(name), USUAL, 1, 0.0)[0]
            raise ConfigError(f"forms: there is no {name!r}; did you mean {close!r}? There are {', '.join(USUAL)}")


@dataclass
class _Tried:
    """A right answer in a form: what it earns, as a share of the way from the floor to what the gold earns."""

    name: str
    case: Case
    judged: bool
    outcome: Outcome
    credit: float = 0.0


def right_forms(bench: Bench, budget: int, declared: Sequence[str] | None) -> list[Finding]:
    """Score right answers in their usual forms; the table is left on the bench.

    Args:
        bench: the reward, and problems with golds.
        budget: of the whole check; a quarter of it is used.
        declared: names of the forms that have to be read; the others are not remarked on. None: all are usual.
    """
    bench.check_ends()
    if not bench.gold:
        raise NotChecked("no solutions are given")
    tried, answers = _tried(bench, budget)
    if not tried:
        raise NotChecked("no right answer is scored")
    rows = _rows(tried)
    unreachable = _unreachable(bench, tried)
    reading = [row for row in rows if row.name != "gold"]
    bench.forms = Forms(
        tuple(dict.fromkeys(answer.kind for answer in answers)), tuple(rows), _verdict(reading, unreachable)
    )
    if unreachable:
        return unreachable if bench.written.earns else []  # the law of the gold has said so
    return _unread(bench, tried, reading, declared)


def _tried(bench: Bench, budget: int) -> tuple[list[_Tried], list[Answer]]:
    """The forms of as many problems as the budget allows, scored."""
    golds = bench.gold[:_MOST]
    answers = [read_answer(case.completion, case.problem.answer) for case in golds]
    written = [usual_forms(answer) for answer in answers]
    left = max(budget // _SHARE, len(written[0]))
    tried: list[_Tried] = []
    for case, texts in zip(golds, written, strict=True):
        if len(texts) > left:
            break
        left -= len(texts)
        for name, text in texts.items():
            of = case._replace(completion=text)
            judged = name == "gold" or (name != BARE and bench.right is not None and bench.right(of))
            if judged or not USUAL[name].judged:
                tried.append(_Tried(name, of, judged, Outcome("not asked")))
    for one, outcome in zip(tried, bench.single([one.case for one in tried]), strict=True):
        one.outcome = outcome
    known = [one for one in tried if one.outcome.state == "scored"]
    for case in golds:
        same = [one for one in known if one.case.problem is case.problem]
        most = _most(bench, same) if same else math.nan
        for one in same:
            above = most - bench.lowest
            one.credit = (one.outcome.value - bench.lowest) / above if above > bench.slack else 0.0
    return known, answers


def _most(bench: Bench, tried: Sequence[_Tried]) -> float:
    """What a right answer to a problem earns: what its gold does, or its best form where that is far more."""
    gold = next((one.outcome.value for one in tried if one.name == "gold"), bench.lowest)
    best = max(one.outcome.value for one in tried)
    return gold if gold - bench.lowest >= _FAR * (best - bench.lowest) else best


def _rows(tried: Sequence[_Tried]) -> list[Form]:
    rows = []
    for name in USUAL:
        of = [one for one in tried if one.name == name]
        if of:
            paid = [one.credit >= PAID for one in of]
            example = of[paid.index(False)] if False in paid else of[0]
            missed = rate(sum(one.judged and one.credit < PAID for one in of), sum(one.judged for one in of))
            rows.append(Form(name, rate(sum(paid), len(of)), missed, example.case.completion))
    return rows


def _unreachable(bench: Bench, tried: Sequence[_Tried]) -> list[Finding]:
    """An error where a problem's right answer earns nothing in any of its forms."""
    problems = list(dict.fromkeys(one.case.problem for one in tried))
    reached = {one.case.problem for one in tried if one.credit > 0}
    lost = [problem for problem in problems if problem not in reached]
    if not lost:
        return []
    one = next(one for one in tried if one.case.problem is lost[0])
    of = f" of {len(lost)} of {len(problems)} problems" if len(problems) > 1 else ""
    said = f"unreachable: no usual form of the right answer{of} earns anything: {shown(one.case.completion)}"
    code = f"assert {bench.scorer.value_code(one.case)} > {bench.lowest!r}"
    return [Finding(FORMS, "error", said, (one.case.completion,), code=as_test(FORMS, code))]


def _verdict(rows: Sequence[Form], unreachable: Sequence[Finding]) -> str:
    """What the table says, in a sentence."""
    if unreachable:
        return unreachable[0].message
    read = [row.name for row in rows if row.paid.share >= PAID]
    if len(read) == len(rows):
        return "reads every usual form"
    if any(row.paid.hits for row in rows if row.name not in _SPACES):
        return f"reads {len(read)} of {len(rows)} usual forms" if read else "reads some forms of some answers"
    return "strict: reads the gold alone" + (f", with or without {_WHITE[tuple(read)]} behind it" if read else "")


def _unread(
    bench: Bench, tried: Sequence[_Tried], rows: Sequence[Form], declared: Sequence[str] | None
) -> list[Finding]:
    """A note where usual forms earn nothing, or an error where these were declared."""
    asked = [row for row in rows if declared is None or row.name in declared]
    unread = [row.name for row in asked if row.paid.share < PAID]
    if not unread:
        return []
    lost = [one for one in tried if one.name in unread and one.credit < PAID]
    judged = [one for one in lost if one.judged]
    read = {row.name for row in rows if row.paid.share >= PAID}
    one = min(judged or lost, key=lambda one: (unread.index(one.name), len(one.case.completion)))
    earns = f"{shown(one.case.completion)} earns {one.outcome}{', and is right by the judge' if judged else ''}"
    message = f"forms= says that these are read: {_names(unread)}; {earns}"
    if declared is None:
        meant = (
            "forms=['gold'] says that this is meant" if read <= _SPACES else "forms= names those that are meant to be"
        )
        message = f"{bench.forms.verdict if bench.forms else ''}; not read: {_names(unread)}; {earns} ({meant})"
    enough = bench.lowest + PAID * (one.outcome.value - bench.lowest) / one.credit if one.credit > 0 else bench.top
    code = f"assert {bench.scorer.value_code(one.case)} >= {enough:g}  # the right answer, {one.name}"
    severity = "note" if declared is None else "error"
    size = len(unread) / len(asked)
    return [Finding(FORMS, severity, message, (one.case.completion,), size, as_test(FORMS, code))]  # type: ignore[arg-type]


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
