"""A task of one's own whose reward ends, stops and breaks the process that scores, by what it is given."""

from typing import NamedTuple

from pool_rewards import OddReward

import formal_envs
from formal_envs.score import Score
from formal_envs.tasks import TaskSpec


class Problems(NamedTuple):
    prompts: list[str]
    solutions: list[str]


class OddTask:
    charset = "0123456789abcdefghijklmnopqrstuvwxyz"
    vocabulary = ()
    max_prompt_length = max_solution_length = 20
    max_prompt_tokens = max_solution_tokens = 0
    problems_ahead = 64

    def __init__(self, *, split: str = "train"):
        self.split = split

    def sample(self, keys):
        texts = [str(key) for key in keys]
        return Problems(texts, texts)


class Told(OddReward):
    """Says what it was given."""

    range = (0.0, 1e6)

    def score(self, prompt, completion):
        score = super().score(prompt, completion)
        return Score(score.value, score.parts, f"{prompt} was answered by {completion[:50]}")


def told():
    return Told()


formal_envs.register_task("Odd", TaskSpec(OddTask, {"told": told}, plain=frozenset({"split"})))
