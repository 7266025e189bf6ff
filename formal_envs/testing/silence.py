"""What a process prints is counted, and shown nowhere."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any


class _Counted(io.RawIOBase):
    """A file of which nothing is kept but how many bytes were written."""

    def __init__(self) -> None:
        self.bytes = 0
        self._null = os.open(os.devnull, os.O_WRONLY)

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """That of the null device."""
        return self._null

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Count it."""
        size = memoryview(data).nbytes
        self.bytes += size
        return size


class Silence:
    """From now on what this process and its children print is seen nowhere, and they read nothing.

    Printing never fails, whatever characters a text has, as a stream in UTF-8 that replaces what it cannot write.
    """

    def __init__(self) -> None:
        self._counted = _Counted()
        with suppress(OSError):
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            os.close(null)
        raw: Any = self._counted
        stream: Any = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = stream  # type: ignore[misc]

    @property
    def printed(self) -> int:
        """Bytes that Python's own streams were given so far."""
        return self._counted.bytes
