"""Two clocks: the wall's, and what the processor has spent on this process, in all of its threads."""

from __future__ import annotations

import time
from typing import NamedTuple

import torch


class Rate(NamedTuple):
    """Something per second, by the wall's clock and by the processor's."""

    wall: float
    cpu: float


class Clock(NamedTuple):
    """Seconds by both clocks, at a moment or between two.

    Beside other processes the wall's clock says little; the processor's says what a step costs wherever it runs, in all
    threads together.
    """

    wall: float = 0.0
    cpu: float = 0.0

    @classmethod
    def now(cls) -> Clock:
        """The two clocks, when a GPU has done what it was asked for."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Clock) -> Clock:
        return Clock(self.wall - other.wall, self.cpu - other.cpu)

    def plus(self, other: Clock) -> Clock:
        """The sum of two spans."""
        return Clock(self.wall + other.wall, self.cpu + other.cpu)

    def rate(self, count: float) -> Rate:
        """So many of something in this span."""
        return Rate(count / self.wall, count / self.cpu)
