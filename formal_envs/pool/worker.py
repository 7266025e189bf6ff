"""What runs in the processes of a pool."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

from formal_envs.errors import FormalEnvError
from formal_envs.score import score_batch

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Environment variables that libraries read when they are loaded."""
TOO_LONG: int = getattr(signal, "SIGPROF", 0)
"""The signal that ends a worker whose texts take too much of a processor's time; 0 where there is none."""
_in_worker = False


def processors() -> int:
    """The processors that this process may use.

    Those of the system, shared with the other processes that torch's launcher started beside it; one in a worker of a
    pool.
    """
    if _in_worker:
        return 1
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    processes = os.environ.get("LOCAL_WORLD_SIZE", "")
    return max(1, available // max(1, int(processes))) if processes.isdecimal() else available


def take_one_processor() -> None:
    """Have this process count as one of several that score: ``processors`` is one from now on."""
    global _in_worker
    _in_worker = True


class Raised(NamedTuple):
    """What the reward raised, and where."""

    error: BaseException
    trace: str

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        """While it is handled."""
        trace = traceback.format_exc()
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # pickle raises many
            error = FormalEnvError(f"{type(error).__name__}: {error}")
        return cls(error, trace)

    def exception(self) -> BaseException:
        """The error, with its place in the worker as its cause."""
        self.error.__cause__ = _InAWorker(self.trace)
        return self.error


class _InAWorker(Exception):
    """The text of a traceback in another process."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def serve(connection: Connection, pickled: bytes, timeout: float | None) -> None:
    """Score what comes until the other side is closed. The first message is None, or why the reward is not there.

    Args:
        connection: to the pool.
        pickled: the reward.
        timeout: seconds of a processor that what comes at a time may take; ``TOO_LONG`` ends the process then. The
            system itself counts them, whatever the reward is at.
    """
    take_one_processor()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the pool's, which ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if TOO_LONG:
        signal.signal(TOO_LONG, signal.SIG_DFL)
    os.environ.update(ONE_THREAD)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # its pool of threads does not live through a fork
    try:
        reward = pickle.loads(pickled)
    except Exception as error:
        connection.send(f"{type(error).__name__}: {error}")
        return
    with suppress(EOFError, OSError):
        connection.send(None)
        while True:
            texts = connection.recv()
            _count_time(timeout)
            answer: object
            try:
                answer = score_batch(reward, *map(list, zip(*texts, strict=True)))
            except BaseException as error:  # also SystemExit: it is the caller's, as without a pool
                answer = Raised.of(error)
            _count_time(None)
            connection.send(answer)


def _count_time(timeout: float | None) -> None:
    """Have this process ended after so many seconds of a processor from now; None for never."""
    if TOO_LONG:
        signal.setitimer(signal.ITIMER_PROF, timeout or 0.0)
