"""Random play in one engine: a program that ``peers.py`` starts, so that each measurement has a process of its own.

``python -m formal_envs.ludii.conformance.peer_engines ENGINE GAME SECONDS STARTED`` prints a JSON object: "rate" in
moves per CPU-second, of games that still go on; "length", the mean number of moves of a game; "first_s", seconds of the
clock from STARTED, when the process was asked for, until one step of the game was made, imports and compiling included.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import sys
import time
from typing import Any

from formal_envs.ludii.conformance.peer_games import GAMES, PeerGame

AT_ONCE = (64, 1024)
"""Games that array programs play side by side; the best rate of a call counts."""
STEPS = 128
"""Steps of all of them in one call."""


def ours(game: PeerGame, seconds: float, started: float) -> dict[str, Any]:
    """This package: a description, compiled, and random games in one call of the engine."""
    from formal_envs.ludii.engine.interface import MAX_GAME_TURNS
    from formal_envs.ludii.play.measures import column
    from formal_envs.ludii.play.program import apply, compile_game, legal_moves
    from formal_envs.ludii.play.report import random_games

    program = compile_game(game.text())
    state = program.initial()
    apply(state, legal_moves(state)[0])
    first = time.time() - started
    moves, length, games, n, begun = 0, 0, 0, 100, time.process_time()
    while time.process_time() - begun < seconds:
        each = column(random_games(program, games, n, MAX_GAME_TURNS, 10**9, 10**12)[0], "moves") - game.closing
        games, n, moves = games + n, 2 * n, moves + int(each.sum())
        length += int(each.clip(max=game.longest).sum())
    return {"rate": moves / (time.process_time() - begun), "length": length / games, "first_s": first}


def open_spiel(game: PeerGame, seconds: float, started: float) -> dict[str, Any]:
    """OpenSpiel: games played out in C++ by the evaluator of its tree search, their mean length by games in Python."""
    spiel = importlib.import_module("pyspiel")
    played = spiel.load_game(game.open_spiel)
    state = played.new_initial_state()
    state.apply_action(state.legal_actions()[0])
    first = time.time() - started
    choose, moves, games, begun = random.Random(0), 0, 0, time.process_time()
    while time.process_time() - begun < seconds:
        state, games = played.new_initial_state(), games + 1
        while not state.is_terminal():
            state.apply_action(choose.choice(state.legal_actions()))
            moves += 1

    def rollouts(n: int) -> float:
        bot = spiel.MCTSBot(played, spiel.RandomRolloutEvaluator(n, 1), 2.0, 1, 100, False, 1, False)
        begun = time.process_time()
        bot.step(played.new_initial_state())
        return time.process_time() - begun

    n = max(1, int(games * seconds / max(rollouts(games), 1e-3)))
    return {"rate": n * moves / games / rollouts(n), "length": moves / games, "first_s": first}


def pgx(game: PeerGame, seconds: float, started: float) -> dict[str, Any]:
    """Pgx, without the observations that its steps would make."""
    jax = importlib.import_module("jax")
    env = importlib.import_module("pgx").make(game.pgx)

    def bare(state: Any) -> Any:
        return state.replace(observation=jax.numpy.zeros_like(state.observation))

    def step(state: Any, action: Any, key: Any) -> Any:
        return bare(env.step(state, action, key))

    return _arrays(lambda key: bare(env.init(key)), step, seconds, started)


def ludax(game: PeerGame, seconds: float, started: float) -> dict[str, Any]:
    """Ludax, its own description of the game."""
    jax = importlib.import_module("jax")
    text = getattr(importlib.import_module("ludax.games"), game.ludax)
    env = importlib.import_module("ludax").LudaxEnvironment(game_str=text)

    def step(state: Any, action: Any, key: Any) -> Any:
        return env.step(state, action.astype(jax.numpy.int16))

    return _arrays(env.init, step, seconds, started)


def _arrays(init: Any, step: Any, seconds: float, started: float) -> dict[str, Any]:
    """Games side by side in JAX; one that is over begins anew within that step: each step is a move of each game."""
    jax = importlib.import_module("jax")
    np = jax.numpy

    def one(state: Any, age: Any, key: Any) -> tuple[Any, ...]:
        draw, rest = jax.random.split(key)
        action = jax.random.categorical(draw, np.where(state.legal_action_mask, 0.0, -np.inf))
        after = step(state, action, rest)
        over = after.terminated | after.truncated
        fresh = jax.tree.map(lambda new, old: np.where(over, new, old), init(rest), after)
        return fresh, np.where(over, 0, age + 1), over, np.where(over, age + 1, 0)

    def each(carried: Any, key: Any) -> tuple[Any, tuple[Any, Any]]:
        state, age = carried
        state, age, over, length = jax.vmap(one)(state, age, jax.random.split(key, len(age)))
        return (state, age), (over.sum(), length.sum())

    @jax.jit  # type: ignore[untyped-decorator]
    def run(state: Any, age: Any, key: Any) -> tuple[Any, ...]:
        carried, (games, moves) = jax.lax.scan(each, (state, age), jax.random.split(key, STEPS))
        return *carried, games.sum(), moves.sum()

    begin = jax.jit(jax.vmap(init))
    state = begin(jax.random.split(jax.random.PRNGKey(0), 1))
    jax.block_until_ready(jax.jit(jax.vmap(one))(state, np.zeros(1, int), jax.random.split(jax.random.PRNGKey(1), 1)))
    first, rates, games, moves = time.time() - started, [], 0, 0
    for n in AT_ONCE:
        state, age = begin(jax.random.split(jax.random.PRNGKey(0), n)), np.zeros(n, int)
        state, age, *_ = jax.block_until_ready(run(state, age, jax.random.PRNGKey(0)))
        calls, begun = 0, time.process_time()
        while (at := time.process_time()) - begun < seconds:
            calls += 1
            state, age, over, length = jax.block_until_ready(run(state, age, jax.random.PRNGKey(calls)))
            rates.append(n * STEPS / (time.process_time() - at))
            games, moves = games + int(over), moves + int(length)
    return {"rate": max(rates), "length": moves / max(games, 1), "first_s": first}


ENGINES = {"ours": ours, "pgx": pgx, "ludax": ludax, "open_spiel": open_spiel}

if __name__ == "__main__":
    engine, name, seconds, started = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):  # what JAX starts besides would help it elsewhere
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(json.dumps(ENGINES[engine](GAMES[name], float(seconds), float(started))))
