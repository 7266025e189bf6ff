"""Completions a second of a ScoringPool: VADER, games, and a reward in Python of 10 ms, by no, one and two workers.

python -m tests.audits.scoring_rates
"""

import argparse
import os
import time

import numpy as np

from formal_envs.pool import ScoringPool
from formal_envs.score import Score, score_batch
from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys


class TenMilliseconds:
    """Works for 10 ms of the processor: the loop is sized once, and is the same in all processes."""

    range = (0.0, 1.0)

    def __init__(self):
        self.rounds = 1
        while (spent := self._seconds()) < 0.01:
            self.rounds = int(self.rounds * max(1.2, min(10.0, 0.01 / max(spent, 1e-4))))

    def _seconds(self):
        begun = time.process_time()
        self.score("", "")
        return time.process_time() - begun

    def score(self, prompt, completion):
        value = 0
        for place in range(self.rounds):
            value = (value * 31 + place) % 1_000_003
        return Score(value / 1_000_003, {})


def problems(name, count):
    """The reward of a task, prompts, and right and half completions."""
    task, reward = make_task(name)
    made = task.sample(problem_keys(np.uint64(1), np.arange(count)))
    texts = [text if place % 2 else text[: len(text) // 2] for place, text in enumerate(made.solutions)]
    return reward, list(made.prompts), texts


def rate(reward, prompts, texts, seconds):
    """Completions a second, and seconds of a processor for each, this process and its children that have ended."""
    score_batch(reward, prompts[:8], texts[:8])
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        score_batch(reward, prompts, texts)
        count += len(texts)
    return count / (time.perf_counter() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement, at least")
    seconds = parser.parse_args().seconds
    slow = TenMilliseconds()
    cases = {
        "VADER": problems("Sentiment", 2048),
        "games": problems("Game", 64),
        "Python, 10 ms": (slow, [""] * 128, [""] * 128),
    }
    print("reward workers completions/s cpu_us_per_completion")
    for name, (reward, prompts, texts) in cases.items():
        for workers in (0, 1, 2):
            before = os.times()
            begun = time.perf_counter()
            if workers:
                with ScoringPool(reward, workers) as pool:
                    found = rate(pool, prompts, texts, seconds)
            else:
                found = rate(reward, prompts, texts, seconds)
            after, passed = os.times(), time.perf_counter() - begun
            used = sum(after[:4]) - sum(before[:4])
            print(f"{name} {workers} {found:.0f} {used / (found * passed) * 1e6:.0f}", flush=True)


if __name__ == "__main__":
    main()
