"""The samples of a run, indexed so that pages of them are sorted and filtered without all of their texts at hand."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from agents.lab.files import Lines, open_file
from formal_envs.errors import ConfigError, check_choice

PARTS, KINDS = 32, 500
"""Names of parts, and kinds of failures, that are told apart."""
TEXT = 20_000
"""Characters of a text that are shown."""
_SORTS = ("step", "reward", "length", "other", "gap")
_PART = "part:"
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")
_OTHER_KIND = "other"


class Entry(NamedTuple):
    """What the index keeps of a sample.

    Attributes:
        place: among the samples of the file.
        offset, size: of its line in the file, in bytes.
        step, group: the step, and which prompt of it.
        reward: None where there is no score.
        parts: by the places of their names; NaN where it has none.
        kind: of the failure, without what varies in it; None without one.
        length: of the completion, in characters.
        other, gap: of a rescored sample: what the other reward gives, and how far the two are apart; else None.
    """

    place: int
    offset: int
    size: int
    step: int
    group: int
    reward: float | None
    parts: tuple[float, ...]
    kind: str | None
    length: int
    other: float | None
    gap: float | None


@dataclass(frozen=True)
class Query:
    """Which samples, in which order.

    Attributes:
        first, last: steps, both included; None is no bound.
        group: of the step.
        part, least, most: bounds on a part, or without a part on the reward, both included.
        failure: "any", "none", "unscored", a kind, or "" for all.
        text: what the prompt or the completion contains, whatever its case.
        sort: "step", "reward", "length", "other", "gap", or "part:NAME".
        down: from the greatest.
    """

    first: int | None = None
    last: int | None = None
    group: int | None = None
    part: str = ""
    least: float | None = None
    most: float | None = None
    failure: str = ""
    text: str = ""
    sort: str = "step"
    down: bool = False


class Samples:
    """The samples of a file, which may grow.

    Args:
        folder: of the run.
        name: of the file.
    """

    def __init__(self, folder: Path, name: str = "samples.jsonl"):
        self.folder = folder
        self.lines = Lines(folder, name)
        self.entries: list[Entry] = []
        self.parts: list[str] = []
        self.kinds: Counter[str] = Counter()
        self.unreadable = 0
        self._began = self.lines.began
        self._groups: dict[tuple[int, str], int] = {}

    def update(self) -> None:
        """Read what was added."""
        for offset, size, row in self.lines.fresh():
            if self._began != self.lines.began:
                self._clear()
            entry = self._entry(offset, size, row)
            if entry is None:
                self.unreadable += 1
            else:
                self.entries.append(entry)
        if self._began != self.lines.began:
            self._clear()

    def _clear(self) -> None:
        self._began = self.lines.began
        self.entries, self.parts, self.kinds, self.unreadable = [], [], Counter(), 0
        self._groups.clear()

    def left_out(self) -> list[str]:
        """What is not shown, in sentences."""
        said = self.lines.left_out()
        if self.unreadable:
            said.append(f"{self.lines.name}: {self.unreadable:,} lines are no samples and are left out")
        return said

    def _entry(self, offset: int, size: int, row: Mapping[str, Any]) -> Entry | None:
        step, prompt, completion = whole(row.get("step")), row.get("prompt"), row.get("completion")
        if step is None or not isinstance(prompt, str) or not isinstance(completion, str):
            return None
        group = whole(row.get("group"))
        if group is None:  # of releases that kept one completion of a prompt
            group = self._groups.setdefault((step, prompt), len(self._groups))
        failure, other = row.get("failure"), row.get("other")
        return Entry(
            len(self.entries),
            offset,
            size,
            step,
            group,
            finite(row.get("reward")),
            self._parts(row.get("parts")),
            self._kind(failure) if isinstance(failure, str) else None,
            len(completion),
            finite(other.get("score")) if isinstance(other, dict) else None,
            finite(row.get("gap")),
        )

    def _parts(self, given: object) -> tuple[float, ...]:
        parts = given if isinstance(given, dict) else {}
        for name in parts:
            if name not in self.parts and len(self.parts) < PARTS and len(name) <= 80:
                self.parts.append(name)
        values = (finite(parts.get(name)) for name in self.parts)
        return tuple(math.nan if value is None else value for value in values)

    def _kind(self, failure: str) -> str:
        kind = _VARIES.sub("…", failure[:400])[:120]
        kind = kind if kind in self.kinds or len(self.kinds) < KINDS else _OTHER_KIND
        self.kinds[kind] += 1
        return kind

    def find(self, query: Query) -> list[Entry]:
        """The samples that a query asks for, in its order.

        Raises:
            ConfigError: there is no such part, or no such order.
        """
        value = self._value(_PART + query.part if query.part else "reward")
        found = [entry for entry in self.entries if _asked(entry, query) and _between(value(entry), query)]
        if query.text:
            wanted = query.text.casefold()
            rows = self.rows(found)
            found = [entry for entry, row in zip(found, rows, strict=True) if row and wanted in _texts(row).casefold()]
        by = self._value(query.sort)
        known = [entry for entry in found if not math.isnan(by(entry))]  # the others come last, whatever the order
        known.sort(key=by, reverse=query.down)
        return known + [entry for entry in found if math.isnan(by(entry))]

    def _value(self, name: str) -> Callable[[Entry], float]:
        if name.startswith(_PART):
            place = self.parts.index(check_choice("part", name.removeprefix(_PART), self.parts))
            return lambda entry: entry.parts[place] if place < len(entry.parts) else math.nan
        field = check_choice("order", name, _SORTS)

        def value(entry: Entry) -> float:
            found = getattr(entry, field)
            return math.nan if found is None else float(found)

        return value

    def rows(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """The samples of some entries; an empty one where the file has changed since."""
        try:
            file = open_file(self.folder, self.lines.name)
        except OSError:
            return [{} for _ in entries]
        rows = []
        with file:
            for entry in entries:
                file.seek(entry.offset)
                rows.append(_cleaned(file.read(entry.size), entry))
        return rows


def _asked(entry: Entry, query: Query) -> bool:
    if query.first is not None and entry.step < query.first:
        return False
    if query.last is not None and entry.step > query.last:
        return False
    if query.group is not None and entry.group != query.group:
        return False
    if query.failure == "unscored":
        return entry.reward is None
    if query.failure == "none":
        return entry.kind is None and entry.reward is not None
    return not query.failure or (entry.kind is not None if query.failure == "any" else entry.kind == query.failure)


def _between(value: float, query: Query) -> bool:
    return (query.least is None or value >= query.least) and (query.most is None or value <= query.most)


def _texts(row: Mapping[str, Any]) -> str:
    return f"{row['prompt']}\n{row['completion']}"


def _cleaned(line: bytes, entry: Entry) -> dict[str, Any]:
    """A sample as the page gets it: known fields of known types alone."""
    try:
        row = json.loads(line)
        texts = {name: row[name] for name in ("prompt", "completion")}
    except (ValueError, RecursionError, TypeError, KeyError):
        return {}
    if not all(isinstance(text, str) for text in texts.values()):
        return {}
    other = row.get("other")
    texts |= {name: row[name] for name in ("solution", "unscored") if isinstance(row.get(name), str)}
    return {
        "place": entry.place,
        "step": entry.step,
        "group": entry.group,
        **{name: text[:TEXT] for name, text in texts.items()},
        "length": entry.length,
        **cleaned_score(row, "reward"),
        **({"other": cleaned_score(other, "score"), "gap": entry.gap} if isinstance(other, dict) else {}),
    }


def cleaned_score(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A score of a sample: its value by that name, and ``parts``, ``failure`` and ``failed_at``."""
    parts, failure = row.get("parts"), row.get("failure")
    given = list(parts.items())[:PARTS] if isinstance(parts, dict) else []
    numbers = {key[:80]: finite(value) for key, value in given}
    return {
        name: finite(row.get(name)),
        "parts": {key: value for key, value in numbers.items() if value is not None},
        "failure": failure[:TEXT] if isinstance(failure, str) else None,
        "failed_at": whole(row.get("failed_at")),
    }


def finite(value: object) -> float | None:
    """A number that is one, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def whole(value: object) -> int | None:
    """A number of a step or of a place, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def bounded_number(text: str, name: str) -> float:
    """A finite number that a request gives as a text.

    Raises:
        ConfigError: it is none.
    """
    try:
        number = finite(float(text)) if len(text) <= 40 else None
    except ValueError:
        number = None
    if number is None:
        raise ConfigError(f"{name} must be a number, got {text[:40]!r}")
    return number
