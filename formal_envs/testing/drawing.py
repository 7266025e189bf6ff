"""Drawing by hypothesis, which leaves no folder behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import configuration


@contextmanager
def nothing_left() -> Iterator[None]:
    """While texts are drawn, hypothesis keeps its tables in a folder of their own, which is removed.

    Where hypothesis has its folder already, that is used.
    """
    home = configuration.storage_directory(intent_to_write=False)
    if home.path.exists():
        yield
        return
    before = getattr(configuration, "__hypothesis_home_directory", None)
    with tempfile.TemporaryDirectory() as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
