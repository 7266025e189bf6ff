"""One game between players, with all its positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from formal_envs.ludii.play.program import Move, Program, State, apply
from formal_envs.ludii.players.player import CHOICE_WORK, Player, choose, seated

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
    states, moves = [program.initial(seed)], list[Move]()
    for move, state in islice(game_steps(program, players, seed), max_moves):
        moves.append(move)
        states.append(state)
    return states, moves


def game_steps(
    program: Program, players: Sequence[Player | str], seed: int, *, work: int = CHOICE_WORK
) -> Iterator[tuple[Move, State]]:
    """The moves of the same game and the positions that they lead to, each when it is asked for.

    Args:
        program, players, seed: as of ``play_game``.
        work: of a choice, in the engine's units, at most.

    Raises:
        ConfigError, GameError: as of ``play_game``.
    """
    chosen, state, count = seated(program, players), program.initial(seed), 0
    while not state.over:
        count += 1
        move = choose(state, chosen[state.agents[state.mover] - 1], seed + _STEP * count, work=work)
        state = apply(state, move)
        yield move, state
