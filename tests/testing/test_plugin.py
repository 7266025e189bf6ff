"""The plugin of pytest: a test for each check, and one report for all."""

import subprocess
import sys

import pytest

from formal_envs.testing.check import CHECKS

pytest_plugins = "pytester"

REWARDS = """
    import pytest

    calls = []

    def contains(completion, solution):
        return float(solution in completion)

    def exact(completion, solution):
        return float(completion.strip() == solution)

    ASKED = dict(prompts=["6+8=", "1+1="], solutions=["14", "2"], budget=40)
"""
TESTS = (
    REWARDS
    + """
    @pytest.mark.reward(contains, **ASKED)
    def test_contains(reward_check):
        calls.append(id(reward_check.report))
        reward_check()

    @pytest.mark.reward(exact, **ASKED)
    def test_exact(reward_check):
        reward_check()

    def test_there_was_one_report():
        assert len(set(calls)) == 1 < len(calls)
"""
)


def outcomes(pytester, *options):
    result = pytester.runpytest("-p", "formal_envs_pytest", "-p", "no:cacheprovider", "-rA", *options)
    return result, {
        line.split("::")[1].split(" - ")[0]: line.split()[0]
        for line in result.outlines
        if line.startswith(("PASSED", "FAILED")) and "::" in line
    }


def test_each_check_is_a_test(pytester):
    pytester.makepyfile(TESTS)
    result, found = outcomes(pytester)
    assert found["test_there_was_one_report"] == "PASSED"
    assert found["test_contains[what wrong texts earn]"] == "FAILED"
    assert found["test_contains[gold is the maximum]"] == "PASSED"
    assert {outcome for name, outcome in found.items() if name.startswith("test_exact")} == {"PASSED"}
    assert sum(result.parseoutcomes().values()) == 2 * len(CHECKS) + 1
    text = result.stdout.str()
    assert "contains: error: what wrong texts earn" in text
    assert "def test_what_wrong_texts_earn():" in text  # the test to paste, and no traceback
    assert "reward_check()" not in text


def test_what_is_not_checked_is_skipped_with_its_reason(pytester):
    pytester.makepyfile(TESTS)
    result, _ = outcomes(pytester, "-rs", "-k", "exact and range")
    result.assert_outcomes(skipped=1, deselected=2 * len(CHECKS))
    result.stdout.fnmatch_lines(["*no range is declared*"])


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("@pytest.mark.reward(exact, **ASKED)\n    def test_exact(): pass", "no argument reward_check: it needs both"),
        ("def test_exact(reward_check): pass", "no marker reward: it needs both"),
    ],
)
def test_half_of_it_is_an_error(pytester, test, said):
    pytester.makepyfile(f"{REWARDS}\n    {test}\n")
    result, _ = outcomes(pytester)
    assert said in result.stdout.str() + result.stderr.str()
    assert result.ret != 0


def test_other_tests_are_left_alone(pytester):
    pytester.makepyfile("def test_one():\n    assert True")
    result, found = outcomes(pytester, "--strict-markers")
    result.assert_outcomes(passed=1)
    assert found == {"test_one": "PASSED"}


def test_the_plugin_loads_nothing():
    heavy = "{'hypothesis', 'formal_envs', 'gymnasium', 'numpy', 'torch', 'agents'}"
    code = f"import formal_envs_pytest, sys; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
