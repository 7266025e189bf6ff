"""What whole games are like that were written without a game to learn from: a run's, or random tokens under the mask.

python -m tests.audits.games_without_games FILE         # as formal-envs eval RUN --sampled --out FILE writes
python -m tests.audits.games_without_games --random 512 --limit 96
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import gymnasium
import numpy as np

import formal_envs  # noqa: F401  (registers the environments)
from formal_envs.ludii import compile_game
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.rewards import GameReward
from formal_envs.score import Score
from formal_envs.tasks.game.corpus import structure

PLAYOUTS = 10
SLOTS = 16


class _Kept:
    """No reward: texts are kept."""

    range = (0.0, 0.0)

    def __init__(self):
        self.texts = []

    def score(self, prompt, completion):
        self.texts.append(completion)
        return Score(0.0, {})


def random_texts(count, limit):
    """Texts of uniformly random tokens under the mask, of an empty brief."""
    kept, rng = _Kept(), np.random.default_rng(0)
    options = {"mode": "compose", "brief": "empty", "mask": "grammar", "max_tokens": limit}
    env = gymnasium.make_vec("FormalGameToken-v0", SLOTS, reward=kept, **options)
    _, info = env.reset(seed=0)
    while len(kept.texts) < count:
        actions = np.array([rng.choice(np.flatnonzero(row)) for row in info["action_mask"]])
        info = env.step(actions)[-1]
    return kept.texts[:count]


def figures(texts):
    """Shares of the texts, and their mean graded reward."""
    scores = GameReward(playouts=PLAYOUTS).score_batch(["\n"] * len(texts), texts)
    playing = [text for text, score in zip(texts, scores, strict=True) if score.parts["plays"]]
    reports = [evaluate_program(compile_game(text), PLAYOUTS) for text in playing]
    structures = Counter(map(structure, texts))
    n = len(texts)
    return {
        "texts": n,
        "compile": sum(score.parts["compiles"] for score in scores) / n,
        "play": len(playing) / n,
        "have a choice": sum(report.decision_moves > 0 for report in reports) / n,
        "end": sum(report.completion > 0 for report in reports) / n,
        "graded reward": float(np.mean([score.value for score in scores])),
        "distinct": len(set(texts)) / n,
        "structures": len(structures) / n,
        "the commonest structure": structures.most_common(1)[0][1] / n,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", help="of lines of JSON with a field completion")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--limit", type=int, default=330)
    asked = parser.parse_args()
    if not asked.file and asked.random < 1:
        parser.error("name a file, or how many random texts: --random 512")
    if asked.file:
        texts = [json.loads(line)["completion"] for line in asked.file.read_text(encoding="utf-8").splitlines()]
    else:
        texts = random_texts(asked.random, asked.limit)
    for name, figure in figures(texts).items():
        print(f"{figure:.3f}  {name}")


if __name__ == "__main__":
    main()
