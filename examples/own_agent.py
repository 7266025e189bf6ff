"""An agent of your own: anything with ``act``; with ``learn`` it can be trained. This one learns the best constant.

python examples/own_agent.py
"""

from collections import defaultdict

import numpy as np

from agents.evaluation.agent import evaluate, train_agent
from formal_envs.tasks import make_task


class Bandit:
    """Keeps the mean reward of each answer from 0 to 99, and explores one time in ten."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.total: dict[str, float] = defaultdict(float)
        self.count: dict[str, int] = defaultdict(int)
        self.exploring = True

    def act(self, prompts):
        best = max(self.count, key=lambda answer: self.total[answer] / self.count[answer], default="0")
        explore = self.rng.random(len(prompts)) < 0.1 * self.exploring
        return [str(self.rng.integers(100)) if e else best for e in explore]

    def learn(self, prompts, completions, scores):
        for completion, score in zip(completions, scores, strict=True):
            self.total[completion] += score.value
            self.count[completion] += 1


if __name__ == "__main__":
    agent = Bandit(seed=0)
    train_agent(agent, *make_task("Arith"), batches=200, batch_size=256, seed=0)
    agent.exploring = False
    print(evaluate(agent, *make_task("Arith", split="test"), episodes=4096, seed=0))
