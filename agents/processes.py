"""The processes of a run: what each of them has, put together."""

from __future__ import annotations

from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor


class Processes:
    """The processes that share a run; one alone is the same with nothing to share.

    What is summed here has no gradient: a loss takes counts and sums over all processes as numbers, and its own part
    has the gradient.

    Args:
        accelerator: of the run.

    Attributes:
        rank, count: which of them this is, and how many there are.
        device: of this one.
    """

    def __init__(self, accelerator: Accelerator):
        self._accelerator = accelerator
        self.rank, self.count = accelerator.process_index, accelerator.num_processes
        self.device: torch.device = accelerator.device

    def total(self, x: Tensor) -> Tensor:
        """The sum over all processes of a tensor that has one shape on all of them; x is left as it is."""
        if self.count == 1:
            return x.detach()
        total: Tensor = self._accelerator.reduce(x.detach().clone(), "sum")
        return total

    def longest(self, length: int) -> int:
        """The greatest of the processes' lengths."""
        if self.count == 1:
            return length
        return int(self.gather(torch.tensor([length], device=self.device)).max())

    def any(self, holds: bool) -> bool:
        """Whether something holds on any of the processes."""
        return self.longest(int(holds)) > 0

    def gather(self, x: Tensor) -> Tensor:
        """The rows of all processes, rank by rank, of tensors of one shape."""
        if self.count == 1:
            return x
        rows: Tensor = self._accelerator.gather(x)
        return rows

    def gather_objects(self, items: list[Any]) -> list[Any]:
        """The items of all processes, rank by rank."""
        if self.count == 1:
            return items
        from accelerate.utils import gather_object

        found: list[Any] = gather_object(items)
        return found
