"""Who chooses the moves of a game: how players are named, and what each of them does."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.interface import PLAYER, PLAYERS, structure
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.program import Move, Program, State, legal_moves

CPlayer = structure("Player", PLAYER)
#: As one names them, in the order of the engine's table.
KINDS = tuple(name.replace("_", "-") for name in PLAYERS)
MAX_ITERATIONS = 100_000_000
#: Work that one choice may take.
CHOICE_WORK = 10_000_000_000


@dataclass(frozen=True)
class Player:
    """One who chooses moves.

    ``random``: any legal move, uniformly. ``one-ply``: a move that wins; else one after which nobody else can win at
    once; else any; uniformly among these. ``uct``: the move that a tree search of so many ``iterations`` visits most,
    a win for certain where it proves one. In games of at most two players without chance it sees all that the one-ply
    player sees, however few they are.

    All of them see hidden information, and none of them what dice will show.
    """

    kind: str
    iterations: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.iterations}" if self.iterations else self.kind

    def record(self) -> ctypes.Structure:
        """As the engine takes it."""
        return CPlayer(KINDS.index(self.kind), self.iterations)


def read_player(spec: str | Player) -> Player:
    """The player of this name: ``random``, ``one-ply``, or ``uct:200`` for a search of 200 iterations.

    Raises:
        ConfigError: there is no such player.
    """
    if isinstance(spec, Player):
        return spec
    kind, colon, number = spec.partition(":")
    if kind not in KINDS:
        raise ConfigError(f"a player is random, one-ply or uct:N, such as uct:200; got {spec!r}")
    if kind != "uct":
        if colon:
            raise ConfigError(f"the player {kind} takes no number, got {spec!r}")
        return Player(kind)
    if not (number.isascii() and number.isdigit() and len(number) <= 9 and 1 <= int(number) <= MAX_ITERATIONS):
        raise ConfigError(f"uct:N takes 1 to {MAX_ITERATIONS:,} iterations, such as uct:200; got {spec!r}")
    return Player(kind, int(number))


def seated(program: Program, players: Sequence[str | Player]) -> tuple[Player, ...]:
    """Players, one for each of a game's.

    Raises:
        ConfigError: there are not as many, or there is no such player.
    """
    chosen, n = tuple(map(read_player, players)), program.n_players
    if len(chosen) != n:
        raise ConfigError(
            f"{program.name} is a game for {n}: name as many players, separated by commas; got {len(chosen)}"
        )
    return chosen


def choose(state: State, player: str | Player, seed: int, *, work: int = CHOICE_WORK) -> Move:
    """The move that a player takes; the same for the same state and seed. ``work``: units of the engine's, at most.

    Raises:
        ConfigError: the game is over.
        GameError: stage "play": the choice asks for more work than is allowed.
    """
    moves, context = legal_moves(state), state.program.context()
    if not moves:
        raise ConfigError("the game is over: there is no move to choose")
    block, _ = context.legal(state)  # stays alive while the engine looks at it
    record = read_player(player).record()
    index = library().context_choose(context.pointer, ctypes.byref(record), seed & (1 << 64) - 1, work)
    del block
    return moves[context.check(index)]
