"""Read streams of problems in order, making them ahead in blocks.

A problem is a pure function of its key, so that the size of the blocks never shows in what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formal_envs.tasks import Problems, Task
from formal_envs.tasks.streams import Keys, problem_keys

FIRST_BLOCK = 16
"""Problems in a single stream's first block; each is twice as large as the one before, as far as the task allows."""
VECTOR_BLOCKS = 2
"""All the streams of a vector make together as many times what the task says that an environment makes ahead."""


class Stream(Iterator[Any]):
    """The problems of one stream.

    Args:
        task: what makes the problems.
        read: turns a batch of problems into one item a problem.
        stream: the stream's 64-bit identifier.
    """

    def __init__(self, task: Task, read: Callable[[Problems], Iterable[Any]], stream: np.uint64):
        self._task = task
        self._read = read
        self._stream = stream
        self._made = 0
        self._size = FIRST_BLOCK
        self._block: Iterator[Any] = iter(())

    def __next__(self) -> Any:
        for item in self._block:
            return item
        indices = np.arange(self._made, self._made + self._size)
        self._made += self._size
        self._size = min(2 * self._size, self._task.problems_ahead)
        self._block = iter(list(self._read(self._task.sample(problem_keys(self._stream, indices)))))
        return next(self._block)


class Streams:
    """The problems of n streams, each read at its own pace.

    Args:
        task: what makes the problems.
        read: turns a batch of problems into arrays whose first axis runs over the problems.
        count: n.
    """

    def __init__(self, task: Task, read: Callable[[Problems], tuple[NDArray[Any], ...]], count: int):
        self._task = task
        self._read = read
        block = VECTOR_BLOCKS * task.problems_ahead
        self._depth = min(max(block // count, 1), 1024)  # problems made ahead for each stream
        self._streams = np.zeros(count, np.uint64)
        self._made = np.zeros(count, np.int64)
        self._used = np.full(count, self._depth)
        self._ready: tuple[NDArray[Any], ...] = ()  # each (depth, n, ...)

    def restart(self, slots: NDArray[np.int64], streams: Keys) -> None:
        """Begin new streams, from their first problem, in these slots."""
        self._streams[slots] = streams
        self._made[slots] = 0
        self._used[slots] = self._depth

    def take(self, slots: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        """The next problem of each of the slots: what ``read`` gives, a row per slot."""
        empty = slots[self._used[slots] == self._depth]
        if len(empty):
            self._refill(empty)
        rows = self._used[slots]
        self._used[slots] += 1
        return tuple(part[rows, slots] for part in self._ready)

    def _refill(self, slots: NDArray[np.int64]) -> None:
        indices = self._made[slots] + np.arange(self._depth)[:, None]  # (depth, slots)
        keys = problem_keys(self._streams[slots], indices)
        fresh = self._read(self._task.sample(keys.ravel()))
        if not self._ready:
            count = len(self._streams)
            self._ready = tuple(np.empty((self._depth, count, *part.shape[1:]), part.dtype) for part in fresh)
        for ready, part in zip(self._ready, fresh, strict=True):
            ready[:, slots] = part.reshape(self._depth, len(slots), *part.shape[1:])
        self._made[slots] += self._depth
        self._used[slots] = 0
