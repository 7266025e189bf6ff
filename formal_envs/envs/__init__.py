"""Environments: a text form and a token form of every task, single and vectorised.

``TextEnv`` and ``TokenEnv`` are in modules ``text`` and ``token``, their vectorised forms in ``vector``. They are
loaded when an environment is made, so that registration is cheap.
"""

from __future__ import annotations

import gymnasium

from formal_envs.tasks import TASKS, task_name

__all__ = ["register_environments", "task_name"]


def register_environments() -> None:
    """Register ``Formal<name>-v0`` and ``Formal<name>Token-v0`` for every task; ids that exist are left alone."""
    for name in TASKS:
        for suffix, single, vector in (
            ("", "text:TextEnv", "vector:VectorTextEnv"),
            ("Token", "token:TokenEnv", "vector:VectorTokenEnv"),
        ):
            env_id = f"Formal{name}{suffix}-v0"
            if env_id not in gymnasium.registry:
                gymnasium.register(
                    env_id,
                    entry_point=f"formal_envs.envs.{single}",
                    vector_entry_point=f"formal_envs.envs.{vector}",
                    kwargs={"task": name},
                )
