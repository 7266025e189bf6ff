"""What the commands share: a group that names the nearest command, ``--set``, and the check that torch is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import click

from formal_envs.errors import ConfigError, FormalEnvError, unknown


class Commands(click.Group):
    """Names the nearest command when one is unknown, and shows the package's errors without a traceback."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command; a usage error with the nearest name where there is none."""
        command = super().get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            raise click.UsageError(str(unknown("command", name, self.commands)), ctx)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an error of the package ends it with its message."""
        try:
            return super().invoke(ctx)
        except FormalEnvError as error:
            raise click.ClickException(str(error)) from error


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


SETTINGS = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a setting; can be given several times."
)
"""The option that ``parse_settings`` reads."""


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
