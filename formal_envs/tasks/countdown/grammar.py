"""Which expressions may follow a prompt: those that use each of its numbers at most once."""

from __future__ import annotations

from functools import lru_cache

from formal_envs.languages.mask_grammar import OPTIONS, Continuation
from formal_envs.languages.unused_numbers import Unused


def continuation(given: tuple[str, ...], operators: str) -> Continuation:
    """Expressions of two given numbers or more, with these operators, without a bracket that changes nothing."""
    return Continuation(_grammar(given, operators), names=Unused(given), named="NUMBER")


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
