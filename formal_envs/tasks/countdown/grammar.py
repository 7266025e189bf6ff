"""Which expressions may follow a prompt: those that use each of its numbers at most once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from functools import lru_cache

from formal_envs.languages.mask_grammar import OPTIONS, Continuation

_LAST = re.compile("[0-9]*$")


def continuation(given: tuple[str, ...], operators: str) -> Continuation:
    """Expressions of two given numbers or more, with these operators, without a bracket that changes nothing."""
    return Continuation(_grammar(given, operators), names=Unused(given))


@lru_cache(1 << 12)
def _grammar(given: tuple[str, ...], operators: str) -> str:
    """Sums, products and atoms with so many numbers each, so that no text is longer than it may be."""
    binding = {"sum": "+-", "product": "*/"}
    kinds = {kind: [f'"{each}"' for each in symbols if each in operators] for kind, symbols in binding.items()}
    lines = [OPTIONS, f"NUMBER: {' | '.join(f'{chr(34)}{number}{chr(34)}' for number in sorted(set(given)))}"]
    lines.append("atom1: NUMBER")
    wholes = []
    for count in range(2, len(given) + 1):
        made = []
        for kind, symbols in kinds.items():
            parts = ("product", "atom") if kind == "sum" else ("atom",)  # of the right; the left may be of the kind too
            ways = [
                f"{left}{size} ({' | '.join(symbols)}) {right}{count - size}"
                for size in range(1, count)
                for left in dict.fromkeys((kind, *parts))
                for right in parts
                if _exists(left, size, kinds) and _exists(right, count - size, kinds)
            ]
            if symbols:
                lines.append(f"{kind}{count}: {' | '.join(ways)}")
                made.append(f"{kind}{count}")
        lines.append(f"atom{count}: " + " | ".join(f'"(" {whole} ")"' for whole in made))
        wholes += made
    return "\n".join([*lines, f"start: {' | '.join(wholes)}"])


def _exists(kind: str, size: int, kinds: dict[str, list[str]]) -> bool:
    return kind == "atom" or (size > 1 and bool(kinds[kind]))


class Unused:
    """The numbers that are left behind the beginning of an expression; the last one may go on.

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
        return ("countdown", self.left, self.begun)

    def allowed(self, texts: Sequence[str]) -> list[bool]:
        """Whether the numbers are still among those left, the last one as the beginning of one."""
        return [self._allows(self.begun + text) for text in texts]

    def _allows(self, text: str) -> bool:
        numbers = re.findall("[0-9]+", text)
        left = list(self.left)
        going = numbers.pop() if text[-1:].isdigit() else ""
        for number in numbers:
            if number not in left:
                return False
            left.remove(number)
        return not going or any(number.startswith(going) for number in left)
