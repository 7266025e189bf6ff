"""How many threads of the processor a model computes in."""

from __future__ import annotations

import os

import torch

WIDE = 512
"""The least width, of hidden states, for which several threads are worth what they risk.

Threads wait for each other after each operation, so that a step beside another busy process goes at the pace of the
thread that shares its core, and an operation of a narrow model is over sooner than a core changes hands. Steps per
second of two threads, in shares of those of one, on two cores of an AMD EPYC with torch 2.13: 64 prompts with 64
completions of FormalArith-v0 (and 32 with 8 of FormalSentiment-v0), two layers:

| width | cores idle | one core busy | geometric mean |
|---|---|---|---|
| 64 | 1.30 (1.20) | 0.45 (0.39) | 0.76 (0.68) |
| 256 | 1.78 (1.53) | 0.55 (0.53) | 0.99 (0.90) |
| 512 | 1.70 (1.55) | 0.77 (0.62) | 1.14 (0.98) |
| 768 | 1.78 | 0.90 | 1.27 |
"""

_ALL = torch.get_num_threads()  # of this process: its cores, or OMP_NUM_THREADS


def share() -> int:
    """The threads of this process where it leaves no core of its own idle.

    Processes that one launcher started on a machine share its cores, unless OMP_NUM_THREADS says what each gets.
    """
    if "OMP_NUM_THREADS" in os.environ:
        return _ALL
    return max(1, _ALL // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))


def use_threads(wanted: int, width: int) -> int:
    """Let torch compute in ``wanted`` threads, or where that is 0 in as many as suit a model; returns the number.

    Args: width, of the model's hidden states.
    """
    number = wanted or (share() if width >= WIDE else 1)
    torch.set_num_threads(number)
    return number
