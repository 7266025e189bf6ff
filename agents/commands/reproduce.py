"""``formal-envs reproduce``: the paper's figures, and what goes beyond them."""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path

import click

from agents.commands.shared import SETTINGS, needs_torch, parse_settings
from agents.runs.config import TrainingConfig
from formal_envs.errors import ConfigError, unknown


@click.command("reproduce")
@click.argument("figure")
@click.option(
    "--scale", default="tiny", show_default=True, type=click.Choice(["tiny", "paper"]), help="Size of the runs."
)
@click.option("--seeds", type=click.IntRange(1), help="Runs of each kind.  [default: 3; 5 for stability]")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the runs, pictures and report.",
)
@click.option(
    "--jobs", "runs_at_once", type=click.IntRange(1), help="Runs at once.  [default: the cores; 1 at paper scale]"
)
@SETTINGS
@needs_torch
def reproduce_command(
    figure: str, scale: str, seeds: int | None, out: Path, runs_at_once: int | None, settings: tuple[str, ...]
) -> None:
    """Make FIGURE: fig1 to fig9 of the paper, stability, transfer, or all of them.

    "tiny" trains small models on a CPU, one core a run; "paper" is the paper's models and budgets, for a GPU, with
    models and data from the Hugging Face hub. Finished runs are kept and shared between figures, and stopped ones go
    on: give the same command again. --set changes a setting of every run, such as device=cuda or bf16=true.

    The folder gets FIGURE.png, .svg and .json (means over seeds with 95 % bootstrap intervals) as soon as a figure's
    runs are finished, report.html with all figures that it holds, and the runs.
    """
    from agents import experiments
    from agents.experiments.page import write_page
    from agents.experiments.request import Request
    from agents.experiments.runner import run_jobs

    names = experiments.names()
    changes = parse_settings(settings)
    for name in changes:
        if name not in TrainingConfig.names():
            raise unknown("setting of every run", name, TrainingConfig.names())
    requests = {}
    for name in names if figure == "all" else [figure]:
        found = experiments.load(name, scale)
        requests[name] = Request(name, scale, found, seeds or found.seeds, changes)
    out = out.resolve()
    jobs = {name: request.jobs(out) for name, request in requests.items()}
    work = {job: each for needed in jobs.values() for job, each in needed.items()}
    left = sum(job.seconds for job in work.values() if not job.finished())
    at_once = runs_at_once or (os.cpu_count() or 1 if scale == "tiny" else 1)
    click.echo(f"{len(work)} runs and tests, {at_once} at once: {_about(left / at_once)} at most", err=True)
    out.mkdir(parents=True, exist_ok=True)
    shown: dict[str, str] = {}

    def make_figures(finished: Set[str]) -> None:
        ready = [name for name in requests if name not in shown and jobs[name].keys() <= finished]
        shown.update({name: requests[name].write(out) for name in ready})
        if ready:
            write_page(out, names)

    try:
        run_jobs(work, out, at_once, threads=1 if scale == "tiny" else None, report=make_figures)
    except KeyboardInterrupt:
        raise ConfigError("stopped; the same command goes on from here") from None
    for name in requests:
        click.echo(f"{name}: {shown[name]}")
    click.echo(out / "report.html")


def _about(seconds: float) -> str:
    """A time in words; the estimates of runs are those of a slow core."""
    if seconds < 90:
        return f"about {seconds:.0f} seconds"
    return f"about {seconds / 60:.0f} minutes" if seconds < 5400 else f"about {seconds / 3600:.1f} hours"
