"""``formal-envs game format`` and ``game lint``: the text of a game, for those who write one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from agents.commands.game_file import GameFile, takes_game
from agents.commands.shared import reading, writes

_PATHS = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)


@click.command("format")
@_PATHS
@click.option("--width", default=100, show_default=True, type=click.IntRange(40, 400), help="Characters per line.")
@click.option("--write", is_flag=True, help="Change the files themselves.")
@click.option("--check", is_flag=True, help="Only name the files that would change; the exit status is 0 or 1.")
def format_command(files: tuple[Path, ...], width: int, write: bool, check: bool) -> None:
    """Lay FILES out in lines: comments, words and their order stay, only white space changes.

    Prints the text; '-' is standard input. Macros, options and metadata are laid out too.
    """
    from formal_envs.ludii import GameError
    from formal_envs.ludii.language.layout import lay_out

    if write and check:
        raise click.UsageError("--write changes files and --check does not: choose one")
    if write and Path("-") in files:
        raise click.UsageError("standard input cannot be changed: leave --write out")
    changed = False
    for path in files:
        with reading(path):
            text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        try:
            laid_out = lay_out(text, width)
        except GameError as error:
            place = f"{error.stage} error at line {error.line}"
            raise click.ClickException(f"{path}: {place}\n{error.caret()}") from error
        if not (write or check):
            click.echo(laid_out, nl=False)
        elif laid_out != text:
            changed = True
            click.echo(f"{path}: {'changed' if write else 'would change'}")
            if write:
                with writes(path):
                    path.write_text(laid_out, encoding="utf-8")
    if check and changed:
        raise click.exceptions.Exit(1)


@click.command("lint")
@takes_game
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per finding, for editors.")
def lint_command(file: GameFile, as_json: bool) -> None:
    """Say what is wrong or suspicious in FILE: names never used, rules that never apply, sides without a move.

    The exit status is 1 where anything was found.
    """
    from formal_envs.ludii import GameError
    from formal_envs.ludii.lint import error_found, lint

    try:
        findings = lint(file.expanded())
    except GameError as error:
        findings = [error_found(error)]
    for finding in findings:
        if as_json:
            click.echo(json.dumps({"file": file.name, **finding._asdict()}))
        else:
            place = f"{file.name}:{finding.line}:{finding.column}"
            click.echo(f"{place}: {finding.severity}: {finding.message} [{finding.rule}]")
    if findings:
        raise click.exceptions.Exit(1)
