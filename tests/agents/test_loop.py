"""What the training loops share."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")

from agents.runs.loop import ScoringBar
from formal_envs.tasks import make_task


@pytest.mark.parametrize("at_once", [1, 3, 7, 100])
def test_a_batch_scored_in_parts_earns_the_same(at_once):
    task, reward = make_task("Arith")
    problems = task.sample(np.arange(7, dtype=np.uint64))
    asked = []

    class Recorder:
        range = reward.range

        def score_batch(self, prompts, completions):
            asked.append(len(prompts))
            return reward.score_batch(prompts, completions)

    shown = ScoringBar(Recorder(), at_once)
    completions = [*problems.solutions[:4], "", "x", "7"]
    scores = shown.score_batch(problems.prompts, completions)
    assert scores == reward.score_batch(problems.prompts, completions)
    assert shown.range == reward.range
    assert sum(asked) == 7
    assert max(asked) == min(at_once, 7)
