"""A compiled game: the integers that the engine loads, and what Python needs to describe its states."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

from formal_envs.ludii.board import Board


@dataclass(frozen=True)
class Component:
    """A kind of piece of one owner; a piece of ``Each`` is a component per player."""

    name: str
    base: str
    owner: int
    facing: int = -1


@dataclass(frozen=True)
class Container:
    """The board (the first one) or a hand: ``size`` sites from ``first`` on."""

    name: str
    first: int
    size: int
    owner: int


@dataclass(frozen=True)
class Die:
    """A die: where it stands, its number among the hands of dice and within its own, the values of its faces."""

    site: int
    hand: int
    index: int
    owner: int
    faces: tuple[int, ...]


class Doubt(NamedTuple):
    """What is doubtful in a game: the rule that found it, and where, from ``start`` to before ``end``."""

    rule: str
    message: str
    start: int
    end: int


@dataclass(frozen=True)
class Bytecode:
    """What the engine loads, ``data``, and what Python needs to describe its states.

    Sites have one number each: those of the board's own type from 0 on, then those of hands, then those of the other
    types that the rules name; ``type_first`` has the first of each type.
    """

    name: str
    n_players: int
    board: Board
    components: tuple[Component, ...]
    containers: tuple[Container, ...]
    dice: tuple[Die, ...]
    strings: tuple[str, ...]
    phases: tuple[str, ...]
    proposals: tuple[str, ...]  # and votes, in the order of the text
    uses: int
    n_sites: int
    type_first: dict[str, int]
    data: array[int] = field(repr=False)
    doubts: tuple[Doubt, ...] = ()  # what it says and cannot mean
    unconfirmed: tuple[Doubt, ...] = ()  # what is written as in no game that agrees with a record

    @property
    def hands(self) -> tuple[Container, ...]:
        """The players' hands; the dice's is the last container."""
        return self.containers[1 : len(self.containers) - bool(self.dice)]
