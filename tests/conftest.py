"""For all tests: how many examples a law runs with, and one thread for each process.

Two profiles of Hypothesis, chosen by ``--hypothesis-profile``. Under "quick", which is the default, a law runs with no
more than ``QUICK`` examples, the same each time; under "full", with as many as it asks for, drawn anew but where CI is
set. Neither has a deadline, which would measure how loaded the machine is.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's, before it is imported: tests run side by side

import pytest
from hypothesis import settings

QUICK = 20

settings.register_profile("quick", deadline=None, max_examples=QUICK, derandomize=True)
settings.register_profile("full", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under "quick", hold laws that ask for a number of examples of their own to the profile's."""
    if config.getoption("hypothesis_profile", None) not in (None, "quick"):
        return
    for item in items:
        law = getattr(item, "obj", None)
        asked = getattr(law, "_hypothesis_internal_use_settings", None)  # the name that Hypothesis's own plugin reads
        if asked and asked.max_examples > QUICK:
            law._hypothesis_internal_use_settings = settings(asked, max_examples=QUICK)
