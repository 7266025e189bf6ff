"""What a mixture is made of, read from data: environments with options."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from formal_envs.errors import ConfigError, check_choice, unknown
from formal_envs.tasks.protocol import TaskSpec
from formal_envs.tasks.registry import find_task, option_names, task_name

MOST_PARTS = 64
"""The most parts of a mixture."""
MOST_TEXT = 20_000
"""The most characters of a text that states parts."""

_RANGE = re.compile(r"(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})", re.ASCII)
_VALUES = (str, int, float, bool, type(None))
_EXPECTED = 'parts must be a list such as [{"env": "FormalArith-v0", "terms": 2}], or its text'


@dataclass(frozen=True)
class Part:
    """One of the environments of a mixture.

    Attributes:
        task: the name of its task.
        options: of it and of its reward, the name of the reward among them.
    """

    task: str
    options: Mapping[str, Any]

    def __str__(self) -> str:
        values = ((name, _written(value)) for name, value in self.options.items())
        return " ".join([f"Formal{self.task}-v0", *(f"{name}={value}" for name, value in values)])

    @property
    def spec(self) -> TaskSpec:
        """Of its task."""
        return find_task(self.task)

    def with_split(self, split: str) -> dict[str, Any]:
        """Its options, and the split where its task has some."""
        return {**self.options, "split": split} if "split" in self.spec.task_options else dict(self.options)

    @property
    def reward_key(self) -> str:
        """What its reward is made of: the same text where one reward scores both of two parts."""
        name = self.options.get("reward") or next(iter(self.spec.rewards))
        takes_task = "task" in inspect.signature(self.spec.rewards[name]).parameters
        own = [] if takes_task else [*self.spec.task_options, "reward"]
        options = {option: value for option, value in self.options.items() if option not in own}
        return json.dumps([self.task, name, options], sort_keys=True)


def read_parts(given: object) -> tuple[Part, ...]:
    """The parts that an option states.

    Args:
        given: a list of objects, each with the id of an environment as ``env`` and options; or the text of such a list,
            as JSON or in short, ``FormalArith-v0 terms=2..4; FormalArith-v0 terms=3 operators=+-``, where ``2..4``
            stands for as many parts.

    Raises:
        ConfigError: it is something else, there is no such environment or option, or there are too many parts.
    """
    found = _read_text(given) if isinstance(given, str) else given
    if isinstance(found, (str, Mapping)) or not isinstance(found, Sequence) or not found:
        raise ConfigError(f"{_EXPECTED}, got {str(given)[:80]!r}")
    if len(found) > MOST_PARTS:
        raise ConfigError(f"a mixture has at most {MOST_PARTS} parts, got more: use fewer")
    parts = []
    for number, part in enumerate(found, 1):
        try:
            parts.append(_read_part(part))
        except ConfigError as error:
            raise ConfigError(f"part {number} of the mixture: {error}") from None
    return tuple(parts)


def _read_part(given: object) -> Part:
    if not isinstance(given, Mapping) or not isinstance(given.get("env"), str):
        raise ConfigError(f'expected an object with "env" and options, got {str(given)[:80]!r}')
    name = task_name(given["env"])
    if name == "Mix":
        raise ConfigError("a mixture is no part of another: state its parts")
    options = {option: value for option, value in given.items() if option != "env"}
    for option, value in options.items():
        if option == "split":
            raise ConfigError("state the split of the whole mixture, not of a part")
        if option not in option_names(name):
            raise unknown("option", str(option), option_names(name))
        if not isinstance(value, _VALUES):
            raise ConfigError(f"{option} must be a text, a number, true, false or null, got {str(value)[:80]!r}")
    part = Part(name, options)
    if options.get("reward") is not None:
        check_choice("reward", options["reward"], part.spec.rewards)
    return part


def _read_text(text: str) -> object:
    if len(text) > MOST_TEXT:
        raise ConfigError(f"the text of parts has at most {MOST_TEXT:,} characters, got {len(text):,}")
    if not text.lstrip().startswith("["):
        pieces = (piece for piece in text.split(";") if piece.strip())
        return list(islice((part for piece in pieces for part in _short(piece)), MOST_PARTS + 1))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{_EXPECTED}; the text is no JSON: {error}") from None


def _short(text: str) -> Iterator[dict[str, Any]]:
    """The parts of a text such as ``FormalArith-v0 terms=2..6``."""
    env, *settings = text.split()
    choices: dict[str, Sequence[Any]] = {}
    for setting in settings:
        name, separator, value = setting.partition("=")
        if not separator:
            raise ConfigError(
                f"{_EXPECTED}; or 'FormalArith-v0 terms=2..6', where each option has a value: {setting!r}"
            )
        match = _RANGE.fullmatch(value)
        choices[name] = range(int(match[1]), int(match[2]) + 1) if match else [_value(value)]
        if not choices[name]:
            raise ConfigError(f"{name}={value} is an empty range: the smaller number comes first")
    if max(map(len, choices.values()), default=0) > MOST_PARTS:
        raise ConfigError(f"a mixture has at most {MOST_PARTS} parts, got more: use fewer")
    for values in product(*choices.values()):
        yield {"env": env, **dict(zip(choices, values, strict=True))}


def _value(text: str) -> Any:
    """A value that is JSON where it can be read as such, a text otherwise."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _written(value: object) -> str:
    """A value as the short form has it."""
    return value if isinstance(value, str) and _value(value) == value else json.dumps(value)
