"""Gymnasium text environments whose ``step`` scores generated text with a programmed reward.

Importing this package registers its environments: for each task a text form, such as ``FormalArith-v0``, and a form
that takes one token per step, such as ``FormalArithToken-v0``. ``register_task`` adds a task of one's own.
"""

from formal_envs.envs import register_environments, register_task

__all__ = ["register_task"]

register_environments()
