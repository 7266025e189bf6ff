"""Dataclasses as what JSON holds, and back: by their fields' types, so that a new field needs nothing here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from formal_envs.errors import ConfigError

VERSION = 1
"""Of the form. Fields that are added leave it as it is; what is renamed or left out changes it."""


def to_row(value: Any) -> Any:
    """A value as JSON has it; a number that is not finite is a string, for which JSON has no number."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_row(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): to_row(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_row(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def from_row(kind: Any, row: Any) -> Any:
    """The value of a type that ``to_row`` has made a row of. Names that the type lacks are left out.

    Raises:
        ConfigError: it is no such row.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return row
    if dataclasses.is_dataclass(kind):
        return _object(kind, _of(dict, row))
    if origin is tuple:
        kinds = [arguments[0]] * len(_of(list, row)) if arguments[1:] == (...,) else arguments
        if len(kinds) != len(row):
            raise ConfigError(f"not a report: expected {len(kinds)} values, got {row!r:.60}")
        return tuple(from_row(each, value) for each, value in zip(kinds, row, strict=True))
    if origin in (Mapping, dict):
        return {name: from_row(arguments[1], value) for name, value in _of(dict, row).items()}
    if origin in (Union, UnionType):
        (other,) = (each for each in arguments if each is not type(None))
        return None if row is None else from_row(other, row)
    if origin is Literal:
        if row not in arguments:
            raise ConfigError(f"not a report: expected one of {', '.join(map(str, arguments))}, got {row!r:.60}")
        return row
    if kind is float:
        return float(row) if row in ("nan", "inf", "-inf") else float(_of(float, row))
    return _of(kind, row)


def _object(kind: Any, row: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.name not in row and field.default is field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"not a report: {field.name!r} is missing")
    names = [field.name for field in dataclasses.fields(kind) if field.name in row]
    return kind(**{name: from_row(hints[name], row[name]) for name in names})


def _of(kind: Any, row: Any) -> Any:
    """The row itself, where it is of a kind; an integer is a float too."""
    if isinstance(row, bool) != (kind is bool) or not isinstance(row, (int, float) if kind is float else kind):
        raise ConfigError(f"not a report: expected {kind.__name__}, got {row!r:.60}")
    return row
