"""Games side by side in the engine: one call plays a ply in each, and writes what learners see in place."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_integer
from formal_envs.ludii.engine.interface import (
    DIGEST_SIZE,
    FAILURES,
    FAULTS,
    MAX_GAME_MOVES,
    SEATS,
    VIEWS,
    StateHeader,
)
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.play.program import REASONS, Program, State
from formal_envs.ludii.players.player import CPlayer, Player, read_player
from formal_envs.playing.numbering import Numbering, too_many
from formal_envs.playing.planes import plane_layout

MAX_GAMES = 1 << 20
_VIEWS = tuple(VIEWS)
_MOVING = ("Move", "Select")


class Table:
    """n games of one program, their positions in the engine; ``view[name]`` has a row for each, of ``VIEWS``.

    Args:
        program: the game.
        n: how many of it.
        opponents: who plays by himself, one for each person but the seat's, in their order; None: nobody.
        seat: the person whose decisions are told, from 1 on, or "random" or "in turn", anew in each game.
        max_moves: moves of all players together after which a game is cut.

    Raises:
        ConfigError: one of these has no meaning, or the game's decisions cannot be numbered.
    """

    def __init__(
        self, program: Program, n: int, opponents: Sequence[str | Player] | None, seat: int | str, max_moves: int
    ):
        self.program = program
        self.n = check_integer("the number of games", n, 1, MAX_GAMES)
        self.numbering = Numbering(program)
        self.layout = plane_layout(program.bytecode, bool(self.numbering.blocks.keys() & {*_MOVING}))
        limit = check_integer("max_moves", max_moves, 1, MAX_GAME_MOVES)
        self._free = library().table_free
        why, data = ctypes.c_int32(0), self.layout.data
        self._pointer = library().table_new(
            program._game,
            self.n,
            limit,
            _seat(program, opponents, seat),
            data.ctypes.data,
            data.size,
            ctypes.byref(why),
        )
        if not self._pointer:
            raise too_many(program, why.value)
        self.view: dict[str, NDArray[Any]] = {}
        for place, (name, (dtype, _)) in enumerate(VIEWS.items()):
            self.view[name] = np.zeros((self.n, *self._row(name)), dtype)
            self._check(library().table_view(self._pointer, place, self.view[name].ctypes.data, self.view[name].nbytes))
        if opponents is not None:
            self._set_players([read_player(each) for each in opponents])

    def _row(self, name: str) -> tuple[int, ...]:
        shapes: dict[str, tuple[int, ...]] = {"mask": (self.numbering.n,), "utilities": (self.program.n_players,)}
        return self.layout.shape if name in ("planes", "last_planes") else shapes.get(name, ())

    def _set_players(self, players: list[Player]) -> None:
        records = (CPlayer * len(players))(*(player.record() for player in players))
        self._check(library().table_players(self._pointer, records, len(players)))

    def __del__(self) -> None:
        if getattr(self, "_pointer", None):
            self._free(self._pointer)  # at the end of the process this module's names may be gone
            self._pointer = None

    def _check(self, code: int) -> None:
        if code >= 0:
            return
        if -1 - code < len(REASONS):
            raise GameError("play", REASONS[-1 - code], self.program.text)
        raise ConfigError("no game is under way there, or its seat never comes to move")

    def seed(self, slot: int, seed: int) -> None:
        """Draw the games of a slot from a seed, from the next one on."""
        self._check(library().table_seed(self._pointer, slot, seed & (1 << 64) - 1))

    def begin(self, slots: NDArray[np.bool_]) -> None:
        """Begin a game in the slots where (n,) is true.

        Raises:
            GameError: stage "play": it asks for more work than is allowed.
            ConfigError: games end before the seat is to move.
        """
        chosen = np.ascontiguousarray(slots, np.uint8)
        self._check(library().table_begin(self._pointer, chosen.ctypes.data, chosen.size))

    def step(self, numbers: NDArray[np.int64], again: bool) -> None:
        """Play the (n,) numbers, and the opponents' replies. ``again``: a game that ends is followed by the next one.

        Raises: as ``begin``; ConfigError too where a game is over.
        """
        self._check(library().table_step(self._pointer, numbers.ctypes.data, numbers.size, again))

    def planes(self, slot: int, person: int) -> NDArray[np.float32]:
        """What a person sees, (planes, rows, columns)."""
        found = np.zeros(self.layout.shape, np.float32)
        self._check(library().table_observe(self._pointer, slot, person, found.ctypes.data, found.size))
        return found

    def state(self, slot: int) -> State:
        """The position of a slot."""
        block = ctypes.create_string_buffer(self.program.state_size)
        self._check(library().table_state(self._pointer, slot, block, len(block)))
        size = DIGEST_SIZE * StateHeader.from_buffer(block).n_history
        history = ctypes.string_at(library().table_history(self._pointer, slot), size) if size else b""
        return State(self.program, block.raw, history)

    def fault(self, slot: int) -> str | None:
        """Why the game of a slot was cut in the last step, if not for its length or an illegal action."""
        code = int(self.view["fault"][slot])
        if code == FAULTS["FAULT_UNNUMBERED"]:
            return "no legal move has a number"
        return FAILURES[list(FAILURES)[code]] if code > 0 else None


def _seat(program: Program, opponents: Sequence[str | Player] | None, seat: int | str) -> int:
    """The seat as the engine takes it."""
    n = program.n_players
    if opponents is None:
        return SEATS["SEAT_ALL"]
    if len(opponents) != n - 1:
        raise ConfigError(f"{program.name!r} has {n} players: expected {n - 1} opponents, got {len(opponents)}")
    named = {"random": SEATS["SEAT_RANDOM"], "in turn": SEATS["SEAT_IN_TURN"]}
    if isinstance(seat, str) and seat in named:
        return named[seat]
    if isinstance(seat, bool) or not isinstance(seat, int) or not 1 <= seat <= n:
        raise ConfigError(f"seat must be 1 to {n}, 'random' or 'in turn', got {seat!r}")
    return seat
