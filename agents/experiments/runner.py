"""Run what figures ask for: what is missing, in the order that it needs, several at once, each a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from agents.experiments.plan import Plan, Result
from agents.runs.folder import Run
from formal_envs.errors import FormalEnvError

_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Job:
    """A command: a run, or a test of a finished one.

    Attributes:
        name: of its log, and of the run's folder where it is a run.
        start, resume: arguments of ``formal-envs``, run in the folder that holds ``runs``.
        result: the file that is there when it has finished.
        needs: names of the jobs that come before.
        seconds: about what it takes.
        prints: whether the result is what the command prints.
    """

    name: str
    start: Sequence[str]
    resume: Sequence[str]
    result: Path
    needs: Sequence[str]
    seconds: float
    prints: bool = False

    def finished(self) -> bool:
        """Whether it has been done."""
        try:
            return bool(json.loads(self.result.read_text(encoding="utf-8")).get("finished", True))
        except (OSError, ValueError):
            return False

    def share(self) -> float:
        """The share of it that is done, as far as its metrics tell."""
        folder = self.result.parent
        try:
            steps = int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["agent"]["steps"])
            with (folder / "metrics.jsonl").open("rb") as metrics:
                return min(1.0, sum(1 for _ in metrics) / steps)
        except (OSError, KeyError, ValueError, ZeroDivisionError):
            return 0.0


def make_jobs(plans: Iterable[Plan], seeds: int, out: Path) -> dict[str, Job]:
    """The jobs of plans, by name, each once, after those that they need."""
    jobs: dict[str, Job] = {}

    def add(plan: Plan, seed: int) -> str:
        name = plan.name(seed)
        if name in jobs:
            return name
        needs = [add(source, seed) for source in plan.sources()]
        folder = out / "runs" / name
        resume = plan.start_command(seed) if plan.trainer == "classifier" else plan.resume_command(seed)
        jobs[name] = Job(name, plan.start_command(seed), resume, folder / "summary.json", needs, plan.seconds)
        for label, command in plan.test_commands(seed).items():
            result = test_file(folder, label)
            test = f"{name}-test-{label}"
            jobs[test] = Job(test, command, command, result, [name], 10.0, prints=True)
        return name

    for seed in range(seeds):
        for plan in plans:
            add(plan, seed)
    return jobs


def test_file(run: Path, label: str) -> Path:
    """Where the result of a test is kept."""
    return run / f"test-{label}.json"


def run_jobs(
    jobs: Mapping[str, Job], out: Path, at_once: int, threads: int | None, report: Callable[[Set[str]], None]
) -> None:
    """Run the jobs that are not finished, ``at_once`` at a time, with a bar over all of them.

    Args:
        threads: of each process; None leaves that to each run. One makes the results the same however many run at once.
        report: called with the names of all finished jobs, at the start and after each.

    Raises:
        FormalEnvError: a command failed; its log is named, and the other ones are stopped.
        KeyboardInterrupt: after Ctrl-C, once the runs have ended their steps and written checkpoints.
    """
    (out / "logs").mkdir(parents=True, exist_ok=True)
    with _lock(out) as lock:
        finished = {name for name, job in jobs.items() if job.finished()}
        waiting = [job for name, job in jobs.items() if name not in finished]
        running: dict[str, _Running] = {}
        environment = {**os.environ, **({"OMP_NUM_THREADS": str(threads)} if threads else {})}
        report(finished)
        with _bar(jobs, finished) as bar, _stopped(running):
            while waiting or running:
                for job in [job for job in waiting if finished.issuperset(job.needs)]:
                    if len(running) < at_once:
                        waiting.remove(job)
                        running[job.name] = _Running.begin(job, out, environment, lock)
                time.sleep(_POLL_SECONDS)
                for name, each in list(running.items()):
                    if each.ended():
                        del running[name]
                        finished.add(name)
                        report(finished)
                _show(bar, jobs, finished, running)


@dataclass
class _Running:
    job: Job
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def begin(cls, job: Job, out: Path, environment: Mapping[str, str], lock: int) -> _Running:
        log = out / "logs" / f"{job.name}.log"
        begun = (job.result.parent / "config.json").exists()
        arguments = job.resume if begun else job.start
        command = [sys.executable, "-m", "formal_envs", *arguments]
        # The lock goes with the process: while one of a killed command is left, no other command may touch its run.
        with log.open("wb") as errors, _output(job) as printed:
            process = subprocess.Popen(
                command, cwd=out, env=environment, stdout=printed or errors, stderr=errors, pass_fds=(lock,)
            )
        return cls(job, process, log)

    def ended(self) -> bool:
        code = self.process.poll()
        if code is None:
            return False
        if code == 130:
            raise KeyboardInterrupt
        if code:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise FormalEnvError(
                f"a run failed with status {code}: {lines[-1] if lines else 'it said nothing'}\nsee {self.log}"
            )
        if self.job.prints:
            _printed(self.job).replace(self.job.result)
        if not self.job.finished():
            raise FormalEnvError(f"a run ended before its end; see {self.log}")
        return True


def _printed(job: Job) -> Path:
    return job.result.with_suffix(".new")


@contextlib.contextmanager
def _output(job: Job) -> Iterator[IO[bytes] | None]:
    if not job.prints:
        yield None
        return
    with _printed(job).open("wb") as file:
        yield file


@contextlib.contextmanager
def _stopped(running: Mapping[str, _Running]) -> Iterator[None]:
    """Wait for the processes that are left after Ctrl-C, which they have got as well, and end them after an error.

    A request to terminate is one as well; it would leave them behind otherwise.
    """
    previous = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    except KeyboardInterrupt:
        for each in running.values():
            each.process.wait()
        raise
    except BaseException:
        for each in running.values():
            each.process.terminate()
            each.process.wait()
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextlib.contextmanager
def _lock(out: Path) -> Iterator[int]:
    """Hold the folder; wait while another command, or what a killed one left running, holds it."""
    import fcntl

    with (out / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tqdm.write(f"runs of another command are still at work in {out}: waiting for them", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _bar(jobs: Mapping[str, Job], finished: Set[str]) -> Any:
    return tqdm(
        total=round(sum(job.seconds for job in jobs.values())),
        initial=round(sum(jobs[name].seconds for name in finished)),
        desc="reproduce",
        unit="s of work",
        dynamic_ncols=True,
        mininterval=0.5 if sys.stderr.isatty() else 60,
    )


def _show(bar: Any, jobs: Mapping[str, Job], finished: Set[str], running: Mapping[str, _Running]) -> None:
    now = {name: each.job.share() for name, each in running.items()}
    shares = {**dict.fromkeys(finished, 1.0), **now}
    work = sum(jobs[name].seconds * share for name, share in shares.items())
    shown = ", ".join(f"{name} {share:.0%}" for name, share in now.items())
    bar.set_postfix_str(f"{len(finished)} of {len(jobs)} done; {shown}", refresh=False)
    bar.update(max(0, round(work) - bar.n))


def read_result(plan: Plan, seed: int, out: Path) -> Result:
    """What the finished run of a plan left."""
    folder = out / "runs" / plan.name(seed)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    tests = {label: json.loads(test_file(folder, label).read_text(encoding="utf-8")) for label in plan.tests}
    return Result(folder, Run.open(folder).metrics(), summary, tests)
