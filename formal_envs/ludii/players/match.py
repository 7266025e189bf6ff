"""Matches: whole games between players that take turns at each seat."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.interface import MATCH, MAX_GAME_MOVES
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.program import REASONS, Program
from formal_envs.ludii.players.player import CPlayer, Player, seated

#: Work of one game; some half a minute.
GAME_WORK = 10_000_000_000
_COLUMN = {field.name: place for place, field in enumerate(MATCH)}


@dataclass(frozen=True)
class MatchGame:
    """One game of a match.

    ``seats[p - 1]`` is the number of the player, counted from 0, who began as player p of the game; ``winner`` the
    number of the one who won, None where nobody did; ``failure`` says why the game could not be played to its end, if
    so. A game that is neither over nor failed was cut by the limit of turns or moves. ``decisions`` are the moves with
    another legal one beside them, ``choices`` the legal moves of all positions in which one was made,
    ``covered`` the sites of the board that held a piece at some time.

    What players who search think of the positions tells how the game went: ``lead_changes`` counts how often somebody
    else than the last leader had the best chances; ``drama`` is the mean of the roots of how far the winner was behind
    the leader, over the positions in which he was, in [0, 1], 0 where there was none (Browne, Automatic generation and
    evaluation of recombination games, 2008). Both are 0 where nobody searches.
    """

    seats: tuple[int, ...]
    winner: int | None
    over: bool
    failure: str | None
    turns: int
    moves: int
    decisions: int
    choices: int
    covered: int
    lead_changes: int
    drama: float

    @property
    def scores(self) -> tuple[float, ...]:
        """What the game is worth to each player: 1 to one who won; to all alike, and 1 in sum, where nobody did.

        A lone player has 0 then.
        """
        n = len(self.seats)
        if self.winner is None:
            return (1 / n if n > 1 else 0.0,) * n
        return tuple(float(player == self.winner) for player in range(n))


@dataclass(frozen=True)
class MatchResult:
    """What a match came to. Games that failed count as played by nobody: only ``failed`` has them.

    ``wins[k]`` are those of player k, ``seat_wins[k][p - 1]`` of them those in which he began as player p; ``scores``
    are the players' mean scores with their standard errors (a win 1, a loss 0, a draw 1 shared by all; cut games count
    as drawn). ``work`` is what was done, in units of the engine's.
    """

    players: tuple[Player, ...]
    games: tuple[MatchGame, ...]
    work: int

    @property
    def played(self) -> tuple[MatchGame, ...]:
        """The games that did not fail."""
        return tuple(game for game in self.games if game.failure is None)

    @property
    def wins(self) -> tuple[int, ...]:
        """Games won by each player."""
        return tuple(map(sum, self.seat_wins))

    @property
    def seat_wins(self) -> tuple[tuple[int, ...], ...]:
        """For each player the games that he won from each seat."""
        n = len(self.players)
        counts = [[0] * n for _ in range(n)]
        for game in self.played:
            if game.winner is not None:
                counts[game.winner][game.seats.index(game.winner)] += 1
        return tuple(map(tuple, counts))

    @property
    def draws(self) -> int:
        """Games that ended with nobody's win."""
        return sum(game.over and game.winner is None for game in self.played)

    @property
    def timeouts(self) -> int:
        """Games cut by the limits of turns and moves."""
        return sum(not game.over for game in self.played)

    @property
    def failed(self) -> int:
        """Games that ran out of work or of memory, or had an error in play."""
        return len(self.games) - len(self.played)

    @property
    def scores(self) -> tuple[tuple[float, float], ...]:
        """For each player the mean of his scores, and its standard error; NaN where no game was played."""
        rows = np.array([game.scores for game in self.played]).reshape(len(self.played), len(self.players))
        n = len(rows)
        if not n:
            return ((math.nan, math.nan),) * len(self.players)
        errors = rows.std(axis=0, ddof=1) / math.sqrt(n) if n > 1 else np.full(len(self.players), math.nan)
        return tuple((float(mean), float(error)) for mean, error in zip(rows.mean(axis=0), errors, strict=True))


def play_match(
    program: Program,
    players: Sequence[Player | str],
    games: int,
    seed: int,
    *,
    max_turns: int = 500,
    opening: float = 0.0,
    work: int | None = None,
    first: int = 0,
) -> MatchResult:
    """Games between players, of whom each has each seat in turn.

    Args:
        program: the game.
        players: one for each player of the game, such as ``["uct:200", "random"]``; number k, counted from 0, begins
            game i as player ``(k + i) % n + 1``.
        games: how many; a multiple of the number of players gives each of them each seat as often.
        seed: decides all the games. What game i is depends on the seed and i alone.
        max_turns: turns for each player after which a game is cut.
        opening: the share of a random game, in [0, 1), that is played before the players begin to choose; each player
            has each seat of the same beginning. They meet more positions so, and need less thought to the end.
        work: of all games together; by default ``GAME_WORK`` for each. The game that spends it is reported as failed,
            and those after it are not played.
        first: the number of the first game: a match can be gone on with.

    Raises:
        ConfigError: an argument is not as above.
    """
    chosen, n = seated(program, players), program.n_players
    for name, value, high in (("games", games, 1_000_000), ("max_turns", max_turns, 1_000_000)):
        if not 1 <= value <= high:
            raise ConfigError(f"{name} must lie in 1 to {high:,}, got {value}")
    if not 0.0 <= opening < 1.0:
        raise ConfigError(f"opening is a share of a game, at least 0 and less than 1, got {opening}")
    left = total = GAME_WORK * games if work is None else work
    records, found = (CPlayer * n)(*(player.record() for player in chosen)), []
    context, block = program.context(), ctypes.create_string_buffer(program.state_size)
    row = np.zeros(len(MATCH), np.int32)
    for game in range(first, first + games):
        if left <= 0:
            break
        done = library().context_match(
            *(context.pointer, records, n, seed & (1 << 64) - 1, game, 1),
            *(max_turns * n, MAX_GAME_MOVES, int(opening * 1000)),
            *(min(left, GAME_WORK) if work is None else left, left, block, len(block), row.ctypes.data, row.size),
        )
        left -= context.check(done)
        found.append(_game(row.tolist(), tuple((p - game) % n for p in range(n))))
    return MatchResult(chosen, tuple(found), total - left)


def _game(row: list[int], seats: tuple[int, ...]) -> MatchGame:
    person, code = row[_COLUMN["person"]], row[_COLUMN["winner"]]
    return MatchGame(
        seats=seats,
        winner=seats[person - 1] if person > 0 else None,
        over=bool(row[_COLUMN["over"]]),
        failure=REASONS[-1 - code] if code < -1 else None,
        turns=row[_COLUMN["turns"]],
        moves=row[_COLUMN["moves"]],
        decisions=row[_COLUMN["decisions"]],
        choices=row[_COLUMN["choices"]],
        covered=row[_COLUMN["covered"]],
        lead_changes=row[_COLUMN["lead_changes"]],
        drama=row[_COLUMN["drama"]] / 1e6,
    )
