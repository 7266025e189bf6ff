"""Tasks: what is asked. A task makes prompts and a solution to each; a reward scores what is answered.

A task is a folder here, which exports its ``SPEC``, and a line below. Environments ``Formal<name>-v0`` and
``Formal<name>Token-v0`` exist for each; ``formal_envs.register_task`` adds one from elsewhere.
"""

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

TASKS.announce("Arith", "formal_envs.tasks.arithmetic")
TASKS.announce("Sentiment", "formal_envs.tasks.sentiment")
TASKS.announce("Game", "formal_envs.tasks.game")
TASKS.announce("Grammar", "formal_envs.tasks.grammar")
TASKS.announce("Countdown", "formal_envs.tasks.countdown")
TASKS.announce("Regex", "formal_envs.tasks.regex")
TASKS.announce("Satisfaction", "formal_envs.tasks.satisfaction")
TASKS.announce("Rewriting", "formal_envs.tasks.rewriting")
TASKS.announce("Programs", "formal_envs.tasks.programs")
TASKS.announce("Mix", "formal_envs.tasks.mix")
