"""Stacks of pieces as the bytes of a state hold them: the levels beneath the top of each site."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.interface import LEVEL, LEVELS_SIZE, USES, record

_LEVEL = record(LEVEL)


class Piece(NamedTuple):
    """A piece on a site: component, owner, local state, rotation, value."""

    what: int
    who: int
    state: int
    rotation: int
    value: int


def _first_levels(block: bytes, bytecode: Bytecode) -> np.ndarray:
    """(n_sites + 1,) where the levels beneath the top of each site begin, and where the last ones end."""
    n = bytecode.n_sites
    if not bytecode.uses & USES["STACK"]:
        return np.zeros(n + 1, np.int32)
    at = len(block) - LEVELS_SIZE - 4 * ((4 * n + 2) & ~1)  # behind them three marks per site and perhaps a gap
    return np.frombuffer(block, np.int32, n + 1, at)


def levels_beneath(block: bytes, bytecode: Bytecode, site: int) -> list[Piece]:
    """The pieces under the top of a site, the lowest first."""
    first = _first_levels(block, bytecode)
    start = len(block) - LEVELS_SIZE
    return [
        Piece(*_LEVEL.unpack_from(block, start + _LEVEL.size * level)) for level in range(first[site], first[site + 1])
    ]


def heights(block: bytes, bytecode: Bytecode, what: np.ndarray) -> np.ndarray:
    """(n_sites,) pieces at each site, where ``what`` has the top ones."""
    pieces: np.ndarray = np.diff(_first_levels(block, bytecode)) + (what != 0)
    return pieces
