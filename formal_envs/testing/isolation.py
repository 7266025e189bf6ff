"""Scoring in a process that can be ended: what hangs, or ends its process, is an outcome like any other."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from contextlib import nullcontext
from types import TracebackType
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.sandbox import Child, nothing_of_the_script, start_method
from formal_envs.testing.canaries import CANARY as CANARY
from formal_envs.testing.cases import Case, Outcome
from formal_envs.testing.clock import Clock
from formal_envs.testing.copies import packed
from formal_envs.testing.worker import serve

BATCH = 16
"""Cases of a batch."""
MOST_HUNG = 2
"""Hung cases after which no more are asked for at a time."""
_START = 60.0  # seconds that a process may take to import what it needs
_SLOWER = 10  # times that a text may take of what it takes alone, where it is one of many at once
_LATE = 0.02  # seconds by which what is told of a case may lag behind it


class Judge:
    """Scores cases in another process, one after the other; one that hangs is ended, and a new process goes on.

    Args:
        scorer: the reward, with the methods of a Scorer that are asked for.
        time_limit: seconds for a case.
        fresh: the process shares nothing with this one (it gets a copy of the reward), instead of being a fork of it
            where the system has that. Nothing of ``__main__`` is run there.
        clock: when its time is over, what is left is not asked.

    Raises:
        ConfigError: the reward has to be pickled for this, and cannot be.
    """

    def __init__(self, scorer: Any, *, time_limit: float, fresh: bool = False, clock: Clock | None = None):
        self._scorer = scorer
        self._clock = clock or Clock({})
        self._time_limit = time_limit
        self._method = "spawn" if fresh else start_method()  # a fork server of a parent's is of no use to a fork
        self._child: Child | None = None
        self._pace = 0.0  # seconds of a text that is scored alone

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def single(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases one after the other."""
        begin = time.monotonic()
        outcomes = self._ask("single", cases, 1)
        asked = sum(outcome.state == "scored" for outcome in outcomes)
        if asked == len(outcomes) > 0:
            self._pace = max(self._pace, (time.monotonic() - begin) / asked)
        return outcomes

    def truths(self, cases: Sequence[Case]) -> list[Outcome]:
        """What a function says of the cases, as 0 or 1, whatever it gives for true and false."""
        return self._ask("truths", cases, 1)

    def batch(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases in batches of ``BATCH``."""
        parts = (cases[begin : begin + BATCH] for begin in range(0, len(cases), BATCH))
        return [outcome for part in parts for outcome in self._ask("batch", part, len(part))]

    def pickled(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases with a pickled copy of the reward."""
        return self._ask("pickled", cases, 1)

    def threads(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases in several threads at once."""
        return self._ask("threads", cases, len(cases))

    def timed(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases one after the other; ``seconds`` is the CPU time of each."""
        return self._ask("timed", cases, 1)

    def end(self) -> None:
        """End the process with all that it started; the next case starts a new one."""
        if self._child is not None:
            self._child.end()
            self._outcomes.close()
            self._child = None

    def _ask(self, way: str, cases: Sequence[Case], together: int) -> list[Outcome]:
        """The outcomes of the cases, as many as ``together`` of which may come at once, at the end."""
        limit = self._time_limit
        if together > 1:
            limit += together * max(self._time_limit / 4, _SLOWER * self._pace)
        outcomes: list[Outcome] = []
        hung = 0
        while len(outcomes) < len(cases):
            over = self._clock.left <= 0
            if over or hung >= MOST_HUNG:
                rest = len(cases) - len(outcomes)
                self._clock.left_out += rest * over
                return outcomes + [Outcome("not asked")] * rest
            ended = self._hear(way, cases[len(outcomes) :], limit, outcomes)
            if ended is not None:
                outcomes.append(ended)
                hung += 1
                self.end()
        return outcomes

    def _hear(self, way: str, cases: Sequence[Case], limit: float, outcomes: list[Outcome]) -> Outcome | None:
        """Add what the process says of the cases, until the time is over; what came of one that ended it."""
        connection = (self._child or self._start()).connection
        until = len(outcomes) + len(cases)
        try:
            connection.send((way, cases))
            while len(outcomes) < until:
                wait = min(limit + _LATE, self._clock.left)
                if not connection.poll(max(0.0, wait)):
                    self._drain(outcomes)
                    if wait > limit:
                        said = f"within {limit:g} s" if limit == self._time_limit else "in time"
                        return Outcome("hung", problem=f"does not end {said}")
                    self.end()  # it is still at a text for which there is no time
                    return None
                number = connection.recv()
                outcomes += [self._outcomes.recv() for _ in range(number)]
                self._clock.scored(number)
        except (EOFError, ConnectionError):
            self._drain(outcomes)
            return Outcome("died", problem="ends its process")
        return None

    def _drain(self, outcomes: list[Outcome]) -> None:
        """Add what was written and not told of."""
        try:
            while self._outcomes.poll():
                outcomes.append(self._outcomes.recv())
        except (EOFError, ConnectionError):
            return

    def _start(self) -> Child:
        reward = self._scorer if self._method == "fork" else packed(self._scorer)
        self._outcomes, theirs = multiprocessing.Pipe(duplex=False)
        with nullcontext() if self._method == "fork" else nothing_of_the_script():
            self._child = Child(serve, theirs, reward, method=self._method, daemon=False, guarded=True)
        theirs.close()
        connection = self._child.connection
        try:
            failure = connection.recv() if connection.poll(_START) else "it takes more than a minute"
        except (EOFError, ConnectionError):
            failure = "it ends when it is loaded"
        if failure:
            self.end()
            raise ConfigError(f"the reward cannot be loaded in another process: {failure}")
        return self._child
