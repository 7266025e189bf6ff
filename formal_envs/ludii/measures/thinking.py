"""Whether thinking pays in a game: a small proof, and matches between players of growing strength.

The players are those of MORTAR's and GAVEL's question, do stronger ones beat weaker ones (arXiv:2601.00105,
arXiv:2407.09388); the weakest here looks one ply ahead, so that a win which anybody sees is no skill. All of it is
counted in units of work. The random games of a report say what a game costs, and so how deep it is looked into: what
fails a question is not asked the next, and each match ends when its answer is clear.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from formal_envs.ludii.play.program import Program
from formal_envs.ludii.play.report import GameReport
from formal_envs.ludii.play.thinking import LEAST_EQUALS, LEAST_ROUNDS, Equals, Rung, Thinking
from formal_envs.ludii.players.match import MatchGame, play_match
from formal_envs.ludii.players.solver import solve

#: Work of the proof that somebody wins by force.
PROOF_WORK = 30_000_000
#: What the searching player's thoughts of one game should take, where that leaves him enough iterations; and may take:
#: where the least iterations take more, a larger share of the game is played at random first.
SIDE_WORK, MOST_SIDE_WORK = 1_500_000, 25_000_000
#: A game of which even the least thought would take more is not looked at.
TOO_MUCH_WORK = 400_000_000
LEAST_ITERATIONS, MOST_ITERATIONS = 32, 400
#: A search that is not clearly better than one ply is tried with so many times the iterations, so often at most, while
#: they cost no more than may be, and once where there is no gain at all.
STEP, MOST_STEPS = 4, 2
#: How many times the iterations the deeper of two searching players has.
DEEPER = 3
#: The share of a game that is played at random before unequal players meet, and the largest; the largest for equals.
OPENING, MOST_OPENING, MOST_EQUAL_OPENING = 0.25, 0.5, 0.75
#: What each side's thoughts of a game may take where it is asked if a seat wins by what few iterations miss.
DEEP_WORK, MOST_DEEP = 12_000_000, 4_000
#: Most work of each match: some seven seconds together, which few games come near.
SEARCHING_WORK, EQUALS_WORK, DEEPER_WORK = 1_400_000_000, 500_000_000, 500_000_000
MOST_ROUNDS, MOST_EQUALS = 8, 10
#: Who wins by force within so many plies leaves nothing to be asked.
AT_ONCE = 5
#: A sure gain that needs no more rounds.
CLEAR = 0.4


def think(program: Program, report: GameReport, seed: int = 0) -> GameReport:
    """The report of a game that plays, with what players that think make of it.

    Args:
        program: the game.
        report: of its random games; one that does not play is given back as it is.
        seed: decides all matches.
    """
    if not report.playable:
        return report
    solved = solve(program, work=PROOF_WORK)
    costs = _Costs.of(report)
    deeper = equals = deep_equals = searching = None
    k, work, at_once = costs.iterations(), 0, solved.winner and solved.plies is not None and solved.plies <= AT_ONCE
    if not at_once:
        k, searching, work = _searching(program, costs, seed)
    if searching and not searching.is_nothing:
        equals, spent = _equals(program, costs, max(costs.iterations() // 2, 1), seed + 1)
        work += spent
        if equals and equals.fairness > 0.2 and any(equals.wins):
            match = _Match(program, f"uct:{DEEPER * k}", f"uct:{k}", costs.opening(DEEPER * k), seed + 2)
            deeper, spent = _rung(match, DEEPER_WORK)
            deep = int(min(DEEP_WORK / costs.per_iteration, MOST_DEEP))
            doubtful = deeper is None or deeper.sure < CLEAR / 2 or equals.fairness < 0.8
            work += spent
            if doubtful and deep >= 2 * equals.iterations:
                deep_equals, spent = _equals(program, costs, deep, seed + 3)
                work += spent
    thinking = Thinking(
        *(solved.winner, solved.plies, str(solved), k, searching, deeper, equals, deep_equals, solved.work + work)
    )
    return replace(report, thinking=thinking)


@dataclass(frozen=True)
class _Costs:
    """What a search costs in a game: so much work per iteration, all the moves of one player of one game together."""

    per_iteration: float

    @staticmethod
    def of(report: GameReport) -> _Costs:
        """By the random games: from a move on, a game lasts half as long in the mean."""
        moves = report.mean_moves / len(report.wins)
        return _Costs(max(moves * report.work / report.playouts / 2, 1.0))

    def iterations(self) -> int:
        return int(min(max(SIDE_WORK / self.per_iteration, LEAST_ITERATIONS), MOST_ITERATIONS))

    def side(self, iterations: int) -> float:
        """The work of one player's thoughts of one game after the largest opening."""
        return iterations * self.per_iteration * (1 - MOST_OPENING) ** 2

    def opening(self, iterations: int, least: float = OPENING, most: float = MOST_OPENING) -> float:
        """The share of a game to be played at random first: what is left takes the square of the rest."""
        share = 1 - math.sqrt(min(MOST_SIDE_WORK / (iterations * self.per_iteration), 1.0))
        return round(min(max(share, least), most), 3)


