"""Results that are kept for the next call, within a bound on what all of them hold."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

Result = TypeVar("Result")


def kept(limit: int, size: Callable[[Result], int]) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Like ``functools.lru_cache``, bounded by the sizes together: a large board takes more room than small ones.

    Args:
        limit: what the results that are kept may come to together; the ones used longest ago go first.
        size: of one result.
    """

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        found: OrderedDict[tuple[Hashable, ...], tuple[Result, int]] = OrderedDict()
        lock, total = threading.Lock(), 0

        @functools.wraps(function)
        def wrapper(*arguments: Hashable) -> Result:
            nonlocal total
            with lock:
                if arguments in found:
                    found.move_to_end(arguments)
                    return found[arguments][0]
            result = function(*arguments)
            with lock:
                if arguments not in found:
                    found[arguments] = result, size(result)
                    total += found[arguments][1]
                while total > limit:
                    total -= found.popitem(last=False)[1][1]
            return result

        return wrapper

    return decorate
