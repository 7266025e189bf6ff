"""The image of a game: what the engine loads, and what Python needs to describe its states."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from formal_envs.ludii.board import Board
from formal_envs.ludii.language.signatures import ENUMS
from formal_envs.ludii.language.typed_tree import Call

SITE_TYPES = ENUMS["siteType"]
#: What a game uses, as bits; the same as in engine.h.
USES = {
    "COUNT": 1,
    "SWAP": 2,
    "NO_REPEAT": 4,
    "SEQUENCE_CAPTURE": 8,
    "PASS_RULES": 16,
    "VISITED": 32,
    "HISTORY": 64,
    "STUCK": 128,
    "ARRIVED": 256,
}


@dataclass
class Component:
    """A kind of piece: one a player for ``Each``."""

    name: str
    base: str
    owner: int
    call: Call
    facing: int = -1


@dataclass
class Container:
    """The board (the first one) or a hand: ``size`` sites from ``first`` on."""

    name: str
    first: int
    size: int
    owner: int


@dataclass
class Image:
    """What the engine loads, and what Python needs to describe its states."""

    name: str
    n_players: int
    board: Board
    components: list[Component]
    containers: list[Container]
    strings: list[str]
    phases: list[str]
    uses: int
    n_sites: int
    type_first: dict[str, int]
    data: array[int] = field(repr=False)
