"""Measure the arithmetic environments against a public peer, in CPU time of one process.

Rates depend on the machine, and on what else it does; the ratios of one run are what can be compared.
"""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import numpy as np

from formal_envs.score import score_batch
from formal_envs.tasks.arithmetic.reward import ArithmeticReward, evaluate
from formal_envs.tasks.arithmetic.task import ArithmeticTask
from formal_envs.tasks.streams import problem_keys, seeded_stream

NUM_ENVS = 1024
"""Slots of the vector environments that are measured."""
EPISODES = 64 * 1024
"""Episodes whose actions are prepared; they are played over and over."""
ROUNDS = 5
"""The measurements take turns this many times, so that a change in the machine's pace reaches them all."""


class MinimalEnv(gymnasium.Env[str, str]):
    """The least that a one-step text environment does: the yardstick for what Gymnasium itself costs."""

    def __init__(self) -> None:
        self.observation_space = gymnasium.spaces.Text(8)
        self.action_space = gymnasium.spaces.Text(8)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """The one prompt."""
        super().reset(seed=seed)
        return "prompt", {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Compare with the one answer."""
        return "prompt", float(action == "answer"), True, False, {}


def bench_arith(seconds: float = 2.0) -> dict[str, Any]:
    """Measure the arithmetic environments.

    Half of the actions are right and half are wrong; they are made outside the clock.

    Args:
        seconds: CPU time for each measurement, at least.

    Returns: "per_cpu_second", the rate of each measurement; "times_reasoning_gym", the same as multiples of the peer's
    (empty without it); "reasoning_gym", its version or how to install it.
    """
    peer, note = _reasoning_gym()
    runs: dict[str, tuple[int, Callable[[], None]]] = {
        "FormalArith-v0 reset and step": (1, _single()),
        f"FormalArith-v0 step of {NUM_ENVS}": (NUM_ENVS, _vector("FormalArith-v0")),
        f"FormalArithToken-v0 step of {NUM_ENVS}": (NUM_ENVS, _vector("FormalArithToken-v0")),
        f"ArithmeticReward.score_batch of {NUM_ENVS}": (NUM_ENVS, _scoring()),
        "minimal text environment, reset and step": (1, _minimal()),
    }
    if peer is not None:
        runs["reasoning-gym chain_sum, generate and score"] = (1, peer)
    spent, done = dict.fromkeys(runs, 0.0), dict.fromkeys(runs, 0)
    for _, run in runs.values():
        run()  # caches fill outside the clock
    gc.collect()
    gc.freeze()  # no measurement pays for looking through what others imported
    for _, (name, (size, run)) in itertools.product(range(ROUNDS), runs.items()):
        repeats = max(1, 256 // size)
        begin = time.process_time()
        while (now := time.process_time()) - begin < seconds / ROUNDS:
            for _ in range(repeats):
                run()
            done[name] += repeats * size
        spent[name] += now - begin
    gc.unfreeze()
    rates = {name: round(done[name] / spent[name]) for name in runs}
    base = rates.get("reasoning-gym chain_sum, generate and score")
    ratios = {name: round(rate / base, 2) for name, rate in rates.items()} if base else {}
    return {"per_cpu_second": rates, "times_reasoning_gym": ratios, "reasoning_gym": note}


def _single() -> Callable[[], None]:
    """Reset and step of FormalArith-v0."""
    env = gymnasium.make("FormalArith-v0")
    prompts = [env.reset(seed=0)[0], *(env.reset()[0] for _ in range(EPISODES - 1))]
    answers = itertools.cycle(_answers(prompts))
    env.reset(seed=0)

    def run() -> None:
        env.step(next(answers))
        env.reset()

    return run


def _minimal() -> Callable[[], None]:
    if "TextYardstick-v0" not in gymnasium.registry:
        gymnasium.register("TextYardstick-v0", entry_point="formal_envs.tasks.arithmetic.bench:MinimalEnv")
    env = gymnasium.make("TextYardstick-v0")

    def run() -> None:
        env.reset()
        env.step("answer")

    return run


def _vector(env_id: str) -> Callable[[], None]:
    """One step of all slots."""
    env: Any = gymnasium.make_vec(env_id, num_envs=NUM_ENVS)
    observations, _ = env.reset(seed=0)
    actions: list[Any] = []
    for _ in range(EPISODES // NUM_ENVS):
        if isinstance(observations, tuple):
            actions.append(_answers(observations))
        else:
            prompts = [env.layout.tokenizer.decode(row) for row in observations.tolist()]
            actions.append(np.array([int(answer) for answer in _answers(prompts)]))
        observations = env.step(actions[-1])[0]
    steps = itertools.cycle([*([False] * (len(actions) - 1)), True])
    turns = itertools.cycle(actions)
    env.reset(seed=0)

    def run() -> None:
        env.step(next(turns))
        if next(steps):
            env.reset(seed=0)

    return run


def _answers(prompts: Sequence[str]) -> list[str]:
    """The right answer to every other prompt, and a number that may be wrong to the rest."""
    guesses = np.random.default_rng(0).integers(0, 51, len(prompts)).tolist()
    rights = [evaluate(prompt.split("=")[0]).value for prompt in prompts]
    return [str(guess if n % 2 else right) for n, (guess, right) in enumerate(zip(guesses, rights, strict=True))]


def _scoring() -> Callable[[], None]:
    keys = problem_keys(seeded_stream(0), np.arange(16 * NUM_ENVS))
    problems = ArithmeticTask().sample(keys)
    completions = _answers(problems.prompts)
    batches = itertools.cycle(
        [(problems.prompts[n : n + NUM_ENVS], completions[n : n + NUM_ENVS]) for n in range(0, len(keys), NUM_ENVS)]
    )
    reward = ArithmeticReward()

    def run() -> None:
        score_batch(reward, *next(batches))

    return run


def _reasoning_gym() -> tuple[Callable[[], None] | None, str]:
    try:
        import reasoning_gym
    except ImportError:
        return None, "not installed: pip install 'formal-envs[bench]' to compare with it"
    dataset = reasoning_gym.create_dataset("chain_sum", size=1_000_000, seed=0)
    indices = itertools.cycle(range(len(dataset)))
    answers = itertools.cycle([str(n) for n in range(50)])

    def run() -> None:
        entry = dataset[next(indices)]
        dataset.score_answer(entry["answer"] if entry["metadata"]["source_index"] % 2 else next(answers), entry)

    return run, f"version {getattr(reasoning_gym, '__version__', 'unknown')}"
