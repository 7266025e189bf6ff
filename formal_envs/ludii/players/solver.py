"""Who wins by force, and in how many plies: an exact search within a budget of work."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.interface import FAILURES, MAX_SOLVED_PLIES, SOLVED, USES
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.program import REASONS, Move, Program, State, apply, legal_moves

#: What a proof may take unless told otherwise, in units of work: about a tenth of a second.
SOLVE_WORK = 40_000_000
_OUT_OF_WORK = list(FAILURES).index("OUT_OF_WORK")
_PLACES = {field.name: place for place, field in enumerate(SOLVED)}


@dataclass(frozen=True)
class Solved:
    """What is proven of a position.

    Attributes:
        winner: the player who wins whatever the other one does, by who began as player 1 or 2 (a swap changes the
            roles, not who wins); 0 where neither can and the game ends all the same: a draw; None where nothing is
            proven.
        plies: moves of both players, passes and swaps too, to the end of the shortest forced win against whoever holds
            out longest; 0 where the game is over; None unless somebody wins.
        line: such a game, move by move. Shorter than ``plies`` where the work ended while it was looked for.
        depth: plies within which all has been looked at.
        work: units of work done.
        why: where nothing is proven, what the reason is; else "".
    """

    winner: int | None
    plies: int | None
    line: tuple[Move, ...]
    depth: int
    work: int
    why: str

    def __str__(self) -> str:
        if self.winner is None:
            return f"not known: {self.why}"
        if not self.winner:
            return "a draw"
        if not self.plies:
            return f"player {self.winner} has won"
        return f"player {self.winner} wins in {self.plies} {'ply' if self.plies == 1 else 'plies'}"


def why_not_asked(program: Program) -> str:
    """Why nobody wins such a game by force, or none that this looks for; "" where it can be asked."""
    if program.n_players != 2:
        return f"only games of two players are asked, this has {program.n_players}"
    if program.has_chance:
        return "only games without chance are asked"
    if program.bytecode.uses & USES["HIDDEN"]:
        return "only games in which nothing is hidden are asked"
    return ""


def solve(position: Program | State, *, work: int = SOLVE_WORK, max_plies: int = MAX_SOLVED_PLIES) -> Solved:
    """Look for a forced win of either player, or the proof that there is none, ever deeper until the work is done.

    Iterative deepening over AND and OR with a table of positions; what it finds is exact, a budget that is too small
    only leaves it unknown. Equal arguments give an equal answer on every machine.

    Args:
        position: a state, or a program: its start.
        work: units that it may take at most; about 2.7 ns each.
        max_plies: how far ahead it looks at most, up to 60.

    Raises:
        ConfigError: work or max_plies is out of range.
    """
    if work < 1:
        raise ConfigError(f"work must be 1 or more, got {work}")
    if not 0 <= max_plies <= MAX_SOLVED_PLIES:
        raise ConfigError(f"max_plies must lie in 0 to {MAX_SOLVED_PLIES}, got {max_plies}")
    program = position if isinstance(position, Program) else position.program
    if why := why_not_asked(program):
        return Solved(None, None, (), 0, 0, why)
    state = program.initial() if isinstance(position, Program) else position
    context = program.context()
    block = ctypes.create_string_buffer(state._block, len(state._block))
    out = (ctypes.c_int32 * (len(SOLVED) + max_plies))()
    history = state._history
    done = library().context_solve(
        context.pointer, block, len(block), history, len(history), max_plies, min(work, 1 << 62), out, len(out)
    )
    context.check(min(done, 0))
    winner, depth, failure = (out[_PLACES[name]] for name in ("winner", "depth", "failure"))
    if winner < 0:
        return Solved(None, None, (), depth, done, _reason(failure, depth, max_plies))
    line = _played(state, out[len(SOLVED) : len(SOLVED) + out[_PLACES["n_line"]]])
    return Solved(winner, out[_PLACES["plies"]] if winner else None, line, depth, done, "")


def _reason(failure: int, depth: int, max_plies: int) -> str:
    if not failure:
        return f"nobody wins by force within {max_plies} plies"
    if failure == _OUT_OF_WORK:
        return f"nobody wins by force within {depth} plies; the work ended there"
    return f"the game fails: {REASONS[failure]}"


def _played(state: State, indices: list[int]) -> tuple[Move, ...]:
    line = []
    for index in indices:
        line.append(legal_moves(state)[index])
        state = apply(state, line[-1])
    return tuple(line)
