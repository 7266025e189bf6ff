"""The tree of rules as rows of integers, children before parents, and the strings that they name."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.engine.headers import opcodes
from formal_envs.ludii.engine.interface import KINDS, TYPES
from formal_envs.ludii.language.tree import FACINGS, KEYWORD_INDEX
from formal_envs.ludii.language.typed_tree import Array, Leaf, Node

CONSTANT, LIST, PLAIN = map(KINDS.index, ("CONSTANT", "LIST", "PLAIN"))  # the loader knows the kinds of ludemes


class Instructions:
    """Instructions and strings, numbered in the order in which they are added.

    An instruction is a row: opcode, kind, type, value, count of its arguments, then the numbers of theirs.
    """

    def __init__(self, source: Source):
        self.source = source
        self.strings: dict[str, int] = {}
        self.rows = array("i")
        self.count = 0
        self._constants: dict[tuple[str, object], int] = {}

    def string(self, text: str | None) -> int:
        """The number of a string; -1 for none and for the empty one."""
        return self.strings.setdefault(text, len(self.strings)) if text else -1

    def add(self, node: Node | None) -> int:
        """The number of the instruction for ``node``; -1 for None."""
        if node is None:
            return -1
        if isinstance(node, Leaf):
            return self._constant(node)
        if isinstance(node, Array):
            return self.list(node.items)
        opcode = opcodes().get(node.signature.slug)
        if opcode is None and node.signature.head != "piece":
            raise self.source.error("unsupported", f"unsupported: {node.signature.name}", node)
        return self._row(-1 if opcode is None else opcode, PLAIN, -1, 0, [self.add(arg) for arg in node.args])

    def list(self, nodes: Iterable[Node]) -> int:
        """The number of the instruction for a list of nodes."""
        return self._row(-1, LIST, -1, 0, [self.add(node) for node in nodes])

    def list_or_none(self, nodes: Iterable[Node]) -> int:
        """The same; -1 where there are none."""
        nodes = tuple(nodes)
        return self.list(nodes) if nodes else -1

    def _row(self, opcode: int, kind: int, type_: int, value: int, args: Sequence[int]) -> int:
        self.rows.extend((opcode, kind, type_, value, len(args), *args))
        self.count += 1
        return self.count - 1

    def _constant(self, leaf: Leaf) -> int:
        """The number of the instruction for a literal or a keyword; equal ones share it."""
        key = leaf.type, leaf.value
        if key not in self._constants:
            # "absoluteDirection" has the directions of all the enumerations that name where one faces
            type_ = "absoluteDirection" if leaf.type in FACINGS else leaf.type
            self._constants[key] = self._row(-1, CONSTANT, TYPES[type_], self._value(leaf, type_), ())
        return self._constants[key]

    def _value(self, leaf: Leaf, type_: str) -> int:
        if type_ in KEYWORD_INDEX:
            return KEYWORD_INDEX[type_][str(leaf.value)]
        if isinstance(leaf.value, str):
            return self.strings.setdefault(leaf.value, len(self.strings))
        if leaf.type == "float":
            return round(1000 * max(-1e6, min(1e6, leaf.value)))
        return int(leaf.value)
