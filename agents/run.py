"""A run's folder: config.json, metrics.jsonl, summary.json, tensorboard/, checkpoint/ and curves.png."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.config import PPOConfig
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError, unknown
from formal_envs.score import Reward
from formal_envs.tasks import TASKS, Task, make_task, option_names


@dataclass(frozen=True)
class RunSpec:
    """What to train on and how: an environment's id, the options of its task, and the agent's settings."""

    env: str
    options: Mapping[str, Any] = field(default_factory=dict)
    config: PPOConfig = field(default_factory=PPOConfig)

    @classmethod
    def parse(cls, env: str, settings: Mapping[str, Any]) -> RunSpec:
        """Sort settings by name into the task's options and the agent's.

        Raises:
            ConfigError: the id or a name is unknown (the nearest is named), or a value is out of range.
        """
        options = {name: settings[name] for name in settings if name in option_names(task_name(env))}
        rest = {name: settings[name] for name in settings if name not in options}
        for name in rest:
            if name not in PPOConfig.names():
                raise unknown("setting", name, [*PPOConfig.names(), *option_names(task_name(env))])
        spec = cls(env, options, PPOConfig.from_dict(rest))
        spec.layout()
        return spec

    def build(self, **changes: Any) -> tuple[Task, Reward]:
        """The task and its reward, with some options changed."""
        return make_task(task_name(self.env), **{**self.options, **changes})

    def layout(self) -> TokenLayout:
        """The tokenizer, the longest completion and the tokens that one may hold, as in the token environment."""
        return TokenLayout(self.build()[0], self.config.tokenizer, self.config.max_tokens or None)


def task_name(env: str) -> str:
    """The task behind the id of an environment, in its text or its token form.

    Raises:
        ConfigError: there is no such environment; the nearest is named.
    """
    ids = {f"Formal{name}{form}-v0": name for name in TASKS for form in ("", "Token")}
    plain = env.removeprefix("formal_envs:")
    if plain not in ids:
        raise unknown("environment", env, ids)
    return ids[plain]


class Run:
    """The folder of a run."""

    def __init__(self, folder: Path, spec: RunSpec):
        self.folder, self.spec = folder, spec
        self.checkpoint = folder / "checkpoint"
        self.metrics_file = folder / "metrics.jsonl"
        self.summary_file = folder / "summary.json"
        self.tensorboard = folder / "tensorboard"

    @classmethod
    def create(cls, folder: Path, spec: RunSpec) -> Run:
        """Start a new run.

        Raises:
            ConfigError: the folder holds a run already.
        """
        if (folder / "config.json").exists():
            raise ConfigError(f"{folder} holds a run already: add --resume to go on with it, or choose another --out")
        folder.mkdir(parents=True, exist_ok=True)
        text = {"env": spec.env, "options": dict(spec.options), "agent": spec.config.as_dict()}
        _write_json(folder / "config.json", text)
        return cls(folder, spec)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read an existing run.

        Raises:
            ConfigError: the folder holds none.
        """
        try:
            text = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConfigError(f"{folder} holds no run: there is no config.json in it") from None
        return cls(folder, RunSpec(text["env"], text["options"], PPOConfig.from_dict(text["agent"])))

    def metrics(self) -> list[dict[str, float]]:
        """The metrics of every step so far."""
        with self.metrics_file.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write summary.json."""
        _write_json(self.summary_file, summary)


class RunLog:
    """Writes a run's metrics, a JSON object a line, and the same to tensorboard.

    Args:
        run: the run.
        step: lines past it, which a killed run left behind its last checkpoint, are dropped.
        main: whether this process is the one that writes.
    """

    def __init__(self, run: Run, step: int, main: bool):
        self._main = main
        if not main:
            return
        from torch.utils.tensorboard import SummaryWriter

        kept = run.metrics_file.read_text(encoding="utf-8").splitlines(keepends=True)[:step] if step else []
        fresh = run.metrics_file.with_suffix(".new")
        fresh.write_text("".join(kept), encoding="utf-8")
        os.replace(fresh, run.metrics_file)
        self._lines = run.metrics_file.open("a", encoding="utf-8")
        self._board = SummaryWriter(str(run.tensorboard), purge_step=step + 1 if step else None)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._main:
            self._lines.close()
            self._board.close()

    def write(self, metrics: Mapping[str, float]) -> None:
        """Add the metrics of a step; they are on disk when this returns."""
        if not self._main:
            return
        self._lines.write(json.dumps(metrics) + "\n")
        self._lines.flush()
        for name, value in metrics.items():
            if name != "step":
                self._board.add_scalar(name, value, int(metrics["step"]))


def _write_json(path: Path, value: Any) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(fresh, path)
