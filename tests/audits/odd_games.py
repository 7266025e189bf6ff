"""What earns much without being a game: some made by hand, and those that the exploit search finds.

``python -m tests.audits.odd_games`` prints what the rewards pay for the first; with ``--search graded compose``, the
second. Of the rewards that let players think, a text is also judged by players of another seed, and a longer proof.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from formal_envs.ludii import compile_game, evaluate_game, legal_moves, play_match, solve
from formal_envs.ludii.play.report import random_game
from formal_envs.rewards import GameReward
from formal_envs.tasks import make_task
from formal_envs.tasks.game.kinds import KINDS
from formal_envs.tasks.game.recomposed import recompose
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.testing import check_reward

ADD, DISC = "(play (move Add (to (sites Empty))))", '(piece "Disc" Each)'
TWO_ROWS = '(start {(place "Disc1" (sites Bottom)) (place "Disc2" (sites Top))}) (play (forEach Piece))'
WORK = 1_000_000
JUDGED, JUDGES_SEED = 100, 12345  # random games that a judgement takes; the rewards' have another seed


def _game(size: int, end: str, piece: str = DISC, rules: str = ADD) -> str:
    equipment = f"(equipment {{(board (square {size})) {piece}}})"
    return f'(game "Odd" (players 2) {equipment} (rules {rules} (end (if {end}))))'


ODD = {
    "over at the first move": _game(3, "(is Line 1) (result Mover Win)"),
    "drawn by exhaustion: a line of 9 on a board of 5": _game(5, "(is Line 9) (result Mover Win)"),
    "never ends": _game(5, "(is Line 9) (result Mover Win)", '(piece "Disc" Each (move Slide))', TWO_ROWS),
    "the first player always wins: last to move, on 25 cells": _game(5, "(no Moves Next) (result Mover Win)"),
    "a lottery: who lands on a corner wins": _game(8, "(is In (last To) (sites Corners)) (result Mover Win)"),
    "a forced win: a line of 3 on a board of 9": _game(9, "(is Line 3) (result Mover Win)"),
}


def faults(text: str) -> list[str]:
    """Why a text is no honest game, by random games; empty where it is one, as far as random games tell."""
    report = evaluate_game(text, JUDGED, seed=JUDGES_SEED)
    if not report.playable:
        return ["does not play"]
    players = len(report.wins)
    measures = {
        "one player": players < 2,
        "short": report.mean_turns < 4 * players,
        "does not end": report.completion < 0.5,
        "drawn": report.drawishness < 0.5,
        "one side wins": report.balance < 0.5,
        "nothing to choose": _forced(text) > 0.5,
    }
    return [name for name, holds in measures.items() if holds]


def _forced(text: str) -> float:
    """The share of positions with one move, in five random games."""
    program = compile_game(text)
    games = [random_game(program, np.random.default_rng(seed), 200)[0] for seed in range(5)]
    return float(np.mean([len(legal_moves(state)) < 2 for states in games for state in states[:-1]]))


def thoughtless(text: str) -> list[str]:
    """Why players that think would not call a text a game; empty where nothing speaks against it."""
    program, players = compile_game(text), ["uct:200", "one-ply"]
    solved = solve(program, work=100 * WORK)
    if program.n_players != 2:
        return []
    against = play_match(program, players, 8, JUDGES_SEED, work=1000 * WORK)
    equals = play_match(program, players[:1] * 2, 8, JUDGES_SEED, work=2000 * WORK)
    seats = [sum(wins[seat] for wins in equals.seat_wins) for seat in (0, 1)]
    measures = {
        "won by force at once": bool(solved.winner) and (solved.plies or 0) <= 7,
        "thinking does not pay": len(against.played) == 8 and against.scores[0][0] <= 0.5,
        "one seat wins": len(equals.played) == 8 and max(seats) == 8,
    }
    return [name for name, holds in measures.items() if holds]


def table() -> str:
    """The games made by hand, with what the rewards pay for them."""
    kinds = ("graded", "paper", "gavel", "skill")
    lines = [f"| game | {' | '.join(kinds)} | balance | completion | turns |", "|---" * 8 + "|"]
    for name, text in ODD.items():
        scores = [GameReward(kind=kind).score("", text) for kind in kinds]
        parts = scores[0].parts
        figures = f"{parts['balance']:.2f} | {parts['completion']:.2f} | {parts['turns']:.1f}"
        lines.append(f"| {name} | {' | '.join(f'{score.value:.3f}' for score in scores)} | {figures} |")
    return "\n".join(lines)


def search(kind: str, mode: str, budget: int, seed: int) -> str:
    """What the kit's search finds for a reward that plays four games, over four prompts."""
    problems = make_task("Game", mode=mode)[0].sample(problem_keys(seeded_stream(seed, 77), np.arange(4)))
    judged: dict[tuple[str, str], list[str]] = {}

    def honest(prompt: str, completion: str) -> bool:
        text = recompose(prompt, completion).text
        judged[prompt, completion] = faults(text)
        if kind in ("skill", "gavel") and not judged[prompt, completion]:
            judged[prompt, completion] = thoughtless(text)
        return not judged[prompt, completion]

    report = check_reward(
        GameReward(kind=kind, playouts=20 if kind in ("skill", "gavel") else 4),
        prompts=problems.prompts,
        examples=problems.solutions,
        correct=honest,
        floor=KINDS[kind].floor or 1 / 3,  # what is paid for a game that never ends
        budget=budget,
        time_limit=120 if kind in ("skill", "gavel") else 30,
        seed=seed,
    )
    strict = GameReward(kind=kind)
    odd = [(strict.score(*pair).value, why, pair) for pair, why in judged.items() if why not in ([], ["does not play"])]
    lines = [
        str(report),
        "",
        f"{len(judged)} texts judged, {sum(not why for why in judged.values())} honest, {len(odd)} odd",
    ]
    for value, why, (prompt, completion) in sorted(odd, key=lambda row: -row[0])[:5]:
        lines.append(f"{value:.3f} {', '.join(why)}: {recompose(prompt, completion).text}")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or what a search finds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", nargs=2, metavar=("KIND", "MODE"), help="a kind of reward; infill or compose")
    parser.add_argument("--budget", type=int, default=4000, help="texts that the search scores")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.write((search(*options.search, options.budget, options.seed) if options.search else table()) + "\n")


if __name__ == "__main__":
    main()
