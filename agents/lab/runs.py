"""The runs that the lab shows: those named when it started, and those below the folders that were named."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.lab.files import NAME, last_row, read_object
from agents.lab.metrics import Metrics
from agents.lab.samples import Entry, Query, Samples, finite, whole
from formal_envs.errors import ConfigError, check_choice

DEPTH, MOST = 4, 500
"""How deep below a named folder runs are looked for, and how many are found."""
_FOLDERS = 5000  # that are looked into
_LIVE = 120.0  # seconds within which a run that trains has written something
_HIDDEN = ("checkpoint", "checkpoint.old", "tensorboard", "rescored")
_SHOWN = 300  # characters of a setting


class RunView:
    """A run as the lab reads it. Nothing of it is imported, made or trusted.

    Args:
        name: that the page knows it by.
        folder: of the run.
    """

    def __init__(self, name: str, folder: Path):
        self.name, self.folder = name, folder
        self.lock = threading.Lock()  # requests come in several threads
        self.metrics = Metrics(folder)
        self._samples: dict[str, Samples] = {}

    def rescored(self) -> list[str]:
        """Names of the files of rescored samples."""
        try:
            found = os.listdir(self.folder / "rescored")
        except OSError:
            return []
        names = (name.removesuffix(".jsonl") for name in found if name.endswith(".jsonl"))
        return sorted(name for name in names if NAME.fullmatch(name))[:50]

    def samples(self, rescored: str = "") -> Samples:
        """The samples so far, or those that are rescored under a name.

        Raises:
            ConfigError: there is no such file.
        """
        if rescored:
            check_choice("rescored file", rescored, self.rescored())
        name = f"rescored/{rescored}.jsonl" if rescored else "samples.jsonl"
        found = self._samples.setdefault(name, Samples(self.folder, name))
        found.update()
        return found

    def line(self) -> dict[str, Any]:
        """The run in a list of runs."""
        config, _ = read_object(self.folder, "config.json")
        summary, _ = read_object(self.folder, "summary.json")
        latest = last_row(self.folder, "metrics.jsonl")  # of many runs not all of the metrics are read
        settings = config.get("agent")
        steps = settings.get("steps") if isinstance(settings, dict) else None
        return {
            "run": self.name,
            "env": _shown(config.get("env", "")),
            "trainer": _shown(config.get("trainer", "")),
            "step": whole(latest.get("step")) or 0,
            "steps": whole(steps),
            "reward": finite(latest.get("reward_mean")),
            "state": self._state(summary),
            "rescored": self.rescored(),
        }

    def _state(self, summary: dict[str, Any]) -> str:
        """ "finished", "training" where it wrote within minutes, else "stopped"."""
        if summary.get("finished") is True:
            return "finished"
        try:
            written = (self.folder / "metrics.jsonl").lstat().st_mtime
        except OSError:
            return "stopped"
        ended = bool(summary) and _changed(self.folder / "summary.json") >= written
        return "training" if time.time() - written < _LIVE and not ended else "stopped"

    def whole(self) -> dict[str, Any]:
        """The run on its own page: its settings, what it came to, and what there is to look at."""
        line = self.line()
        config, wrong_config = read_object(self.folder, "config.json")
        summary, wrong_summary = read_object(self.folder, "summary.json")
        self.metrics.update()
        samples = self.samples()
        steps: dict[int, int] = defaultdict(int)
        for entry in samples.entries:
            steps[entry.step] += 1
        said = [text for text in (wrong_config, wrong_summary) if text]
        return {
            **line,
            "options": _plain(config.get("options")),
            "config": _flat({name: config[name] for name in ("options", "agent") if name in config}),
            "summary": _flat(summary),
            "metrics": self.metrics.names,
            "samples": len(samples.entries),
            "moments": [[step, count] for step, count in sorted(steps.items())],
            "parts": samples.parts,
            "kinds": [[kind, count] for kind, count in samples.kinds.most_common(60)],
            "left_out": [*said, *self.metrics.lines.left_out(), *samples.left_out()],
        }


def groups_of(samples: Samples, step: int, offset: int, limit: int) -> dict[str, Any]:
    """The prompts of a step, those first that have most completions, each with how its completions' rewards spread."""
    members: dict[int, list[Entry]] = defaultdict(list)
    for entry in samples.find(Query(first=step, last=step)):
        members[entry.group].append(entry)
    order = sorted(members.values(), key=lambda group: (-len(group), group[0].group))
    page = order[offset : offset + limit]
    firsts = samples.rows([group[0] for group in page])
    groups = [
        {"group": group[0].group, "prompt": row["prompt"], "solution": row.get("solution"), **spread(group)}
        for group, row in zip(page, firsts, strict=True)
        if row
    ]
    return {"groups": groups, "total": len(order)}


