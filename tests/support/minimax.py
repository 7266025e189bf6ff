"""The worth of positions by looking at every game from there: slow, and plain enough to be believed."""

from __future__ import annotations

from formal_envs.ludii import State, apply, legal_moves

Values = tuple[float, ...]


def worth(state: State) -> Values:
    """What a position where the game is over is worth to each person, by who began as which role."""
    n = state.program.n_players
    ranks = dict(zip(state.agents[1 : n + 1], state.ranking, strict=True))
    if n == 1:
        return (1.0 if ranks[1] == 1 else -1.0,)
    return tuple(1 - 2 * (ranks[person] - 1) / (n - 1) if ranks[person] else 0.0 for person in range(1, n + 1))


def minimax(state: State) -> Values | None:
    """What best play leads to, for each person; None where it depends on a choice among moves that are equally good.

    For two it never does.
    """
    if state.over:
        return worth(state)
    found = [minimax(apply(state, move)) for move in legal_moves(state)]
    if any(values is None for values in found):
        return None
    person = state.agents[state.mover] - 1
    best = max(values[person] for values in found)
    equal = {values for values in found if values[person] == best}
    return equal.pop() if len(equal) == 1 else None
