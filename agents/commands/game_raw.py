"""``formal-envs game expand`` and ``options``: files as their authors wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from agents.commands.game_file import DEFINES, GameFile, shown, takes_game
from agents.commands.shared import reading


@click.command("expand")
@takes_game
def expand_command(file: GameFile) -> None:
    """Print FILE without macros, options and ranges: the text of one game, in lines."""
    from formal_envs.ludii import GameError
    from formal_envs.ludii.language.layout import lay_out

    try:
        click.echo(lay_out(file.expanded().text), nl=False)
    except GameError as error:
        raise shown(error) from error


@click.command("options")
@click.argument("file", type=click.File("r", "utf-8-sig", errors="replace"))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def options_command(file: Any, as_json: bool) -> None:
    """List what FILE offers to choose: its options with their items, the default marked, and its rulesets."""
    from formal_envs.ludii import GameError
    from formal_envs.ludii.raw.expansion import offered

    try:
        offer = offered(file.read())
    except GameError as error:
        raise shown(error) from error
    if as_json:
        click.echo(json.dumps(offer.described()))
        return
    if not offer.options:
        click.echo("no options")
    for option in offer.options:
        click.echo(f"{option.name}  <{option.tag}>")
        width = max(len(item.name) for item in option.items)
        for item in option.items:
            mark = "*" if item is option.default else " "
            click.echo(f"  {mark} {item.name:{width}}  {item.description}".rstrip())
    if offer.rulesets:
        click.echo("rulesets")
        for ruleset in offer.rulesets:
            click.echo(f"    {ruleset.name}: {', '.join(ruleset.choices)}")


@click.command("conformance-raw")
@click.argument("records", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@DEFINES
@click.option("--json", "as_json", is_flag=True, help="Print only the JSON object.")
def conformance_raw_command(records: Path, defines: Path | None, as_json: bool) -> None:
    """Compare the expansion of raw files with Ludii's, up to white space, by default and with other options.

    RECORDS is a raw.jsonl.gz; without --defines the macros are in the folder defs or def beside it. Prints what
    differs, and last a JSON object with the counts.
    """
    from formal_envs.ludii.conformance.raw import compare_raw

    with reading(records):
        report = compare_raw(records, defines)
    if not as_json:
        for difference in report.differences:
            click.echo(difference)
    click.echo(json.dumps(report.counts()))
