"""Copies of a reward, for another process: nothing of the user's script is run there."""

from __future__ import annotations

import functools
import inspect
import pickle
import re
from typing import Any

from formal_envs.errors import ConfigError


def packed(thing: Any) -> bytes:
    """A pickled copy: what is defined in a script, a notebook or a function is in it by value.

    A process that loads it imports modules, but never ``__main__``.

    Raises:
        ConfigError: it cannot be pickled, or cloudpickle is not installed.
    """
    try:
        import cloudpickle
    except ImportError:
        raise ConfigError("needs cloudpickle: pip install 'formal-envs[testing]'") from None
    try:
        return bytes(cloudpickle.dumps(thing))
    except Exception as error:  # whatever pickling it raises
        raise ConfigError(f"cannot be pickled: {_said(error)}") from error


def is_a_function(reward: Any) -> bool:
    """Whether it is a function, or a partial or a method of one, or of a class inside a function.

    pickle knows these by the place where they are defined, which is no property of a reward.
    """
    while isinstance(reward, functools.partial):
        reward = reward.func
    return inspect.isroutine(inspect.unwrap(reward)) or "<locals>" in type(reward).__qualname__


def why_not_pickled(thing: Any) -> str:
    """Why pickle, without cloudpickle, makes no copy; empty where it makes one."""
    try:
        pickle.dumps(thing)
    except Exception as error:  # as above
        return f"cannot be pickled: {_said(error)}"
    return ""


def _said(error: Exception) -> str:
    """What an error says, but for addresses, which differ from run to run."""
    return re.sub(" at 0x[0-9a-f]+", "", str(error))[:60]
