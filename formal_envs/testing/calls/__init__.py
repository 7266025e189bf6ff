"""How a reward is called: its form, told by the names of its parameters, and what each of them is given."""

from __future__ import annotations

from formal_envs.testing.calls.recognise import as_scorer
from formal_envs.testing.calls.results import read_score
from formal_envs.testing.calls.scorer import Argument, Kind, Scorer

__all__ = ["Argument", "Kind", "Scorer", "as_scorer", "read_score"]
