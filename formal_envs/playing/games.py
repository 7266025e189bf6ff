"""What the play environments are made of: a game's text or file, opponents, seats."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from formal_envs.errors import ConfigError
from formal_envs.ludii.play.program import Program, compile_game
from formal_envs.ludii.players.player import Player
from formal_envs.playing.table import Table

MAX_FILE = 1 << 20  # bytes
Opponents = str | Player | Sequence[str | Player] | None


def read_game(game: str | os.PathLike[str]) -> str:
    """The text of a game: of the file where it names one, ``.lud`` at its end, else the text itself.

    Raises:
        ConfigError: the file cannot be read or is too long, or the text has no bracket.
    """
    if isinstance(game, str) and "(" in game:
        return game
    if not isinstance(game, (str, os.PathLike)):
        raise ConfigError(f"game must be a text or the path of a .lud file, got {type(game).__name__}")
    path = Path(game)
    if path.suffix != ".lud" or "\n" in str(path):
        raise ConfigError(f"expected a game's text or the path of a .lud file, got {str(path)[:60]!r}")
    try:
        if path.stat().st_size > MAX_FILE:
            raise ConfigError(f"{path} has more than {MAX_FILE:,} bytes: no game is as long")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"cannot read the game {str(path)[:200]!r}: {error}") from None


@lru_cache(maxsize=32)  # many environments of one game share what never changes while it is played
def _compiled(text: str) -> Program:
    return compile_game(text)


def open_table(game: str | os.PathLike[str], n: int, opponent: Opponents, seat: int | str, max_moves: int) -> Table:
    """n games side by side, from the arguments of the environments.

    Raises:
        ConfigError: as ``read_game`` and ``Table``.
        GameError: the text is not a game that the engine plays.
    """
    program = _compiled(read_game(game))
    if opponent is None or not isinstance(opponent, (str, Player)):
        opponents = opponent
    else:
        opponents = [opponent] * (program.n_players - 1)
    return Table(program, n, opponents, seat, max_moves)
