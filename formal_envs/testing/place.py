"""Where a reward is written."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import Any


def place_of(reward: Any) -> dict[str, Any]:
    """``file`` and ``line``, from 1, where a reward begins: its function, else its method ``score``, else its class.

    The file is relative to the working folder where it is in it. Empty where there is no file, as of what was typed.
    """
    while isinstance(reward, functools.partial):
        reward = reward.func
    for found in (reward, getattr(type(reward), "score", None), type(reward)):
        try:
            written = inspect.unwrap(found)  # type: ignore[arg-type]
            file, line = inspect.getsourcefile(written), inspect.getsourcelines(written)[1]
        except (TypeError, OSError, ValueError):  # of C, of no file, or wrapped in a circle
            continue
        if file:
            path = Path(file).resolve()
            here = Path.cwd()
            shown = (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
            return {"file": shown, "line": max(1, line)}
    return {}
