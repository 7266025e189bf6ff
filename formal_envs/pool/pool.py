"""The pool itself: its workers, and what they are told and say."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_all_start_methods
from multiprocessing.connection import wait
from multiprocessing.util import Finalize
from types import TracebackType

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.pool.batch import Batch
from formal_envs.pool.worker import ONE_THREAD, Raised, serve
from formal_envs.sandbox import Child, nothing_of_the_script, start_method
from formal_envs.score import Reward, Score, Unscored, all_scored

_STARTS = 3  # starts that may fail one after the other


class ScoringPool:
    """A reward like the one that it is given, which scores a batch in several processes.

    Scores are those of the reward itself, in the order of the texts, whatever process scored them. Workers are there
    from the beginning until ``close``, the end of a ``with``, or the end of this process, however that comes, and have
    one thread each, as far as libraries can be told. They are given a few texts at a time. What the reward raises is
    raised here, the exception of the first such text, and a Ctrl-C ends the workers; the next batch starts new ones. A
    text that hangs is waited for.

    Attributes:
        reward, range: the reward, and its range.
        workers: how many processes.

    Args:
        reward: can be pickled; each worker loads a copy. Of a class in a script's own ``__main__`` it cannot be loaded
            by spawned processes, which run nothing of the script.
        workers: 1 to 1024.
        method: "fork" or "spawn"; None forks where that is safe, as ``sandbox.start_method`` says.

    Raises:
        ConfigError: the reward cannot be pickled, or ``workers`` or ``method`` has no meaning. Of a batch: the reward
            cannot be loaded by another process.
    """

    def __init__(self, reward: Reward, workers: int, *, method: str | None = None):
        self.reward = reward
        self.range = reward.range
        self.workers = check_integer("workers", workers, 1, 1024)
        self._method = method and check_choice("method", method, {"fork", "spawn"} & set(get_all_start_methods()))
        try:
            self._pickled = pickle.dumps(reward)
        except Exception as error:  # pickle raises many
            raise ConfigError(f"the reward cannot be pickled for other processes: {error}") from error
        self._begin()
        self._start()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()  # a batch at a time
        self._running: list[_Worker] = []
        self._failed_starts = 0
        Finalize(self, _end_all, (self._running,), exitpriority=10)

    def _leave_the_parents(self) -> None:
        """In a fork of the pool's process have workers of its own: the others are still at work for that one."""
        if self._owner != os.getpid():
            self._begin()

    def __repr__(self) -> str:
        return f"ScoringPool({self.reward!r}, {self.workers})"

    def __enter__(self) -> ScoringPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; another batch starts new ones."""
        self._leave_the_parents()
        _end_all(self._running)

    @property
    def pids(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [worker.child.pid for worker in self._running]

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``; one that ends its worker each time is Unscored."""
        self._leave_the_parents()
        texts = list(zip(prompts, completions, strict=True))
        with self._lock:
            try:
                return self._score(texts)
            except BaseException:
                self.close()  # what the workers are at is of no use any more
                raise

    def _score(self, texts: Sequence[tuple[str, str]]) -> list[Score | Unscored]:
        batch = Batch(len(texts), self.workers)
        while not batch.done:
            self._start()
            for worker in self._running:
                if worker.idle and (part := batch.take()):
                    worker.give(part, texts)
            for connection in wait([worker.child.connection for worker in self._running]):
                worker = next(worker for worker in self._running if worker.child.connection is connection)
                self._hear(worker, batch)
        if batch.error:
            raise batch.error
        return [score for _, scores in sorted(batch.scored.items()) for score in scores]

    def _start(self) -> None:
        """Start the workers that are missing."""
        while len(self._running) < self.workers:
            method = self._method or ("fork" if start_method() == "fork" else "spawn")
            if method == "fork":
                child = Child(serve, self._pickled, method=method, daemon=False)
            else:
                with nothing_of_the_script(ONE_THREAD):
                    child = Child(serve, self._pickled, method=method, daemon=False)
            self._running.append(_Worker(child))

    def _hear(self, worker: _Worker, batch: Batch) -> None:
        """Take in what a worker says, or that it is gone."""
        try:
            answer = worker.child.connection.recv()
        except (EOFError, OSError):  # the latter in the middle of a message
            self._running.remove(worker)
            fate = worker.child.fate().message
            if worker.ready:
                batch.lost(worker.part, fate)
                return
            self._failed_starts += 1
            if self._failed_starts == _STARTS:
                self._failed_starts = 0
                raise ConfigError(f"no process can be started for the reward: {fate}") from None
            return
        if not worker.ready:
            if isinstance(answer, str):
                raise ConfigError(f"the reward cannot be loaded by another process: {answer}")
            worker.ready, self._failed_starts = True, 0
            return
        part, worker.part = worker.part, range(0)
        if isinstance(answer, Raised):
            batch.raised(part, answer.exception())
        else:
            batch.answered(part, answer)


@dataclass
class _Worker:
    """A process, whether it has loaded the reward, and the texts that it is at."""

    child: Child
    ready: bool = False
    part: range = range(0)

    @property
    def idle(self) -> bool:
        """Whether it waits for texts."""
        return self.ready and not self.part

    def give(self, part: range, texts: Sequence[tuple[str, str]]) -> None:
        """Have it score a part of the texts."""
        self.part = part
        with suppress(OSError):  # it is gone, as is heard next
            self.child.connection.send(texts[part.start : part.stop])


def _end_all(workers: list[_Worker]) -> None:
    while workers:
        workers.pop().child.end()
