"""``formal-envs export``: problems as files, and environments as packages, for other trainers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from agents.commands.shared import SETTINGS, parse_settings, writes
from formal_envs.errors import ConfigError

_ENDINGS = {
    "jsonl": (".jsonl", ".json"),
    "parquet": (".parquet",),
    "verl": (".parquet",),
    "hf": (),
    "verifiers": (),
    "nemo-gym": (),
    "openenv": (),
}
"""How a file of each format is called, where it has an ending; the others make a folder."""
_ENDLESS = ("verifiers", "openenv")
"""The formats whose problems have no end, so that they take no number."""


@click.command("export")
@click.argument("env")
@click.option(
    "--n", type=click.IntRange(1), help="Number of problems; of those to train on where there are two splits."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option(
    "--format",
    "form",
    default="jsonl",
    show_default=True,
    type=click.Choice(list(_ENDINGS)),
    help="verl is parquet with the columns that verl reads; hf a folder for datasets.load_dataset and the Hub; "
    "verifiers an installable package; nemo-gym a folder resources_servers/NAME; openenv a folder to serve or to push.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file, or the folder.")
@click.option("--force", is_flag=True, help="Write over what --out holds.")
@SETTINGS
def export_command(
    env: str, n: int | None, seed: int, form: str, out: Path, force: bool, settings: tuple[str, ...]
) -> None:
    """Write problems of ENV with solutions, and ids by which completions are scored later; or a package for a trainer.

    The ids are for score(id, completion) of formal_envs.adapters.rows, which needs nothing else.
    """
    _check_out(out, form, force)
    if form in _ENDLESS and n is not None:
        raise ConfigError(f"the problems of --format {form} have no end: leave out --n")
    if form not in _ENDLESS and n is None:
        raise ConfigError(f"--format {form} needs the number of problems: add --n 1000")
    options = parse_settings(settings)
    if _ENDINGS[form]:
        _write_rows(env, n or 0, seed, form, out, options)
        click.echo(f"{n:,} rows in {out}", err=True)
    else:
        _write_folder(env, n or 0, seed, form, out, options)
        click.echo(
            f"written to {out}" if n is None else f"{n:,} rows to train on, and some to test, in {out}", err=True
        )


def _write_rows(env: str, n: int, seed: int, form: str, out: Path, options: Mapping[str, Any]) -> None:
    from tqdm import tqdm

    from agents.runs.environments import task_name
    from formal_envs.adapters.files import WRITERS
    from formal_envs.adapters.rows import rows
    from formal_envs.adapters.verl import verl_row
    from formal_envs.tasks import env_ids

    made = rows(env_ids(task_name(env))[0], n, seed=seed, **options)
    problems = tqdm(made, total=n, unit="row", desc="export", disable=None)
    with writes(out):
        if form == "verl":
            WRITERS["parquet"](map(verl_row, problems), out)
        else:
            WRITERS[form](problems, out)


def _write_folder(env: str, n: int, seed: int, form: str, out: Path, options: Mapping[str, Any]) -> None:
    from agents.runs.environments import task_name
    from formal_envs.adapters.exports import hub, nemo_gym, openenv, verifiers
    from formal_envs.adapters.exports.environment import Environment
    from formal_envs.tasks import env_ids

    environment = Environment.of(env_ids(task_name(env))[0], options, seed)
    with writes(out):
        if form == "hf":
            hub.write(out, environment, n)
        elif form == "nemo-gym":
            nemo_gym.write(out, environment, n)
        elif form == "openenv":
            openenv.write(out, environment)
        else:
            verifiers.write(out, environment)


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
