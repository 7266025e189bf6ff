"""Speed of random play beside other engines, one core, each measurement in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.ludii.conformance.peer_games import GAMES, PeerGame

PACKAGES = {"ours": "formal-envs", "pgx": "pgx", "ludax": "ludax", "open_spiel": "open_spiel"}
ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "OMP_NUM_THREADS": "1",
}


def versions() -> dict[str, str]:
    """The version of each engine that is installed."""
    found = {}
    for engine, package in PACKAGES.items():
        try:
            found[engine] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _measure(engine: str, name: str, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "formal_envs.ludii.conformance.peer_engines", engine, name, str(seconds)]
    done = subprocess.run(
        [*command, str(time.time())], env={**os.environ, **ONE_THREAD}, capture_output=True, text=True
    )
    if done.returncode:
        raise ConfigError(f"{engine} does not play {name}: {done.stderr.strip()[-500:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _has(game: PeerGame, engine: str) -> bool:
    return engine == "ours" or bool(getattr(game, engine))


def bench_peers(seconds: float = 2.0, names: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Random games in this package's engine and in those peers that are installed and have the game.

    All run on one core of this machine, with one thread. Pgx and Ludax play 64 and 1,024 games at once, of which the
    fastest call counts, without observations; OpenSpiel's games are played out in C++.

    Args:
        seconds: CPU time for each rate, at least.
        names: of GAMES; all of them where there is none.

    Yields: for each engine of each game its names, "rate" (moves per CPU-second, of games that still go on), "length"
    (mean moves of a game: where the rules are the same, so are these), "first_s" (seconds from the start of the process
    to the end of the first step).

    Raises:
        ConfigError: a name that GAMES does not have; a peer that fails.
    """
    if unknown := [name for name in names if name not in GAMES]:
        raise ConfigError(f"unknown game {unknown[0]!r}: expected one of {', '.join(GAMES)}")
    for name in names or GAMES:
        for engine in versions():
            if _has(GAMES[name], engine):
                yield {"game": name, "engine": engine, **_measure(engine, name, seconds)}
