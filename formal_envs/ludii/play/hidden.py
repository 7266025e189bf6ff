"""What a player sees of a position where information is hidden from him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.interface import HIDDEN, MEMORY_AT, SETS, SITE_NUMBERS, USES
from formal_envs.ludii.view.letters import board_lines

UNSEEN = -1
#: Of each array of a state, what hides it besides the whole site.
_HIDES = ("What", "Who", "Count", "State", "Rotation", "Value")


@dataclass(frozen=True)
class Seen:
    """(n_sites,) arrays as a ``State`` has them, ``UNSEEN`` (-1) where the player does not see; and its status."""

    bytecode: Bytecode
    what: np.ndarray
    who: np.ndarray
    count: np.ndarray
    local_state: np.ndarray
    rotation: np.ndarray
    value: np.ndarray
    status: str

    def __str__(self) -> str:
        return "\n".join([*board_lines(self.bytecode, self.what, self.count), self.status])


def unseen(block: bytes, bytecode: Bytecode, player: int, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Copies of a state's arrays, in the order of ``Seen``, with ``UNSEEN`` where they are hidden from the player."""
    copies = [array.copy() for array in arrays]
    if bytecode.uses & USES["HIDDEN"]:
        hidden = dict(zip(HIDDEN, _hidden(block, bytecode), strict=True))
        for array, name in zip(copies, _HIDES, strict=True):
            array[hidden["Site"][player - 1] | hidden[name][player - 1]] = UNSEEN
    return copies


def _hidden(block: bytes, bytecode: Bytecode) -> np.ndarray:
    """(kinds of HIDDEN, players, n_sites) whether it is hidden from him there."""
    n, players = bytecode.n_sites, bytecode.n_players
    words = (n + 63) // 64
    numbers = len(SITE_NUMBERS) * n + len(bytecode.strings) + 1 & ~1  # the sets begin at a multiple of 8
    at = MEMORY_AT + 4 * numbers + 8 * words * len(SETS)
    sets = np.frombuffer(block, np.uint8, 8 * words * len(HIDDEN) * players, at)
    bits = np.unpackbits(sets.reshape(len(HIDDEN), players, 8 * words), axis=-1, bitorder="little")
    return bits[..., :n].astype(bool)
