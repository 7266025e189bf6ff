"""Python objects by name, so that an option on the command line can say a function of the user's own."""

from __future__ import annotations

import importlib
import re
import runpy
from collections.abc import Callable
from typing import Any

from formal_envs.errors import ConfigError, unknown

_REFERENCE = re.compile(r"(?P<source>[\w.]+|.+\.py):(?P<name>[^\W\d]\w*)")


def is_reference(text: str) -> bool:
    """Whether a text has the form ``module:function`` or ``path/to/file.py:function``."""
    return _REFERENCE.fullmatch(text) is not None


class Function:
    """A function of the user's, given or named. Equal, hashed and pickled by what was given.

    Args:
        kind: of what it is the value, for errors.
        given: the function, or its name: ``module:function`` or ``path/to/file.py:function``.

    Raises:
        ConfigError: it is neither, or there is no such module, file or function; the nearest is named.
    """

    def __init__(self, kind: str, given: str | Callable[..., Any]):
        self._made_of = (kind, given)
        self._function = given if callable(given) else _load(kind, given)

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        return self._function(*arguments)

    def __repr__(self) -> str:
        return f"Function{self._made_of!r}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Function) and other._made_of == self._made_of

    def __hash__(self) -> int:
        return hash(self._made_of)

    def __reduce__(self) -> tuple[Any, ...]:
        return Function, self._made_of


def _load(kind: str, name: object) -> Callable[..., Any]:
    match = _REFERENCE.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise ConfigError(f"{kind} must be a function, 'module:function' or 'file.py:function', got {name!r}")
    source, function = match["source"], match["name"]
    try:
        members = runpy.run_path(source) if source.endswith(".py") else vars(importlib.import_module(source))
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from None
    if not callable(members.get(function)):
        raise unknown(f"function of {source}", function, [each for each, value in members.items() if callable(value)])
    return members[function]
