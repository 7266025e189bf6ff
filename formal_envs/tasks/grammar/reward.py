"""The reward of any grammar: is the text a sentence, and what is its tree worth?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from lark import Tree

from formal_envs.errors import ConfigError, ParseFailure, check_choice
from formal_envs.languages.language import Language
from formal_envs.references import Function
from formal_envs.score import Score

Evaluator: TypeAlias = "Callable[[str, Tree[Any]], float]"

PARTIAL = 0.1
"""What a text earns that is wrong at its very end only; a text that is wrong before, its share of that."""
MAX_DEPTH = 200
"""Deeper trees are not evaluated, so that an evaluator may follow a tree by recursion."""


class GrammarReward:
    """Scores a text by its grammar: 1 for a sentence, times what an evaluator makes of its tree.

    A text that is not a sentence earns 0.1 times its ``position``, or 0 with kind="exact". So does one that Earley's
    parser gives up on, because the grammar is so ambiguous that the work passes a limit; it is counted in steps, which
    take about three seconds. A text that is too long for the parser (``language.max_text``: 100,000 characters for
    LALR, 512 for Earley, fewer with patterns that go back much) earns 0, and so does a sentence whose tree is more than
    200 levels deep while there is an evaluator.

    Parts: ``sentence`` in {0, 1}; ``position`` in [0, 1], the share of the completion before the first error, below 1
    where there is one, white space not counted; ``evaluator`` in [0, 1], where there is one; ``exact``, 1 where the
    reward is 1. ``failure`` says what the parser expected and where, or what the evaluator gave.

    Args:
        language: of the sentences.
        evaluator: a function ``(prompt, tree) -> float`` in [0, 1], pure as a reward is; or its name, such as
            "module:function" or "path/to/file.py:function".
        kind: "partial" or "exact".
        continues: a sentence is the prompt and the completion together; else the completion alone.

    Raises:
        ConfigError: an argument has no meaning, or no evaluator has this name.
    """

    range = (0.0, 1.0)

    def __init__(
        self,
        language: Language,
        *,
        evaluator: str | Evaluator | None = None,
        kind: str = "partial",
        continues: bool = False,
    ):
        self.language = language
        self.kind = check_choice("kind", kind, ("partial", "exact"))
        self.continues = continues
        self.evaluator = None if evaluator is None else Function("evaluator", evaluator)

    def __repr__(self) -> str:
        return f"GrammarReward({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GrammarReward) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((self.language, self.evaluator, self.kind, self.continues))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion.

        Raises:
            ConfigError: the evaluator gave something else than a number in [0, 1].
        """
        text = prompt + completion if self.continues else completion
        if len(text) > self.language.max_text:
            return self._broken(f"text of {len(text)} characters, at most {self.language.max_text} allowed", 0.0)
        try:
            tree = self.language.parse(text)
        except ParseFailure as failure:
            place = failure.column - (len(text) - len(completion))  # it may be in the prompt
            share = _visible(completion[: max(place, 0)]) / (_visible(completion) + 1)
            return self._broken(str(failure), share, place if place >= 0 else None)
        if self.evaluator is None:
            return Score(1.0, {"sentence": 1.0, "position": 1.0, "exact": 1.0})
        if deeper(tree, MAX_DEPTH):
            return self._sentence(0.0, f"a tree of more than {MAX_DEPTH} levels, too deep for the evaluator")
        value: Any = self.evaluator(prompt, tree)
        if not isinstance(value, (int, float, np.integer, np.floating, np.bool_)) or not 0 <= value <= 1:
            raise ConfigError(f"the evaluator must give a number in [0, 1], got {value!r}")
        value = float(value) + 0.0  # of any kind of number; no zero is negative
        return self._sentence(value, None if value == 1 else f"the evaluator gives {value:.4g}")

    def is_right(self, prompt: str, completion: str) -> bool:
        """Whether a text is a sentence to which the evaluator gives all, told without ``score``."""
        text = prompt + completion if self.continues else completion
        if len(text) > self.language.max_text or not self.language.accepts(text):
            return False
        if self.evaluator is None:
            return True
        tree = self.language.parse(text)
        return not deeper(tree, MAX_DEPTH) and self.evaluator(prompt, tree) == 1

    def _sentence(self, value: float, failure: str | None) -> Score:
        parts = {"sentence": 1.0, "position": 1.0, "exact": float(value == 1), "evaluator": value}
        return Score(value, parts, failure)

    def _broken(self, failure: str, position: float, failed_at: int | None = None) -> Score:
        parts = {"sentence": 0.0, "position": position, "exact": 0.0}
        if self.evaluator is not None:
            parts["evaluator"] = 0.0
        return Score(PARTIAL * position if self.kind == "partial" else 0.0, parts, failure, failed_at)


def _visible(text: str) -> int:
    """Characters that are no white space."""
    return sum(map(len, text.split()))


def deeper(tree: Tree[Any], limit: int) -> bool:
    """Whether a tree has more levels than the limit; takes no stack."""
    level: list[Any] = [tree]
    for _ in range(limit):
        level = [child for each in level for child in each.children if isinstance(child, Tree)]
        if not level:
            return False
    return True
