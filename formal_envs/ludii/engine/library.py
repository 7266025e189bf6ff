"""The engine in C as a library, loaded by ctypes.

The functions that give ludemes their meaning lie beside this file, each bound to its signature by its slug. build.py
compiles them and cache.py keeps what comes of it: an edit makes a new library, and no old one is ever used by mistake.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

from formal_envs.ludii.engine import cache as native_cache
from formal_envs.ludii.engine.headers import by_hand, written
from formal_envs.ludii.engine.interface import FUNCTIONS, prototype


def sources() -> dict[str, str]:
    """All that the compiler needs, by file name: what people wrote, and what is written from tables."""
    return {**by_hand(), **written()}


@cache
def library() -> ctypes.CDLL:
    """The engine: the wheel's, or one that is compiled if this machine has not done so yet.

    Raises:
        ConfigError: there is no C compiler, or no place for what it writes; the message says what to do.
    """
    lib = native_cache.load(sources(), shipped=Path(__file__).parent)
    for name, result, arguments in map(prototype, FUNCTIONS):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib
