"""The group class of the command line: it names the nearest command, and shows errors without a traceback."""

from __future__ import annotations

from typing import Any

import click

from formal_envs.errors import FormalEnvError, unknown


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
