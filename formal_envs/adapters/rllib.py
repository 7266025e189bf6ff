"""RLlib: what makes a token environment for ``ray.tune.register_env``. It imports nothing of ray.

RLlib's networks read vectors, so that observations are the tokens one-hot, one place after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.wrappers import DtypeObservation, FlattenObservation


def make_env(config: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """A token environment.

    Args:
        config: RLlib's ``env_config``: ``id``, FormalArithToken-v0 without it, and the environment's options.
    """
    options = dict(config)
    env = gymnasium.make(options.pop("id", "FormalArithToken-v0"), **options)
    return DtypeObservation(FlattenObservation(env), np.float32)
