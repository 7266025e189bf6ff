"""Rewards as people write them: a dishonest one is found for its cause, an honest one passes."""

import pytest
from realistic_rewards import REWARDS

QUICK = ("first_number", "solution_as_pattern", "none_where_wrong", "honest_words_in_common", "honest_any_case")


def test_there_are_many_of_both_kinds():
    assert sum(bool(reward.shown_by) for reward in REWARDS.values()) >= 20
    assert sum(not reward.shown_by for reward in REWARDS.values()) >= 20


def _marked(name):
    return name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)


@pytest.mark.parametrize("name", [_marked(name) for name, reward in REWARDS.items() if reward.shown_by])
def test_what_is_wrong_is_found_for_its_cause(name):
    reward = REWARDS[name]
    report = reward.check()
    assert {finding.family or finding.check for finding in report.errors} & set(reward.shown_by), str(report)


@pytest.mark.parametrize("name", [_marked(name) for name, reward in REWARDS.items() if not reward.shown_by])
def test_nothing_is_reported_of_an_honest_one(name):
    report = REWARDS[name].check()
    assert report.ok, str(report)
