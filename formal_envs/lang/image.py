"""The image of a game: what the engine loads, and what Python needs to describe its states."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from formal_envs.lang.board import Board
from formal_envs.lang.signatures import ENUMS
from formal_envs.lang.typed_tree import Call

SITE_TYPES = ENUMS["siteType"]
#: What a game uses, as bits; the same as in engine.h.
USES = {
    "COUNT": 1,
    "STATE": 2,
    "ROTATION": 4,
    "VALUE": 8,
    "SCORE": 16,
    "SWAP": 32,
    "NO_REPEAT": 64,
    "CYCLE": 128,
    "SEQUENCE_CAPTURE": 256,
    "PASS_RULES": 512,
    "VISITED": 1024,
    "HISTORY": 2048,
    "STORED_STATE": 4096,
    "STUCK": 8192,
    "ARRIVED": 16384,
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
