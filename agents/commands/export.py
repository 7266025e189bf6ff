"""``formal-envs export``: problems as files for other trainers."""

from __future__ import annotations

from pathlib import Path

import click

from agents.commands.shared import SETTINGS, parse_settings, writes
from formal_envs.errors import ConfigError

_ENDINGS = {"jsonl": (".jsonl", ".json"), "parquet": (".parquet",), "verl": (".parquet",), "hf": ()}
"""How a file of each format is called, where it has an ending; hf makes a folder."""


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
@click.option("--force", is_flag=True, help="Write over what --out holds.")
@SETTINGS
def export_command(env: str, n: int, seed: int, form: str, out: Path, force: bool, settings: tuple[str, ...]) -> None:
    """Write problems of ENV with solutions, and ids by which completions are scored later.

    The ids are for score(id, completion) of formal_envs.adapters.rows, which needs nothing else.
    """
    from tqdm import tqdm

    from agents.runs.environments import task_name
    from formal_envs.adapters.files import WRITERS
    from formal_envs.adapters.rows import rows
    from formal_envs.adapters.verl import verl_row
    from formal_envs.tasks import env_ids

    _check_out(out, form, force)
    made = rows(env_ids(task_name(env))[0], n, seed=seed, **parse_settings(settings))
    problems = tqdm(made, total=n, unit="row", desc="export", disable=None)
    with writes(out):
        if form == "verl":
            WRITERS["parquet"](map(verl_row, problems), out)
        else:
            WRITERS[form](problems, out)
    click.echo(f"{n:,} rows in {out}", err=True)


def _check_out(out: Path, form: str, force: bool) -> None:
    """Pass where a format can be written to a path, over nothing that is to be kept.

    Raises:
        ConfigError: it cannot.
    """
    endings = _ENDINGS[form]
    if endings and out.suffix not in ("", *endings):
        fitting = [name for name, others in _ENDINGS.items() if out.suffix in others]
        hint = f"add --format {' or '.join(fitting)}" if fitting else f"formats are {', '.join(_ENDINGS)}"
        raise ConfigError(f"--format {form} makes a file that ends in {' or '.join(endings)}, got {out}; {hint}")
    if endings and out.is_dir():
        raise ConfigError(f"--format {form} makes a file, and {out} is a folder")
    if not endings and out.exists() and not out.is_dir():
        raise ConfigError(f"--format {form} makes a folder, and {out} is a file")
    if not force and (out.is_file() or (out.is_dir() and any(out.iterdir()))):
        raise ConfigError(f"{out} is there already: add --force to write over it")
