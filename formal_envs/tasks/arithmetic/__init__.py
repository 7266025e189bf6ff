"""Arithmetic: chains that reduce an expression to a number."""

from formal_envs.tasks.arithmetic.recipe import RECIPE
from formal_envs.tasks.arithmetic.reward import exact, paper
from formal_envs.tasks.arithmetic.task import ArithmeticTask
from formal_envs.tasks.protocol import TaskSpec

SPEC = TaskSpec(
    ArithmeticTask,
    {"paper": paper, "exact": exact},
    plain=frozenset({"terms", "max_operand", "operators", "answer", "split"}),
    recipe=RECIPE,
    difficulty="operators, products and brackets twice, and carries",
)
