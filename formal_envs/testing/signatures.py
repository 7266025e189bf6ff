"""The forms of rewards, by the name under which other modules know them."""

from __future__ import annotations

from formal_envs.testing.calls import Scorer, as_scorer, read_score

__all__ = ["Scorer", "as_scorer", "read_score"]
