"""Satisfaction: truth values under which a formula is true."""

from formal_envs.tasks.protocol import Recipe, TaskSpec
from formal_envs.tasks.satisfaction.reward import exact, partial_credit
from formal_envs.tasks.satisfaction.task import SatisfactionTask

SPEC = TaskSpec(
    SatisfactionTask,
    {"partial": partial_credit, "exact": exact},
    plain=frozenset({"variables", "width", "split"}),
    recipe=Recipe(model={"mask": "grammar", "context": 256}),
    difficulty="literals of the formula",
)
