"""One part in a process of its own: ``python part.py NAME FIGURES WORK SECONDS``."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch


@dataclass
class Part:
    """Where a part computes and at which sizes, and what it has measured.

    Attributes:
        device: where to.
        work: a folder for models and runs, shared by the parts.
        deadline: seconds of the monotonic clock at which the part is killed.
        file, figures: what was measured so far.
    """

    device: torch.device
    work: Path
    deadline: float
    file: Path
    figures: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, value: Any) -> None:
        """Keep a figure, whatever becomes of the rest."""
        self.figures[name] = value
        self.file.write_text(json.dumps(self.figures), encoding="utf-8")

    def left(self) -> float:
        """Seconds that the part still has."""
        return self.deadline - time.monotonic()

    @property
    def small(self) -> bool:
        """Whether sizes are those of one core."""
        return self.device.type == "cpu"

    def pick(self, full: Any, small: Any) -> Any:
        """The first on a GPU, the second without one."""
        return small if self.small else full

    def synchronize(self) -> None:
        """Wait for the device."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def peak_gib(self) -> float | None:
        """The most memory of tensors on the GPU since ``forget_peak``, in GiB; None without one."""
        return torch.cuda.max_memory_allocated() / 2**30 if self.device.type == "cuda" else None

    def forget_peak(self) -> None:
        """Begin the measurement of ``peak_gib``."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()


def main() -> int:
    """Run the part; 1, with the error among the figures, where it fails."""
    name, figures, work, seconds = sys.argv[1:]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    part = Part(device, Path(work), time.monotonic() + float(seconds), Path(figures))
    part.note("device", torch.cuda.get_device_name() if device.type == "cuda" else "cpu")
    try:
        of(name)(part)
    except Exception as error:
        traceback.print_exc()
        part.note("error", "".join(traceback.format_exception_only(error)).strip()[-2000:])
        return 1
    return 0


def of(name: str) -> Callable[[Part], None]:
    """The function of a part, whose module alone is imported."""
    if name == "tests":
        from checks import run_tests

        return run_tests
    if name == "speed":
        from speed import measure_speed

        return measure_speed
    if name == "memory":
        from memory import measure_memory

        return measure_memory
    import training

    return {"sentiment": training.sentiment, "arithmetic": training.arithmetic}[name]


if __name__ == "__main__":
    sys.exit(main())