@dataclass(frozen=True)
class _Match:
    """The stronger player against the weaker one in all other seats."""

    program: Program
    stronger: str
    weaker: str
    opening: float
    seed: int

    def games(self, first: int, count: int, work: int) -> tuple[tuple[MatchGame, ...], int]:
        """So many games from number ``first`` on, fewer where the work does not suffice; and the work done."""
        players = [self.stronger] + [self.weaker] * (self.program.n_players - 1)
        result = play_match(self.program, players, count, self.seed, opening=self.opening, work=work, first=first)
        return result.played, result.work


def _searching(program: Program, costs: _Costs, seed: int) -> tuple[int, Rung | None, int]:
    """The iterations of a search that beats one ply, how far it does, and the work of finding that."""
    k, rung, work = costs.iterations(), None, 0
    most = k * STEP**MOST_STEPS
    while k <= most and costs.side(k) <= (TOO_MUCH_WORK if rung is None else MOST_SIDE_WORK):
        match = _Match(program, f"uct:{k}", "one-ply", costs.opening(k), seed)
        found, spent = _rung(match, SEARCHING_WORK - work)
        work += spent
        if found is None:
            break
        hopeless = found.is_nothing and rung is not None
        rung, used = found, k
        if rung.sure >= CLEAR or hopeless or work >= SEARCHING_WORK:
            break
        k *= STEP
    return (used if rung else k), rung, work


def _is_clear(rung: Rung) -> bool:
    return len(rung.gains) >= LEAST_ROUNDS and (rung.sure >= CLEAR or rung.is_nothing)


def _rung(match: _Match, most: int) -> tuple[Rung | None, int]:
    """Rounds until it is clear that the stronger one wins, or that he does not; and their work."""
    n, left, gains = match.program.n_players, most, list[float]()
    while len(gains) < MOST_ROUNDS and left > 0 and not _is_clear(Rung(tuple(gains))):
        games, work = match.games(len(gains) * n, n, left)
        left -= work
        if n == 1 and left > 0:  # beside what the weaker one makes of it
            others, work = replace(match, stronger=match.weaker).games(len(gains), 1, left)
            games, left = (*games, *others), left - work
        if len(games) < max(n, 2):
            break
        gains.append(_gain(games) if n > 1 else games[0].scores[0] - games[1].scores[0])
    return (Rung(tuple(gains)) if gains else None), most - left


def _gain(games: tuple[MatchGame, ...]) -> float:
    share = 1 / len(games)
    return (sum(game.scores[0] for game in games) * share - share) / (1 - share)


def _equals(program: Program, costs: _Costs, iterations: int, seed: int) -> tuple[Equals | None, int]:
    """Games of a searching player with himself until no seat is better, or as many as there may be; and their work.

    They begin at the start, or behind as long an opening as their cost asks for.
    """
    player, left, games = f"uct:{iterations}", EQUALS_WORK, list[MatchGame]()
    opening = costs.opening(iterations, 0.0, MOST_EQUAL_OPENING)
    match, equals = _Match(program, player, player, opening, seed), None
    while (
        len(games) < MOST_EQUALS and left > 0 and not (equals and equals.games >= LEAST_EQUALS and equals.fairness == 1)
    ):
        played, work = match.games(len(games), 1, left)
        left -= work
        if not played:
            break
        games += played
        equals = _told(iterations, games)
    return equals, EQUALS_WORK - left


def _told(iterations: int, games: list[MatchGame]) -> Equals:
    n, wins = len(games), [0] * len(games[0].seats)
    for game in games:
        if game.winner is not None:
            wins[game.seats.index(game.winner)] += 1
    return Equals(
        iterations=iterations,
        wins=tuple(wins),
        games=n,
        turns=sum(game.turns for game in games) / n,
        drama=sum(game.drama for game in games) / n,
        lead_changes=sum(game.lead_changes for game in games) / n,
    )
