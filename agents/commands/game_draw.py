"""``formal-envs game draw``: positions of a game as a picture, or a game as one that plays by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.commands.game_file import GameFile, given_moves, takes_game
from agents.commands.game_players import PLAYERS, SEED, played_game
from agents.commands.shared import OUTPUT, writing

if TYPE_CHECKING:
    from formal_envs.ludii import Program


@click.command("draw")
@takes_game
@click.option("--out", required=True, type=OUTPUT, help="The .svg to write.")
@SEED
@click.option("--start", is_flag=True, help="The start position alone.")
@click.option("--animate", is_flag=True, help="All positions of a game, one after another, up to 500 moves.")
@PLAYERS
@click.option(
    "--moves",
    help="Animate this game: 'E2-E4, D7-D5'; or a file of moves or of what 'game play' prints, or '-'.",
)
def draw_command(
    file: GameFile, out: Path, seed: int, start: bool, animate: bool, players: str | None, moves: str | None
) -> None:
    """Draw FILE as an SVG: start, middle and end of a game; or a whole game that plays by itself."""
    from formal_envs.ludii.play.report import scenes_of
    from formal_envs.ludii.view.draw import board_svg

    program = file.program()
    if start:
        picture = board_svg(program.initial())
    elif animate or moves is not None:
        picture = _animated(program, players, seed, moves)
    else:
        picture = board_svg(scenes_of(played_game(program, players, seed, 2000)[0]))
    with writing(out) as target:
        target.write(picture)
    click.echo(out)


def _animated(program: Program, players: str | None, seed: int, moves: str | None) -> str:
    from formal_envs.ludii.view.animation import MOST_MOVES, game_svg

    if moves is not None:
        return game_svg(*given_moves(program.initial(seed), moves))
    return game_svg(*played_game(program, players, seed, MOST_MOVES))
