"""What the commands share: a group that names the nearest command, files that fail with one line, and ``--set``."""

from __future__ import annotations

import errno
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from formal_envs.errors import ConfigError, FormalEnvError, unknown
from formal_envs.pool import ScoringPool
from formal_envs.references import load_object
from formal_envs.score import Reward

if TYPE_CHECKING:
    from formal_envs.tasks import Task


class Commands(click.Group):
    """Names the nearest command when one is unknown, and shows errors of the package and of files in one line."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command; a usage error with the nearest name where there is none."""
        command = super().get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            raise click.UsageError(str(unknown("command", name, self.commands)), ctx)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an error of the package, or of a file, ends it with its message."""
        try:
            return super().invoke(ctx)
        except FormalEnvError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # click ends quietly then
                raise
            raise click.ClickException(_said(error)) from error


def _said(error: OSError) -> str:
    """An error of the system as "file: reason"."""
    if error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename is not None else f"writing: {error.strerror}"


@contextmanager
def reading(source: str | Path) -> Iterator[None]:
    """Make a ConfigError that names ``source`` of what files of the wrong kind raise while they are read."""
    try:
        yield
    except FormalEnvError:
        raise
    except OSError as error:
        raise ConfigError(f"{source}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source} is not UTF-8: {error.reason} at byte {error.start}") from error
    except (ValueError, EOFError, zlib.error, RecursionError) as error:
        raise ConfigError(f"{source} cannot be read: {error}") from error
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{source} holds other records than expected: {error!r}") from error


@contextmanager
def writing(target: Path) -> Iterator[IO[str]]:
    """The text file at a path, or standard output for '-', which is all written when this ends.

    Raises:
        ConfigError: as ``writes``.
    """
    with writes(target), click.open_file(str(target), "w", "utf-8") as file:
        yield file
        file.flush()


@contextmanager
def writes(target: Path) -> Iterator[None]:
    """Make a ConfigError that names ``target`` of an error of the system while it is written."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        name = "standard output" if str(target) == "-" else target
        raise ConfigError(f"cannot write {name}: {error.strerror or error}") from error


def json_rows(source: IO[bytes], strings: Iterable[str] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with its place, such as "rows.jsonl line 3"; empty lines are left out.

    Args: strings, names that must have a string in every object.

    Raises:
        ConfigError: a line is something else.
    """
    for number, line in enumerate(source, 1):
        place = f"{getattr(source, 'name', 'input')} line {number}"
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield place, _json_row(place, line, strings)


def _json_row(place: str, line: bytes, strings: Iterable[str]) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{place} is not UTF-8: {error.reason} at byte {error.start + 1}") from None
    except ValueError as error:
        raise ConfigError(f"{place} is not a JSON object: {error}") from None
    except RecursionError:
        raise ConfigError(f"{place} is nested too deeply") from None
    if not isinstance(row, dict):
        raise ConfigError(f"{place} is not a JSON object: got {json.dumps(row)[:60]}")
    for name in strings:
        if not isinstance(row.get(name), str):
            got = f"got {json.dumps(row[name])[:60]}" if name in row else f"it has {', '.join(row) or 'nothing'}"
            raise ConfigError(f"{place} needs a string {name!r}: {got}")
    return row


def load_own(kind: str, name: str) -> Any:
    """The object of a name, made where it is a class; modules of the working folder are found too.

    Raises:
        ConfigError: there is none, its file cannot be read, or its class cannot be made without arguments.
    """
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found = load_object(kind, name)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from error
    if not isinstance(found, type):
        return found
    try:
        return found()
    except TypeError as error:
        raise ConfigError(f"{kind} {name!r} must be an object, or a class that needs no arguments: {error}") from error


def explained(row: Mapping[str, Any], meanings: Mapping[str, str]) -> str:
    """Figures by name, one per line, each with what is to be said of it."""
    lines = []
    for name, value in row.items():
        shown = f"{value:.4f}" if isinstance(value, float) else str(value)
        meaning = f"  ({meanings[name]})" if name in meanings else ""
        lines.append(f"{name:20} {shown}{meaning}")
    return "\n".join(lines)


def needs_torch(command: Callable[..., Any]) -> Callable[..., Any]:
    """Make a command say how to install the training extra where torch or transformers is missing."""

    @wraps(command)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            import torch  # noqa: F401
            from transformers.utils.logging import disable_progress_bar
        except ImportError:
            raise ConfigError("this command needs the training extra: pip install 'formal-envs[train]'") from None
        disable_progress_bar()  # one bar is enough
        return command(*args, **kwargs)

    return checked


OUTPUT = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
"""The type of a file that ``writing`` opens."""

SETTINGS = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a setting; can be given several times."
)
"""The option that ``parse_settings`` reads."""

WORKERS = click.option(
    "--workers",
    default=0,
    show_default=True,
    type=click.IntRange(0, 1024),
    help="Processes that score; 0 scores in this one.",
)
"""The option that ``scored_by`` takes."""


SCORER = click.option(
    "--scorer", metavar="URL", help="Server of `formal-envs serve` that scores; its token is in FORMAL_ENVS_TOKEN."
)
"""The option that ``scored_task`` takes."""


def scored_task(env: str, options: Mapping[str, Any], scorer: str | None, workers: int) -> tuple[Task, Reward]:
    """A task and its reward, which is on a server where one is given.

    Raises:
        ConfigError: as of ``make_task`` and ``remote_task``, or workers are given as well.
    """
    from agents.runs.environments import task_name
    from formal_envs.adapters.remote import TOKEN, remote_task
    from formal_envs.tasks import env_ids, make_task

    name = task_name(env)  # of a task of the user's own, whose module it imports
    if scorer is None:
        return make_task(name, **options)
    if workers:
        raise ConfigError("give --scorer or --workers, not both: the server has workers of its own")
    return remote_task(scorer, env_ids(name)[0], options, token=os.environ.get(TOKEN) or None)


def scored_by(reward: Reward, workers: int) -> AbstractContextManager[Reward]:
    """The reward, in so many processes of which nothing is left; 0 is the reward itself."""
    return ScoringPool(reward, workers) if workers else nullcontext(reward)


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """KEY=VALUE pairs; a value is JSON where it can be read as such, a string otherwise."""
    values: dict[str, Any] = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        if not separator or not name:
            raise ConfigError(f"expected KEY=VALUE after --set, got {setting!r}")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = {"True": True, "False": False, "None": None}.get(text, text)
    return values
