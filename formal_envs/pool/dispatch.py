"""A pool's workers, and the thread that gives them texts of all batches in turn and hears what they say."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import TypeAlias

from formal_envs.errors import ConfigError
from formal_envs.pool.batch import Batch
from formal_envs.pool.worker import ONE_THREAD, TOO_LONG, Raised, serve
from formal_envs.sandbox import Child, nothing_of_the_script, start_method
from formal_envs.score import Score, Unscored

_log = logging.getLogger(__name__)
_STARTS = 3  # starts that may fail one after the other
_PATIENCE = 30  # seconds that may pass for each that a text has of a processor: others may have the rest

Text: TypeAlias = "tuple[str, str]"
"""A prompt and a completion."""


@dataclass(eq=False)
class Job:
    """A batch that somebody waits for."""

    texts: Sequence[Text]
    batch: Batch
    future: Future[list[Score | Unscored]] = field(default_factory=Future)


@dataclass(eq=False)
class _Worker:
    """A process, whether it has loaded the reward, and what it is at, until when at most."""

    child: Child
    ready: bool = False
    job: Job | None = None
    part: range = range(0)
    deadline: float = float("inf")

    @property
    def idle(self) -> bool:
        """Whether it waits for texts."""
        return self.ready and self.job is None

    def give(self, job: Job, part: range, timeout: float | None) -> None:
        """Have it score a part of a batch."""
        self.job, self.part = job, part
        self.deadline = time.monotonic() + timeout * _PATIENCE if timeout else float("inf")
        with suppress(OSError):  # it is gone, as is heard next
            self.child.connection.send(job.texts[part.start : part.stop])


class Dispatcher:
    """Gives workers texts, until it is ended. Nothing of it is touched by another thread but what it is told.

    Args:
        pickled: the reward.
        workers: how many processes.
        method: as of a ScoringPool.
        timeout: as of a ScoringPool.
    """

    def __init__(self, pickled: bytes, workers: int, method: str | None, timeout: float | None):
        self._pickled = pickled
        self._workers = workers
        self._method = method
        self._timeout = timeout
        self._running: list[_Worker] = []
        self._jobs: deque[Job] = deque()  # the next to be given a worker first
        self._failed_starts = 0
        self._told: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._bell, self._ring = Pipe(duplex=False)
        self._rung = False
        self.ended = False  # nothing is scored any more
        self._ending = False
        try:
            self._start()  # here, while there is no thread yet: they may be forks
        except BaseException:
            self._end_workers()
            raise
        self._thread = threading.Thread(target=self._run, name="formal_envs.pool", daemon=True)
        self._thread.start()

    @property
    def pids(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [worker.child.pid for worker in list(self._running)]

    def submit(self, texts: Sequence[Text]) -> Job:
        """Have a batch scored."""
        job = Job(texts, Batch(len(texts), self._workers))
        job.future.set_running_or_notify_cancel()
        self._tell(partial(self._begin, job))
        if self.ended:  # perhaps before that was heard
            _settle(job, _closed())
        return job

    def withdraw(self, job: Job) -> None:
        """End a batch, and the workers that are at it."""
        self._tell(partial(self._finish, job, Unscored("the batch was withdrawn")))
        if not self.ended:
            wait_for([job.future])

    def end(self) -> None:
        """End all batches and all workers."""
        self._ending = True
        self._tell(lambda: None)
        if threading.current_thread() is not self._thread:  # it is, where it collects garbage
            self._thread.join()

    def _tell(self, what: Callable[[], object]) -> None:
        """Have the thread do something."""
        self._told.put(what)
        if not self._rung:
            self._rung = True
            with suppress(OSError):  # it has ended
                self._ring.send_bytes(b"")

    def _hear_told(self) -> None:
        self._rung = False
        while not self._told.empty():
            self._told.get()()

    def _run(self) -> None:
        reason: BaseException = _closed()
        try:
            while not self._ending:
                self._turn()
        except BaseException as error:  # whoever waits is told
            reason = error
        self.ended = True
        self._hear_told()
        self._fail(reason)
        self._end_workers()
        self._bell.close()
        self._ring.close()

    def _end_workers(self) -> None:
        while self._running:
            self._running.pop().child.end()

    def _turn(self) -> None:
        """Give texts to who is idle, and take in what comes next."""
        if self._jobs:
            self._start()
        for worker in self._running:
            if worker.idle and (found := self._next()):
                worker.give(*found, self._timeout)
        by_connection = {worker.child.connection: worker for worker in self._running}
        soonest = min((worker.deadline for worker in self._running), default=float("inf"))
        patience = None if soonest == float("inf") else max(0.0, soonest - time.monotonic())
        for connection in wait([self._bell, *by_connection], patience):
            if connection is self._bell:
                self._bell.recv_bytes()
                self._hear_told()
            elif (worker := by_connection[connection]) in self._running:  # it may have been ended meanwhile
                self._hear(worker)
        for worker in [each for each in self._running if each.deadline <= time.monotonic()]:
            self._running.remove(worker)
            worker.child.end()
            self._give_up(worker, f"the text took more than {(self._timeout or 0) * _PATIENCE:g} s", final=True)

    def _start(self) -> None:
        """Start the workers that are missing."""
        while len(self._running) < self._workers:
            method = self._method or ("fork" if start_method() == "fork" else "spawn")
            if method == "fork":
                child = Child(serve, self._pickled, self._timeout, method=method, daemon=False)
            else:
                with nothing_of_the_script(ONE_THREAD):
                    child = Child(serve, self._pickled, self._timeout, method=method, daemon=False)
            self._running.append(_Worker(child))

    def _next(self) -> tuple[Job, range] | None:
        """A part of the batch that was given a worker the longest time ago."""
        for _ in range(len(self._jobs)):
            job = self._jobs[0]
            self._jobs.rotate(-1)
            if part := job.batch.take():
                return job, part
        return None

    def _hear(self, worker: _Worker) -> None:
        """Take in what a worker says, or that it is gone."""
        try:
            answer = worker.child.connection.recv()
        except (EOFError, OSError):  # the latter in the middle of a message
            self._lose(worker)
            return
        if worker.job is None:  # it has loaded the reward, or says why it cannot
            worker.ready, self._failed_starts = True, 0
            if isinstance(answer, str):
                self._running.remove(worker)
                worker.child.end()
                self._fail(ConfigError(f"the reward cannot be loaded by another process: {answer}"))
            return
        job, part = worker.job, worker.part
        worker.job, worker.deadline = None, float("inf")
        if isinstance(answer, Raised):
            job.batch.raised(part, answer.exception())
        else:
            job.batch.answered(part, answer)
        self._finish_if_done(job)

    def _lose(self, worker: _Worker) -> None:
        """Do without a worker that is gone."""
        self._running.remove(worker)
        fate = worker.child.fate().message
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts == _STARTS:
                self._failed_starts = 0
                self._fail(ConfigError(f"no process can be started for the reward: {fate}"))
        elif self._timeout and TOO_LONG and worker.child.end() == -TOO_LONG:
            self._give_up(worker, f"the text took more than {self._timeout:g} s of a processor", final=True)
        else:
            self._give_up(worker, fate, final=False)

    def _give_up(self, worker: _Worker, fate: str, *, final: bool) -> None:
        """Have the texts that a worker was at scored again, or not."""
        _log.warning("a scoring process is gone: %s; another takes its place", fate)
        if worker.job is not None:
            worker.job.batch.lost(worker.part, fate, final=final)
            self._finish_if_done(worker.job)

    def _begin(self, job: Job) -> None:
        self._jobs.append(job)
        self._finish_if_done(job)

    def _finish_if_done(self, job: Job) -> None:
        if job.batch.done:
            self._finish(job, job.batch.error or job.batch.scores())

    def _fail(self, reason: BaseException) -> None:
        for job in list(self._jobs):
            self._finish(job, reason)

    def _finish(self, job: Job, outcome: list[Score | Unscored] | BaseException) -> None:
        """Give a batch's scores, or raise what it brings; what workers still do for it is of no use."""
        if job not in self._jobs:
            return
        self._jobs.remove(job)
        for worker in [each for each in self._running if each.job is job]:
            self._running.remove(worker)
            worker.child.end()
        _settle(job, outcome)


def _settle(job: Job, outcome: list[Score | Unscored] | BaseException) -> None:
    with suppress(InvalidStateError):  # it has been
        if isinstance(outcome, BaseException):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)


def _closed() -> Unscored:
    return Unscored("the pool was closed")
