"""What a run writes while it trains: metrics and samples, by one process at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from agents.runs.files import drop_later_lines
from agents.runs.folder import Run
from agents.runs.keeping import bounded, kept_rows
from agents.runs.trackers import Trackers
from formal_envs.errors import ConfigError
from formal_envs.score import Score, Unscored


class RunLog:
    """Writes a run's metrics and samples, one JSON object per line, and the metrics to its trackers as well.

    It locks the run until it is closed, or the process is gone.

    Args:
        run: the run.
        step: lines of later steps, which a killed run left behind its last checkpoint, are dropped; -1 drops all.
        main: whether this process is the one that writes.

    Raises:
        ConfigError: another process trains the run, or the metrics up to the step are not all there.
    """

    def __init__(self, run: Run, step: int, main: bool):
        self._main = main
        if not main:
            return
        self._lock = _lock(run.folder)
        kept = drop_later_lines(run.metrics_file, step)
        missing = sorted({*range(1, step + 1)} - {*kept})
        if missing:
            raise ConfigError(
                f"{run.metrics_file} lacks step {missing[0]}, and the checkpoint is of step {step}: put the missing "
                f"lines back; or train on from its model in another folder, with --from {run.folder}"
            )
        drop_later_lines(run.samples_file, step)
        self._metrics = run.metrics_file.open("a", encoding="utf-8")
        self._samples = run.samples_file.open("a", encoding="utf-8")
        self._trackers = Trackers(run, step)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._main:
            self._metrics.close()
            self._samples.close()
            self._trackers.close()
            self._lock.release()

    def write(self, metrics: Mapping[str, float]) -> None:
        """Add the metrics of a step; they are on disk when this returns."""
        if not self._main:
            return
        self._metrics.write(json.dumps(metrics) + "\n")
        self._metrics.flush()
        self._trackers.write(metrics)

    def write_samples(
        self,
        step: int,
        prompts: Sequence[str],
        solutions: Sequence[str],
        completions: Sequence[str],
        scores: Sequence[Score | Unscored],
    ) -> None:
        """Add what the model wrote at a step, or as much of it as a run keeps.

        Args: as of ``kept_rows``.
        """
        if self._main:
            rows = kept_rows(prompts, solutions, completions, scores)
            self._samples.writelines(bounded([json.dumps({"step": step, **row}) + "\n" for row in rows]))
            self._samples.flush()


def _lock(folder: Path) -> FileLock:
    """A lock that the system takes back when the process ends, however it ends."""
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(f"another process trains the run in {folder} now: wait for it, or stop it") from None
    return lock
