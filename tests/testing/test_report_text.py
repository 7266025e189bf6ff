"""The printed report: the verdict first, short where all is well, and the same for the same arguments."""

import json
from dataclasses import replace
from functools import partial

import pytest
from planted_rewards import SUMS, exact, substring

from formal_envs.testing import Finding, Report, check_reward
from formal_envs.testing.sections import WIDTH

quick = partial(check_reward, prompts=list(SUMS), solutions=list(SUMS.values()), budget=100)


@pytest.fixture(scope="module")
def good():
    return quick(exact)


def test_a_good_report_fits_a_screen_and_says_so_first(good):
    head, facts, call, *rest = str(good).splitlines()
    assert head == "exact: ok, 2 notes. Right answers earn 1 on average, wrong ones at most 0"
    assert "8 prompts, seed 0" in facts
    assert call == "called as reward('14', '14')"
    assert len(rest) < 45
    end = next(n for n, line in enumerate(rest) if line.startswith("note:"))
    assert max(map(len, rest[:end])) <= WIDTH
    text = "\n".join(rest)
    for name in [check.name for check in good.checks] + [row.name for row in good.forms.rows]:
        assert name in text
    assert f"judged     wrong and paid: {good.training.false_positives}" in text


def test_the_head_of_a_bad_one_is_its_first_error():
    report = quick(substring)
    first = report.errors[0]
    assert report.verdict == f"{first.check}: {first.message}"
    assert str(report).startswith(f"substring: {len(report.errors)} errors, ")
    assert str(replace(report, findings=(first,))).startswith("substring: 1 error. ")


def test_both_sections_are_in_the_json(good):
    assert good.forms.rows
    assert good.training.strategies
    again = Report.from_dict(json.loads(json.dumps(good.to_dict(), allow_nan=False)))
    assert (again.forms, again.training) == (good.forms, good.training)
    assert str(again) == str(good)


def test_the_same_seed_gives_the_same_sections(good):
    again = quick(exact)
    assert (again.forms, again.training) == (good.forms, good.training)


def test_declared_forms_reach_the_check():
    assert not [note for note in quick(exact, forms=["gold"]).notes if note.check == "right answers in other forms"]
    (error,) = quick(exact, forms=["boxed"]).errors
    assert error.check == "right answers in other forms"


def test_what_the_search_says_of_wrong_texts_is_not_said_twice():
    report = quick(substring)
    assert {error.check for error in report.errors} >= {"what wrong texts earn"}
    assert "what it teaches" not in {error.check for error in report.errors}
    assert report.training.telling.hits == 0  # the scoreboard shows it


def test_many_findings_of_a_check_are_brief_after_the_third():
    findings = tuple(Finding("total", "error", f"raises {n}", (str(n),), code=f"reward({n})") for n in range(6))
    text = str(Report("r", (), findings, 1, 0))
    assert [f"reward({n})" in text for n in range(6)] == [True] * 3 + [False] * 3
    assert [f"error: total: raises {n}" in text.splitlines() for n in range(6)] == [True] * 3 + [False] * 3
    assert "error: total: 3 more, with their tests in report.findings\n    raises 3, raises 4, raises 5" in text


def test_no_address_is_in_a_report():
    assert " at 0x" not in str(quick(lambda completion, solution: exact(completion, solution)))
