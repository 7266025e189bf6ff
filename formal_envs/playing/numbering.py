"""Numbers for what players may choose: fixed for a game, read off its rules before anything is played."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError
from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.interface import FAILURES, MEANING, NUMBERED
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.language.tree import SITE_TYPES
from formal_envs.ludii.play.program import Move, Program, State, legal_moves

MAX_NUMBERED = 1 << 20  # as in numbering.h
_KINDS = tuple(NUMBERED)


class Meaning(NamedTuple):
    """What a number stands for: sites and the component are -1 and 0 where the kind of decision has none."""

    kind: str
    source: int
    to: int
    what: int
    value: int


class Numbering:
    """The decisions of a game, counted through from 0 to ``n - 1``.

    Several legal moves can have one number, such as two captures between the same squares: it stands for the first of
    them in the list of legal moves.

    Attributes:
        n: how many there are.
        blocks: for each kind of decision that the rules can list, its numbers.

    Raises:
        ConfigError: there are more than a million.
    """

    def __init__(self, program: Program):
        self.program = program
        self._free = library().numbering_free
        why = ctypes.c_int32(0)
        self._pointer = library().numbering_new(program.context().pointer, ctypes.byref(why))
        if not self._pointer:
            raise too_many(program, why.value)
        rows = np.zeros((len(_KINDS), 2), np.int32)
        library().numbering_blocks(self._pointer, rows.ctypes.data, rows.size)
        self.blocks = {name: range(a, a + n) for name, (a, n) in zip(_KINDS, rows.tolist(), strict=True) if n}
        self.n: int = int(rows[:, 1].sum())

    def __del__(self) -> None:
        if getattr(self, "_pointer", None):
            self._free(self._pointer)  # at the end of the process this module's names may be gone
            self._pointer = None

    def numbers(self, state: State) -> list[int]:
        """The number of each of ``legal_moves(state)``; -1 for one that has none, which no known game has."""
        context = self.program.context()  # the state may be of a like program
        block, n = context.legal(state)
        found = np.zeros(n, np.int32)
        context.check(library().numbering_of_moves(context.pointer, self._pointer, found.ctypes.data, n))
        del block  # which the engine looked at
        numbers: list[int] = found.tolist()
        return numbers

    def encode(self, state: State, move: Move) -> int:
        """The number of a legal move.

        Raises:
            ConfigError: it is not one of this state.
        """
        numbers = self.numbers(state)
        if not 0 <= move.index < len(numbers):
            raise ConfigError(f"{move} is not one of the {len(numbers)} legal moves of this state")
        return numbers[move.index]

    def decode(self, state: State, number: int) -> Move:
        """The legal move that a number stands for: the first that has it.

        Raises:
            ConfigError: no legal move has it.
        """
        numbers = self.numbers(state)
        if number not in numbers:
            raise ConfigError(
                f"action {number} ({self.describe(number)}) is not legal here; legal: {sorted(set(numbers))}"
            )
        return legal_moves(state)[numbers.index(number)]

    def mask(self, state: State) -> NDArray[np.int8]:
        """(n,) 1 where a legal move has the number."""
        mask = np.zeros(self.n, np.int8)
        mask[[number for number in self.numbers(state) if number >= 0]] = 1
        return mask

    def meaning(self, number: int, player: int = 1) -> Meaning:
        """What a number stands for when a player moves, by role: whose pieces they are depends on it.

        Raises:
            ConfigError: there is no such number or player.
        """
        found = np.zeros(len(MEANING), np.int32)
        if library().numbering_meaning(self._pointer, number, player, found.ctypes.data, found.size):
            raise ConfigError(
                f"expected an action in [0, {self.n - 1}] and a player in [1, {self.program.n_players}], "
                f"got {number} and {player}"
            )
        kind, *rest = found.tolist()
        return Meaning(_KINDS[kind], *rest)

    def describe(self, number: int, player: int = 1) -> str:
        """A number for readers: ``Move A6-B6``, ``Add Disc C3``, ``Pass``. Raises: as ``meaning``."""
        kind, source, to, what, value = self.meaning(number, player)
        bytecode = self.program.bytecode
        words = [kind]
        if kind == "Say":
            words = ["Say", bytecode.strings[value]]
        elif kind in ("Bet", "Next", "Other"):
            words.append(str(value))
        if what and kind != "Swap":
            words.append(bytecode.components[what - 1].base)
        places = [site_name(bytecode, site) for site in (source, to) if site >= 0]
        words += ["-".join(places)] if places else []
        return " ".join([*words, *self._tail(kind, value)])

    @staticmethod
    def _tail(kind: str, value: int) -> list[str]:
        """What tells numbers of the same piece and sites apart."""
        if kind == "Rotate":
            return [f"turned {value}"]
        told = {"Add": f"+{value}", "Select": f"way {value + 1}"}
        return [told[kind]] if kind in told and value else []


def site_name(bytecode: Bytecode, site: int) -> str:
    """``A6``; of another type than the board's own with its initial, ``A6E``; ``Hand1`` or ``Hand1/2`` in a hand."""
    board = bytecode.board
    if site < board.n:
        return board.sites.label[site]
    for name in SITE_TYPES:
        first = bytecode.type_first.get(name, 0)
        if first and first <= site < first + board.topologies[name].n:
            return f"{board.topologies[name].label[site - first]}{name[0]}"
    for hand in bytecode.containers[1:]:
        if hand.first <= site < hand.first + hand.size:
            return hand.name if hand.size == 1 else f"{hand.name}/{site - hand.first + 1}"
    return str(site)


def too_many(program: Program, why: int) -> ConfigError:
    """The error for a game whose decisions cannot be numbered."""
    reason = tuple(FAILURES.values())[why] if why > 0 else "a layout that does not fit"
    if why == list(FAILURES).index("TOO_MANY_MOVES"):
        reason = f"more than {MAX_NUMBERED:,} decisions: take a smaller board"
    return ConfigError(f"{program.name!r} cannot be played by numbers: {reason}")
