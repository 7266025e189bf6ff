"""One game between players, with all its positions."""

from __future__ import annotations

from collections.abc import Sequence

from formal_envs.ludii.play.program import Move, Program, State, apply
from formal_envs.ludii.players.player import Player, choose, seated

_STEP = 0x9E3779B97F4A7C15  # the golden ratio in 64 bits: choices of one game get seeds far apart


def play_game(
    program: Program, players: Sequence[Player | str], seed: int, max_moves: int
) -> tuple[list[State], list[Move]]:
    """The positions of a game, cut after ``max_moves``, and its moves.

    Args:
        program: the game.
        players: number k, counted from 0, begins as player k + 1.
        seed: decides all choices and all chance.
        max_moves: of all players together.

    Raises:
        ConfigError: there are not as many players as the game has.
        GameError: stage "play": a choice asks for more work than is allowed.
    """
    chosen = seated(program, players)
    states, moves = [program.initial(seed)], list[Move]()
    while not states[-1].over and len(moves) < max_moves:
        state = states[-1]
        player = chosen[state.agents[state.mover] - 1]
        moves.append(choose(state, player, seed + _STEP * (len(moves) + 1)))
        states.append(apply(state, moves[-1]))
    return states, moves
