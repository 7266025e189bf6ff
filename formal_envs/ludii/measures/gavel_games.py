"""GAVEL's fitness of a game that this engine plays: which games are played, and what is read off them."""

from __future__ import annotations

from collections.abc import Sequence

from formal_envs.ludii.measures.gavel import (
    GAMES,
    GAMES_PER_SEAT,
    RANDOM_THRESHOLDS,
    RANDOM_TURNS,
    THRESHOLDS,
    TURNS,
    UNINTERESTING,
    UNPLAYABLE,
    Gavel,
    decision_moves,
    fitness,
    shortfall,
)
from formal_envs.ludii.play.measures import balance, column
from formal_envs.ludii.play.program import Program
from formal_envs.ludii.play.report import MAX_TOTAL_WORK, MAX_WORK, GameReport, random_games
from formal_envs.ludii.players.match import MatchGame, MatchResult, play_match

#: UCT's iterations per move, where GAVEL's thinks for 0.25 seconds: as many as bring all games to about so much work,
#: which is half a second in most games, but within these bounds.
WORK = 270_000_000
ITERATIONS = 8, 128
#: Work at which the games of UCT against itself are ended, and those against random players: five seconds in all.
SELF_PLAY_WORK, TRACE_WORK = 1_200_000_000, 600_000_000


def gavel(program: Program, report: GameReport, seed: int = 0) -> Gavel:
    """The fitness of a game with the report of its random games; the same in every process.

    Random play is looked at first, then ten games of UCT against itself, then ten, with two players, of UCT against
    random ones; the first shortfall ends it. Measures are over the games that end within the budgets of work.
    """
    if not report.playable:
        return Gavel(UNPLAYABLE)
    measured = {"balance": report.balance, "decision_moves": _decisions(program, report)}
    if short := shortfall(measured, RANDOM_THRESHOLDS, "random players"):
        return Gavel(UNINTERESTING, short)
    n, sites = program.n_players, program.bytecode.board.n
    thinker, match = _match(program, iterations(report), seed)
    if not match.played:
        return Gavel(UNINTERESTING, "no game of UCT against itself ended within the budget of work")
    measures = self_play(match.played, n, sites)
    if short := shortfall(measures, THRESHOLDS, "UCT against itself"):
        return Gavel(UNINTERESTING, short, measures)
    against = [thinker] + ["random"] * (n - 1)
    match = play_match(program, against, GAMES_PER_SEAT * n, seed, max_turns=TURNS, work=TRACE_WORK)
    measures["trace"] = match.wins[0] / max(len(match.played), 1)
    return Gavel(fitness(measures), None, measures)


def _decisions(program: Program, report: GameReport) -> float:
    """``decision_moves`` of random play; over all moves, as the report has it, where that is enough to pass."""
    if report.decision_moves >= RANDOM_THRESHOLDS["decision_moves"]:
        return report.decision_moves
    limit = RANDOM_TURNS * program.n_players
    rows, _, _ = random_games(program, 0, report.playouts, limit, MAX_WORK, MAX_TOTAL_WORK)
    return decision_moves(column(rows, "decisions").tolist(), column(rows, "moves").tolist())


def _match(program: Program, iterations: int, seed: int) -> tuple[str, MatchResult]:
    """UCT against itself; again with the least iterations if so many cost too much: thought can make games longer."""
    thinker = f"uct:{iterations}"
    match = play_match(program, [thinker] * program.n_players, GAMES, seed, max_turns=TURNS, work=SELF_PLAY_WORK)
    if len(match.played) < GAMES and iterations > ITERATIONS[0]:
        return _match(program, ITERATIONS[0], seed)
    return thinker, match


def iterations(report: GameReport) -> int:
    """UCT's iterations per move for a game, by what its random games cost.

    An iteration is about half a random game; the players that think move in ten games, and in every n-th turn of 5 n.
    """
    moves = min(report.mean_moves, TURNS * len(report.wins))
    one = report.work / report.playouts / 2 * moves * (GAMES + GAMES_PER_SEAT)
    least, most = ITERATIONS
    return int(min(max(WORK / one, least), most))


def self_play(games: Sequence[MatchGame], players: int, sites: int) -> dict[str, float]:
    """What games of equal players say: all but the trace. A game that was cut is neither completed nor undrawn."""
    seats = [game.seats.index(game.winner) for game in games if game.winner is not None]
    won = len(seats) / len(games)
    return {
        "balance": balance(tuple(map(seats.count, range(players))), len(games)),
        "completion": won,
        "drawishness": won,
        "decision_moves": decision_moves([game.decisions for game in games], [game.moves for game in games]),
        "coverage": sum(game.covered for game in games) / len(games) / sites,
        "mean_turns": sum(game.turns for game in games) / len(games),
    }
