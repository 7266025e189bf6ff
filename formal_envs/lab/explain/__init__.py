"""What a task has to say of a score besides its parts and its failure, a module per task.

A module has ``PARTS``, by the names of a score's parts: their least and greatest value and what they mean; and
``explain(task, reward, prompt, completion, score)``, which gives an ``Explained``: a dataclass of JSON values with the
``kind`` by which the page shows it. It may have ``ACTS``: functions ``(prompt, completion, arguments)`` that do more on
demand. All of them are pure, and bounded in what they do and in what they give.
"""

from __future__ import annotations

import importlib
from dataclasses import asdict, dataclass
from typing import Any

_MODULES = {
    "Arith": "formal_envs.lab.explain.arithmetic",
    "Sentiment": "formal_envs.lab.explain.sentiment",
    "Grammar": "formal_envs.lab.explain.grammar",
    "Game": "formal_envs.lab.explain.game",
}


@dataclass(frozen=True)
class Explained:
    """Base of what modules give: a ``kind``, and what is to be shown."""

    kind: str

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return asdict(self)


def explainer(task: str) -> Any:
    """The module that explains a task's scores; None where there is none."""
    return importlib.import_module(_MODULES[task]) if task in _MODULES else None


def part(low: float | None, high: float | None, about: str) -> dict[str, Any]:
    """What is said of a part: its range, None where it has no such end, and its meaning."""
    return {"low": low, "high": high, "about": about}
