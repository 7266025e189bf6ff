"""Tasks: what is asked. A task makes prompts and a solution to each; a reward scores what is answered.

A task is a folder here, which exports its ``SPEC``, and a line below. Environments ``Formal<name>-v0`` and
``Formal<name>Token-v0`` exist for each; ``formal_envs.register_task`` adds one from elsewhere.
"""

from formal_envs.tasks import arithmetic, game, grammar, sentiment
from formal_envs.tasks.protocol import Problems, Recipe, Task, TaskSpec
from formal_envs.tasks.registry import TASKS, add_task, env_ids, find_task, make_task, option_names, task_name

__all__ = [
    "TASKS",
    "Problems",
    "Recipe",
    "Task",
    "TaskSpec",
    "add_task",
    "env_ids",
    "find_task",
    "make_task",
    "option_names",
    "task_name",
]

add_task("Arith", arithmetic.SPEC)
add_task("Sentiment", sentiment.SPEC)
add_task("Game", game.SPEC)
add_task("Grammar", grammar.SPEC)
