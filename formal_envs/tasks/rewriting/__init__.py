"""Rewriting: apply rules to a word until none fits, or put numbers in order."""

from formal_envs.tasks.protocol import TaskSpec
from formal_envs.tasks.rewriting.recipe import RECIPE
from formal_envs.tasks.rewriting.reward import exact, partial_credit
from formal_envs.tasks.rewriting.task import RewritingTask

SPEC = TaskSpec(
    RewritingTask,
    {"partial": partial_credit, "exact": exact},
    plain=frozenset({"mode", "length", "rules", "letters", "max_number", "split"}),
    recipe=RECIPE,
    difficulty="steps to the normal form, of numbers the pairs in the wrong order",
)
