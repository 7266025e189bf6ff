"""Ways to look into a typed tree."""

from __future__ import annotations

from collections.abc import Iterator

from formal_envs.ludii.language.signatures import ENUMS
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node

#: The index of each keyword in its enumeration, which is the number that the engine knows it by.
KEYWORD_INDEX = {name: {word: index for index, word in enumerate(words)} for name, words in ENUMS.items()}
DIRECTIONS = KEYWORD_INDEX["absoluteDirection"]
SITE_TYPES = ENUMS["siteType"]
FACINGS = ("absoluteDirection", "compassDirection", "rotationalDirection", "spatialDirection")


def calls(node: Node | None) -> Iterator[Call]:
    """Every ludeme of the tree, the outer ones first."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            yield node
            stack.extend([arg for arg in reversed(node.args) if arg is not None])
        elif isinstance(node, Array):
            stack.extend(reversed(node.items))


def child(call: Call | None, head: str) -> Call | None:
    """The argument of ``call`` that is a ludeme called ``head``."""
    for arg in call.args if call else ():
        if isinstance(arg, Call) and arg.signature.head == head:
            return arg
    return None


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of an array, the one thing itself, or nothing."""
    if node is None:
        return ()
    return node.items if isinstance(node, Array) else (node,)


def contents(call: Call | None) -> tuple[Node, ...]:
    """What a ludeme that only holds a list, such as ``(start {...})``, holds."""
    return tuple(item for arg in (call.args if call else ()) for item in items(arg))


def facing(call: Call) -> int:
    """The direction that a player or a piece faces; -1 where it says none."""
    return next((DIRECTIONS[str(a.value)] for a in call.args if isinstance(a, Leaf) and a.type in FACINGS), -1)
