"""Two trainings from start to end: reviews that a classifier likes by a GPT-2 small, and arithmetic by the default."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from part import Part
from stand_ins import folder_of

from agents.models.classifier import train_classifier
from agents.ppo import train
from agents.runs.config import SFTConfig
from agents.runs.folder import Run
from agents.runs.spec import RunSpec
from agents.sft import train_supervised

WANTED = 0.9
"""Of the classifier's probability, in [0, 1], that a review is positive."""
_SPARE = 15  # seconds that the end of a run needs, for its checkpoint and its evaluation
_MEAN_OF = 5  # steps that a reward is the mean of


def sentiment(part: Part) -> None:
    """A classifier, a supervised start of GPT-2 small, whose weights are random, and PPO to the classifier's reward.

    Raises:
        AssertionError: the reward stays below ``WANTED``.
    """
    classifier, start, out = (part.work / name for name in ("classifier", "start", "sentiment"))
    made = train_classifier(classifier, examples=part.pick(8192, 64), epochs=part.pick(4, 1), device=part.device.type)
    part.note("classifier", {name: made[name] for name in ("seconds", "accuracy")})

    shared = {"device": part.device.type, "bf16": part.device.type == "cuda", "max_tokens": part.pick(48, 8)}
    shared |= {"test_episodes": part.pick(256, 8), "validation": part.pick(256, 8), "checkpoint_every": 10_000}
    supervised = {"steps": part.pick(300, 3), "batch": part.pick(128, 8), "examples": part.pick(8192, 64)}
    supervised |= {"learning_rate": 3e-4, "warmup": part.pick(30, 1), "evaluate_every": 10_000}
    spec = RunSpec.parse("FormalSentiment-v0", {**shared, **supervised, "model": folder_of(part, "gpt2")}, SFTConfig)
    summary = train_supervised(spec, start)
    part.note("start", {name: summary[name] for name in ("seconds", "validation_loss")})

    settings = {"reward": "classifier", "classifier": str(classifier), "steps": part.pick(100, 3)}
    settings |= {"prompts": part.pick(32, 4), "completions": part.pick(8, 2), "learning_rate": 1e-4, "warmup": 5}
    spec = RunSpec.parse("FormalSentiment-v0", {**shared, **settings, "model": str(start)})
    with interrupted_after(part.left() - _SPARE):
        summary = train(spec, out)
    rows = Run.open(out).metrics()
    rewards = [row["reward_mean"] for row in rows]
    part.note("reward_by_step", [[row["step"], row["seconds"], row["reward_mean"], row["kl"]] for row in rows])
    reached = first_at(WANTED, rewards)
    part.note(
        "ppo",
        {
            "steps": len(rows),
            "seconds": rows[-1]["seconds"],
            "reward_at_first": rewards[0],
            "reward_at_last": mean(rewards[-_MEAN_OF:]),
            "kl_nats": rows[-1]["kl"],
            "reward_sampled_on_test": summary["sampled_test"]["reward_mean"],
            "step_of_0.9": rows[reached]["step"] if reached is not None else None,
            "seconds_to_0.9": rows[reached]["seconds"] if reached is not None else None,
            "peak_gib": part.peak_gib(),
            **rates(rows),
        },
    )
    if not part.small:
        assert reached is not None, f"the reward reached {max(rewards):.3f}, not {WANTED}"


def arithmetic(part: Part) -> None:
    """The default, for as long as time is left: its 5,000 steps are not needed to see how fast it is."""
    out = part.work / "arithmetic"
    settings = {"device": part.device.type, "test_episodes": part.pick(4096, 64)}
    settings |= part.pick({}, {"steps": 5})
    spec = RunSpec.parse("FormalArith-v0", settings)
    with interrupted_after(part.left() - _SPARE):
        summary = train(spec, out)
    rows = Run.open(out).metrics()
    part.note(
        "exact_by_step", [[row["step"], row["seconds"], row["exact"]] for row in rows[:: max(1, len(rows) // 50)]]
    )
    part.note(
        "ppo",
        {
            "steps": len(rows),
            "of_steps": spec.config.steps,
            "seconds": rows[-1]["seconds"],
            "steps_per_second": len(rows) / rows[-1]["seconds"],
            "greedy_exact_on_test": summary["greedy_test"]["exact"],
            **rates(rows),
        },
    )


def first_at(wanted: float, rewards: Sequence[float]) -> int | None:
    """The first row at which the mean of the last steps' rewards is as wanted; None where there is none."""
    for row in range(_MEAN_OF, len(rewards) + 1):
        if mean(rewards[row - _MEAN_OF : row]) >= wanted:
            return row - 1
    return None


def mean(values: Sequence[float]) -> float:
    """Of one value at least."""
    return sum(values) / len(values)


def rates(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Seconds per step of sampling, of scoring within it, and of the update, without the first step, which sets up."""
    kept = rows[1:] or rows
    names = ("sample_seconds", "reward_seconds", "update_seconds", "completion_tokens")
    return {name: mean([row[name] for row in kept]) for name in names}


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Press Ctrl-C after so many seconds, on which a run ends with its current step as any run does."""
    timer = threading.Timer(max(1.0, seconds), os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
