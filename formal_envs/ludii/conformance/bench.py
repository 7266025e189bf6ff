"""How long a game's text takes from its first character to its reward.

Times are seconds of processor time but for those of whole processes, which are seconds of the clock. They depend on the
machine; the games are the same in each measurement.
"""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from formal_envs.errors import ConfigError
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.play.program import compile_game
from formal_envs.ludii.play.report import evaluate_game

#: Games of our own, which lie beside the tests.
GAMES = Path(__file__).parents[3] / "tests" / "games"


def texts_of(data: Path | None) -> list[str]:
    """The descriptions in a folder of .lud, or in games.jsonl.gz (or a folder that holds it).

    Raises:
        ConfigError: there is none.
    """
    source = data or GAMES
    packed = source / "games.jsonl.gz" if source.is_dir() else source
    if packed.is_file():
        with gzip.open(packed, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
    else:
        texts = [path.read_text(encoding="utf-8") for path in sorted(source.glob("*.lud"))]
    if not texts:
        raise ConfigError(f"no games in {source}: expected .lud files or games.jsonl.gz")
    return texts


def _compile_seconds(text: str) -> float | None:
    start = time.process_time()
    try:
        compile_game(text)
    except GameError:
        return None
    return time.process_time() - start


def _reward_seconds(text: str, playouts: int) -> float | None:
    start = time.process_time()
    report = evaluate_game(text, playouts)
    return time.process_time() - start if report.compiles and report.supported else None


def _share(texts: list[str], playouts: int) -> None:
    for text in texts:
        evaluate_game(text, playouts)


def _first_call(text: str, playouts: int) -> float:
    """Seconds of a whole process that evaluates one game, the interpreter's start included."""
    code = f"import sys; from formal_envs.ludii import evaluate_game; evaluate_game(sys.stdin.read(), {playouts})"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], input=text, text=True, check=True)
    return time.perf_counter() - start


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def bench_games(data: Path | None = None, playouts: int = 100) -> dict[str, float]:
    """Seconds of each stage over a folder of games, of those that the engine plays.

    Returns: from text to reward the median, four higher percentiles and the slowest; the median and the 95th percentile
    from text to Program; a first call in a new process; and how many times faster two processes are than one on the
    same games.
    """
    texts = texts_of(data)
    evaluate_game(texts[0], 1)  # compiles the engine and fills what all games share, outside the clock
    compiled = [s for text in texts if (s := _compile_seconds(text)) is not None]
    rewards = [s for text in texts if (s := _reward_seconds(text, playouts)) is not None]
    if not rewards:
        raise ConfigError("the engine plays none of these games")
    result = {
        "games": float(len(texts)),
        "games_played": float(len(rewards)),
        "playouts": float(playouts),
        "reward_median_s": statistics.median(rewards),
        **{f"reward_p{share}_s": _percentile(rewards, share / 100) for share in (75, 90, 95, 99)},
        "reward_max_s": max(rewards),
        "program_median_s": statistics.median(compiled),
        "program_p95_s": _percentile(compiled, 0.95),
        "first_call_s": _first_call(texts[0], playouts),
    }
    half = partial(_share, playouts=playouts)
    sample = texts[:: max(1, len(texts) // 50)]
    start = time.perf_counter()
    half(sample)
    one = time.perf_counter() - start
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(evaluate_game, [texts[0]] * 2, [1] * 2))  # both have started
        start = time.perf_counter()
        list(pool.map(half, [sample[i : i + 1] for i in range(len(sample))]))
        two = time.perf_counter() - start
    result["two_processes_times_one"] = one / two
    return result
