"""``formal-envs train-classifier``: make the classifier that the sentiment task's reward ``classifier`` asks for."""

from __future__ import annotations

import json
from pathlib import Path

import click

from agents.commands.shared import needs_torch


@click.command("train-classifier")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the classifier."
)
@click.option("--examples", default=16_384, show_default=True, type=click.IntRange(1), help="Reviews to learn from.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Decides reviews and weights.")
@click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "cuda"]))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@needs_torch
def train_classifier_command(out: Path, examples: int, seed: int, device: str, as_json: bool) -> None:
    """Train a small sentiment classifier on the sentiment task's own film reviews.

    It stands in for a public one, such as lvwerra/distilbert-imdb, where there is no network. The folder is what
    AutoModelForSequenceClassification loads, with summary.json beside it.
    """
    from agents.models.classifier import train_classifier

    summary = train_classifier(out, examples=examples, seed=seed, device=device)
    if as_json:
        click.echo(json.dumps(summary))
        return
    click.echo(
        f"{examples:,} reviews, {summary['seconds']:.0f} s; on held-out reviews: accuracy {summary['accuracy']:.4f}; "
        f"agreement with VADER: rank correlation {summary['spearman']:.3f}, same sign {summary['sign_agreement']:.3f}\n"
        f"use it: formal-envs train FormalSentiment-v0 --set reward=classifier --set classifier={out} --out RUN"
    )
