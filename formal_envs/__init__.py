"""Gymnasium text environments whose ``step`` scores generated text with a programmed reward.

Importing this package registers its environments: for each task a text form, such as ``FormalArith-v0``, and a form
that takes one token per step, such as ``FormalArithToken-v0``. ``register_task`` adds a task of one's own.
"""

try:
    from formal_envs.envs import register_environments, register_task
except ModuleNotFoundError as error:
    if error.name != "gymnasium":  # without it there are no environments; the kit for rewards needs none
        raise
else:
    register_environments()

__all__ = ["register_task"]
