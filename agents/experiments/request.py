"""A figure as it was asked for: the jobs that it needs and the files that are made of them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.experiments.curves import collect_data
from agents.experiments.drawing import draw
from agents.experiments.plan import Figure, Plan, set_option
from agents.experiments.runner import Job, make_jobs, read_result


@dataclass(frozen=True)
class Request:
    """A figure, with what was said about its runs.

    Attributes:
        name, scale: the figure's.
        figure: the figure.
        seeds: how many.
        changes: settings of every run, as they were given.
    """

    name: str
    scale: str
    figure: Figure
    seeds: int
    changes: Mapping[str, Any]

    def plans(self) -> dict[str, Plan]:
        """The figure's plans with the changes, by their labels."""
        return {label: plan.with_all(self.changes) for label, plan in self.figure.plans().items()}

    def jobs(self, out: Path) -> dict[str, Job]:
        """All that has to be run, by name.

        Raises:
            ConfigError: a setting is unknown or out of range.
        """
        plans = self.plans().values()
        for plan in plans:
            plan.check()
        return make_jobs(plans, self.seeds, out)

    def command(self) -> Sequence[str]:
        """The arguments of ``formal-envs`` that ask for it, into DIR."""
        given = ["reproduce", self.name, "--scale", self.scale, "--seeds", str(self.seeds), "--out", "DIR"]
        return [*given, *(set_option(*each) for each in self.changes.items())]

    def write(self, out: Path) -> str:
        """Write the figure's JSON and pictures, from its finished runs; returns what it shows."""
        plans = self.plans()
        results = {label: [read_result(plan, seed, out) for seed in range(self.seeds)] for label, plan in plans.items()}
        data = collect_data(self.name, self.figure, results, shlex.join(["formal-envs", *self.command()]))
        data["commands"] = {label: plan.all_commands(0) for label, plan in plans.items()}
        data["all_runs"] = [job.name for job in self.jobs(out).values() if not job.prints]
        (out / f"{self.name}.json").write_text(json.dumps(data) + "\n", encoding="utf-8")
        draw(data, out / self.name)
        return str(data["shows"])
