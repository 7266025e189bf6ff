"""Environments: a text form and a token form of every task, single and vectorised.

``TextEnv`` and ``TokenEnv`` are in modules ``text`` and ``token``, their vectorised forms in ``vector``. They are
loaded when an environment is made, so that registration is cheap.
"""

from __future__ import annotations

import gymnasium

from formal_envs.errors import ConfigError
from formal_envs.tasks import TASKS, TaskSpec, add_task, env_ids, task_name
from formal_envs.tasks.registry import check_name

PLAY = "FormalPlay-v0"

__all__ = ["register_environments", "register_task", "task_name"]


def register_environments() -> None:
    """Register ``Formal<name>-v0`` and ``Formal<name>Token-v0`` for every task, and ``FormalPlay-v0``.

    Ids that exist are left alone.
    """
    for name in TASKS:
        text, token = env_ids(name)
        for env_id, single, vector in (
            (text, "text:TextEnv", "vector:VectorTextEnv"),
            (token, "token:TokenEnv", "vector:VectorTokenEnv"),
        ):
            if env_id not in gymnasium.registry:
                gymnasium.register(
                    env_id,
                    entry_point=f"formal_envs.envs.{single}",
                    vector_entry_point=f"formal_envs.envs.{vector}",
                    kwargs={"task": name},
                )
    if PLAY not in gymnasium.registry:
        gymnasium.register(
            PLAY,
            entry_point="formal_envs.playing.env:PlayEnv",
            vector_entry_point="formal_envs.playing.vector:PlayVectorEnv",
        )


def register_task(name: str, spec: TaskSpec) -> None:
    """Register a task of one's own, and its environments ``Formal<name>-v0`` and ``Formal<name>Token-v0``.

    Call it in the module that defines the task, so that ``gymnasium.make("module:Formal<name>-v0")`` and
    ``formal-envs train module:Formal<name>-v0`` find it. It lasts as long as the process; the same once more changes
    nothing.

    Args:
        name: letters and digits, the first a capital.
        spec: the task, its rewards, and what else goes with it.

    Raises:
        ConfigError: the name is none, or that of another task or environment.
    """
    for env_id in env_ids(check_name(name)):
        if name not in TASKS and env_id in gymnasium.registry:
            raise ConfigError(f"there is another environment {env_id!r} already: give the task another name")
    add_task(name, spec)
    register_environments()
