"""What is suspicious in random games of a program: a player who never has a choice, games that never end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.tree import calls
from formal_envs.ludii.language.typed_tree import Call
from formal_envs.ludii.lint.unused import Suspicion
from formal_envs.ludii.play.program import Program, apply, legal_moves

GAMES, MOVES = 10, 200  # random games that are looked at, and moves of each


def suspicious_games(game: Call, program: Program, seed: int = 0) -> Iterator[Suspicion]:
    """What random games show. A game that fails is a suspicion too."""
    rng = np.random.default_rng(seed)
    turns, moves = np.zeros(program.n_players + 1, int), np.zeros(program.n_players + 1, int)
    choices = ended = 0
    players, rules = game["players"], game["rules"]
    assert isinstance(players, Call)
    assert isinstance(rules, Call)
    for _ in range(GAMES):
        state = program.initial(int(rng.integers(1 << 63)))
        for _ in range(MOVES):
            try:
                legal = legal_moves(state)
                if not legal:
                    break
                turns[state.mover] += 1
                moves[state.mover] += not legal[0].forced
                choices += len(legal) > 1
                state = apply(state, legal[rng.integers(len(legal))])
            except GameError as error:
                yield Suspicion("error-in-play", rules, f"a random game stops: {error.message}")
                return
        ended += bool(state.over)
    for player in range(1, program.n_players + 1):
        if turns[player] and not moves[player]:
            yield Suspicion("no-moves", players, f"player {player} has no move in {GAMES} random games")
        elif not turns[player]:
            yield Suspicion("no-turn", players, f"player {player} is never to move in {GAMES} random games")
    if not choices:
        yield Suspicion("no-choice", rules, f"no player has a choice in {GAMES} random games")
    if not ended:
        ends = next((call for call in calls(rules) if call.signature.head == "end"), rules)
        yield Suspicion("no-end", ends, f"none of {GAMES} random games ends within {MOVES} moves")
