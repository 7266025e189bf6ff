"""Work in other processes, which may hang, crash, or start processes: each is ended with all that it started.

A child never outlives the process that started it, however that ends. Needs the standard library alone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any, NamedTuple

_CHUNK = 8  # items that a child is given at a time
_GUARD = 10.0  # seconds for a guard to end what it guards
_DYING = 1.0  # seconds for a child that has closed its connection to be gone


class Lost(NamedTuple):
    """An item without an answer: the child ``crashed``, took too long (``timeout``) or raised (``failed``)."""

    why: str
    message: str


def start_method(*, fresh: bool = False) -> str:
    """How a child starts: as a fork of this process, where the system has that and it is safe; else as a new process.

    Args: fresh, it shall share nothing with this process.
    """
    methods = multiprocessing.get_all_start_methods()
    torch = sys.modules.get("torch")
    if "fork" in methods and not fresh and not (torch and torch.cuda.is_initialized()):  # which no fork gets over
        return "fork"
    return "forkserver" if "forkserver" in methods else "spawn"


class Child:
    """A process that runs ``target(connection, *arguments)``, at the head of a group of its own.

    On Linux the system itself kills the group when the process that started it is gone; elsewhere a thread of the child
    does, which has to wait where a single call of C code does not end.

    Attributes:
        connection: this side of the child's; it gives EOFError once the child is gone.

    Args:
        target: what runs, with the connection to this process. It and the arguments are pickled unless it is a fork.
        arguments: of the target.
        method: as ``start_method`` gives it.
        daemon: multiprocessing ends the child when this process exits, and lets it start no processes by itself.
        guarded: also what leaves the child's group, as a session of its own does, is ended with it, on Linux. A process
            between this one and the child sees to that; ``pid`` and the exit status are of that one.
    """

    def __init__(self, target: Callable[..., None], *arguments: Any, method: str, daemon: bool, guarded: bool = False):
        self._guarded = guarded and sys.platform == "linux"
        if self._guarded:
            import ctypes  # noqa: F401  # here, so that forks have it
        self._ended = False
        context: Any = multiprocessing.get_context(method)
        self.connection, theirs = context.Pipe()
        lifeline, self._lifeline = context.Pipe(duplex=False)  # closed on this side by the end of this process
        ours = (self.connection, self._lifeline) if method == "fork" else ()  # a fork has them too
        self._process = context.Process(
            target=_run, args=(target, theirs, lifeline, ours, arguments, self._guarded), daemon=daemon
        )
        try:
            with _may_start_processes():
                self._process.start()
        except BaseException:
            self.connection.close()
            self._lifeline.close()
            raise
        finally:
            theirs.close()
            lifeline.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return int(self._process.pid)

    def end(self) -> int:
        """End the process and all of its group, if it has not ended; its exit status, negative for a signal."""
        if not self._ended:
            self._ended = True
            self.connection.close()
            if self._guarded:
                self._lifeline.close()  # which has the guard end all
                self._process.join(_GUARD)
            _kill_group(self._process.pid)  # before the process is waited for, as its number may be another's then
            self._process.kill()
            self._process.join()
            self._lifeline.close()
        return int(self._process.exitcode)

    def fate(self) -> Lost:
        """How a child ended that has closed its connection; it is ended with its group if it has not."""
        wait([self._process.sentinel], _DYING)
        code = self.end()
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return Lost("crashed", f"the process ended by {how}")


@contextmanager
def nothing_of_the_script(environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """While a process starts that is no fork: it runs nothing of ``__main__``, which need be no file, nor have a guard.

    What is sent to it must not refer to ``__main__`` then.

    Args:
        environment: variables that the process has besides.
    """
    with _starting:
        main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in environment or {}}
        sys.modules["__main__"] = ModuleType("__main__")  # multiprocessing has the process import what is here
        os.environ.update(environment or {})
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            for name, value in before.items():
                os.environ.pop(name)
                os.environ.update({} if value is None else {name: value})


_starting = threading.Lock()


@contextmanager
def _may_start_processes() -> Iterator[None]:
    """Let a daemonic process, as one of multiprocessing's own pool, start a child.

    multiprocessing forbids it, since such a child would outlive its parent; a Child does not.
    """
    settings = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    daemonic = settings.pop("daemon", None)
    try:
        yield
    finally:
        if daemonic is not None:
            settings["daemon"] = daemonic


def _run(
    target: Callable[..., None],
    connection: Connection,
    lifeline: Connection,
    others: Sequence[Connection],
    arguments: Sequence[Any],
    guarded: bool,
) -> None:
    for other in others:
        other.close()
    if guarded:
        _guard(lifeline, [connection, *(held for held in arguments if isinstance(held, Connection))])
        target(connection, *arguments)
        return
    with suppress(AttributeError, OSError):  # no groups on Windows
        os.setpgid(0, 0)
    _end_with(lifeline)
    target(connection, *arguments)


def _guard(lifeline: Connection, others: Sequence[Connection]) -> None:
    """Fork. One process goes on, in a group of its own; the other ends it with all below it, when it is time.

    That is when the lifeline is closed, or the one has ended. Orphans below a "subreaper" become its children, whatever
    group or session they are in.
    """
    import ctypes

    libc, guard, parent = ctypes.CDLL(None), os.getpid(), os.getppid()
    libc.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
    os.setpgid(0, 0)
    child = os.fork()
    if child == 0:
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != guard:
            os._exit(1)
        os.setpgid(0, 0)
        lifeline.close()
        return
    for other in others:
        other.close()
    try:
        ended, status = 0, 0
        while not ended and os.getppid() == parent and not lifeline.poll(0.05):
            ended, status = os.waitpid(child, os.WNOHANG)
    finally:
        _end_children()
    if ended and os.WIFSIGNALED(status):
        with suppress(OSError):  # of SIGKILL nothing can be set
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(guard, os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) if ended else 1)


def _end_children() -> None:
    """Kill the children of this process until there are none; those of a dead child become its own."""
    with suppress(ChildProcessError):
        while True:
            for process in filter(str.isdigit, os.listdir("/proc")):
                with suppress(OSError), open(f"/proc/{process}/stat") as file:
                    if int(file.read().rpartition(")")[2].split()[1]) == os.getpid():
                        os.kill(int(process), signal.SIGKILL)
            os.waitpid(-1, 0)


def _end_with(lifeline: Connection) -> None:
    """Have this process and its group killed when the other side of the lifeline is closed."""
    if sys.platform == "linux":
        import fcntl

        leads = os.getpgrp() == os.getpid()
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpid() if leads else os.getpid())  # a group is below zero
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        if lifeline.poll():  # closed before the system was asked to watch
            os._exit(1)
        _kept.append(lifeline)
    else:
        threading.Thread(target=_wait_for_end, args=(lifeline,), daemon=True).start()


_kept: list[Connection] = []  # open as long as the process


def _wait_for_end(lifeline: Connection) -> None:
    lifeline.poll(None)
    _kill_group(os.getpid())
    os._exit(1)


def _kill_group(leader: int) -> None:
    with suppress(AttributeError, OSError):  # there is no such group, or there are none
        os.killpg(leader, signal.SIGKILL)


class _Worker(NamedTuple):
    """A child, the items that it has still to answer, and since when it works at the first."""

    child: Child
    todo: list[int]
    since: list[float]


def isolated_map(
    function: Callable[[Any], Any], items: Sequence[Any], jobs: int = 1, timeout: float = 60.0
) -> Iterator[tuple[int, Any]]:
    """(index, ``function(items[index])`` or Lost) for every item, in the order in which they are done.

    Args:
        function: runs in a child process; picklable where processes cannot fork.
        items: what it is called with.
        jobs: how many children work at a time.
        timeout: seconds of one item.
    """
    waiting = [list(range(i, min(i + _CHUNK, len(items)))) for i in range(0, len(items), _CHUNK)][::-1]
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                todo = waiting.pop()
                child = Child(_answer, function, [items[i] for i in todo], method=start_method(), daemon=True)
                workers.append(_Worker(child, todo, [time.monotonic()]))
            soonest = min(worker.since[0] for worker in workers) + timeout - time.monotonic()
            ready = wait([worker.child.connection for worker in workers], max(0.0, soonest))
            for worker in list(workers):
                lost = None
                if worker.child.connection in ready:
                    try:
                        yield worker.todo[0], worker.child.connection.recv()
                        worker.todo.pop(0)
                        worker.since[0] = time.monotonic()
                    except (EOFError, ConnectionError):
                        lost = worker.child.fate()
                elif time.monotonic() - worker.since[0] > timeout:
                    worker.child.end()
                    lost = Lost("timeout", f"no answer within {timeout:g} s")
                if lost or not worker.todo:
                    workers.remove(worker)
                    worker.child.end()
                if lost and worker.todo:
                    yield worker.todo[0], lost
                    if worker.todo[1:]:
                        waiting.append(worker.todo[1:])
    finally:
        for worker in workers:
            worker.child.end()


def _answer(connection: Connection, function: Callable[[Any], Any], items: Sequence[Any]) -> None:
    for item in items:
        try:
            answer = function(item)
        except Exception:
            answer = Lost("failed", traceback.format_exc(limit=-4).strip())
        connection.send(answer)
    connection.close()
