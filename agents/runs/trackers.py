"""Trackers: other programs' views of the metrics of a run, by accelerate and each tracker's own library.

A run is in none of them unless its setting ``log`` names them. What it is called there stands in trackers.json in its
folder, so that a run that is resumed, or whose folder is moved, goes on as the same one.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.runs.config import TrainingConfig
from agents.runs.files import write_json
from agents.runs.folder import Run
from formal_envs.errors import ConfigError

PROJECT = "formal-envs"
"""What wandb and trackio file runs under."""


def check_trackers(config: TrainingConfig) -> None:
    """Pass if the libraries of a run's trackers are there. Nothing is imported to find out.

    Raises:
        ConfigError: one is missing.
    """
    for name in config.trackers:
        if importlib.util.find_spec(name) is None:
            raise ConfigError(f"log={name} needs the {name} extra: pip install 'formal-envs[{name}]'")


class Trackers:
    """The trackers of a run, which the process that writes its log opens.

    Args:
        run: the run.
        step: that the run goes on from; -1 where it begins.
    """

    def __init__(self, run: Run, step: int):
        self._open: list[Any] = []
        names = run.spec.config.trackers
        if not names:
            return
        from accelerate.tracking import LOGGER_TYPE_TO_CLASS

        called = _called(run)
        settings = {"env": run.spec.env, **run.spec.options, **run.spec.config.as_dict()}
        options: dict[str, dict[str, Any]] = {
            "tensorboard": {"logging_dir": run.folder, "purge_step": step + 1 if step >= 0 else None},
            "trackio": {"name": called, "resume": "allow", "config": settings},
            "wandb": {"id": called, "resume": "allow", "config": settings, "dir": str(run.folder)},
        }
        for name in names:
            project = run.tensorboard.name if name == "tensorboard" else PROJECT  # there it is a folder
            tracker = LOGGER_TYPE_TO_CLASS[name](project, **options[name])
            tracker.start()
            self._open.append(tracker)

    def write(self, metrics: Mapping[str, float]) -> None:
        """Add the metrics of a step."""
        values = {name: value for name, value in metrics.items() if name != "step"}
        for tracker in self._open:
            tracker.log(values, step=int(metrics["step"]))

    def close(self) -> None:
        """Finish the run in each of them."""
        for tracker in self._open:
            tracker.finish()


def _called(run: Run) -> str:
    """The name of a run among others of the project: its folder's, and a number that no other has."""
    path: Path = run.trackers_file
    if not path.exists():
        write_json(path, {"project": PROJECT, "run": f"{run.folder.resolve().name}-{secrets.token_hex(4)}"})
    called: str = json.loads(path.read_text(encoding="utf-8"))["run"]
    return called
