"""What a game's text is worth: random games of it, and the numbers that they give.

Everything is counted, nothing is timed: the same text, seed and limits give the same report on every machine. A unit of
work is about one ludeme evaluated, some three nanoseconds on a core of 2024 whatever the game: over games of all kinds
nine in ten lie between two and four. So the budgets below end nearly all texts within three seconds, the worst within
five.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formal_envs.errors import ConfigError
from formal_envs.ludii.compile.bytecode import Doubt
from formal_envs.ludii.engine.interface import MAX_GAME_MOVES, PLAYOUT
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.play.measures import (
    balance,
    branching_factor,
    column,
    coverage,
    decision_moves,
    first_wins,
    paper_reward,
)
from formal_envs.ludii.play.program import REASONS, Move, Program, State, apply, compile_game, legal_moves
from formal_envs.ludii.play.thinking import Thinking
from formal_envs.ludii.raw.expansion import Expansion, expand

#: Work of one game. A game that needs more is an error in play.
MAX_WORK = 500_000_000
#: Work of all the games of an evaluation. When it is spent the evaluation ends, with the games that are finished.
MAX_TOTAL_WORK = 750_000_000
UNPLAYABLE = 0.05


@dataclass(frozen=True)
class Outcome:
    """How one game went: winner 0 is nobody, the best rank is 1; ``timeout``: cut by the limit of turns or moves."""

    winner: int
    ranking: tuple[float, ...]
    turns: int
    moves: int
    timeout: bool


@dataclass(frozen=True)
class GameReport:
    """A text's fate and its random games.

    ``compiles``: it is a game; ``supported``: the engine plays all of its ludemes; ``playable``: no error in play, and
    two turns or more per game on average. ``error`` says what went wrong, if anything. ``playouts`` games were
    finished, of them ``wins[p - 1]`` won by who began as player p, ``draws`` ended without a winner, ``timeouts`` were
    cut by the limits; a turn is a change of mover. Turns and moves have their mean and standard deviation over the
    games. ``decision_moves`` is the share of moves that had another legal one beside them, ``branching_factor`` the
    mean number of legal moves, ``coverage`` the share of the board that pieces stood on, ``first_wins`` the share of
    the wins that who began as player 1 has; ``measures.py`` has the formulas and their sources. Balance, completion,
    drawishness and reward lie in [0, 1]. All of these are 0 where there was no game. ``warnings`` says, with places,
    what a text that compiles says and cannot mean: places off the board, pieces and players that are not there,
    conditions that never hold. ``unconfirmed`` says what is written as in no game whose play agrees with Ludii's: what
    the engine is less sure of. ``thinking`` is what players that think make of the game, where ``think`` was asked.
    """

    compiles: bool
    playable: bool = False
    supported: bool = True
    error: GameError | None = None
    playouts: int = 0
    wins: tuple[int, ...] = ()
    draws: int = 0
    timeouts: int = 0
    mean_turns: float = 0.0
    deviation_turns: float = 0.0
    mean_moves: float = 0.0
    deviation_moves: float = 0.0
    decision_moves: float = 0.0
    branching_factor: float = 0.0
    coverage: float = 0.0
    first_wins: float = 0.0
    balance: float = 0.0
    completion: float = 0.0
    drawishness: float = 0.0
    reward: float = 0.0
    work: int = 0
    warnings: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    thinking: Thinking | None = None


def random_games(
    program: Program, seed: int, n: int, turns: int, work: int, total: int
) -> tuple[np.ndarray, State, int]:
    """n random games of at most ``turns`` turns in one call of the engine.

    Returns: (n, len(PLAYOUT)) of what ``PLAYOUT`` names, of a game that failed only the winner; the last position; the
    work done.
    """
    context = program.context()
    block = ctypes.create_string_buffer(program.state_size)
    rows = np.zeros((n, len(PLAYOUT)), np.int32)
    done = library().context_playouts(
        context.pointer, seed, n, turns, MAX_GAME_MOVES, work, total, block, len(block), rows.ctypes.data, rows.size
    )
    context.check(min(done, 0))
    return rows, State(program, block.raw, context.history(block)), done


def play(program: Program, rng: np.random.Generator, max_turns: int = 500) -> Outcome:
    """One game of uniformly random moves, cut after ``max_turns`` turns for each player.

    Raises:
        GameError: stage "play": the game asks for more work or memory than is allowed.
    """
    limit = _limit(program, max_turns)
    rows, last, _ = random_games(program, int(rng.integers(1 << 63)), 1, limit, MAX_WORK, MAX_WORK)
    winner, turns, moves, over = (int(v) for v in rows[0, :4])
    if winner < -1:
        raise GameError("play", REASONS[-1 - winner], program.text)
    return Outcome(max(winner, 0), tuple(last.ranking), turns, moves, not over)


def random_game(program: Program, rng: np.random.Generator, max_moves: int) -> tuple[list[State], list[Move]]:
    """The positions of a game of uniformly random moves, cut after ``max_moves``, and its moves."""
    states, moves = [program.initial(int(rng.integers(1 << 63)) if program.has_chance else 0)], list[Move]()
    while not states[-1].over and len(moves) < max_moves:
        legal = legal_moves(states[-1])
        moves.append(legal[rng.integers(len(legal))])
        states.append(apply(states[-1], moves[-1]))
    return states, moves


def scenes(program: Program, seed: int) -> list[State]:
    """Start, middle and end of a game of random moves, cut after 2,000 of them, for a picture; each position once."""
    return scenes_of(random_game(program, np.random.default_rng(seed), 2000)[0])


def scenes_of(states: Sequence[State]) -> list[State]:
    """Start, middle and end of a game; each position once."""
    return [states[n] for n in sorted({0, len(states) // 2, len(states) - 1})]


def _limit(program: Program, max_turns: int) -> int:
    if not 1 <= max_turns <= 1_000_000:
        raise ConfigError(f"max_turns must lie in 1 to 1,000,000, got {max_turns}")
    return max_turns * program.n_players


def evaluate_program(program: Program, playouts: int = 100, max_turns: int = 500, seed: int = 0) -> GameReport:
    """``evaluate_game`` of a program that is there already."""
    if not 1 <= playouts <= 1_000_000:
        raise ConfigError(f"playouts must lie in 1 to 1,000,000, got {playouts}")
    limit = _limit(program, max_turns)
    rows, _, work = random_games(program, seed & (1 << 64) - 1, playouts, limit, MAX_WORK, MAX_TOTAL_WORK)
    winners = column(rows, "winner")
    failed = np.flatnonzero(winners < -1)
    finished, error = len(rows), None
    if len(failed):
        finished = int(failed[0])
        spent = work >= MAX_TOTAL_WORK and winners[finished] == -2
        if not spent or not finished:
            error = GameError("play", REASONS[-1 - int(winners[finished])], program.text)
    rows, winners = rows[:finished], winners[:finished]
    if not finished:
        return GameReport(compiles=True, error=error, reward=UNPLAYABLE, work=work)
    wins = tuple(int((column(rows, "person") == p).sum()) for p in range(1, program.n_players + 1))
    draws, timeouts = int((winners == 0).sum()), int((winners == -1).sum())
    turns, moves = column(rows, "turns"), column(rows, "moves")
    playable = error is None and float(turns.mean()) >= 2
    measures = balance(wins, finished), sum(wins) / finished, 1 - (draws + timeouts) / finished
    return GameReport(
        compiles=True,
        playable=playable,
        error=error,
        playouts=finished,
        wins=wins,
        draws=draws,
        timeouts=timeouts,
        mean_turns=float(turns.mean()),
        deviation_turns=float(turns.std()),
        mean_moves=float(moves.mean()),
        deviation_moves=float(moves.std()),
        decision_moves=decision_moves(rows),
        branching_factor=branching_factor(rows),
        coverage=coverage(rows, program.bytecode.board.n),
        first_wins=first_wins(wins),
        balance=measures[0],
        completion=measures[1],
        drawishness=measures[2],
        reward=paper_reward(*measures) if playable else UNPLAYABLE,
        work=work,
    )


def evaluate_game(text: str | Expansion, playouts: int = 100, max_turns: int = 500, seed: int = 0) -> GameReport:
    """Compiles a text and plays random games of it.

    Args:
        text: a game's description, raw or expanded.
        playouts: how many games; fewer where the budget of work ends first.
        max_turns: turns for each player after which a game is cut; it counts as drawn then.
        seed: decides all the games.

    Returns:
        the report; a text that is not a game has ``compiles`` False and says why in ``error``.
    """
    try:
        source = expand(text)
        program = compile_game(source)
    except GameError as error:
        return not_played(error)
    report = evaluate_program(program, playouts, max_turns, seed)
    return replace(
        report,
        warnings=placed(source, program.bytecode.doubts),
        unconfirmed=placed(source, program.bytecode.unconfirmed),
    )


def not_played(error: GameError) -> GameReport:
    """The report of a text that the compiler refused for this reason."""
    if error.stage in ("unsupported", "play"):
        return GameReport(compiles=True, supported=error.stage == "play", error=error, reward=UNPLAYABLE)
    return GameReport(compiles=False, error=error)


def placed(source: Expansion, doubts: tuple[Doubt, ...]) -> tuple[str, ...]:
    """Doubts with their places in the text that was given."""
    places = [source.located(GameError("names", doubt.message, source.text, doubt.start)) for doubt in doubts]
    return tuple(f"line {place.line}, column {place.column}: {place.message}" for place in places)
