"""What a search finds of a position: its best move, what each move is worth, what is proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.program import Move, State, apply, legal_moves
from formal_envs.ludii.players.player import CHOICE_WORK, MAX_ITERATIONS

#: Moves of the best line that are told.
LINE = 16


@dataclass(frozen=True)
class MoveValue:
    """What is known of a move.

    ``visits``: iterations that began with it; ``values[p - 1]``: what it is worth to the person who began as player p,
    the mean of what they found, 1 where he wins, -1 where he is last, 0 for a draw and where nothing is known;
    ``proven``: that is certain.
    """

    move: Move
    visits: int
    values: tuple[float, ...]
    proven: bool


@dataclass(frozen=True)
class Analysis:
    """A position as a search sees it: the moves, the best ones first, and the ``line`` of best play.

    ``person``: who is to move, by the role with which he began. In games with chance the line is one move.
    """

    person: int
    moves: tuple[MoveValue, ...]
    line: tuple[Move, ...]

    @property
    def best(self) -> MoveValue:
        """The move that a ``uct`` player takes."""
        return self.moves[0]

    def value(self, move: MoveValue) -> float:
        """What a move is worth to who is to move."""
        return move.values[self.person - 1]


def analyse(state: State, iterations: int = 1000, seed: int = 0, *, work: int = CHOICE_WORK) -> Analysis:
    """Searches a position, as ``uct:iterations`` does; the same for the same state, iterations and seed.

    Args:
        state: the position.
        iterations: of the search; fewer are done where the best move is proven, or the work is spent.
        seed: decides its random games.
        work: units of the engine's, at most.

    Raises:
        ConfigError: the game is over, or there is no such number of iterations.
        GameError: stage "play": the work is spent before the first iteration, or a rule fails in play.
    """
    if not 1 <= iterations <= MAX_ITERATIONS:
        raise ConfigError(f"iterations must lie in 1 to {MAX_ITERATIONS:,}, got {iterations}")
    moves, program = legal_moves(state), state.program
    if not moves:
        raise ConfigError("the game is over: there is no move to look for")
    context = program.context()
    block, _ = context.legal(state)  # stays alive while the engine looks at it
    rows, line = np.zeros((len(moves), 2 + program.n_players)), np.zeros(LINE, np.int32)
    best = library().context_search(
        *(context.pointer, iterations, seed & (1 << 64) - 1, work),
        *(rows.ctypes.data, rows.size, line.ctypes.data, line.size),
    )
    del block
    context.check(best)
    person = state.agents[state.mover]
    found = [
        MoveValue(move, int(row[0]), tuple(row[2:].tolist()), bool(row[1]))
        for move, row in zip(moves, rows, strict=True)
    ]
    order = sorted(range(len(moves)), key=lambda i: (i != best, -found[i].visits, -found[i].values[person - 1], i))
    return Analysis(person, tuple(found[i] for i in order), _played(state, line.tolist()))


def _played(state: State, line: list[int]) -> tuple[Move, ...]:
    moves = []
    for index in line:
        if index < 0 or state.over:
            break
        moves.append(legal_moves(state)[index])
        state = apply(state, moves[-1])
    return tuple(moves)
