"""What a figure is made of: plans of runs, and panels of what came of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agents.runs.environments import task_name
from agents.runs.spec import TRAINERS, RunSpec

_COMMANDS = {"ppo": "train", "sft": "sft", "classifier": "train-classifier"}
_LOADED = ("model", "dataset", "classifier", "reward")  # these would be looked for, and may have to be made first
SCALES = ("tiny", "paper")


@dataclass(frozen=True)
class Plan:
    """How a model is trained, whatever the seed.

    Attributes:
        trainer: "ppo", "sft", or "classifier", which is the same for all seeds.
        env: the environment's id; a classifier needs none.
        settings: by name, as ``--set`` takes them.
        start: the plan of the model that it goes on from, on the same seed.
        classifier: the plan of the classifier that is the reward.
        tests: options of the task, by name, that the finished model is tried with besides its own.
        seconds: about what a run takes on one core, for what is said of the time alone.
    """

    trainer: str
    env: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: Plan | None = None
    classifier: Plan | None = None
    tests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: float = 60.0

    def with_settings(self, **changes: Any) -> Plan:
        """The same plan with some settings changed."""
        return replace(self, settings={**self.settings, **changes})

    def with_all(self, changes: Mapping[str, Any]) -> Plan:
        """The same plan with settings changed in it and in what it goes on from, but not in the classifier."""
        start = self.start.with_all(changes) if self.start else None
        seconds = self.seconds
        if isinstance(changes.get("steps"), int) and "steps" in self.settings:  # ``check`` refuses what is not a number
            seconds *= changes["steps"] / self.settings["steps"]
        return replace(self, settings={**self.settings, **changes}, start=start, seconds=seconds)

    def sources(self) -> list[Plan]:
        """The plans that have to be run before it."""
        return [plan for plan in (self.start, self.classifier) if plan is not None]

    def name(self, seed: int) -> str:
        """The folder of its run: the same for the same work, whichever figure asks for it."""
        task = f"-{task_name(self.env)}" if self.env else ""
        seed = 0 if self.trainer == "classifier" else seed
        return f"{self.trainer}{task}-{self._digest()}-seed{seed}"

    def start_command(self, seed: int) -> list[str]:
        """The arguments of ``formal-envs`` that run it, in the folder that holds ``runs``."""
        out = ["--out", f"runs/{self.name(seed)}"]
        if self.trainer == "classifier":
            return [_COMMANDS[self.trainer], *out, "--seed", "0"]
        start = ["--from", f"runs/{self.start.name(seed)}"] if self.start else []
        settings = dict(self.settings)
        if self.classifier:
            settings["classifier"] = f"runs/{self.classifier.name(seed)}"
        given = [set_option(*each) for each in settings.items()]
        return [_COMMANDS[self.trainer], self.env, *out, *start, f"--seed={seed}", *given]

    def all_commands(self, seed: int) -> list[list[str]]:
        """Those of what it goes on from, and its own."""
        return [*(command for plan in self.sources() for command in plan.all_commands(seed)), self.start_command(seed)]

    def resume_command(self, seed: int) -> list[str]:
        """The arguments that go on with a run that was stopped."""
        return [_COMMANDS[self.trainer], "--out", f"runs/{self.name(seed)}", "--resume"]

    def test_commands(self, seed: int) -> dict[str, list[str]]:
        """The arguments that print what its tests find, by label."""
        command = ["eval", f"runs/{self.name(seed)}", "--json"]
        return {
            label: [*command, *(set_option(*each) for each in options.items())] for label, options in self.tests.items()
        }

    def check(self) -> None:
        """Pass if the settings are ones that its trainer and its task have.

        Raises:
            ConfigError: a name is unknown, or a value is out of range.
        """
        for plan in self.sources():
            plan.check()
        if self.trainer != "classifier":
            offline = {name: value for name, value in self.settings.items() if name not in _LOADED}
            RunSpec.parse(self.env, offline, TRAINERS[self.trainer])

    def _digest(self) -> str:
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True).encode()).hexdigest()[:8]

    def _content(self) -> list[Any]:
        sources = [plan._content() if plan else None for plan in (self.start, self.classifier)]
        return [self.trainer, self.env, dict(self.settings), *sources]


@dataclass(frozen=True)
class Result:
    """What a finished run left.

    Attributes:
        folder: the run's.
        metrics: an object per step.
        summary: the end.
        tests: what ``formal-envs eval`` found with each of the plan's ``tests``.
    """

    folder: Path
    metrics: Sequence[Mapping[str, float]]
    summary: Mapping[str, Any]
    tests: Mapping[str, Mapping[str, Any]]


Curve = Callable[[Result], tuple[Sequence[float], Sequence[float]]]
"""The x and y of a run's curve; one point where a panel compares single figures."""


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Attributes:
        title: above it.
        lines: what is drawn, by its label.
        curve: of each run; lines are means over seeds.
        x_label, y_label: of the axes.
        span: of the y axis; None fits it to the data.
        group: tells the panel's lines from those of the same label elsewhere in the figure.
    """

    title: str
    lines: Mapping[str, Plan]
    curve: Curve
    y_label: str
    x_label: str = "step"
    span: tuple[float, float] | None = None
    group: str = ""

    def named_lines(self) -> dict[str, Plan]:
        """The lines by their names in the figure."""
        return {f"{label}, {self.group}" if self.group else label: plan for label, plan in self.lines.items()}


@dataclass(frozen=True)
class Figure:
    """A picture, the runs that it needs and what it shows.

    Attributes:
        title: what is compared.
        panels: row by row.
        columns: panels side by side.
        conclude: a sentence computed from the figure's data (see agents/experiments/curves.py).
        table: rows of named cells, computed from the results of each label, seed by seed.
        seeds: how many, where nobody says.
    """

    title: str
    panels: Sequence[Panel]
    columns: int
    conclude: Callable[[Mapping[str, Any]], str]
    table: Callable[[Mapping[str, Sequence[Result]]], list[dict[str, Any]]] | None = None
    seeds: int = 3

    def plans(self) -> dict[str, Plan]:
        """Every plan that is drawn, by its label, with its panel's group where there is one."""
        return {name: plan for panel in self.panels for name, plan in panel.named_lines().items()}


def set_option(name: str, value: Any) -> str:
    """The argument of ``formal-envs`` that gives a setting."""
    return f"--set={name}={value if isinstance(value, str) else json.dumps(value)}"
