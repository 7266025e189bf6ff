"""``formal-envs game solve``: who wins a game by force, and in how many plies."""

from __future__ import annotations

import json

import click

from agents.commands.game_file import GameFile, takes_game


@click.command("solve")
@takes_game
@click.option(
    "--work", default=1_000_000_000, show_default=True, type=click.IntRange(1), help="Units of work; 10^9 take seconds."
)
@click.option("--max-plies", default=60, show_default=True, type=click.IntRange(0, 60), help="How far to look ahead.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def solve_command(file: GameFile, work: int, max_plies: int, as_json: bool) -> None:
    """Say who wins FILE by force from the start, in how many plies (moves of both), and by which moves.

    For games of two players without chance, in which nothing is hidden.
    """
    from formal_envs.ludii import solve

    program = file.program()
    found = solve(program, work=work, max_plies=max_plies)
    if as_json:
        row = {name: getattr(found, name) for name in ("winner", "plies", "depth", "work", "why")}
        click.echo(json.dumps({**row, "line": [move.key for move in found.line]}))
        return
    click.echo(found)
    for number, move in enumerate(found.line, 1):
        click.echo(f"{number:3}. player {move.mover}: {program.describe(move)}")
