"""The typed tree of a game, and the signatures that give it its types; signatures.py has those of the language."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias


class Param(NamedTuple):
    """One slot of a signature.

    ``type`` is written as in a signature: ``int``, ``{int}``, ``{{siteType}}``. ``label`` is the name that the text
    must write before the argument (``if`` for ``if:``), None for a positional one. Parameters of one ``position`` are
    alternatives: at most one of them is given, exactly one unless they are ``optional``.
    """

    slot: str
    type: str
    label: str | None
    optional: bool
    position: int


class Signature:
    """One way to write a ludeme: its name with the selector (``is Line``), its slots and the type that it has."""

    __slots__ = ("head", "name", "params", "positions", "result", "selector", "slot", "slug", "text")

    def __init__(self, slug: str, head: str, selector: str | None, params: tuple[Param, ...], result: str, text: str):
        self.slug = slug
        self.head = head
        self.selector = selector
        self.name = f"{head} {selector}" if selector else head
        self.params = params
        self.result = result
        self.text = text
        self.slot = {param.slot: index for index, param in enumerate(params)}
        count = params[-1].position + 1 if params else 0
        self.positions = tuple(
            tuple(index for index, param in enumerate(params) if param.position == n) for n in range(count)
        )

    def __repr__(self) -> str:
        return f"Signature({self.text!r})"


class Leaf:
    """A number, string, truth value or keyword; ``type`` names the primitive or the enumeration that it belongs to."""

    __slots__ = ("end", "start", "type", "value")

    def __init__(self, type: str, value: int | float | bool | str, start: int = 0, end: int = 0):
        self.type = type
        self.value = value
        self.start = start
        self.end = end

    def _key(self) -> tuple[Any, ...]:
        return self.type, type(self.value), self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Leaf) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Leaf({self.type}, {self.value!r})"


class Array:
    """A list in braces; ``type`` is the type of one item."""

    __slots__ = ("end", "items", "start", "type")

    def __init__(self, items: tuple[Node, ...], type: str, start: int = 0, end: int = 0):
        self.items = items
        self.type = type
        self.start = start
        self.end = end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Array) and self.type == other.type and self.items == other.items

    def __hash__(self) -> int:
        return hash((self.type, self.items))

    def __repr__(self) -> str:
        return f"Array({self.type}, {list(self.items)!r})"


class Call:
    """A ludeme with its arguments, one per parameter of its signature; None where nothing was given."""

    __slots__ = ("args", "end", "signature", "start")

    def __init__(self, signature: Signature, args: tuple[Node | None, ...], start: int = 0, end: int = 0):
        self.signature = signature
        self.args = args
        self.start = start
        self.end = end

    def __getitem__(self, slot: str) -> Node | None:
        return self.args[self.signature.slot[slot]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.signature is other.signature and self.args == other.args

    def __hash__(self) -> int:
        return hash((self.signature.slug, self.args))

    def __repr__(self) -> str:
        return f"Call({self.signature.slug}, {list(self.args)!r})"


Node: TypeAlias = Call | Leaf | Array
