"""Completions scored per second by one process, and by a pool of one and of two workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from formal_envs.errors import ConfigError
from formal_envs.pool import ScoringPool
from formal_envs.score import Reward, Score, all_scored, score_batch
from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys, seeded_stream

SPUN = 0.01
"""Seconds of a processor that ``Spinning`` takes for a text."""
_WARM = 16  # completions of a first batch, which is not measured


class Case(NamedTuple):
    """A reward; how many completions a round has; and what gives the prompts and the completions of some numbers."""

    reward: Reward
    size: int
    texts: Callable[[int, int], tuple[list[str], list[str]]]


class Spinning:
    """A reward of plain Python that takes its time."""

    range = (0.0, 1.0)

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        until = time.thread_time() + SPUN
        while time.thread_time() < until:
            pass
        return Score(1.0, {})


def bench_scoring(rounds: int = 5, share: float = 1.0) -> dict[str, Any]:
    """Measure VADER, games of 100 random playouts, and ``Spinning``.

    All ways score the same completions in turn, new ones each round, so that what else the machine does meets all of
    them. One process scores games in threads, a worker in one.

    Args: rounds, how many; share, of the usual number of completions in each.

    Returns: ``load`` of the machine; and of each reward ``here``, ``1`` and ``2``, the completions per second by the
    wall's clock in this process and by as many workers, ``gain``, the median over the rounds of 2's rate over 1's, and
    ``cpu_gain``: the seconds of a processor of this process and of one worker, over those of this process and of the
    busier one of two. That is the gain where nothing else runs, whatever does here.

    Raises:
        ConfigError: psutil is not installed.
    """
    results: dict[str, Any] = {"load": os.getloadavg()[0]}
    for name, case in _cases(share).items():
        with ScoringPool(case.reward, 1) as one, ScoringPool(case.reward, 2) as two:
            spent = _in_turn({"here": case.reward, "1": one, "2": two}, case, rounds)
        rates = {way: case.size * rounds / sum(wall for wall, _ in each) for way, each in spent.items()}
        walls, busiest = (np.array([[row[clock] for row in spent[way]] for way in "12"]) for clock in (0, 1))
        gain, cpu_gain = float(np.median(walls[0] / walls[1])), float(busiest[0].sum() / busiest[1].sum())
        results[name] = {**rates, "gain": gain, "cpu_gain": cpu_gain}
    return results


def _in_turn(ways: Mapping[str, Reward], case: Case, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Of each round of each way of scoring the wall's seconds, and the processor's of this process and its busiest."""
    spent: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for scorer in ways.values():  # workers are there then, and what is made once is made
        all_scored(score_batch(scorer, *case.texts(0, _WARM)))
    for number in range(rounds):
        batch = case.texts(_WARM + number * case.size, case.size)
        for way, scorer in ways.items():
            begin, used = time.perf_counter(), _used(scorer)
            all_scored(score_batch(scorer, *batch))
            wall, more = time.perf_counter() - begin, _used(scorer)
            own, *others = [after - before for before, after in zip(used, more, strict=True)]
            spent[way].append((wall, own + max(others, default=0.0)))
    return spent


def _used(scorer: Reward) -> list[float]:
    """Seconds of a processor that this process and the workers have had."""
    try:
        from psutil import Process
    except ImportError:
        raise ConfigError("bench scoring needs psutil: pip install psutil") from None
    times = [Process(pid).cpu_times() for pid in (scorer.pids if isinstance(scorer, ScoringPool) else ())]
    return [time.process_time(), *(each.user + each.system for each in times)]


def _cases(share: float) -> dict[str, Case]:
    def solved(name: str, size: int, **options: Any) -> Case:
        task, reward = make_task(name, **options)

        def texts(first: int, count: int) -> tuple[list[str], list[str]]:
            problems = task.sample(problem_keys(seeded_stream(0), np.arange(first, first + count)))
            return list(problems.prompts), list(problems.solutions)

        return Case(reward, max(1, round(size * share)), texts)

    spinning = Case(Spinning(), max(1, round(128 * share)), lambda first, count: ([""] * count, [""] * count))
    return {
        "vader": solved("FormalSentiment-v0", 4096, reward="vader"),
        "games": solved("FormalGame-v0", 128, playouts=100),
        f"{SPUN * 1000:.0f} ms of Python": spinning,
    }
