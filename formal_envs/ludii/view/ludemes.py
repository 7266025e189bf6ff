"""The ludemes of the language, and which of them the engine plays: a table made from the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from formal_envs.ludii.board.registry import BUILDERS
from formal_envs.ludii.engine.headers import opcodes
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.typed_tree import Signature

#: What Python reads while it compiles: heads of structure; names of equipment and of rules of the whole game; types of
#: the arithmetic of boards.
_READ_HEADS = frozenset(
    (
        *("game", "players", "player", "equipment", "rules", "play", "end", "phase", "meta", "start", "regions", "map"),
        *("hand", "board", "boardless"),
    )
)
_READ_NAMES = frozenset(("piece", "tile", "track", "trackStep", "poly", "hand", "swap", "no Repeat", "passEnd"))
_READ_TYPES = frozenset(("dimension", "float", "poly"))


class Ludeme(NamedTuple):
    """One way to write a ludeme."""

    name: str
    type: str
    pattern: str
    supported: bool


def supported(signature: Signature) -> bool:
    """Whether the engine plays it, or the compiler reads it."""
    return (
        signature.slug in opcodes()
        or signature.head in _READ_HEADS
        or signature.name in BUILDERS
        or signature.head in BUILDERS
        or signature.name in _READ_NAMES
        or signature.result in _READ_TYPES
    )


def ludemes() -> list[Ludeme]:
    """All of them, by type and name."""
    rows = [
        Ludeme(s.name, s.result, s.text.partition(": ")[2].rpartition(" -> ")[0], supported(s))
        for s in SIGNATURES.values()
    ]
    return sorted(rows, key=lambda row: (row.type, row.name.lower(), row.pattern))


def markdown(rows: Iterable[Ludeme]) -> str:
    """A page with a table per type; what is not played is marked so."""
    rows = list(rows)
    played = sum(row.supported for row in rows)
    lines = [
        "# Ludemes",
        "",
        "Made from the code by `formal-envs game ludemes --markdown`; a test holds this page to it.",
        f"{played} of {len(rows)} constructors are played. The others are read and checked, and a game that has one is",
        "refused with the stage `unsupported`.",
    ]
    for type_ in sorted({row.type for row in rows}):
        lines += ["", f"## {type_}", "", "| ludeme | constructor | |", "|---|---|---|"]
        for row in rows:
            if row.type == type_:
                pattern = row.pattern.replace("|", "\\|")
                lines.append(
                    f"| {row.name} | `{pattern}` | {'' if row.supported else 'not played'} |".replace("  |", " |")
                )
    return "\n".join(lines) + "\n"
