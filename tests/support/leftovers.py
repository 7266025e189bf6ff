"""Whether processes are gone."""

import sys
import time
from pathlib import Path

import pytest

WAIT = 60  # seconds in which what was killed is gone
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def alive(process):
    """Whether a process runs, and is not just listed because nobody has asked for its exit status."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def all_gone(processes):
    until = time.monotonic() + WAIT
    while (left := [process for process in processes if alive(process)]) and time.monotonic() < until:
        time.sleep(0.02)
    return not left
