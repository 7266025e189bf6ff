"""``formal-envs game play`` and ``analyse``: games between players, and what a search thinks of a position."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import click

from agents.commands.game_file import GameFile, given_moves, takes_game

if TYPE_CHECKING:
    from formal_envs.ludii import Analysis, MatchResult, Move, Program, State

SEED = click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Decides all that is random.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
PLAYERS = click.option(
    "--players",
    metavar="NAMES",
    help="Who plays: random, one-ply, or uct:N, a search of N iterations for each move; 'uct:200,random', or one"
    " name for all. By default all are random.",
)


def played_game(program: Program, players: str | None, seed: int, moves: int) -> tuple[list[State], list[Move]]:
    """The positions of a game between players, and its moves; chance is that of ``program.initial(seed)``."""
    import numpy as np

    from formal_envs.ludii.play.report import random_game
    from formal_envs.ludii.players.game import play_game

    if players or program.has_chance:
        return play_game(program, _players(program, players or "random"), seed, moves)
    return random_game(program, np.random.default_rng(seed), moves)


def _players(program: Program, names: str) -> list[str]:
    """A name for each player: one that stands alone is everybody's."""
    found = [name.strip() for name in names.split(",")]
    return found * program.n_players if len(found) == 1 else found


@click.command("play")
@takes_game
@SEED
@click.option("--moves", default=1000, show_default=True, type=click.IntRange(0), help="Moves at most.")
@click.option("--last", is_flag=True, help="Show the last position only.")
@PLAYERS
@click.option(
    "--games", type=click.IntRange(1), help="Play so many, each player from each seat in turn; tell the score."
)
@click.option("--json", "as_json", is_flag=True, help="Of --games: print a JSON object.")
def play_command(
    file: GameFile, seed: int, moves: int, last: bool, players: str | None, games: int | None, as_json: bool
) -> None:
    """Play a game of FILE, move by move with the board; or a match of many games."""
    from formal_envs.ludii import play_match

    program = file.program()
    if games:
        result = play_match(program, _players(program, players or "random"), games, seed)
        click.echo(json.dumps(_match_row(result)) if as_json else _match_table(program, result))
    elif as_json:
        raise click.UsageError("--json tells the score of a match: say how many --games")
    else:
        _show(*played_game(program, players, seed, moves), last)


def _show(states: list[State], played: list[Move], last: bool) -> None:
    from formal_envs.ludii.play.move_log import written_move

    if last:
        click.echo(f"{len(played)} moves\n\n{states[-1]}")
        return
    click.echo(f"{states[0]}")
    for number, (move, before, after) in enumerate(zip(played, states, states[1:], strict=False), 1):
        click.echo(f"\n{number}. player {before.mover}: {written_move(before, move)}\n\n{after}")


def _match_row(result: MatchResult) -> dict[str, Any]:
    names = ("wins", "seat_wins", "draws", "timeouts", "failed", "work")
    return {
        "players": [str(player) for player in result.players],
        **{name: getattr(result, name) for name in names},
        "scores": [{"mean": mean, "error": error} for mean, error in result.scores],
        "games": [dataclasses.asdict(game) for game in result.games],
    }


def _match_table(program: Program, result: MatchResult) -> str:
    seats, n = range(program.n_players), len(result.played)
    lines = [
        f"{'player':14}{'score':>7}{'error':>8}{'won':>7}" + "".join(f"{f'as player {seat + 1}':>14}" for seat in seats)
    ]
    for k, player in enumerate(result.players):
        mean, error = result.scores[k]
        from_seats = [sum(game.seats[seat] == k for game in result.played) for seat in seats]
        won = "".join(f"{f'{result.seat_wins[k][seat]} of {from_seats[seat]}':>14}" for seat in seats)
        lines.append(f"{player!s:14}{mean:7.3f}{error:8.3f}{result.wins[k]:7}{won}")
    moves = sum(game.moves for game in result.played) / n if n else 0.0
    ended = f"{result.draws} drawn, {result.timeouts} cut by the limit of turns, {result.failed} failed"
    reasons = sorted({game.failure for game in result.games if game.failure})
    return "\n".join(
        [*lines, f"{n} games, {moves:.1f} moves on average; {ended}", *(f"failed: {why}" for why in reasons)]
    )


@click.command("analyse")
@takes_game
@click.option(
    "--moves",
    default="",
    help="Moves from the start, 'A1, B2-B3'; or a file of moves or of what 'game play' prints, or '-'.",
)
@click.option("--iterations", default=1000, show_default=True, type=click.IntRange(1), help="Of the search.")
@SEED
@_JSON
def analyse_command(file: GameFile, moves: str, iterations: int, seed: int, as_json: bool) -> None:
    """Show the best moves of a position of FILE: the start, or what --moves lead to.

    What a move is worth to who is to move is 1 where he wins, -1 where he is last, 0 for a draw.
    """
    from formal_envs.ludii import analyse

    program = file.program()
    states, _ = given_moves(program.initial(seed), moves)
    found = analyse(states[-1], iterations, seed)
    click.echo(json.dumps(_analysis_row(states[-1], found)) if as_json else _analysis_table(states[-1], found))


def _line(state: State, line: tuple[Move, ...]) -> list[str]:
    from formal_envs.ludii import apply
    from formal_envs.ludii.play.move_log import written_move

    told = []
    for move in line:
        told.append(written_move(state, move))
        state = apply(state, move)
    return told


def _analysis_row(state: State, found: Analysis) -> dict[str, Any]:
    from formal_envs.ludii.play.move_log import written_move

    rows = [
        {
            "move": written_move(state, each.move),
            "visits": each.visits,
            "value": found.value(each),
            "values": each.values,
            "proven": each.proven,
        }
        for each in found.moves
    ]
    return {"player": state.mover, "best": rows[0], "moves": rows, "line": _line(state, found.line)}


def _analysis_table(state: State, found: Analysis) -> str:
    from formal_envs.ludii.play.move_log import written_move

    names = [written_move(state, each.move) for each in found.moves]
    width = max(4, *map(len, names))
    lines = [str(state), "", f"{'move':{width}}{'visits':>10}{'value':>8}"]
    for name, each in zip(names, found.moves, strict=True):
        value = f"{found.value(each):+8.3f}" if each.visits or each.proven else f"{'':8}"
        lines.append(f"{name:{width}}{each.visits:10}{value}{'  proven' if each.proven else ''}")
    return "\n".join([*lines, "", f"best line: {', '.join(_line(state, found.line))}"])
