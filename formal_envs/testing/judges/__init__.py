"""Judges: functions that say without the reward whether a completion is right, for ``correct=``.

Each is strict: the whole completion is the answer, up to what the judge's name says makes no difference.
"""

from __future__ import annotations

from formal_envs.testing.judgement import exact_match, same_value
from formal_envs.testing.judges.code import passes_tests
from formal_envs.testing.judges.latex import same_latex
from formal_envs.testing.judges.texts import same_choice, same_json, same_set, same_text

__all__ = [
    "exact_match",
    "passes_tests",
    "same_choice",
    "same_json",
    "same_latex",
    "same_set",
    "same_text",
    "same_value",
]
