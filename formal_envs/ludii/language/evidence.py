"""Which ways to write a ludeme games confirm that agree with another engine's records of them.

What no record speaks for may be played wrongly, and a reward must not pay for that. ``evidence.txt`` lists what is
confirmed, a ludeme per line: its slug, then each set of arguments that it was seen with, and then the keywords that
each of them had. ``formal-envs game conformance --evidence`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from formal_envs.ludii.language.tree import calls, items
from formal_envs.ludii.language.typed_tree import Call, Leaf

FILE = "evidence.txt"
_VALUES = ("int", "float", "string", "bool")  # their values are anything; those of a keyword's type mean something each


def shapes(call: Call) -> list[str]:
    """What a ludeme is written with: the set of its arguments, and each keyword as ``argument=Keyword``."""
    given, keywords = [], []
    for slot, arg in zip(call.signature.slot, call.args, strict=True):
        if arg is None:
            continue
        given.append(slot)
        if not isinstance(arg, Call):
            for item in items(arg):
                if isinstance(item, Leaf) and item.type not in _VALUES:
                    keywords.append(f"{slot}={item.value}")
    return [",".join(given) or "-", *keywords]


@cache
def confirmed() -> Mapping[str, frozenset[str]]:
    """The shapes that records speak for, by a ludeme's slug."""
    text = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {slug: frozenset(known) for slug, *known in rows}


def unconfirmed(ludemes: Iterable[Call]) -> Iterator[tuple[Call, str]]:
    """Those of a game's ludemes that are written as in no game that agrees, each with the shape that is new."""
    known = confirmed()
    for call in ludemes:
        seen = known.get(call.signature.slug, frozenset())
        for shape in shapes(call):
            if shape not in seen:
                yield call, shape


def written(games: Iterable[Call]) -> str:
    """The text of ``evidence.txt``, from games that agree."""
    found: dict[str, set[str]] = {}
    for game in games:
        for call in calls(game):
            found.setdefault(call.signature.slug, set()).update(shapes(call))
    lines = [f"{slug} {' '.join(sorted(found[slug]))}" for slug in sorted(found)]
    return "\n".join(
        ["# Written by `formal-envs game conformance --evidence`; evidence.py says what it is.", *lines, ""]
    )
