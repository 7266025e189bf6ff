"""Train and test: a hash of what is asked decides, whatever the seed and the platform."""

from __future__ import annotations

from zlib import crc32

TEST_SHARE = 10
"""One problem in this many belongs to the test split."""


def held_out(text: str) -> bool:
    """Whether what a text stands for belongs to the test split."""
    return crc32(text.encode()) % TEST_SHARE == 0
