"""Gymnasium text environments whose ``step`` scores generated text with a programmed reward.

Importing this package registers its environments: ``FormalArith-v0`` and ``FormalSentiment-v0``, which take texts, and
``FormalArithToken-v0`` and ``FormalSentimentToken-v0``, which take a token a step.
"""

from formal_envs.envs import register_environments

register_environments()
