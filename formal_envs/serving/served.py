"""What a server serves: environments with the options that it was started with, and nothing else."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from formal_envs.adapters.rows import RowId
from formal_envs.adapters.trust import check_options, check_values, shown
from formal_envs.envs.attempts import ATTEMPT_COST, Attempts
from formal_envs.errors import ConfigError, unknown
from formal_envs.score import Reward
from formal_envs.tasks import Task, env_ids, make_task, option_names, task_name

_LONGEST_NAME = 100  # of an environment, in characters, that is compared with those that there are


@dataclass(frozen=True)
class Served:
    """Environments and their options: all that a request can name, beside the plain options of an id.

    Attributes:
        options: of each environment, by the id of its text form.
        modules: what registers environments of one's own, imported wherever these are scored.
        attempts: of an episode, where there are episodes: scores know nothing of them.
    """

    options: Mapping[str, Mapping[str, Any]]
    modules: tuple[str, ...] = ()
    attempts: Attempts = field(default_factory=Attempts)

    @classmethod
    def of(cls, envs: Sequence[str], options: Mapping[str, Any] | None = None) -> Served:
        """Environments, each with those of the options that it has.

        Args:
            envs: ids of environments, in their text or token form; of ``module:ID`` the module is imported, so that
                they must be the own of who starts the server.
            options: JSON values by name, ``attempts`` and ``attempt_cost`` among them.

        Raises:
            ConfigError: there is no such environment, none of them has an option, or its value is none.
        """
        check_values(options or {})
        options = dict(options or {})
        attempts = Attempts(options.pop("attempts", 1), options.pop("attempt_cost", ATTEMPT_COST))
        modules = tuple(dict.fromkeys(env.rpartition(":")[0] for env in envs if ":" in env))
        _register(modules)
        names = dict.fromkeys(task_name(env.rpartition(":")[2]) for env in envs)
        if not names:
            raise ConfigError("name an environment to serve, such as FormalArith-v0")
        known = {name: option_names(name) for name in names}
        for option in options:
            if not any(option in own for own in known.values()):
                raise unknown("option", option, {option for own in known.values() for option in own})
        return cls(
            {
                env_ids(name)[0]: {option: value for option, value in options.items() if option in known[name]}
                for name in names
            },
            modules,
            attempts,
        )

    def make(self, env: str) -> tuple[Task, Reward]:
        """The task and the reward of an environment that is served; those of the first call again.

        Raises:
            ConfigError: it is not served, or its options have no meaning.
        """
        _register(self.modules)
        env = self.find(env)
        return _made(task_name(env), json.dumps(self.options[env], sort_keys=True))

    def find(self, env: str) -> str:
        """The key in ``options`` of an environment, in any form of its id. Nothing is imported or made for it.

        Raises:
            ConfigError: it is not served.
        """
        if env in self.options:
            return env
        if len(env) <= _LONGEST_NAME:
            found = env_ids(task_name(env))[0]
            if found in self.options:
                return found
        here = ", ".join(self.options)
        raise ConfigError(f"{shown(env)} is not served here; {here} can be asked for")

    def check_id(self, text: str) -> RowId:
        """The id of a row, if it asks for what is served: an environment, and plain options or those of the server.

        Raises:
            ConfigError: it is none, or asks for something else.
        """
        row = RowId.parse(text)
        env = self.find(row.env)
        _check_options(env, *(json.dumps(options, sort_keys=True) for options in (row.options, self.options[env])))
        return row

    @property
    def trusted(self) -> list[Mapping[str, Any]]:
        """The options that ids may hold beyond plain ones."""
        return list(self.options.values())


def _register(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


@lru_cache(maxsize=64)  # most rows have the same, and signatures are slow to read
def _check_options(env: str, options: str, trusted: str) -> None:
    check_options(task_name(env), json.loads(options), [json.loads(trusted)])


@lru_cache(maxsize=64)
def _made(name: str, options: str) -> tuple[Task, Reward]:
    return make_task(name, **json.loads(options))
