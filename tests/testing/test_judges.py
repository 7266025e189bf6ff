"""Judges, by hand and by laws."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.testing import check_reward
from formal_envs.testing.judges import passes_tests, same_choice, same_json, same_latex, same_set, same_text

law = settings(deadline=None, max_examples=100)


@pytest.mark.parametrize(
    ("judge", "completion", "solution", "right"),
    [
        (same_text, "the Planet  Jupiter.", "planet jupiter", True),
        (same_text, "Jupiter, or Saturn", "Jupiter", False),
        (same_text, "The.", "a", False),  # nothing is left of either
        (same_choice, " (b) ", "B", True),
        (same_choice, "B.", "(B)", True),
        (same_choice, "A or B", "B", False),
        (same_choice, "AB", "B", False),
        (same_choice, "\uff22", "B", False),
        (same_set, "{5, 3,2}", "2, 3, 5", True),
        (same_set, "2; 2\n3, 10/2", "2, 3, 5", True),
        (same_set, "2, 3", "2, 3, 5", False),
        (same_set, "2, 3, 5, 7", "2, 3, 5", False),
        (same_set, "b, A", ["a", "B"], True),
        (same_set, ", ".join(map(str, range(9))), "2, 3", False),
        (same_set, "", "2, 3", False),
        (same_json, '{"b": [1.0], "a": "x"}', '{"a": "x", "b": [1]}', True),
        (same_json, '{"a": true}', '{"a": 1}', False),
        (same_json, '{"a": 1, "b": 2}', '{"a": 1}', False),
        (same_json, '{"a": 2, "a": 1}', '{"a": 1}', False),
        (same_json, "NaN", "NaN", False),
        (same_json, "[" * 100_000, "[]", False),
        (same_json, '{"a": null}', {"a": None}, True),
    ],
)
def test_by_hand(judge, completion, solution, right):
    assert judge(completion, solution) is right


@law
@given(st.text(), st.text())
def test_judges_say_something_of_any_text(completion, solution):
    for judge in (same_text, same_choice, same_set, same_json):
        assert judge(completion, solution) in (True, False)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@law
@given(values, values)
def test_json_is_the_same_as_python_has_it_but_for_truth_values(one, other):
    assert same_json(json.dumps(one, indent=2), json.dumps(one)) is True
    if json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True):
        assert same_json(json.dumps(one), other) is False


@law
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_sets_have_no_order(members, random):
    shuffled = random.sample(members, len(members))
    assert same_set(", ".join(map(str, shuffled)), members)
    assert not same_set(", ".join(map(str, [*shuffled, 99])), members)


@pytest.mark.parametrize(
    ("completion", "right"),
    [
        ("\\frac{1}{2}", True),
        ("$\\frac{2}{4}$", True),
        ("\\boxed{0.5}", True),
        ("$\\boxed{\\frac12}$", True),
        ("\\frac{1}{3}", False),
        ("\\boxed{\\frac12} or \\boxed{3}", False),
        ("9^{9^{9^{9}}}", False),
        ("99999!", False),
        ("", False),
    ],
)
def test_latex(completion, right):
    pytest.importorskip("math_verify")
    assert same_latex(completion, "\\frac{1}{2}") is right


ADD = "def add(a, b):\n    return a + b"
TESTS = "assert add(1, 2) == 3\nassert add(-1, 1) == 0"


@pytest.mark.process
@pytest.mark.parametrize(
    ("completion", "right"),
    [
        (ADD, True),
        (f"```python\n{ADD}\n```", True),
        ("import math\nadd = lambda a, b: math.fsum([a, b])", True),
        ("def add(a, b):\n    return 3", False),
        ("def add(a, b):\n    while True:\n        pass", False),
        ("print('PASS')", False),
        ("", False),
        ("\ud800", False),
    ],
)
def test_programs(completion, right, monkeypatch):
    monkeypatch.setattr("formal_envs.testing.judges.code.SECONDS", 2.0)
    assert passes_tests(completion, TESTS) is right


@pytest.mark.parametrize(
    "completion",
    [
        "import sys\nsys.exit(0)",
        "raise SystemExit(0)",
        "from collections import _sys",
        "import collections\ncollections.abc.sys",
        "class E:\n    def __eq__(self, other):\n        return True\nadd = lambda a, b: E()",
        "().__class__",
        "import math\nmath.sqrt = 1",
        "eval('1')",
        "getattr(1, 'x')",
        "try:\n    pass\nexcept:\n    pass",
    ],
)
def test_programs_that_reach_for_the_tests_are_not_run(completion, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *arguments, **options: pytest.fail("it is run"))
    assert passes_tests(f"{ADD}\n{completion}", TESTS) is False


def runs(completion, tests):
    names = {}
    try:
        exec(completion + "\n" + tests, names)
    except Exception:
        return 0.0
    return 1.0


@pytest.mark.process
def test_tests_may_stand_in_a_column():
    report = check_reward(
        runs,
        prompts=["Write add."],
        golds=[ADD],
        columns={"tests": [TESTS]},
        correct=passes_tests,
        budget=20,
        time_limit=5,
    )
    assert {check.name: check.result for check in report.checks}["gold is the maximum"] == "ok"
