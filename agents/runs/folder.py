"""A run's folder: config.json, metrics.jsonl, samples.jsonl, summary.json, checkpoint/, curves.png, trackers' files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.runs.files import read_config, read_lines, write_json
from agents.runs.spec import RunSpec
from formal_envs.errors import ConfigError


class Run:
    """The folder of a run."""

    def __init__(self, folder: Path, spec: RunSpec):
        self.folder, self.spec = folder, spec
        self.checkpoint = folder / "checkpoint"
        self.metrics_file = folder / "metrics.jsonl"
        self.samples_file = folder / "samples.jsonl"
        self.summary_file = folder / "summary.json"
        self.tensorboard = folder / "tensorboard"
        self.trackers_file = folder / "trackers.json"

    @classmethod
    def create(cls, folder: Path, spec: RunSpec, processes: int = 1) -> Run:
        """Start a new run of so many processes.

        Raises:
            ConfigError: the folder holds a run already, or what is left of one.
        """
        if (folder / "config.json").exists():
            raise ConfigError(f"{folder} holds a run already: add --resume to go on with it, or choose another --out")
        for name in ("checkpoint", "checkpoint.old", "metrics.jsonl"):
            if (folder / name).exists():
                raise ConfigError(f"{folder} holds {name} of a run without its config.json: choose another --out")
        folder.mkdir(parents=True, exist_ok=True)
        spec.write(folder, processes)
        return cls(folder, spec)

    @classmethod
    def begin(cls, folder: Path, spec: RunSpec, resume: bool, accelerator: Any) -> Run:
        """The run that all processes of an accelerator share: a new one, or with ``resume`` the one that is there.

        Raises:
            ConfigError: as ``create`` and ``open`` do.
        """
        if accelerator.is_main_process and not resume:
            cls.create(folder, spec, accelerator.num_processes)
        accelerator.wait_for_everyone()
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read an existing run.

        Raises:
            ConfigError: the folder holds none, or its config.json is damaged.
        """
        return cls(folder, RunSpec.read(folder))

    def begun_by(self) -> int | None:
        """How many processes began the run; None where an older release has not said so."""
        count: int | None = read_config(self.folder).get("processes")
        return count

    def metrics(self) -> list[dict[str, float]]:
        """The metrics so far, one row per step; steps may differ in what they have.

        Raises:
            ConfigError: a line is damaged.
        """
        return [row for _, row in read_lines(self.metrics_file)]

    def samples(self) -> list[dict[str, Any]]:
        """What the model wrote at some steps, as ``sample_row`` makes it, with the step.

        Raises:
            ConfigError: a line is damaged.
        """
        return [row for _, row in read_lines(self.samples_file)]

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write summary.json."""
        write_json(self.summary_file, summary)
