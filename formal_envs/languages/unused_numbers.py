"""Which of given numbers may be written next, each as often as it is given."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

_LAST = re.compile("[0-9]*$")


class Unused:
    """The numbers that are left behind the beginning of a text; the last one may go on.

    Args:
        left: the numbers that are left.
        begun: the digits at the text's end, which may be part of a number.
    """

    def __init__(self, left: Sequence[str], begun: str = ""):
        self.left, self.begun = tuple(sorted(left)), begun

    def write(self, text: str) -> None:
        """Go on with the text."""
        numbers = re.findall("[0-9]+", self.begun + text)
        last = _LAST.search(self.begun + text)
        self.begun = last[0] if last else ""
        left = list(self.left)
        for number in numbers[: len(numbers) - bool(self.begun)]:
            if number in left:  # it is, of what the mask allows
                left.remove(number)
        self.left = tuple(left)

    def copy(self) -> Unused:
        """Another text with the same beginning."""
        return Unused(self.left, self.begun)

    def key(self) -> Hashable:
        """What ``allowed`` depends on."""
        return ("unused", self.left, self.begun)

    def allowed(self, texts: Sequence[str]) -> list[bool]:
        """Whether the numbers are still among those left, the last one as the beginning of one."""
        return [self._allows(self.begun + text) for text in texts]

    def complete(self) -> bool:
        """Whether the last number is one of those left."""
        return not self.begun or self.begun in self.left

    def _allows(self, text: str) -> bool:
        numbers = re.findall("[0-9]+", text)
        left = list(self.left)
        going = numbers.pop() if text[-1:].isdigit() else ""
        for number in numbers:
            if number not in left:
                return False
            left.remove(number)
        return not going or any(number.startswith(going) for number in left)
