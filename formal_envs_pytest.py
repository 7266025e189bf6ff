"""The plugin of pytest: each check of a reward is a test of its own.

It stands apart from the package, and imports it only where a test asks, because pytest loads it for every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from formal_envs.testing import Report

_REPORTS = pytest.StashKey["dict[int, Report]"]()


class RewardCheck:
    """One check of a reward, made when it is first asked for; the others of the same reward come with it.

    Attributes:
        name: of the check.
        report: of all checks.
    """

    def __init__(self, name: str, report: Report):
        self.name, self.report = name, report

    def __call__(self) -> None:
        """Fail the test with what the check found, or skip it where the check was not made; notes pass."""
        (check,) = (check for check in self.report.checks if check.name == self.name)
        if check.result == "-":
            pytest.skip(check.remark)
        found = [str(finding) for finding in self.report.errors if finding.check == self.name]
        if found:
            pytest.fail("\n\n".join([f"{self.report.reward}: {found[0]}", *found[1:]]), pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    says = "check a reward, with the options of check_reward; the test takes reward_check, and is one per check"
    config.addinivalue_line("markers", f"reward(reward, **options): {says}")
    config.stash[_REPORTS] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each check."""
    marked = metafunc.definition.get_closest_marker("reward") is not None
    takes = "reward_check" in metafunc.fixturenames
    if marked != takes:
        has, lacks = ("the marker reward", "argument reward_check") if marked else ("reward_check", "marker reward")
        pytest.fail(f"{metafunc.definition.name} has {has} and no {lacks}: it needs both", pytrace=False)
    if marked:
        from formal_envs.testing.check import CHECKS

        metafunc.parametrize("reward_check", CHECKS, indirect=True)


@pytest.fixture
def reward_check(request: pytest.FixtureRequest) -> RewardCheck:
    """A check of the reward of the marker; the report is made once in a session."""
    from formal_envs.testing import check_reward

    mark = request.node.get_closest_marker("reward")
    reports = request.config.stash[_REPORTS]
    if id(mark) not in reports:  # the marker lives as long as its function
        reports[id(mark)] = check_reward(*mark.args, **mark.kwargs)
    return RewardCheck(request.param, reports[id(mark)])
