"""Make what breaks a law shorter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Sequential = TypeVar("Sequential", str, list[Any])


def shrunk(whole: Sequential, still: Callable[[Sequential], bool], *, steps: int = 300, least: int = 0) -> Sequential:
    """A shorter text, or list, for which ``still`` holds as it does for the whole: parts are left out.

    Large parts are tried first.

    Args:
        whole: what ``still`` holds for.
        still: whether what is left is still a finding.
        steps: most calls of ``still``.
        least: nothing shorter is tried.
    """
    size = max(1, len(whole) // 2)
    while size and len(whole) > least:
        begin = 0
        while begin < len(whole) and len(whole) - size >= least:
            shorter = whole[:begin] + whole[begin + size :]
            if steps <= 0:
                return whole
            steps -= 1
            if len(shorter) < len(whole) and still(shorter):
                whole = shorter
            else:
                begin += size
        size //= 2
    return whole
