"""The files of a run, half written, huge or not meant well: read within bounds, and what is left out is said."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

LINE, BYTES, ROWS = 2**20, 2**28, 200_000
"""What is read of a file of JSON lines: bytes of a line, bytes and lines of a file."""
OBJECT = 2**20
"""Bytes of a file that is one JSON object."""
NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}", re.ASCII)
"""The name of a file of rescored samples, without its ending."""


def open_file(folder: Path, name: str) -> IO[bytes]:
    """A file of a folder, opened to be read: neither a link, which may lead out of it, nor a device or a pipe.

    Raises:
        OSError: it is one of these, or is not there.
    """
    path = folder.joinpath(name)
    if path.parent != folder and path.parent.is_symlink():
        raise OSError(f"{path.parent} is a link")
    flags = os.O_RDONLY
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # some of which Windows lacks
        flags |= getattr(os, flag, 0)
    number = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(f"{path} is not a file")
    return os.fdopen(number, "rb")


def read_object(folder: Path, name: str) -> tuple[dict[str, Any], str | None]:
    """The JSON object in a file, and what is wrong with it; an empty one where there is none."""
    try:
        with open_file(folder, name) as file:
            text = file.read(OBJECT + 1)
        if len(text) > OBJECT:
            return {}, f"{name} has more than {OBJECT:,} bytes"
        found = json.loads(text)
    except FileNotFoundError:
        return {}, None
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"{name} cannot be read: {type(error).__name__}"
    return (found, None) if isinstance(found, dict) else ({}, f"{name} holds no object")


def last_row(folder: Path, name: str) -> dict[str, Any]:
    """The last whole line of a file of JSON lines that is an object, among its last bytes; an empty one without any."""
    try:
        with open_file(folder, name) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - LINE))
            lines = file.read(LINE).split(b"\n")[:-1]
    except OSError:
        return {}
    for line in reversed(lines):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            return row
    return {}


class Lines:
    """The objects of a file of JSON lines that may grow while it is read.

    Args:
        folder, name: of the file.

    Attributes:
        damaged, long: lines that were left out, as no JSON object or as too long.
        full: whether the file has more than is read of it.
        began: how often it was begun anew, since it was replaced, as a run does that is resumed.
    """

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name
        self.began = 0
        self._file_id: tuple[int, int] | None = None
        self._restart()

    def _restart(self) -> None:
        self.damaged = self.long = self._rows = self._offset = 0
        self.full = self._within = False
        self.began += 1

    def fresh(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """What was added since the last call, each object with its offset and its bytes; look at ``began`` first."""
        try:
            file = open_file(self.folder, self.name)
        except OSError:
            return
        with file:
            held = os.fstat(file.fileno())
            if self._file_id not in (None, (held.st_dev, held.st_ino)) or held.st_size < self._offset:
                self._restart()
            self._file_id = (held.st_dev, held.st_ino)
            file.seek(self._offset)
            while not self.full and (line := file.readline(LINE)):
                yield from self._take(line)
                self.full = self._rows >= ROWS or self._offset >= BYTES

    def _take(self, line: bytes) -> Iterator[tuple[int, int, dict[str, Any]]]:
        ended, begun = line.endswith(b"\n"), self._offset
        if not ended and len(line) < LINE and not self._within:
            return  # half a line, the rest of which may come
        self._offset += len(line)
        if not ended or self._within:  # a line of more bytes than are read at a time
            self.long += not self._within
            self._within = not ended
            return
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            self.damaged += bool(line.strip())
            return
        self._rows += 1
        yield begun, len(line), row

    def left_out(self) -> list[str]:
        """What was not read, in sentences."""
        said = []
        if self.damaged:
            said.append(f"{self.name}: {self.damaged:,} damaged lines are left out")
        if self.long:
            said.append(f"{self.name}: {self.long:,} lines of more than {LINE:,} bytes are left out")
        if self.full:
            said.append(f"{self.name}: only its first {self._rows:,} lines are read")
        return said
