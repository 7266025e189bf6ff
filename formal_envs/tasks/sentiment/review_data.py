"""Read film reviews from a data set in IMDB's form, with the package ``datasets``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError
from formal_envs.tasks.sentiment.openings import cut
from formal_envs.tasks.splits import held_out

MIN_CHARACTERS = 200
"""Reviews have more characters than this, after their white space is normalised."""
SOLUTION_WORDS = 16
"""The most words of a solution."""

_FORMATS = {".parquet": "parquet", ".csv": "csv", ".jsonl": "json", ".json": "json"}


@dataclass(frozen=True)
class ReviewPool:
    """Reviews, each cut into prompt and solution.

    Attributes:
        prompts, solutions: n texts each.
        labels: (n,) 0 for negative, 1 for positive.
    """

    prompts: list[str]
    solutions: list[str]
    labels: NDArray[np.int64]

    @cached_property
    def charset(self) -> str:
        """The characters of all of them."""
        return "".join(sorted(set().union(*self.prompts, *self.solutions)))

    def where(self, kept: Iterable[bool]) -> ReviewPool:
        """The reviews for which ``kept`` (n,) is true."""
        rows = np.flatnonzero(np.fromiter(kept, bool, len(self.prompts)))
        prompts, solutions = ([texts[n] for n in rows.tolist()] for texts in (self.prompts, self.solutions))
        return ReviewPool(prompts, solutions, self.labels[rows])


def read_reviews(source: str, split: str) -> ReviewPool:
    """The reviews of a split.

    Args:
        source: a folder, a file, or a hub id.
        split: "train", "test" or "all".

    Raises:
        ConfigError: nothing is found there, its columns are others, or it has no review that is long enough.
    """
    parts = _load(source)
    if {"train", "test"} <= parts.keys():
        train = _pool(source, {"train": parts["train"]})
        if split == "train":
            chosen = train
        elif split == "all":
            chosen = _pool(source, {name: parts[name] for name in ("train", "test")})
        else:
            known = set(train.prompts)
            test = _pool(source, {"test": parts["test"]})
            chosen = test.where(prompt not in known for prompt in test.prompts)
    else:
        whole = _pool(source, parts)
        chosen = whole if split == "all" else whole.where(held_out(p) == (split == "test") for p in whole.prompts)
    if not chosen.prompts:
        raise ConfigError(f"the data set {source!r} has no prompt in split {split!r}: use more reviews, or split='all'")
    return chosen


def _load(source: str) -> Mapping[str, Any]:
    """The splits of a data set by name."""
    try:
        import datasets
    except ImportError:
        raise ConfigError(f"dataset={source!r} needs datasets: pip install 'formal-envs[datasets]'") from None
    path = Path(source)
    try:
        if (path / "dataset_dict.json").is_file() or (path / "state.json").is_file():
            found = datasets.load_from_disk(source)
        elif path.is_file() and path.suffix in _FORMATS:
            found = datasets.load_dataset(_FORMATS[path.suffix], data_files=source)
        else:
            found = datasets.load_dataset(source)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(
            f"no data set at {source!r} ({reason}); expected a folder, a file or a hub id such as 'stanfordnlp/imdb'. "
            "Or leave dataset out: the embedded generator needs no network"
        ) from None
    return found if isinstance(found, dict) else {"train": found}


def _pool(source: str, parts: Mapping[str, Any]) -> ReviewPool:
    """The reviews of some splits that can be used."""
    prompts, solutions, labels = [], [], []
    for part in parts.values():
        if not {"text", "label"} <= set(part.column_names):
            names = ", ".join(part.column_names)
            raise ConfigError(f"the data set {source!r} needs the columns 'text' and 'label', it has: {names}")
        columns = part.select_columns(["text", "label"])[:]
        for text, label in zip(columns["text"], columns["label"], strict=True):
            if label in (None, -1) or not isinstance(text, str):  # IMDB's reviews without a label have -1
                continue
            if label not in (0, 1):
                raise ConfigError(f"the labels of {source!r} must be 0 (negative) or 1 (positive), got {label!r}")
            review = " ".join(text.replace("<br />", " ").split())
            prompt, rest = cut(review)
            if len(review) > MIN_CHARACTERS and rest:
                prompts.append(prompt)
                solutions.append(" ".join(rest.split(" ")[: SOLUTION_WORDS + 1]))
                labels.append(int(label))
    if not prompts:
        raise ConfigError(f"the data set {source!r} has no labelled review of more than {MIN_CHARACTERS} characters")
    return ReviewPool(prompts, solutions, np.array(labels, np.int64))
