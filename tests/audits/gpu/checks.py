"""The tests of the agent that a GPU could fail, on that GPU."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from part import Part

ROOT = Path(__file__).resolve().parents[3]
FILES = ("test_devices.py", "test_policy.py", "test_masked_policy.py", "test_ppo.py")
"""In tests/agents; without a GPU the first alone, to see that they are found: they run in the other tests anyway."""


def run_tests(part: Part) -> None:
    """Count the tests that pass, and name those that do not.

    Raises:
        AssertionError: one fails, or none runs.
    """
    report = part.work / "tests.xml"
    chosen = FILES[:1] if part.small else FILES
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}"]
    # A pool forks, which processes that hold a GPU must not do; a run makes its pool before it has one.
    beside = ["-m", "not process", "-k", "not several_processes_score", "--numprocesses", "6", "--dist", "worksteal"]
    command += part.pick(beside, ["-m", "not process and not train"])
    environment = {**os.environ, "FORMAL_ENVS_DEVICE": part.device.type}
    subprocess.run([*command, *(f"tests/agents/{name}" for name in chosen)], cwd=ROOT, env=environment, check=False)
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = {
        case.get("name", ""): fault.get("message", "")[:400]
        for case in cases
        for fault in case
        if fault.tag in ("failure", "error")
    }
    skipped = sum(case.find("skipped") is not None for case in cases)
    part.note("passed", len(cases) - len(failed) - skipped)
    part.note("skipped", skipped)
    part.note("failed", failed)
    assert len(cases) > skipped, "no test ran"
    assert not failed, f"{len(failed)} of {len(cases)} tests failed: {', '.join(failed)}"
