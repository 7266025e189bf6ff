"""Rows of problems as files: JSON lines, or parquet, which needs the extra datasets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from formal_envs.errors import ConfigError

_BLOCK = 4096
Rows = Iterable[dict[str, Any]]


def write_jsonl(rows: Rows, out: Path) -> None:
    """Write a JSON object per line."""
    with out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def write_parquet(rows: Rows, out: Path) -> None:
    """Write a parquet file, a block of rows at a time."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise missing_datasets() from None
    blocks = (pyarrow.Table.from_pylist(block) for block in _blocks(rows))
    first = next(blocks, None)
    if first is None:
        raise ConfigError("expected at least one row")
    with parquet.ParquetWriter(out, first.schema) as writer:
        writer.write_table(first)
        for block in blocks:
            writer.write_table(block)


WRITERS: dict[str, Callable[[Rows, Path], None]] = {
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}
"""What writes rows in each format."""


def _blocks(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while block := list(islice(source, _BLOCK)):
        yield block


def missing_datasets() -> ConfigError:
    """What says how the extra is installed."""
    return ConfigError("this format needs the datasets extra: pip install 'formal-envs[datasets]'")
