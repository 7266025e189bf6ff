"""The pool itself: what its user sees of it."""

from __future__ import annotations

import math
import os
import pickle
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from multiprocessing import get_all_start_methods
from multiprocessing.util import Finalize
from types import TracebackType

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.pool.dispatch import Dispatcher
from formal_envs.score import Reward, Score, Unscored, all_scored


class ScoringPool:
    """A reward like the one that it is given, which scores batches in several processes.

    Scores are those of the reward itself, in the order of the texts, whatever process scored them. Any number of
    threads may have batches scored at a time: the workers are given a few texts of each in turn, so that a batch waits
    for none that is longer. A text that ends its worker twice, or takes too long, is ``Unscored``, and costs no other
    text its score. What the reward raises is raised here, the exception of the first such text.

    Workers are there from the beginning until ``close``, the end of a ``with``, or the end of this process, however
    that comes, and have one thread each, as far as libraries can be told. A Ctrl-C ends the batch and the workers that
    are at it; others are started for the next one.

    Attributes:
        reward, range: the reward, and its range.
        workers: how many processes.
        timeout: as below.

    Args:
        reward: can be pickled; each worker loads a copy. Of a class in a script's own ``__main__`` it cannot be loaded
            by spawned processes, which run nothing of the script.
        workers: 1 to 1024.
        method: "fork" or "spawn"; None forks where that is safe, as ``sandbox.start_method`` says.
        timeout: seconds of a processor that a text may take, so that honest ones have them on a busy machine, too; for
            one that waits, and for systems that do not count such seconds, thirty times as many by the clock. None: a
            text that hangs is waited for.

    Raises:
        ConfigError: the reward cannot be pickled, or ``workers``, ``method`` or ``timeout`` has no meaning. Of a batch:
            the reward cannot be loaded by another process.
    """

    def __init__(self, reward: Reward, workers: int, *, method: str | None = None, timeout: float | None = None):
        self.reward = reward
        self.range = reward.range
        self.workers = check_integer("workers", workers, 1, 1024)
        if timeout is not None and not (isinstance(timeout, (int, float)) and 0 < timeout < math.inf):
            raise ConfigError(f"timeout must be a number of seconds above 0, or None, got {timeout!r}")
        self.timeout = timeout
        self._method = method and check_choice("method", method, {"fork", "spawn"} & set(get_all_start_methods()))
        try:
            self._pickled = pickle.dumps(reward)
        except Exception as error:  # pickle raises many
            raise ConfigError(f"the reward cannot be pickled for other processes: {error}") from error
        self._lock = threading.Lock()  # of what follows
        self._begin()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._dispatcher = Dispatcher(self._pickled, self.workers, self._method, self.timeout)
        self._end = Finalize(self, self._dispatcher.end, exitpriority=10)

    def _started(self) -> Dispatcher:
        """The workers' dispatcher, a new one where it has ended.

        In a fork of the pool's process, too: the other workers are still at work for that one.
        """
        if self._owner != os.getpid():
            self._lock = threading.Lock()  # which somebody may have held
        with self._lock:
            if self._owner != os.getpid() or self._dispatcher.ended:
                self._begin()
            return self._dispatcher

    def __repr__(self) -> str:
        return f"ScoringPool({self.reward!r}, {self.workers})"

    def __enter__(self) -> ScoringPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, and all batches; another batch starts new ones."""
        if self._owner == os.getpid():
            self._end()

    @property
    def pids(self) -> list[int]:
        """The numbers of the workers' processes."""
        return self._dispatcher.pids if self._owner == os.getpid() else []

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``; one without a score is Unscored."""
        dispatcher = self._started()
        job = dispatcher.submit(list(zip(prompts, completions, strict=True)))
        try:
            return job.future.result()
        except BaseException:
            dispatcher.withdraw(job)  # a Ctrl-C comes while it is at work
            raise

    def submit(self, prompts: Sequence[str], completions: Sequence[str]) -> Future[list[Score | Unscored]]:
        """``score_batch``, without waiting for it. The future cannot be cancelled."""
        return self._started().submit(list(zip(prompts, completions, strict=True))).future
