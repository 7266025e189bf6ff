"""The game that is compiled, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.tree import calls, items
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node, Param


@dataclass(frozen=True)
class Source:
    """A checked game and the text that it was written in."""

    game: Call
    text: str

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every ludeme of the game, the outer ones first; found once, as many ask for it."""
        return tuple(calls(self.game))

    @cached_property
    def by_slug(self) -> Mapping[str, Sequence[Call]]:
        """The ludemes of each kind that the game has."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            found.setdefault(call.signature.slug, []).append(call)
        return found

    @cached_property
    def leaves(self) -> Mapping[str, Sequence[tuple[Call, Param, Leaf]]]:
        """The literals of each type, those in quotes of each parameter's type, with the ludeme and slot of each."""
        found: dict[str, list[tuple[Call, Param, Leaf]]] = {}
        for call in self.calls:
            for param, arg in zip(call.signature.params, call.args, strict=True):
                if arg is None or isinstance(arg, Call):
                    continue
                for leaf in items(arg):
                    if isinstance(leaf, Leaf):
                        kind = param.type.strip("{}") if leaf.type == "string" else leaf.type
                        found.setdefault(kind, []).append((call, param, leaf))
        return found

    def error(self, stage: str, message: str, node: Node | None) -> GameError:
        """An error at ``node``, or at the game as a whole."""
        return GameError(stage, message, self.text, (node or self.game).start)

    def limit(self, n: int, most: int, what: str, node: Node | None = None) -> None:
        """Refuse a game with more than ``most`` of something."""
        if n > most:
            message = f"a game has at most {most} {what}, this one would have more"
            raise GameError("board", message, self.text, (node or self.game).start, difference="limit")
