"""What the training loops share: the accelerator, the progress bar, and a Ctrl-C that waits for the end of a step."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from accelerate import Accelerator, PartialState
from tqdm import tqdm

from agents.config import TrainingConfig
from formal_envs.errors import ConfigError


def make_accelerator(config: TrainingConfig) -> Accelerator:
    """The processes and the device of a run.

    Raises:
        ConfigError: a GPU is asked for, and there is none.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device is 'cuda' and this machine has no GPU that torch can use: use device='cpu' or 'auto'")
    return Accelerator(cpu=config.device == "cpu", mixed_precision="bf16" if config.bf16 else "no")


def all_means(accelerator: Accelerator, values: Mapping[str, float]) -> dict[str, float]:
    """The means of named figures over all processes, which have the same names."""
    means = accelerator.reduce(torch.tensor(list(values.values()), device=accelerator.device), "mean")
    return dict(zip(values, means.tolist(), strict=True))


def progress_bar(name: str, total: int, done: int, processes: Accelerator | PartialState, unit: str = "step") -> Any:
    """A bar of steps, or of another unit, shown by the main one of the processes alone."""
    return tqdm(
        total=total,
        initial=done,
        unit=unit,
        disable=not processes.is_main_process,
        desc=name,
        dynamic_ncols=True,
        mininterval=0.1 if sys.stderr.isatty() else 10,
    )


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
