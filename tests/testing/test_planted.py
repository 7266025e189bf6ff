"""The demonstration: every planted defect is found, and none is reported on the twin that is right."""

import pytest
from planted_rewards import PLANTED

pytestmark = pytest.mark.slow
IDS = [planted.defect for planted in PLANTED]


def test_there_are_many_defects_each_of_its_own():
    assert len(set(IDS)) == len(PLANTED) >= 24
    assert len({planted.found_by for planted in PLANTED}) >= 12


@pytest.mark.parametrize("planted", PLANTED, ids=IDS)
def test_the_defect_is_found(planted):
    report = planted.check(planted.bad)
    assert not report.ok
    assert planted.found_by in {check.name for check in report.checks if check.result == "error"}, str(report)
    found = [finding for finding in report.errors if finding.code.startswith("def test_")]
    assert len(found) == len(report.errors)
    for finding in found:
        compile(finding.code, planted.defect, "exec")  # it can be pasted


TWINS = {repr((planted.good, planted.options, planted.asked)): planted for planted in PLANTED}  # many have the same


@pytest.mark.parametrize("planted", list(TWINS.values()), ids=lambda planted: planted.defect)
def test_nothing_is_reported_on_the_twin(planted):
    report = planted.check(planted.good)
    assert report.ok, str(report)
