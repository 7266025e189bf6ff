"""What the game rewards pay for games whose worth is known: ``python -m tests.audits.judged_games [--kind skill]``.

``judged/bad`` has 135 thoughtless games that random play pays well, of some seventy kinds, ``judged/good`` 60 games
that people have played for long. The first line of each says what it is, and why it is bad. The games were written by
someone who did not know the reward.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from formal_envs.rewards import GameReward
from formal_envs.tasks.game.kinds import KINDS

FOLDER = Path(__file__).parent / "judged"
LOW, HIGH = 0.2, 0.6


def scored(kind: str, file: Path) -> tuple[Path, float, str, float]:
    """A file, its value, why it is not worth more, and the processor's seconds."""
    began = time.process_time()
    score = GameReward(kind=kind).score("", file.read_text(encoding="utf-8"))
    return file, score.value, score.failure or "", time.process_time() - began


def main() -> None:
    """Print the games on the wrong side, then how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", default="skill", choices=list(KINDS))
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    for group, right in (("bad", lambda value: value < LOW), ("good", lambda value: value > HIGH)):
        files = sorted((FOLDER / group).glob("*.lud"))
        with ProcessPoolExecutor(options.jobs) as pool:
            rows = list(pool.map(scored, [options.kind] * len(files), files, chunksize=1))
        for file, value, why, _ in sorted(rows, key=lambda row: row[1]):
            if not right(value):
                told = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("// ")
                sys.stdout.write(f"{value:.3f} {file.stem}: {why or told}\n")
        seconds = sorted(row[3] for row in rows)
        share = sum(right(value) for _, value, _, _ in rows)
        sys.stdout.write(
            f"{group}: {share} of {len(rows)} {'below 0.2' if group == 'bad' else 'above 0.6'}; CPU seconds: median "
            f"{statistics.median(seconds):.2f}, 95th percentile {seconds[int(0.95 * len(seconds))]:.2f}\n"
        )


if __name__ == "__main__":
    main()
