"""``formal-envs export``: problems as files for other trainers."""

from __future__ import annotations

from pathlib import Path

import click

from agents.commands import SETTINGS, parse_settings


@click.command("export")
@click.argument("env")
@click.option("--n", required=True, type=click.IntRange(1), help="Number of problems.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option(
    "--format",
    "form",
    default="jsonl",
    show_default=True,
    type=click.Choice(["jsonl", "parquet", "hf", "verl"]),
    help="verl is parquet with the columns that verl reads; hf is a folder for datasets.load_from_disk.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file, or the folder.")
@SETTINGS
def export_command(env: str, n: int, seed: int, form: str, out: Path, settings: tuple[str, ...]) -> None:
    """Write problems of ENV with solutions, and ids by which completions are scored later.

    The ids are for score(id, completion) of formal_envs.adapters.rows, which needs nothing else.
    """
    from tqdm import tqdm

    from formal_envs.adapters.files import WRITERS
    from formal_envs.adapters.rows import rows
    from formal_envs.adapters.verl import verl_row

    problems = tqdm(
        rows(env, n, seed=seed, **parse_settings(settings)), total=n, unit="row", desc="export", disable=None
    )
    if form == "verl":
        WRITERS["parquet"](map(verl_row, problems), out)
    else:
        WRITERS[form](problems, out)
