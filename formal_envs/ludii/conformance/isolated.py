"""Work in child processes that may crash or hang: each item's answer comes back, or what became of the child."""

from __future__ import annotations

import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

_CHUNK = 8


class Lost(NamedTuple):
    """An item without an answer: the child ``crashed``, took too long (``timeout``) or raised (``failed``)."""

    why: str
    message: str


class _Child(NamedTuple):
    process: Any
    answers: Connection
    todo: list[int]
    since: list[float]


def _work(function: Callable[[Any], Any], items: Sequence[Any], answers: Connection) -> None:
    for item in items:
        try:
            answer = function(item)
        except Exception:
            answer = Lost("failed", traceback.format_exc(limit=-4).strip())
        answers.send(answer)
    answers.close()


def _start(context: Any, function: Callable[[Any], Any], items: Sequence[Any], todo: list[int]) -> _Child:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(function, [items[i] for i in todo], theirs), daemon=True)
    process.start()
    theirs.close()
    return _Child(process, ours, todo, [time.monotonic()])


def isolated_map(
    function: Callable[[Any], Any], items: Sequence[Any], jobs: int = 1, timeout: float = 60.0
) -> Iterator[tuple[int, Any]]:
    """(index, ``function(items[index])`` or Lost) for every item, in the order in which they are done.

    Args:
        function: runs in a child process; picklable where processes cannot fork.
        jobs: how many children work at a time.
        timeout: seconds of one item.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    waiting = [list(range(i, min(i + _CHUNK, len(items)))) for i in range(0, len(items), _CHUNK)][::-1]
    children: list[_Child] = []
    try:
        while waiting or children:
            while waiting and len(children) < jobs:
                children.append(_start(context, function, items, waiting.pop()))
            soonest = min(child.since[0] for child in children) + timeout - time.monotonic()
            ready = wait([child.answers for child in children], max(0.0, soonest))
            for child in list(children):
                lost = None
                if child.answers in ready:
                    try:
                        yield child.todo[0], child.answers.recv()
                        child.todo.pop(0)
                        child.since[0] = time.monotonic()
                    except EOFError:
                        child.process.join()
                        lost = _died(child.process.exitcode)
                elif time.monotonic() - child.since[0] > timeout:
                    child.process.kill()
                    child.process.join()
                    lost = Lost("timeout", f"no answer within {timeout:g} s")
                if lost or not child.todo:
                    children.remove(child)
                    child.answers.close()
                    child.process.join()
                if lost and child.todo:
                    yield child.todo[0], lost
                    if child.todo[1:]:
                        waiting.append(child.todo[1:])
    finally:
        for child in children:
            child.process.kill()


def _died(code: int | None) -> Lost:
    name = signal.Signals(-code).name if code is not None and code < 0 else f"exit status {code}"
    return Lost("crashed", f"the process ended by {name}")
