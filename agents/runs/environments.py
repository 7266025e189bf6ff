"""Environments by their ids, as a user writes them."""

from __future__ import annotations

import importlib
import os
import sys

from formal_envs import tasks
from formal_envs.errors import ConfigError


def task_name(env: str) -> str:
    """The task behind the id of an environment, such as ``FormalArith-v0``.

    ``module:FormalParity-v0`` imports the module first, which registers the task; modules of the working folder are
    found too. To import is to run, so that such an id must be the user's own: of a command, or of a run's folder.

    Raises:
        ConfigError: there is no such module or environment; the nearest environment is named.
    """
    module, separator, env_id = env.rpartition(":")
    if not separator or module == "formal_envs":
        return tasks.task_name(env)
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # last, so that nothing there hides a package
    try:
        importlib.import_module(module)
    except (ImportError, OSError, SyntaxError, ValueError) as error:
        raise ConfigError(f"environment {env!r}: {error}") from error
    return tasks.task_name(env_id)
