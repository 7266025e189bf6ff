"""Wrong texts by families, texts that readers of answers break on, and drawn ones."""

from __future__ import annotations

# Each module adds its families when it is imported.
from formal_envs.testing.texts import (  # noqa: F401
    around,
    cuts,
    hedges,
    idle,
    jsons,
    judges,
    lists,
    numbers,
    patterns,
    programs,
    wording,
)
