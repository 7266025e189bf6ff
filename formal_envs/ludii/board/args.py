"""The arguments of a board's ludemes, with static expressions evaluated."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NoReturn

from formal_envs.ludii.board.errors import BoardError, UnknownBoard
from formal_envs.ludii.board.graph import Work
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node

MAX_CORNERS = 64
NOT_GRAPHS = ("poly", "track", "values")
MAX_NUMBER = 1e6  # no board needs a larger number, and larger ones lose the digits that tell vertices apart


def _divide(a: float, b: float) -> float:
    if b == 0:
        raise ZeroDivisionError
    return a / b


_OPERATORS: dict[str, Callable[..., float]] = {
    "+": lambda *values: sum(values),
    "-": lambda *values: -values[0] if len(values) == 1 else values[0] - sum(values[1:]),
    "*": lambda *values: math.prod(values),
    "/": _divide,
    "%": lambda a, b: math.fmod(a, b) if b else _divide(a, b),
    "^": lambda a, b: math.pow(a, b) if abs(b) <= 16 else math.inf,
    "abs": abs,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
}


def fail(message: str, node: Node | None) -> NoReturn:
    """Raise a BoardError at a node."""
    raise BoardError(message, node.start if node else 0, node.end if node else 0)


def number(node: Node, exact: bool = False) -> float:
    """The value of a static expression; `exact` makes division whole, as among integers."""
    value: float
    if isinstance(node, Leaf):
        if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            value = node.value
        else:
            fail(f"expected a number, got {node.value!r}", node)
    elif isinstance(node, Call):
        name = node.signature.head
        operator = _OPERATORS.get(name)
        if operator is None:
            fail(f"a board's numbers must be known beforehand: ({name} ...) cannot stand here", node)
        values = []
        for arg in node.args:
            if isinstance(arg, Array):
                values += [number(item, exact) for item in arg.items]
            elif arg is not None:
                values.append(number(arg, exact))
        try:
            value = operator(*values)
        except (ArithmeticError, ValueError, TypeError):
            fail(f"({name} ...) has no value here", node)
        if exact:
            value = math.trunc(value) if math.isfinite(value) else value
    else:
        fail("expected a number, got a list", node)
    if not abs(value) <= MAX_NUMBER:
        fail(f"a board's numbers must lie within {MAX_NUMBER:g}, got {value}", node)
    return value


def integer(node: Node) -> int:
    """The value of a static integer expression."""
    value = number(node, exact=True)
    if value != int(value):
        fail(f"expected an integer, got {value}", node)
    return int(value)


def integers(node: Node | None) -> list[int]:
    """A list of integers; a range (range a b) is written out."""
    if node is None:
        return []
    if isinstance(node, Array):
        return [integer(item) for item in node.items]
    if isinstance(node, Call) and node.signature.head == "range":
        low, high = [integer(arg) for arg in node.args if arg is not None][:2]
        if high - low > 1 << 16:
            fail("the range is too long", node)
        return list(range(low, high + 1))
    return [integer(node)]


def rows(node: Node | None) -> list[list[float]]:
    """A list of lists of numbers, such as points or pairs."""
    if node is None:
        return []
    if isinstance(node, Call) and node.signature.head == "poly":
        return rows(next((arg for arg in node.args if isinstance(arg, Array)), None))
    if not isinstance(node, Array):
        fail("expected a list of lists of numbers", node)
    result = []
    for item in node.items:
        if not isinstance(item, Array) or any(isinstance(x, Array) for x in item.items):
            fail("expected a list of numbers", item)
        result.append([number(x) for x in item.items])
    return result


class Args:
    """The arguments of one call: those written without a name in order, the others by their name."""

    __slots__ = ("call", "named", "plain", "work")

    def __init__(self, call: Call, work: Work):
        self.call = call
        self.work = work
        self.plain: list[Node] = []
        self.named: dict[str, Node] = {}
        for param, arg in zip(call.signature.params, call.args, strict=True):
            if arg is None:
                continue
            if param.label is None:
                self.plain.append(arg)
            else:
                self.named[param.label] = arg

    def fail(self, message: str) -> NoReturn:
        """Raise a BoardError at this call."""
        fail(message, self.call)

    def unsupported(self, what: str) -> NoReturn:
        """Raise an UnknownBoard at this call."""
        raise UnknownBoard(f"unsupported: {what}", self.call.start, self.call.end)

    def without(self, **defaults: bool | None) -> None:
        """Refuse named arguments that are not built yet, unless they say what holds without them (None: never)."""
        for name, default in defaults.items():
            node = self.named.get(name)
            if node is not None and not (isinstance(node, Leaf) and node.value is default):
                self.unsupported(f"({self.call.signature.name} ... {name}:)")

    def numbers(self) -> list[float]:
        """The plain arguments that are numbers."""
        return [number(node) for node in self.plain if _is_number(node)]

    def sizes(self, low: int = 1) -> list[int]:
        """The plain integer arguments, each at least `low`."""
        values = [integer(node) for node in self.plain if _is_number(node)]
        for value in values:
            if value < low:
                self.fail(f"expected a size of at least {low}, got {value}")
        return values

    def word(self, *allowed: str) -> str | None:
        """The first plain keyword, or the selector of the call, if it is among `allowed`."""
        if self.call.signature.selector in allowed:
            return self.call.signature.selector
        for node in self.plain:
            if isinstance(node, Leaf) and isinstance(node.value, str) and node.value in allowed:
                return node.value
        return None

    def flag(self, name: str, default: bool = False) -> bool:
        """A named truth value."""
        node = self.named.get(name)
        return node.value is True if isinstance(node, Leaf) else default

    def text(self, name: str) -> str | None:
        """A named keyword."""
        node = self.named.get(name)
        return node.value if isinstance(node, Leaf) and isinstance(node.value, str) else None

    def array(self) -> Array | None:
        """The first plain list."""
        return next((node for node in self.plain if isinstance(node, Array)), None)

    def polygon(self) -> list[list[float]] | None:
        """The first plain (poly {{x y} ...})."""
        for node in self.plain:
            if isinstance(node, Call) and node.signature.head == "poly":
                points = rows(node)
                if any(len(point) < 2 for point in points) or not 3 <= len(points) <= MAX_CORNERS:
                    fail(f"a polygon has 3 to {MAX_CORNERS} points of two numbers", node)
                return points
        return None

    def calls(self, head: str) -> list[Call]:
        """The plain arguments that are calls of a ludeme, lists of them included."""
        items = [item for node in self.plain for item in (node.items if isinstance(node, Array) else (node,))]
        return [item for item in items if isinstance(item, Call) and item.signature.head == head]

    def graphs(self) -> list[Call]:
        """The plain arguments that describe boards, lists of them included."""
        found: list[Call] = []
        for node in self.plain:
            for item in node.items if isinstance(node, Array) else (node,):
                if isinstance(item, Call) and not _is_number(item) and item.signature.head not in NOT_GRAPHS:
                    found.append(item)
        return found


def _is_number(node: Node) -> bool:
    if isinstance(node, Leaf):
        return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    return isinstance(node, Call) and node.signature.head in _OPERATORS
