"""A typed tree back to text: the same tree again when it is checked."""

from __future__ import annotations

from decimal import Decimal

from formal_envs.lang.ast import Array, Call, Leaf, Node


def one_line(node: Node) -> str:
    """The text of a tree on one line, with one blank between two arguments."""
    if isinstance(node, Leaf):
        return _literal(node)
    opening, parts, closing = _parts(node)
    shown = [label + one_line(part) for label, part in parts]
    return f"{opening}{' ' if opening[1:] and shown else ''}{' '.join(shown)}{closing}"


def pretty(node: Node, width: int = 100, indent: int = 0) -> str:
    """The text of a tree, in lines of at most ``width`` characters where it can be; two blanks a level."""
    line = one_line(node)
    if indent + len(line) <= width or isinstance(node, Leaf):
        return line
    opening, parts, closing = _parts(node)
    lines = [opening]
    for label, part in parts:
        if isinstance(part, Leaf) and len(lines) == 1 and opening != "{":
            lines[0] += f" {label}{_literal(part)}"
        else:
            lines.append(" " * (indent + 2) + label + pretty(part, width, indent + 2))
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
