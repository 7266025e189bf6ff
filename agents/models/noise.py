"""The noise of sampling: a pure function of a stream and of which token of which completion is drawn."""

from __future__ import annotations

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from formal_envs.tasks.streams import problem_keys

_BITS = 53  # of a float's mantissa


class Noise:
    """Uniform numbers for the tokens of ``group`` completions of each of ``prompts`` prompts.

    A number depends on the stream, the prompt's place in it, the completion and the position alone; so it is the same
    whichever process draws it, and whatever else is drawn beside it.

    Args:
        stream: as of ``seeded_stream``.
        first: place of the first prompt among those that draw from the stream.
        prompts, group: P and G.
        device: where the numbers are wanted.
    """

    def __init__(self, stream: np.uint64, first: int, prompts: int, group: int, device: torch.device):
        rows = problem_keys(stream, np.arange(first, first + prompts))  # (P,)
        self._keys = problem_keys(rows[:, None], np.arange(group)).ravel()  # (P * G,)
        self._device = device

    def select(self, rows: NDArray[np.int64]) -> Noise:
        """That of some of the completions (R,), in their order."""
        some = copy.copy(self)
        some._keys = self._keys[rows]
        return some

    def __call__(self, position: int) -> Tensor:
        """Numbers (P * G,) in [0, 1) for the tokens at a position."""
        bits = problem_keys(self._keys, np.full(len(self._keys), position + 1)) >> np.uint64(64 - _BITS)
        uniform = torch.from_numpy(bits.astype(np.float64) * 2.0**-_BITS)
        return uniform.to(self._device, widest_float(self._device))


def widest_float(device: torch.device) -> torch.dtype:
    """The widest floats that a device has: of 64 bits, but for Apple's GPUs."""
    return torch.float32 if device.type == "mps" else torch.float64


def choose(probs: Tensor, uniform: Tensor) -> Tensor:
    """The tokens (N, C) that uniform numbers (N, C) in [0, 1) choose from distributions (N, V), by inversion.

    A token of no probability is never chosen.
    """
    ends = probs.to(uniform.dtype).cumsum(dim=-1)  # (N, V)
    total = ends[:, -1:].contiguous()
    last = torch.searchsorted(ends, total)  # the last token of any probability
    return torch.minimum(torch.searchsorted(ends, (uniform * total).contiguous(), right=True), last)
