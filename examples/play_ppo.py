"""MaskablePPO learns board games against players of the engine, one of them a game that a language model wrote.

python examples/play_ppo.py                                                          # half a minute
python examples/play_ppo.py --game examples/games/breakthrough_5x5.lud --opponent uct:50
python examples/play_ppo.py --figure docs/figures/play                               # 18 runs, six minutes of work
"""

import argparse
import json
import math
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from sb3_contrib import MaskablePPO

from formal_envs.adapters.sb3_play import GamesVecEnv
from formal_envs.playing.vector import PlayVectorEnv

GAMES = Path(__file__).parent / "games"
FIGURE_GAMES = {
    "maple_roots": "Maple Roots, by a model",
    "connect_four_5x4": "Connect Four, 5x4",
    "breakthrough_5x5": "Breakthrough, 5x5",
}
OPPONENTS = ("random", "one-ply", "uct:50")
ROLLOUT = 64 * 64  # games side by side, decisions in each


def train(game: Path, opponent: str, steps: int, seed: int, points: int) -> tuple[list[dict], dict]:
    """Learn against an opponent; what 200 games against him came to at the start and ``points`` times on the way.

    Returns: those, and the same for each of ``OPPONENTS`` at the end.
    """
    torch.set_num_threads(1)
    games = GamesVecEnv(PlayVectorEnv(64, game, opponent=opponent, seat="random"))
    games.seed(seed)
    network = {"net_arch": [128, 128]}
    rates = {"learning_rate": 1e-3, "gamma": 1.0, "ent_coef": 0.01}
    model = MaskablePPO(
        "MlpPolicy", games, n_steps=64, batch_size=1024, n_epochs=4, **rates, seed=seed, policy_kwargs=network
    )
    rows = [{"steps": 0, **play(model, game, opponent)}]
    each = max(1, round(steps / points / ROLLOUT)) * ROLLOUT
    for _ in range(points):
        model.learn(each, reset_num_timesteps=False)
        rows.append({"steps": model.num_timesteps, **play(model, game, opponent)})
    return rows, {other: play(model, game, other) for other in OPPONENTS}


def play(model: MaskablePPO, game: Path, opponent: str, each: int = 100) -> dict[str, float]:
    """Shares of games won and drawn, as many from either seat, by the moves that the policy finds best."""
    rewards = []
    for seat in (1, 2):
        games = PlayVectorEnv(each, game, opponent=opponent, seat=seat)
        observations, _ = games.reset(seed=1_000_000)
        reward, left = np.zeros(each), np.ones(each, bool)
        while left.any():
            moves, _ = model.predict(observations, action_masks=games.action_masks(), deterministic=True)
            observations, now, terminated, truncated, _ = games.step(moves)
            ended = (terminated | truncated) & left
            reward[ended] = now[ended]
            left &= ~ended
        rewards.append(reward)
    return {"won": float(np.mean(np.stack(rewards) > 0)), "drawn": float(np.mean(np.stack(rewards) == 0))}


def run(job: tuple[str, str, int, int]) -> tuple[list[dict], dict]:
    name, opponent, seed, steps = job
    return train(GAMES / f"{name}.lud", opponent, steps, seed, points=5)


def figure(out: Path, steps: int, seeds: int, at_once: int) -> None:
    """Curves of every game and opponent: a mean over the seeds, and an interval of 95 % of that many games."""
    from agents.experiments.drawing import draw  # the project's own way to draw figures

    jobs = [(*job, steps) for job in product(FIGURE_GAMES, OPPONENTS, range(seeds))]
    with get_context("spawn").Pool(at_once) as pool:
        results = dict(zip(jobs, pool.map(run, jobs, chunksize=1), strict=True))
    panels = []
    for name in FIGURE_GAMES:
        lines = []
        for opponent in OPPONENTS:
            runs = [results[name, opponent, seed, steps][0] for seed in range(seeds)]
            values = [[row["won"] for row in rows] for rows in runs]
            means = [mean(column) for column in zip(*values, strict=True)]
            half = [1.96 * math.sqrt(p * (1 - p) / (200 * seeds)) for p in means]
            lines.append(
                {
                    "label": opponent,
                    "x": [row["steps"] / 1000 for row in runs[0]],
                    "values": values,
                    "drawn": [[row["drawn"] for row in rows] for rows in runs],
                    "mean": means,
                    "low": [p - h for p, h in zip(means, half, strict=True)],
                    "high": [p + h for p, h in zip(means, half, strict=True)],
                }
            )
        panels.append(
            {
                "title": FIGURE_GAMES[name],
                "x_label": "thousand decisions",
                "y_label": "games won",
                "span": [0, 1],
                "lines": lines,
            }
        )
    final = {
        f"{name}, trained against {opponent}, seed {seed}": results[name, opponent, seed, steps][1]
        for name, opponent, seed in product(FIGURE_GAMES, OPPONENTS, range(seeds))
    }
    command = f"python examples/play_ppo.py --figure docs/figures/play --steps {steps} --seeds {seeds}"
    title = "MaskablePPO: games won against the player that it is trained against"
    data = {"figure": "play", "title": title, "command": command, "columns": 3, "panels": panels, "final": final}
    out.with_suffix(".json").write_text(json.dumps(data) + "\n", encoding="utf-8")
    draw(data, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--game", type=Path, default=GAMES / "maple_roots.lud", help="a .lud (default: %(default)s)")
    parser.add_argument("--opponent", default="one-ply", help="random, one-ply or uct:N (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=81_920, help="decisions to learn from (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=2, help="of --figure (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="runs of --figure at once (default: %(default)s)")
    parser.add_argument("--figure", type=Path, help="draw all games and opponents instead, to FIGURE.png and .json")
    arguments = parser.parse_args()

    if arguments.figure:
        figure(arguments.figure, arguments.steps, arguments.seeds, arguments.jobs)
        return
    rows, final = train(arguments.game, arguments.opponent, arguments.steps, arguments.seed, points=5)
    for row in rows:
        print(
            f"{row['steps']:8} decisions: won {row['won']:.3f}, drawn {row['drawn']:.3f} against {arguments.opponent}"
        )
    for opponent, row in final.items():
        print(f"at the end, against {opponent}: won {row['won']:.3f}, drawn {row['drawn']:.3f}")


if __name__ == "__main__":
    main()
