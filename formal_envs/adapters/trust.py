"""What a row's id may ask for: plain options, and those that the scoring process trusts.

An id comes with a data set, and so from anybody. An option that names a file, a function, a model or a grammar would
have whoever wrote the id decide what the scoring process reads and runs. So every option that its task does not declare
plain (``TaskSpec.plain``) must have a value that the scoring process states itself.
"""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from formal_envs.errors import ConfigError, unknown
from formal_envs.tasks import TASKS, TaskSpec, option_names

Trusted: TypeAlias = "Sequence[Mapping[str, Any]]"
"""Options that ids may hold. What one id holds must all stand in one of the mappings."""

_PLAIN_VALUES = (str, int, float, bool, type(None))
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def check_values(options: Mapping[str, Any]) -> None:
    """Pass if the values of options can stand in an id: texts, numbers, true, false and null.

    Raises:
        ConfigError: one cannot.
    """
    for option, value in options.items():
        if not isinstance(value, _PLAIN_VALUES):
            raise ConfigError(
                f"the options of rows must be JSON values, each a text, a number, true, false or null; "
                f"got {option}={shown(value)}"
            )


def check_trusted(trusted: Trusted) -> Trusted:
    """The argument ``trusted`` of what scores, if it can be one.

    Raises:
        ConfigError: it is not a sequence of mappings of options, no task has such an option, or no id such a value.
    """
    if isinstance(trusted, (str, Mapping)) or not isinstance(trusted, Sequence):
        raise ConfigError(f"trusted must be a list of options, such as [{{'corpus': 'games'}}], got {shown(trusted)}")
    known = set(chain.from_iterable(map(option_names, TASKS)))
    for options in trusted:
        if not isinstance(options, Mapping):
            raise ConfigError(f"trusted must hold options, such as {{'corpus': 'games'}}, got {shown(options)}")
        for option in options:
            if option not in known:
                raise unknown("option", option, known)
        check_values(options)
    return trusted


def check_options(name: str, options: Mapping[str, Any], trusted: Trusted) -> None:
    """Pass if the id of a row of a task may hold these options. Nothing is imported, read or made to find out.

    Args:
        name: of a registered task.
        options: of the id.
        trusted: as ``check_trusted`` has it.

    Raises:
        ConfigError: there is no such option or reward, or a value that reaches further is not trusted.
    """
    spec, known = TASKS[name], option_names(name)
    reaching = {}
    for option, value in options.items():
        if option not in known:
            raise unknown("option", option, known)
        if option == "reward":
            if value is not None and value not in spec.rewards:
                raise unknown("reward", value, spec.rewards)
        elif option not in spec.plain and not is_default(spec, option, value):
            reaching[option] = value
    if not any(all(_holds(given, *option) for option in reaching.items()) for given in (*trusted, {})):
        named = ", ".join(f"{option}={shown(value)}" for option, value in reaching.items())
        raise ConfigError(
            f"an id may name files, code, models and grammars only where the scoring process trusts them: state "
            f"{named} in trusted=[{{...}}] where completions are scored, if it is yours; see docs/how-to/export_rows.md"
        )


def shown(value: object) -> str:
    """A value as errors show it, whatever its size and its depth."""
    return _SHORT.repr(value)


def is_default(spec: TaskSpec, option: str, value: object) -> bool:
    """Whether a value says nothing: without it the option would be the same."""
    signatures = [inspect.signature(make).parameters for make in (spec.task, *spec.rewards.values())]
    defaults = [parameters[option].default for parameters in signatures if option in parameters]
    return all(_same(default, value) for default in defaults)


def _holds(trusted: Mapping[str, Any], option: str, value: object) -> bool:
    return option in trusted and _same(trusted[option], value)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other  # True is 1, and is not the same