def spread(group: Sequence[Entry]) -> dict[str, Any]:
    """How the rewards of a prompt's completions spread; the standard deviation is that of these completions."""
    rewards = [entry.reward for entry in group if entry.reward is not None]
    return {
        "count": len(group),
        "rewards": rewards[:200],
        "mean": float(np.mean(rewards)) if rewards else None,
        "deviation": float(np.std(rewards)) if rewards else None,
    }


class Runs:
    """The runs below some folders, which are looked for again when they are asked for.

    Args:
        folders: of runs, or with runs below them.

    Raises:
        ConfigError: one is no folder.
    """

    def __init__(self, folders: Sequence[Path]):
        for folder in folders:
            if not folder.is_dir():
                raise ConfigError(f"{folder} is no folder: name those of runs, or one that has runs below it")
        self._roots = {_unlike(folder, folders): folder.resolve() for folder in folders}
        self._known: dict[str, RunView] = {}
        self._lock = threading.Lock()

    def all(self) -> list[RunView]:
        """The runs that are there now."""
        with self._lock:
            found = dict(self._found())
            known = {name: self._known.get(name) or RunView(name, folder) for name, folder in found.items()}
            self._known = known
            return list(known.values())

    def get(self, name: str) -> RunView:
        """The run of a name.

        Raises:
            ConfigError: there is none; the nearest is named.
        """
        if name not in self._known:
            self.all()
        return self._known[check_choice("run", name, self._known)]

    def _found(self) -> Iterator[tuple[str, Path]]:
        count = 0
        for root_name, root in self._roots.items():
            for folder in _below(root):
                inside = folder.relative_to(root).as_posix()
                yield root_name if inside == "." else f"{root_name}/{inside}", folder
                count += 1
                if count >= MOST:
                    return


def _unlike(folder: Path, folders: Sequence[Path]) -> str:
    """A folder's own name, or as much of its path as tells it from the others."""
    parts = folder.resolve().parts
    others = {other.resolve().parts for other in folders} - {parts}
    for count in range(1, len(parts) + 1):
        if all(other[-count:] != parts[-count:] for other in others):
            return "/".join(parts[-count:])
    return folder.resolve().as_posix()


def _below(root: Path) -> Iterator[Path]:
    """The folders of runs at and below a folder; links are not followed."""
    for looked, (path, folders, files) in enumerate(os.walk(root)):
        folder = Path(path)
        if {"metrics.jsonl", "samples.jsonl"} & set(files):
            yield folder
        deep = len(folder.relative_to(root).parts) >= DEPTH
        folders[:] = [] if deep or looked > _FOLDERS else sorted(name for name in folders if name not in _HIDDEN)


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _shown(value: object) -> str:
    """A value of a file as a text that is not long."""
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except (ValueError, RecursionError):
        text = "…"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _plain(options: object) -> dict[str, Any] | None:
    """Options that the page may ask a score with; None where one of them is more than a text, a number or a switch."""
    if not isinstance(options, dict) or len(options) > 40:
        return None
    plain = all(
        value is None or isinstance(value, bool) or finite(value) is not None or _is_short(value)
        for value in options.values()
    )
    return options if plain and all(map(_is_short, options)) else None


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _SHOWN


def _flat(found: dict[str, Any]) -> dict[str, str]:
    """Names and values, those of objects in it by both names, at most 200."""
    flat: dict[str, str] = {}
    for name, value in found.items():
        inner = value.items() if isinstance(value, dict) else ()
        flat |= {f"{name[:80]}.{key[:80]}": _shown(of) for key, of in inner} if inner else {name[:80]: _shown(value)}
    return dict(list(flat.items())[:200])
