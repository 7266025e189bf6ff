"""Expansions of raw files compared with Ludii's: how many files are read, and how many become its text."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from formal_envs.errors import FormalEnvError
from formal_envs.ludii.conformance.conformance import read
from formal_envs.ludii.raw.library import expand_game, macro_library

_SPACE = re.compile(r"\s+")
_FOLDERS = ("defs", "def")
_AROUND = 40  # characters shown before and behind a difference


@dataclass
class RawReport:
    """The files of a record: ``read`` of them, ``equal`` to Ludii's text up to white space; the same with options."""

    files: int = 0
    read: int = 0
    equal: int = 0
    options: int = 0
    options_read: int = 0
    options_equal: int = 0
    differences: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """The numbers."""
        return {name: value for name, value in dataclasses.asdict(self).items() if name != "differences"}


def compare_raw(records: Path, defines: Path | None = None) -> RawReport:
    """Compare every line of a raw.jsonl.gz: ``id``, ``raw``, ``expanded`` and ``options`` with ``choice`` each.

    Args: defines, the folder of macros; by default ``defs`` or ``def`` beside the records.
    """
    beside = [records.parent / name for name in _FOLDERS]
    folder = defines or next((path for path in beside if next(path.rglob("*.def"), None)), None)
    if folder:
        macro_library(folder)  # what is wrong with it is said at once
    report = RawReport()
    for row in read(records):
        report.files += 1
        is_read, is_equal = _compared(report, row["id"], row["raw"], (), folder, row["expanded"])
        report.read += is_read
        report.equal += is_equal
        for option in row.get("options", ()):
            report.options += 1
            label = f"{row['id']} {option['choice']}"
            is_read, is_equal = _compared(report, label, row["raw"], option["choice"], folder, option["expanded"])
            report.options_read += is_read
            report.options_equal += is_equal
    return report


def _compared(
    report: RawReport, label: str, raw: str, choices: Sequence[str], folder: Path | None, expected: str
) -> tuple[bool, bool]:
    """Whether a file is read, and whether it becomes the expected text."""
    try:
        got = _SPACE.sub("", expand_game(raw, choices, folder).text)
    except FormalEnvError as error:
        report.differences.append(f"not read   {label}: {error}")
        return False, False
    wanted = _SPACE.sub("", expected)
    if got == wanted:
        return True, True
    at = next((n for n, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), min(len(got), len(wanted)))
    around = slice(max(at - _AROUND, 0), at + _AROUND)
    report.differences.append(f"differs    {label}: got {got[around]!r}, expected {wanted[around]!r}")
    return True, False
