"""Countdown: reach a number from given ones."""

from formal_envs.tasks.countdown.reward import exact, partial_credit
from formal_envs.tasks.countdown.task import CountdownTask
from formal_envs.tasks.protocol import Recipe, TaskSpec

SPEC = TaskSpec(
    CountdownTask,
    {"partial": partial_credit, "exact": exact},
    plain=frozenset({"numbers", "max_number", "max_target", "operators", "split"}),
    recipe=Recipe(model={"mask": "grammar"}),
    difficulty="numbers given, and operators of the solution, products and quotients twice",
)
