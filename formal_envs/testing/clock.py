"""How long a check takes: the share of each law in ``max_seconds``, and a bar that says how long it will take."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

FORMAT, FIRST = "the format", "the first texts"
"""What the clock calls the search for the format of right answers, and the first scoring of the cases."""
_QUIET = 5.0  # seconds without a bar
_UNKNOWN = 40.0  # texts of a law of which nothing else is known


class Clock:
    """Shares ``max_seconds`` out to the laws, by the texts that each may score; what one does not use the others get.

    Attributes:
        left_out: texts of the law at hand that were not scored, as its time was over.

    Args:
        expected: for each law how many texts it may score, in the order in which they are checked.
        max_seconds: of all; None, as long as it takes.
    """

    def __init__(self, expected: Mapping[str, float], max_seconds: float | None = None):
        self._expected = dict(expected)
        self._began = time.monotonic()
        self._end = math.inf if max_seconds is None else self._began + max_seconds
        self._deadline = self._end
        self._done = 0.0
        self._now = 0.0
        self._scored = 0
        self._bar: Any = None
        self.left_out = 0

    def begin(self, law: str) -> None:
        """A law is checked from now on."""
        self._done += self._now
        self._now = self._expected.pop(law, _UNKNOWN)
        self.left_out = 0
        now = time.monotonic()
        share = self._now / max(1e-9, self._now + sum(self._expected.values()))
        self._deadline = self._end if math.isinf(self._end) else now + max(0.0, self._end - now) * share
        self._scored = 0

    @property
    def left(self) -> float:
        """Seconds left to the law; infinite without a limit."""
        return self._deadline - time.monotonic()

    def scored(self, texts: int) -> None:
        """So many more texts were scored."""
        self._scored += texts
        if self._bar is None and time.monotonic() - self._began > _QUIET:
            from tqdm import tqdm

            total = round(self._done + self._now + sum(self._expected.values()))
            self._bar = tqdm(total=total, initial=self._at, desc="check_reward", unit="text", disable=None, leave=False)
        if self._bar is not None:
            self._bar.update(max(0, self._at - self._bar.n))

    @property
    def _at(self) -> int:
        return round(self._done + min(self._scored, self._now))

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def expected(budget: int) -> dict[str, float]:
    """How many texts are scored for what, about; for the first ones, which most laws look at, there is time twice."""
    cases = min(250.0, budget / 2) + budget / 10
    as_many = ("deterministic", "order", "pickling", "another process", "batch equals single", "runs no text")
    none = ("terminates", "total", "finite", "in range", "global random state", "side effects")
    return {
        FORMAT: 20 + cases / 4,
        FIRST: 2 * cases,
        **dict.fromkeys(none, 0.0),
        **dict.fromkeys(as_many, cases),
        "threads": min(48.0, cases) * 5,
        "linear time": min(430.0, budget / 2),
        "what wrong texts earn": float(budget),
    }
