"""The process in which texts are tried: one that hangs, crashes or is killed is replaced, and its question is lost."""

from __future__ import annotations

import importlib
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

from formal_envs.errors import FormalEnvError
from formal_envs.pool.worker import ONE_THREAD
from formal_envs.sandbox import Child, nothing_of_the_script

_START = 120.0  # seconds for a process to be there; it imports for some of them
_WAITING = 8  # questions that wait at most

Question = Mapping[str, Any]
Answer = dict[str, Any]


class Unanswered(FormalEnvError):
    """A question that has no answer; the message says why."""


class Bench:
    """A process that answers questions one by one. It starts with the first.

    Args:
        answer: what answers a question, in the process; of a module, so that it can be named there.
        seconds: of one question; then the process is ended.
        modules: imported there first: what registers a user's own tasks.
    """

    def __init__(self, answer: Callable[[Question], Answer], *, seconds: float, modules: Sequence[str] = ()):
        self._answer = answer
        self._seconds = seconds
        self._modules = tuple(modules)
        self._lock = threading.Lock()
        self._waiting = 0
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The process's number, while there is one."""
        return self._child.pid if self._child else None

    def ask(self, question: Question) -> Answer:
        """The answer to a question, which has "error" where it was a wrong one.

        Raises:
            Unanswered: too many wait, it took too long, or the process ended.
        """
        if self._waiting >= _WAITING:
            raise Unanswered("too many questions wait: ask again")
        self._waiting += 1
        try:
            with self._lock:
                return self._asked(question)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the process; the next question starts another."""
        child, self._child = self._child, None
        if child:
            child.end()

    def _asked(self, question: Question) -> Answer:
        child = self._child or self._start()
        try:
            child.connection.send(question)
            if child.connection.poll(self._seconds):
                answer: Answer = child.connection.recv()
                return answer
        except (EOFError, OSError):
            self._child = None
            raise Unanswered(child.fate().message) from None
        self.close()
        raise Unanswered(f"no answer within {self._seconds:g} s: it was given up")

    def _start(self) -> Child:
        # Never a fork: the server has threads.
        with nothing_of_the_script(ONE_THREAD):
            child = Child(_serve, self._answer, self._modules, method="spawn", daemon=True)
        try:
            if child.connection.poll(_START):
                child.connection.recv()
                self._child = child
                return child
        except (EOFError, OSError):
            raise Unanswered(f"no process can be started: {child.fate().message}") from None
        child.end()
        raise Unanswered("no process can be started")


def _serve(connection: Connection, answer: Callable[[Question], Answer], modules: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the server's, which ends this
    for module in modules:
        importlib.import_module(module)
    connection.send(None)
    while True:
        try:
            question = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(answer(question))
