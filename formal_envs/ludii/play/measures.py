"""Measures of a game's random play, a function per formula.

What a function takes as ``rows`` is (n, len(PLAYOUT)): n >= 1 finished games, each a row of ``random_games``. A move is
a ply, the pass of a player who has nothing else to do too. Shares of moves are over the moves of all games together: a
long game counts for more.

Sources: Browne 2008, "Automatic Generation and Evaluation of Recombination Games", a thesis at Queensland University of
Technology; GAVEL, arXiv:2407.09388; the paper, arXiv:2410.17126.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from formal_envs.ludii.engine.interface import PLAYOUT

_COLUMNS = {field.name: column for column, field in enumerate(PLAYOUT)}


def column(rows: np.ndarray, name: str) -> np.ndarray:
    """(n,) what is known of each game under a name of ``PLAYOUT``."""
    return rows[:, _COLUMNS[name]]


def decision_moves(rows: np.ndarray) -> float:
    """Moves with another legal one beside them / moves, in [0, 1]; 0 where there is no move.

    A forced pass is a move without a choice. Two legal moves count as a choice, though they lead to one position.
    Source: GAVEL's agency; "decision moves" among Ludii's concepts.
    """
    return _per_move(rows, "decisions")


def branching_factor(rows: np.ndarray) -> float:
    """Legal moves, summed over the positions in which a move was made / moves; 1 or more, 0 where there is no move.

    Source: the usual one; Browne 2008 measures it of self-play too.
    """
    return _per_move(rows, "choices")


def _per_move(rows: np.ndarray, name: str) -> float:
    moves = int(column(rows, "moves").sum(dtype=np.int64))
    return int(column(rows, name).sum(dtype=np.int64)) / moves if moves else 0.0


def coverage(rows: np.ndarray, sites: int) -> float:
    """The mean over games of: board sites that held a piece after some move or at the start / board sites, in [0, 1].

    The board's sites are those that moves mean by default, cells, vertices or edges; hands are none.
    Source: GAVEL's coverage; "board coverage" of the default sites among Ludii's concepts.
    """
    return float(column(rows, "covered").mean()) / sites


def first_wins(wins: tuple[int, ...]) -> float:
    """Wins of who began as player 1 / wins, in [0, 1]; 0 where nobody won. 1 / players where the order is no advantage.

    Source: the share that Browne 2008 makes its measure of the first move's advantage from.
    """
    return wins[0] / sum(wins) if sum(wins) else 0.0


def balance(wins: tuple[int, ...], playouts: int) -> float:
    """1 - the largest difference of two players' wins, as a share of the games; 1 where one plays alone.

    Of a team that wins the first member counts as the winner, as in Ludii.
    Source: the paper's game reward, for the pair of players that is furthest apart.
    """
    return 1 - max((abs(a - b) for a, b in combinations(wins, 2)), default=0) / playouts


def paper_reward(balance: float, completion: float, drawishness: float) -> float:
    """The mean of the cube roots (the paper's game reward); NaN counts as 0."""
    value = sum(v ** (1 / 3) if v > 0 else 0.0 for v in (balance, completion, drawishness)) / 3
    return value if value == value else 0.0
