"""What can be chosen of an environment: its plain options, as the fields of a form, made from its signatures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from formal_envs.adapters.trust import check_options, check_values
from formal_envs.errors import ConfigError
from formal_envs.serving.served import Served
from formal_envs.tasks import TASKS, env_ids, task_name
from formal_envs.tasks.protocol import options_of

_LONGEST = 1_000
"""Characters of an option's value."""
_KINDS = {bool: "switch", int: "integer", float: "number"}
_ARGUMENT = re.compile(r"([a-z_]\w*): (.*)")


@dataclass(frozen=True)
class Field:
    """An option as a form has it.

    Attributes:
        name: of the option.
        kind: "choice", "switch", "integer", "number" or "text".
        default: what it is without a choice.
        choices: of the kind "choice".
        nullable: it may be left empty, which is null.
        about: a sentence or two, from the docstring; "" where it has none.
        rewards: the rewards that take it; empty for the task's own.
    """

    name: str
    kind: str
    default: Any
    choices: tuple[Any, ...] = ()
    nullable: bool = False
    about: str = ""
    rewards: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """An environment, with what can be chosen of it.

    Attributes:
        env: its id.
        about: the first sentence of its task's docstring.
        rewards: what each of them is, by name, the default first.
        fields: the plain options.
        fixed: options that the server was started with, which nobody changes.
    """

    env: str
    about: str
    rewards: Mapping[str, str]
    fields: tuple[Field, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)


def form_of(env: str, fixed: Mapping[str, Any]) -> Form:
    """The form of an environment.

    Args:
        env: its id.
        fixed: options that it has already.
    """
    spec = TASKS[task_name(env)]
    own: dict[str, tuple[str, ...]] = dict.fromkeys(spec.task_options, ())
    takers = {
        option: tuple(name for name, make in spec.rewards.items() if option in options_of(make))
        for option in spec.reward_options
    }
    fields: dict[str, Field] = {}
    for make in (spec.task, *spec.rewards.values()):
        for each in _fields(make, spec.plain - fixed.keys(), own | takers):
            fields.setdefault(each.name, each)
    rewards = {name: _first_sentence(make) for name, make in spec.rewards.items()}
    return Form(env_ids(task_name(env))[0], _first_sentence(spec.task), rewards, tuple(fields.values()), dict(fixed))


def _fields(make: Callable[..., Any], plain: frozenset[str], takers: Mapping[str, tuple[str, ...]]) -> list[Field]:
    told = _told(make)
    hints = _hints(make)
    fields = []
    for name, parameter in inspect.signature(make).parameters.items():
        if name in plain:
            kind, choices, nullable = _kind(hints.get(name), parameter.default)
            fields.append(Field(name, kind, parameter.default, choices, nullable, told.get(name, ""), takers[name]))
    return fields


def _kind(hint: Any, default: object) -> tuple[str, tuple[Any, ...], bool]:
    """The kind of a field, its choices, and whether it may be null."""
    nullable = default is None
    if get_origin(hint) in (Union, UnionType):
        inner = [each for each in get_args(hint) if each is not NoneType]
        nullable, hint = nullable or len(inner) < len(get_args(hint)), inner[0]
    if get_origin(hint) is Literal:
        return "choice", get_args(hint), nullable
    if isinstance(hint, type):
        return _KINDS.get(hint, "text"), (), nullable
    return _KINDS.get(type(default), "text"), (), nullable


def _hints(make: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(getattr(make, "__init__", make) if isinstance(make, type) else make)
    except (NameError, TypeError, AttributeError):  # names for the type checker alone, or no function
        return {}


def _first_sentence(make: Callable[..., Any]) -> str:
    return (inspect.getdoc(make) or "").partition("\n\n")[0].replace("\n", " ")


def _told(make: Callable[..., Any]) -> dict[str, str]:
    """What a docstring says of each argument."""
    told: dict[str, str] = {}
    _, found, section = (inspect.getdoc(make) or "").partition("\nArgs:\n")
    name = ""
    for line in section.splitlines() if found else ():
        if line and not line.startswith(" "):
            break  # the next section
        text = line.strip()
        match = _ARGUMENT.fullmatch(text)
        if match and len(line) - len(text) == 4:
            name, text = match.groups()
            told[name] = text
        elif name and text:
            told[name] += f" {text}"
    return told


@dataclass(frozen=True)
class Chosen:
    """What a request names: an environment and its options, all of them allowed.

    Attributes:
        task: the name of the task.
        options: all of its options, those of the server too.
    """

    task: str
    options: tuple[tuple[str, Any], ...]


def choose(served: Served, env: object, options: object) -> Chosen:
    """What a request asks for, if it may.

    Args:
        served: the environments that there are, with the options that the server was started with.
        env: an environment's id.
        options: of it, besides those of the server.

    Raises:
        ConfigError: the environment is not here, or an option is none, is no plain value, or reaches further.
    """
    if not isinstance(env, str):
        raise ConfigError(f"env must be one of {', '.join(served.options)}")
    if not isinstance(options, dict):
        raise ConfigError("options must be an object")
    check_values(options)
    if any(isinstance(value, str) and len(value) > _LONGEST for value in options.values()):
        raise ConfigError(f"the value of an option has at most {_LONGEST:,} characters")
    found = served.find(env)
    name, fixed = task_name(found), served.options[found]
    check_options(name, options, [fixed])
    for option in options.keys() & fixed.keys():
        if options[option] != fixed[option]:
            raise ConfigError(f"{option} is what this lab was started with: leave it out")
    return Chosen(name, tuple(sorted({**options, **fixed}.items())))
