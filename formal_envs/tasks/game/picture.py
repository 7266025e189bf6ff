"""A completion's game to look at: its text as it is read best, and a picture of a random game."""

from __future__ import annotations

from formal_envs.ludii import check_game, compile_game
from formal_envs.ludii.language.printer import pretty
from formal_envs.ludii.play.report import scenes
from formal_envs.ludii.view.draw import board_svg
from formal_envs.tasks.game.recomposed import recompose


def draw(prompt: str, completion: str) -> dict[str, str]:
    """Files by name, of a completion that makes a game: game.lud, and game.svg, which shows a random game of it.

    Raises:
        GameError: it makes none.
    """
    text = recompose(prompt, completion).text
    return {"game.lud": pretty(check_game(text)) + "\n", "game.svg": board_svg(scenes(compile_game(text), 0))}
