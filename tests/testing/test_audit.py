"""The audit of rewards of other projects: what it counts, what it skips, and one reward from end to end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.audit.__main__ import table
from examples.audit.libraries import LIBRARIES, find

ROOT = Path(__file__).parents[2]


def test_the_table_counts_rewards_errors_and_refusals():
    def row(library, errors, refused=""):
        found = [{"check": check} for check in errors]
        return {"library": library, "errors": found, "refused": refused, "seconds": 1.5}

    rows = [row("one", ["total", "total"]), row("one", []), row("two", [], "no report in 5 s")]
    assert table(rows).splitlines()[2:] == ["| one | 2 | 1 | 0 | total 2 | 3 |", "| two | 1 | 0 | 1 |  | 2 |"]


def test_planted_defects_and_their_twins_are_part_of_it():
    _, targets = LIBRARIES["planted"]()
    assert sum(name.endswith(": twin") for name in targets) == len(targets) / 2
    assert find("planted", "NaN passes a min").reward.__name__


@pytest.mark.process
def test_a_reward_is_checked_in_a_process_of_its_own_and_one_that_takes_too_long_is_given_up(tmp_path):
    def run(*options):
        command = [sys.executable, "-m", "examples.audit", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    out = tmp_path / "audit.json"
    run("--only", "planted:an exception on '1e400'", "--budget", "50", "--out", str(out))
    bad, twin = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert [error["check"] for error in bad["errors"]] == ["total"]
    assert (twin["errors"], twin["refused"]) == ([], "")
    assert "no report in 0 s" in run("--only", "planted:NaN is given", "--seconds", "0.01", "--out", str(out))
