"""The argument FILE of the commands ``formal-envs game``: a game as its author wrote it, and what is chosen of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from formal_envs.errors import ConfigError

if TYPE_CHECKING:
    from formal_envs.ludii import Expansion, GameError, Move, Program, State

DEFINES = click.option(
    "--defines",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of macros (.def); by default the folder def beside a library's games.",
)


@dataclass(frozen=True)
class GameFile:
    """A file's name and text, the items chosen of its options, and the folder of macros."""

    name: str
    raw: str
    options: tuple[str, ...]
    defines: Path | None

    def expanded(self) -> Expansion:
        """The file's text with macros and options expanded. Raises GameError and ConfigError as ``expand_game``."""
        from formal_envs.ludii import expand_game

        return expand_game(self.raw, self.options, self.defines)

    def program(self) -> Program:
        """The compiled game; an error is shown at its place."""
        from formal_envs.ludii import GameError, compile_game

        try:
            return compile_game(self.expanded())
        except GameError as error:
            raise shown(error) from error


def given_text(value: str) -> str:
    """What an option says: the text of a file if it names one, that of standard input if it is '-', else itself."""
    if value == "-":
        return sys.stdin.read()
    try:
        found = Path(value).is_file()
    except OSError:  # a name too long for a file
        found = False
    return Path(value).read_text(encoding="utf-8") if found else value


def given_moves(state: State, value: str) -> tuple[list[State], list[Move]]:
    """The positions and moves that an option tells, itself or by a file; an error says which."""
    from formal_envs.ludii.play.move_log import read_moves

    try:
        return read_moves(state, given_text(value))
    except ConfigError as error:
        raise ConfigError(f"{value if len(value) <= 80 else f'..{value[-80:]}'}: {error}") from None


def shown(error: GameError) -> click.ClickException:
    """An error of a game's text with its line and a caret."""
    return click.ClickException(f"{error.stage} error at line {error.line}\n{error.caret()}")


def takes_game(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument FILE, and the options that say what to choose of it; it gets a GameFile ``file``."""

    @click.argument("file", type=click.File("r", "utf-8-sig", errors="replace"))
    @click.option(
        "--option",
        "options",
        multiple=True,
        metavar="NAME",
        help="Choose an item, 'Board Size/5x5', or a ruleset; can be given several times. 'game options' lists them.",
    )
    @DEFINES
    @wraps(command)
    def with_file(file: TextIO, options: tuple[str, ...], defines: Path | None, **rest: Any) -> Any:
        from formal_envs.ludii.raw.library import library_beside

        name = getattr(file, "name", "<stdin>")
        folder = defines or (None if name == "<stdin>" else library_beside(name))
        return command(file=GameFile(name, file.read(), options, folder), **rest)

    return with_file
