"""Streams of problem keys: problem n of a stream is a pure function of a 64-bit key, itself one of (stream, n).

So a stream can be read in blocks of any size, from any place, by any number of processes, and gives the same problems.
The mixing function is SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mix64(x: Keys) -> Keys:
    """Map each 64-bit integer to a well-mixed one; a bijection."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = x ^ (x >> np.uint64(31))
    return mixed


def new_streams(rng: np.random.Generator, count: int) -> Keys:
    """Draw ``count`` stream identifiers: (count,) 64-bit integers."""
    return rng.integers(0, 2**64, size=count, dtype=np.uint64)


def seeded_stream(*entropy: int) -> np.uint64:
    """A stream identifier from a few non-negative integers, such as a seed, a rank and a purpose."""
    stream: np.uint64 = np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0]
    return stream


def problem_keys(streams: Keys | np.uint64, indices: NDArray[np.int64]) -> Keys:
    """Keys of problems number ``indices`` of ``streams``: arrays of one shape, or one that broadcasts."""
    return mix64(streams + indices.astype(np.uint64) * _GOLDEN)


def integers(keys: Keys, position: int, bound: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw number ``position`` of each key: uniform in 0..bound - 1, for bounds up to 2^20 or so, (keys,)."""
    step = np.uint64((position + 1) * int(_GOLDEN) % 2**64)
    bits = mix64(keys + step) >> np.uint64(32)
    drawn: NDArray[np.int64] = (bits * np.asarray(bound).astype(np.uint64) >> np.uint64(32)).astype(np.int64)
    return drawn
