"""Files of a run's folder, read with care: what is damaged is an error that names the file and the remedy."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from formal_envs.errors import ConfigError

TRAINER_FILE = "trainer.pt"
"""What a checkpoint holds for the trainer, beside the model and its tokenizer."""


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run, or else of a model, or of nothing.

    Raises:
        ConfigError: its config.json is damaged.
    """
    return "agent" in read_config(folder)


def read_config(folder: Path) -> dict[str, Any]:
    """The object in a folder's config.json; an empty one where there is no such file.

    Raises:
        ConfigError: it is damaged.
    """
    path = folder / "config.json"
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is damaged ({error}). Put a copy of it back, as one is in every run with the same settings; "
            "without it the run cannot go on"
        ) from None
    return found if isinstance(found, dict) else {}


def read_lines(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The lines of a run's file of JSON lines, and the objects with a step in them.

    Raises:
        ConfigError: a line is damaged, other than half of a last line, which a kill may leave.
    """
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        if line.endswith(b"\n"):
            try:
                text = line.decode("utf-8")
                row = json.loads(text)
                int(row["step"])
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise ConfigError(f"{path} line {number} is damaged ({error!r}): put a copy of it back") from None
            found.append((text, row))
    return found


def drop_later_lines(path: Path, step: int) -> list[int]:
    """Drop the lines of steps after ``step``; returns the steps of the others."""
    kept = [(line, row) for line, row in (read_lines(path) if path.exists() else []) if row["step"] <= step]
    replace_text(path, "".join(line for line, _ in kept))
    return [row["step"] for _, row in kept]


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file."""
    replace_text(path, json.dumps(value, indent=2) + "\n")


def replace_text(path: Path, text: str) -> None:
    """Write a file; a kill at any moment leaves either the old one or the new one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)


def find_checkpoint(folder: Path) -> Path | None:
    """The checkpoint at ``folder``, or the one before it if a kill came between the two renames of a replacement.

    Raises:
        ConfigError: there is a folder, and it lacks what training goes on from.
    """
    found = [path for path in (folder, folder.with_name(folder.name + ".old")) if path.is_dir()]
    for path in found:
        if (path / TRAINER_FILE).is_file():
            return path
    if found:
        raise damaged(found[0], f"{TRAINER_FILE} is missing")
    return None


def check_texts(checkpoint: Path) -> None:
    """Pass if all JSON files of a checkpoint can be read; what the libraries say of one that cannot names no file."""
    for path in sorted(checkpoint.glob("*.json")):
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise damaged(checkpoint, f"{path.name}: {error}") from None


def damaged(checkpoint: Path, why: object) -> ConfigError:
    """The error of a checkpoint that cannot be read."""
    reason = (str(why).strip() or type(why).__name__).splitlines()[0]
    return ConfigError(
        f"the checkpoint {checkpoint} is damaged: {reason}. Put a copy of it back; or delete that folder, and --resume "
        "begins again at step 0"
    )
