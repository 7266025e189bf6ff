"""What earns much without being a game: some made by hand, and those that the exploit search finds.

``python -m tests.audits.odd_games`` prints what both rewards pay for the first; with ``--search graded compose``, the
second.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from formal_envs.ludii import compile_game, evaluate_game, legal_moves
from formal_envs.ludii.play.report import random_game
from formal_envs.rewards import GameReward
from formal_envs.tasks import make_task
from formal_envs.tasks.game.recomposed import recompose
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.testing import check_reward

ADD, DISC = "(play (move Add (to (sites Empty))))", '(piece "Disc" Each)'
TWO_ROWS = '(start {(place "Disc1" (sites Bottom)) (place "Disc2" (sites Top))}) (play (forEach Piece))'
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


def table() -> str:
    """The games made by hand, with what both rewards pay for them."""
    lines = ["| game | graded | paper | balance | completion | turns |", "|---|---|---|---|---|---|"]
    for name, text in ODD.items():
        graded, paper = (GameReward(kind=kind).score("", text) for kind in ("graded", "paper"))
        parts = graded.parts
        figures = f"{parts['balance']:.2f} | {parts['completion']:.2f} | {parts['turns']:.1f}"
        lines.append(f"| {name} | {graded.value:.3f} | {paper.value:.3f} | {figures} |")
    return "\n".join(lines)


def search(kind: str, mode: str, budget: int, seed: int) -> str:
    """What the kit's search finds for a reward that plays four games, over four prompts."""
    problems = make_task("Game", mode=mode)[0].sample(problem_keys(seeded_stream(seed, 77), np.arange(4)))
    judged: dict[tuple[str, str], list[str]] = {}

    def honest(prompt: str, completion: str) -> bool:
        judged[prompt, completion] = faults(recompose(prompt, completion).text)
        return not judged[prompt, completion]

    report = check_reward(
        GameReward(kind=kind, playouts=4),
        prompts=problems.prompts,
        examples=problems.solutions,
        correct=honest,
        floor=1 / 3,  # what both pay for a game that never ends
        budget=budget,
        time_limit=30,
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
    parser.add_argument("--search", nargs=2, metavar=("KIND", "MODE"), help="graded or paper; infill or compose")
    parser.add_argument("--budget", type=int, default=4000, help="texts that the search scores")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.write((search(*options.search, options.budget, options.seed) if options.search else table()) + "\n")


if __name__ == "__main__":
    main()
