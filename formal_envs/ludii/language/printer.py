"""A typed tree back to text: the same tree again when it is checked."""

from __future__ import annotations

from decimal import Decimal

from formal_envs.ludii.language.layout import lay_out
from formal_envs.ludii.language.typed_tree import Array, Leaf, Node


def one_line(node: Node) -> str:
    """The text of a tree on one line, with one blank between two arguments."""
    if isinstance(node, Leaf):
        return _literal(node)
    if isinstance(node, Array):
        return "{" + " ".join(map(one_line, node.items)) + "}"
    given = [(param, arg) for param, arg in zip(node.signature.params, node.args, strict=True) if arg is not None]
    shown = [f"{param.label}:{one_line(arg)}" if param.label else one_line(arg) for param, arg in given]
    return f"({' '.join([node.signature.name, *shown])})"


def pretty(node: Node, width: int = 100) -> str:
    """The text of a tree, in lines of at most ``width`` characters where it can be; two blanks per level."""
    return lay_out(one_line(node), width).rstrip("\n")


def _literal(leaf: Leaf) -> str:
    if leaf.type == "string":
        return f'"{leaf.value}"'
    if isinstance(leaf.value, float):
        digits = format(Decimal(repr(leaf.value)), "f")
        return digits if "." in digits else f"{digits}.0"
    return str(leaf.value)
