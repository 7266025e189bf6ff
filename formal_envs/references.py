"""Python objects by name, so that an option on the command line can say a function or an object of the user's own.

To find an object is to run its module. So a name must be the user's own: what comes with data, as a row's id does, gets
here only where ``formal_envs.adapters.trust`` has found it trusted.
"""

from __future__ import annotations

import importlib
import re
import runpy
from collections.abc import Callable
from functools import reduce
from typing import Any

from formal_envs.errors import ConfigError, unknown

_NAME = r"[^\W\d]\w*"
_REFERENCE = re.compile(rf"(?P<source>[\w.]+|.+\.py):(?P<path>{_NAME}(?:\.{_NAME})*)")


def is_reference(text: str) -> bool:
    """Whether a text has the form ``module:name`` or ``path/to/file.py:name``."""
    return _REFERENCE.fullmatch(text) is not None


def load_object(kind: str, name: object) -> Any:
    """The object of a name, such as ``my_package.rewards:exact`` or ``rewards.py:Exact.score``.

    Args:
        kind: of what it is the value, for errors.
        name: ``module:name`` or ``path/to/file.py:name``; dots in the name lead to attributes.

    Raises:
        ConfigError: it has another form, or there is no such module, file or object; the nearest is named.
    """
    match = _REFERENCE.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        raise ConfigError(f"{kind} must be an object or its name, 'module:name' or 'file.py:name', got {name!r}")
    source, (first, *rest) = match["source"], match["path"].split(".")
    try:
        members = runpy.run_path(source) if source.endswith(".py") else _members(source, first)
    except (ImportError, FileNotFoundError) as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from error
    if first not in members:
        raise unknown(f"object of {source}", first, [name for name in members if not name.startswith("_")])
    try:
        return reduce(getattr, rest, members[first])
    except AttributeError as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from None


def _members(module: str, name: str) -> dict[str, Any]:
    """What a module holds, with an object that it imports only when it is asked for it."""
    of = importlib.import_module(module)
    asked_for = {name: getattr(of, name)} if name not in vars(of) and hasattr(of, name) else {}
    return {**vars(of), **asked_for}


class Function:
    """A function of the user's, given or named. Equal, hashed and pickled by what was given.

    Args:
        kind: of what it is the value, for errors.
        given: the function, or its name as ``load_object`` takes it.

    Raises:
        ConfigError: it is neither, or there is no such function.
    """

    def __init__(self, kind: str, given: str | Callable[..., Any]):
        self._made_of = (kind, given)
        self._function = given if callable(given) else load_object(kind, given)
        if not callable(self._function):
            raise ConfigError(f"{kind} must be a function, got {given!r}, which is {self._function!r}")

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
