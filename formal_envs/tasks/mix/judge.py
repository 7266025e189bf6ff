"""Whether an answer to a mixture's prompt is right, told by its part's own judge."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

from formal_envs.references import load_object
from formal_envs.tasks.mix.tags import read_tag
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.testing import exact_match


class Right:
    """Whether a completion is right, by the judge of the part that the prompt's tag names.

    Args:
        judges: of the parts, by name or as functions; None where the solution alone is right.
    """

    def __init__(self, judges: Sequence[str | Callable[..., bool] | None]):
        self._judges = [_found(judge) for judge in judges]

    def __call__(self, prompt: str, completion: str, solution: str) -> bool:
        """Whether it is."""
        part, asked = read_tag(prompt)
        if not 0 <= part < len(self._judges):
            return False
        known = {"prompt": asked, "completion": completion, "solution": solution}
        judge = self._judges[part]
        return bool(judge(**{name: known[name] for name in inspect.signature(judge).parameters}))


def join(checks: Sequence[RewardCheck]) -> RewardCheck:
    """The check of a mixture whose prompts have tags."""
    floors = [check.floor for check in checks if check.floor is not None]
    return RewardCheck(Right([check.correct for check in checks]), floor=max(floors, default=None))


def _found(judge: str | Callable[..., bool] | None) -> Callable[..., bool]:
    if judge is None:
        return exact_match
    return load_object("what is right", judge) if isinstance(judge, str) else judge
