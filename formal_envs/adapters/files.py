"""Rows of problems as files: JSON lines, parquet, or a folder of ``datasets``. The last two need the extra datasets."""

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
        raise _missing() from None
    blocks = (pyarrow.Table.from_pylist(block) for block in _blocks(rows))
    first = next(blocks, None)
    if first is None:
        raise ConfigError("expected at least one row")
    with parquet.ParquetWriter(out, first.schema) as writer:
        writer.write_table(first)
        for block in blocks:
            writer.write_table(block)


def write_dataset(rows: Rows, out: Path) -> None:
    """Write a folder for ``datasets.load_from_disk``."""
    try:
        from datasets import Dataset
    except ImportError:
        raise _missing() from None
    Dataset.from_list(list(rows)).save_to_disk(out)


WRITERS: dict[str, Callable[[Rows, Path], None]] = {
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "hf": write_dataset,
}
"""What writes rows in each format."""


def _blocks(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while block := list(islice(source, _BLOCK)):
        yield block


def _missing() -> ConfigError:
    return ConfigError("this format needs the datasets extra: pip install 'formal-envs[datasets]'")
