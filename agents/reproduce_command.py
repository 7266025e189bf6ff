"""``formal-envs reproduce``: the paper's figures, and what goes beyond them."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import click

from agents.commands import SETTINGS, needs_torch, parse_settings
from agents.config import TrainingConfig
from formal_envs.errors import ConfigError, unknown


@click.command("reproduce")
@click.argument("figure")
@click.option(
    "--scale", default="tiny", show_default=True, type=click.Choice(["tiny", "paper"]), help="Size of the runs."
)
@click.option("--seeds", type=click.IntRange(1), help="Runs of each kind.  [default: 3; 5 for stability]")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the runs, pictures and report.")
@click.option("--jobs", type=click.IntRange(1), help="Runs at once.  [default: the cores; 1 at paper scale]")
@SETTINGS
@needs_torch
def reproduce_command(
    figure: str, scale: str, seeds: int | None, out: Path, jobs: int | None, settings: tuple[str, ...]
) -> None:
    """Make FIGURE: fig1 to fig9 of the paper, stability, transfer, or all of them.

    "tiny" trains small models on a CPU, one core a run; "paper" is the paper's models and budgets, for a GPU, with
    models and data from the Hugging Face hub. Finished runs are kept and shared between figures, and stopped ones go
    on: give the same command again. --set changes a setting of every run, such as device=cuda or bf16=true.

    The folder gets FIGURE.png, .svg and .json (means over seeds with 95 % bootstrap intervals), report.html with all
    figures that it holds, and the runs.
    """
    from agents import experiments
    from agents.experiments.curves import collect_data
    from agents.experiments.drawing import draw
    from agents.experiments.page import write_page
    from agents.experiments.runner import make_jobs, read_result, run_jobs

    names = experiments.names()
    chosen = names if figure == "all" else [figure]
    figures = {name: experiments.load(name, scale) for name in chosen}
    changes = parse_settings(settings)
    for name in changes:
        if name not in TrainingConfig.names():
            raise unknown("setting of every run", name, TrainingConfig.names())
    found = {}
    for name, each in figures.items():
        plans = {label: plan.with_all(changes) for label, plan in each.plans().items()}
        for plan in plans.values():
            plan.check()
        found[name] = plans, seeds or each.seeds
    work: dict[str, Any] = {}
    for plans, count in found.values():
        work |= make_jobs(plans.values(), count, out)
    left = sum(job.seconds for job in work.values() if not job.finished())
    at_once = jobs or (os.cpu_count() or 1 if scale == "tiny" else 1)
    click.echo(
        f"{len(work)} runs and tests, about {left / 60:.0f} minutes of one core left, {at_once} at once", err=True
    )
    out.mkdir(parents=True, exist_ok=True)
    try:
        run_jobs(work, out.resolve(), at_once, threads=1 if scale == "tiny" else None)
    except KeyboardInterrupt:
        raise ConfigError("stopped; the same command goes on from here") from None
    for name, (plans, count) in found.items():
        results = {label: [read_result(plan, seed, out) for seed in range(count)] for label, plan in plans.items()}
        given = ["formal-envs", "reproduce", name, "--scale", scale, "--seeds", str(count), "--out", "DIR"]
        command = shlex.join([*given, *(f"--set={setting}" for setting in settings)])
        data = collect_data(name, figures[name], results, command)
        data["commands"] = {label: plan.all_commands(0) for label, plan in plans.items()}
        (out / f"{name}.json").write_text(json.dumps(data) + "\n", encoding="utf-8")
        draw(data, out / name)
        click.echo(f"{name}: {data['shows']}")
    click.echo(write_page(out, names))
