"""The tree of rules as rows of integers, children before parents."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from formal_envs.ludii.engine.library import TYPES, opcodes
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.tree import FACINGS, POSITIONS
from formal_envs.ludii.language.typed_tree import Array, Leaf, Node

CONSTANT, LIST, PLAIN = 0, 7, 8  # enum Kind of engine.h; the loader knows the kinds of ludemes


class Nodes:
    """The tree of rules as a list of rows: op, kind, type, value, n, then the rows of the arguments."""

    def __init__(self, text: str, strings: dict[str, int]):
        self.text = text
        self.strings = strings
        self.rows = array("i")
        self.count = 0
        self.constants: dict[tuple[str, Any], int] = {}

    def row(self, op: int, kind: int, type_: int, value: int, args: list[int]) -> int:
        """Add a row; its number."""
        self.rows.extend((op, kind, type_, value, len(args), *args))
        self.count += 1
        return self.count - 1

    def constant(self, leaf: Leaf) -> int:
        """The number of the row for a literal or a keyword."""
        key = leaf.type, leaf.value
        index = self.constants.get(key)
        if index is None:
            type_ = leaf.type
            if type_ in FACINGS:
                type_ = "absoluteDirection"  # which has them all
            if type_ in POSITIONS:
                value = POSITIONS[type_][leaf.value]  # type: ignore[index]
            elif leaf.type == "string":
                value = self.strings.setdefault(leaf.value, len(self.strings))  # type: ignore[arg-type]
            elif leaf.type == "float":
                value = round(1000 * max(-1e6, min(1e6, leaf.value)))  # type: ignore[arg-type]
            else:
                value = int(leaf.value)
            index = self.constants[key] = self.row(-1, CONSTANT, TYPES[type_], value, [])
        return index

    def add(self, node: Node | None) -> int:
        """The number of the row for ``node``; -1 for None."""
        if node is None:
            return -1
        if isinstance(node, Leaf):
            return self.constant(node)
        if isinstance(node, Array):
            return self.list(node.items)
        op = opcodes().get(node.signature.slug)
        if op is None and node.signature.head != "piece":
            raise GameError("unsupported", f"unsupported: {node.signature.name}", self.text, node.start)
        return self.row(-1 if op is None else op, PLAIN, -1, 0, [self.add(arg) for arg in node.args])

    def list(self, nodes: Iterable[Node]) -> int:
        """The number of the row for a list of nodes."""
        return self.row(-1, LIST, -1, 0, [self.add(node) for node in nodes])
