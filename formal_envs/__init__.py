"""Gymnasium text environments whose ``step`` scores generated text with a programmed reward.

Importing this package registers its environments: ``FormalArith-v0`` and ``FormalArithToken-v0``.
"""

from formal_envs.envs import register_environments

register_environments()
