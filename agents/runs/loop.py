"""What the training loops share: the accelerator, progress bars, and a Ctrl-C that waits for the end of a step."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs
from torch import distributed
from tqdm import tqdm

from agents.runs.config import TrainingConfig
from formal_envs.errors import ConfigError
from formal_envs.score import Reward, Score, Stepwise, Unscored, score_batch

_PATIENCE = timedelta(hours=1)
"""How long a process waits for the others, which may score for minutes; that one is gone is noticed apart from it."""


def make_accelerator(config: TrainingConfig) -> Accelerator:
    """The processes and the device of a run.

    Raises:
        ConfigError: a GPU is asked for, and there is none.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device is 'cuda' and this machine has no GPU that torch can use: use device='cpu' or 'auto'")
    patient = InitProcessGroupKwargs(timeout=_PATIENCE)
    precision = "bf16" if config.bf16 else "no"
    return Accelerator(cpu=_on_cpu(config.device), mixed_precision=precision, kwargs_handlers=[patient])


def _on_cpu(device: str) -> bool:
    """Whether a run with this setting computes on the CPU; accelerate must be told, or it joins no processes there."""
    if device != "auto":
        return device == "cpu"
    if not getattr(torch, "accelerator", torch.cuda).is_available():  # until 2.6 torch asks of CUDA alone
        return True
    return torch.backends.mps.is_available() and int(os.environ.get("WORLD_SIZE", "1")) > 1  # which cannot be shared


def progress_bar(name: str, total: int, done: int = 0, unit: str = "step") -> Any:
    """A bar of steps, or of another unit, shown by the main process alone."""
    return _bar(desc=name, total=total, initial=done, unit=unit)


def moment_bar(name: str, total: int, unit: str) -> Any:
    """A bar of a part of a step, below that of the steps, where the part takes more than a moment."""
    return _bar(desc=name, total=total, unit=unit, leave=False, delay=2)


def _bar(**settings: Any) -> Any:
    main = not (distributed.is_available() and distributed.is_initialized()) or distributed.get_rank() == 0
    often = 0.1 if sys.stderr.isatty() else 10
    return tqdm(**settings, disable=not main, dynamic_ncols=True, mininterval=often)


class ScoringBar:
    """A reward that shows on a bar how much of a batch it has scored.

    Args:
        reward: what scores; it is pure, so that parts of a batch earn what they do together.
        at_once: completions that are scored between two looks at the bar.
    """

    def __init__(self, reward: Reward, at_once: int):
        self._reward, self._at_once = reward, at_once
        self.range = reward.range
        if isinstance(reward, Stepwise):
            self.steps = reward.steps

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return self._reward.score(prompt, completion)

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``."""
        scores: list[Score | Unscored] = []
        with moment_bar("scoring", len(prompts), "text") as bar:
            for start in range(0, len(prompts), self._at_once):
                part = slice(start, start + self._at_once)
                scores += score_batch(self._reward, prompts[part], completions[part])
                bar.update(len(scores) - start)
        return scores


@contextmanager
def interruption() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one interrupts as ever. Only the main thread can catch it."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    previous = signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: Any) -> None:
        event.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, stop)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
