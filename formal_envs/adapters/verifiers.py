"""verifiers: what the ``validate`` of a v1 Task can say of its ground truth. It needs no package.

::

    class Sum(vf.Task):
        async def validate(self, runtime):
            return await gold_is_paid(exact, self.data.prompt, self.data.answer)
"""

from __future__ import annotations

import asyncio
from typing import Any

from formal_envs.testing.calls import as_scorer, read_score
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.texts.idle import do_nothing


async def gold_is_paid(reward: Any, prompt: str, solution: Any, *, gold: str | None = None) -> bool:
    """Whether a right completion earns more than answers of no effort, the empty one and the prompt among them.

    Args:
        reward: an object or a function of any form that ``check_reward`` takes.
        prompt, solution: what the reward is given of the task.
        gold: the right completion; by default the solution as a text.

    Raises:
        ConfigError: the reward has none of the forms.
        Exception: what the reward raises.
    """
    return await asyncio.to_thread(_is_paid, reward, Problem(prompt, solution, gold))  # a reward may be async, too


def _is_paid(reward: Any, problem: Problem) -> bool:
    scorer = as_scorer(reward, with_solutions=True)
    gold = problem.gold or problem.answer or ""
    idle = [text for text in do_nothing(problem.prompt) if text.strip() != gold.strip()]
    paid, *others = [read_score(scorer.score(Case(problem, text))).value for text in (gold, *idle)]
    return all(paid > other for other in others)
