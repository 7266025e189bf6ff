"""Experiments as data: a module an experiment, run by its name with ``formal-envs experiment``."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from formal_envs.errors import unknown

_LAST_STEPS = 20


@dataclass(frozen=True)
class Experiment:
    """Runs that differ in few settings.

    Attributes:
        title: what the table shows.
        env: the environment's id.
        settings: of every run, by name.
        variants: the settings that each variant changes, by its label.
        seeds: each variant is run with each of them.
    """

    title: str
    env: str
    settings: Mapping[str, Any]
    variants: Mapping[str, Mapping[str, Any]]
    seeds: tuple[int, ...]


def names() -> list[str]:
    """The names of the experiments."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> Experiment:
    """An experiment by name.

    Raises:
        ConfigError: there is none; the nearest is named.
    """
    if name not in names():
        raise unknown("experiment", name, names())
    return importlib.import_module(f"{__name__}.{name}").EXPERIMENT


def run(experiment: Experiment, out: Path, steps: int | None = None) -> str:
    """Train every variant with every seed into its own folder below ``out``, where there is no finished run yet.

    Returns: a Markdown table of the final figures, which is written to ``out``/table.md as well.
    """
    from agents.plots import plot_runs
    from agents.ppo import train
    from agents.run import Run, RunSpec

    lines = [
        f"{experiment.title}\n",
        "| variant | seed | exact, greedy, held out | exact, sampled | reward, sampled | H | H_batch | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    runs = []
    for label, changes in experiment.variants.items():
        for seed in experiment.seeds:
            settings = {**experiment.settings, **changes, "seed": seed}
            if steps is not None:
                settings["steps"] = steps
            folder = out / f"{label}-seed{seed}".replace(" ", "")
            spec = RunSpec.parse(experiment.env, settings)
            run = Run(folder, spec)
            if not (run.summary_file.exists() and json.loads(run.summary_file.read_text())["finished"]):
                train(spec, folder, resume=(folder / "config.json").exists())
            runs.append(run)
            summary = json.loads(run.summary_file.read_text())
            last = run.metrics()[-_LAST_STEPS:]
            sampled = [
                np.mean([row[name] for row in last]) for name in ("exact", "reward_mean", "entropy", "batch_entropy")
            ]
            cells = [f"{value:.3f}" for value in (summary["greedy_test"]["exact"], *sampled)]
            lines.append(f"| {label} | {seed} | {' | '.join(cells)} | {summary['seconds']:.0f} |")
    table = "\n".join(lines) + "\n"
    (out / "table.md").write_text(table, encoding="utf-8")
    plot_runs(runs, out / "curves.png")
    return table
