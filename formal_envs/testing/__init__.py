"""A kit that finds what is wrong with a reward, before training does.

``check_reward`` holds a reward to laws that every reward should keep, and searches for wrong texts that earn much::

    from formal_envs.testing import check_reward

    def test_my_reward():
        report = check_reward(my_reward, prompts=["6+8=", "1+1="], solutions=["14", "2"])
        assert report.ok, str(report)

Needs hypothesis: ``pip install 'formal-envs[testing]'``.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from formal_envs.errors import ConfigError

if importlib.util.find_spec("hypothesis") is None:
    raise ConfigError("formal_envs.testing needs hypothesis: pip install 'formal-envs[testing]'")

if TYPE_CHECKING:
    from formal_envs.testing.agreement import blanks_around, white_space_around
    from formal_envs.testing.check import check_reward
    from formal_envs.testing.judgement import exact_match, same_value
    from formal_envs.testing.report import Check, Finding, Report
    from formal_envs.testing.reports.page import to_html
    from formal_envs.testing.reports.sarif import to_sarif
    from formal_envs.testing.texts.drawn import completions
    from formal_envs.testing.watch import Look, RewardWatch

__all__ = [
    "Check",
    "Finding",
    "Look",
    "Report",
    "RewardWatch",
    "blanks_around",
    "check_reward",
    "completions",
    "exact_match",
    "same_value",
    "to_html",
    "to_sarif",
    "white_space_around",
]

_HOMES = {
    "Check": "report",
    "Finding": "report",
    "Look": "watch",
    "Report": "report",
    "RewardWatch": "watch",
    "blanks_around": "agreement",
    "check_reward": "check",
    "completions": "texts.drawn",
    "exact_match": "judgement",
    "same_value": "judgement",
    "to_html": "reports.page",
    "to_sarif": "reports.sarif",
    "white_space_around": "agreement",
}


def __getattr__(name: str) -> Any:
    """What is exported, imported when it is asked for: a process that scores needs little of the kit."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
