"""Spaces of texts."""

from __future__ import annotations

from typing import Any

from gymnasium.spaces import Text


class AnyText(Text):
    """Every string: scoring is total, so that no text is an illegal action.

    ``sample`` draws 1 to ``max_length`` characters of ``charset``. Gymnasium's ``Text`` would refuse a model's longer
    texts and other characters, and reading each character costs more than scoring the text.

    Args:
        max_length: the most characters that ``sample`` gives.
        charset: the characters that ``sample`` gives.
    """

    def contains(self, x: Any) -> bool:
        """Whether ``x`` is a string."""
        return isinstance(x, str)

    def __repr__(self) -> str:
        return f"AnyText({self.max_length}, charset={self.characters!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnyText) and super().__eq__(other)
