"""A typed tree back to text: the same tree again when it is checked."""

from __future__ import annotations

from decimal import Decimal

from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node


def one_line(node: Node) -> str:
    """The text of a tree on one line, with one blank between two arguments."""
    return _Printer(0).flat(node)


def pretty(node: Node, width: int = 100) -> str:
    """The text of a tree, in lines of at most ``width`` characters where it can be; two blanks per level."""
    return _Printer(width).layout(node, 0)


class _Printer:
    """Remembers what each part of a tree looks like on one line, so that printing does not grow with the depth."""

    def __init__(self, width: int):
        self.width = width
        self.lines: dict[int, str] = {}

    def flat(self, node: Node) -> str:
        """A tree on one line."""
        line = self.lines.get(id(node))
        if line is None:
            line = self.lines[id(node)] = _literal(node) if isinstance(node, Leaf) else self._joined(node)
        return line

    def _joined(self, node: Call | Array) -> str:
        opening, parts, closing = _parts(node)
        shown = [label + self.flat(part) for label, part in parts]
        return f"{opening}{' ' if opening[1:] and shown else ''}{' '.join(shown)}{closing}"

    def layout(self, node: Node, indent: int) -> str:
        """A tree whose first line starts at column ``indent``."""
        line = self.flat(node)
        if indent + len(line) <= self.width or isinstance(node, Leaf):
            return line
        opening, parts, closing = _parts(node)
        lines = [opening]
        for label, part in parts:
            if isinstance(part, Leaf) and len(lines) == 1 and opening != "{":
                lines[0] += f" {label}{_literal(part)}"
            else:
                lines.append(" " * (indent + 2) + label + self.layout(part, indent + 2))
        return "\n".join([*lines, " " * indent + closing])


def _parts(node: Call | Array) -> tuple[str, list[tuple[str, Node]], str]:
    if isinstance(node, Array):
        return "{", [("", item) for item in node.items], "}"
    given = [(param, arg) for param, arg in zip(node.signature.params, node.args, strict=True) if arg is not None]
    return f"({node.signature.name}", [(f"{param.label}:" if param.label else "", arg) for param, arg in given], ")"


def _literal(leaf: Leaf) -> str:
    if leaf.type == "string":
        return f'"{leaf.value}"'
    if isinstance(leaf.value, float):
        digits = format(Decimal(repr(leaf.value)), "f")
        return digits if "." in digits else f"{digits}.0"
    return str(leaf.value)
