"""``formal-envs game corpus``: what ``corpus=`` reads of a folder, and what it leaves out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from agents.commands.shared import reading

if TYPE_CHECKING:
    from formal_envs.tasks.game.corpus import Corpus

REFUSED = click.option("--refused", is_flag=True, help="Name the texts that are left out, each with its cause.")
SHARE = click.option(
    "--share",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Least share of the texts that must be games which can be played.",
)


@click.command("corpus")
@click.argument("corpus", type=click.Path(exists=True))
@REFUSED
@SHARE
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def corpus_command(corpus: str, refused: bool, share: float, as_json: bool) -> None:
    """Say what is read of CORPUS, a folder of .lud such as Ludii's or a games.jsonl.gz, and by cause what is not.

    The exit status is 1 where fewer than --share of the texts are games that can be played.
    """
    from formal_envs.tasks.game.corpus import read_corpus

    with reading(corpus):
        read = read_corpus(corpus, share)
    if as_json:
        click.echo(json.dumps(corpus_row(read, refused)))
    else:
        tell_corpus(read, refused)


def corpus_row(corpus: Corpus, refused: bool) -> dict[str, Any]:
    """What was read, for JSON; with the texts that were left out if so."""
    row: dict[str, Any] = {
        "texts": corpus.texts,
        "different_games": len(corpus.games),
        "share": corpus.share,
        "causes": corpus.causes(),
    }
    if refused:
        row["refused"] = [vars(text) for text in corpus.refused]
    return row


def tell_corpus(corpus: Corpus, refused: bool) -> None:
    """Print what was read, and the texts that were left out if so."""
    click.echo(corpus.described())
    for text in corpus.refused if refused else ():
        click.echo(f"{text.cause:30} {text.name}: {text.message}")
