"""What a written package is made of: an environment with its options, as JSON beside the package's code.

The code of a package is the same whatever the environment. Its options are data in ``environment.json``, and are read
as JSON and no more; what they ask for is what the package's owner stated, so that the package's own ids may ask for it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from formal_envs.adapters.rows import RowId, rows, score
from formal_envs.adapters.trust import check_options, check_values, shown
from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.score import Reward, Score
from formal_envs.tasks import Task, env_ids, make_task, task_name
from formal_envs.tasks.protocol import Checked

FILE = "environment.json"
SPLITS = ("train", "test")
"""The splits of every package: no problem of one is a problem of the other."""
ENDLESS = 2**63 - 1
"""Number of problems of a stream that does not end, to whoever reads it."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TAKEN = frozenset({"agents", "formal_envs", "grammars", "nemo_gym", "openenv", "verifiers", "verl"})


@dataclass(frozen=True)
class Environment:
    """An environment, its options but for the split, and the seed of its problems.

    Attributes:
        env: the id of its text form.
        options: JSON values by name.
        seed: decides the problems.
    """

    env: str
    options: Mapping[str, Any]
    seed: int = 0

    @classmethod
    def of(cls, env: str, options: Mapping[str, Any], seed: int = 0) -> Environment:
        """An environment that can be made.

        Raises:
            ConfigError: a name or an option does not exist, has no meaning, or is not a JSON value.
        """
        if "split" in options:
            raise ConfigError("a package holds the split train and the split test: leave out split")
        made = cls(env_ids(task_name(env))[0], dict(options), check_integer("seed", seed, 0, ENDLESS))
        check_values(options)
        for split in SPLITS:
            next(made.rows(1, split))
        return made

    @classmethod
    def read(cls, path: Path) -> Environment:
        """The environment of a file that ``text`` was written to.

        Raises:
            ConfigError: it holds something else.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigError(f"{path} cannot be read: {error}") from None
        if not isinstance(values, dict) or values.keys() != {field.name for field in fields(cls)}:
            raise ConfigError(f"expected a JSON object of env, options and seed in {path}, got {shown(values)}")
        if not isinstance(values["env"], str) or not isinstance(values["options"], dict):
            raise ConfigError(f"{path} needs the id of an environment and an object of options, got {shown(values)}")
        return cls.of(**values)

    @property
    def text(self) -> str:
        """What ``FILE`` holds."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @property
    def plain(self) -> bool:
        """Whether no option names a file, code, a model or a grammar."""
        try:
            check_options(task_name(self.env), self.options, ())
        except ConfigError:
            return False
        return True

    @cached_property
    def _made(self) -> tuple[Task, Reward]:
        return make_task(task_name(self.env), **self.options)

    @property
    def reward(self) -> Reward:
        """The reward."""
        return self._made[1]

    @property
    def has_answers(self) -> bool:
        """Whether solutions are right: the task says what to check its rewards by."""
        return isinstance(self._made[0], Checked)

    def rows(self, n: int = ENDLESS, split: str = "train", seed: int | None = None) -> Iterator[dict[str, Any]]:
        """The first ``n`` problems of a split, as ``formal_envs.adapters.rows`` has them.

        Raises:
            ConfigError: there is no such split.
        """
        check_choice("split", split, SPLITS)
        return rows(self.env, n, seed=self.seed if seed is None else seed, **self.options, split=split)

    def score(self, row_id: str, completion: str) -> Score:
        """Score a completion of a row of this environment, of any split and seed.

        Raises:
            ConfigError: the id is none, is of another environment, or asks for what this one does not have.
            Unscored: the score could not be given.
        """
        env = RowId.parse(row_id).env
        if env != self.env:
            raise ConfigError(f"expected a row of {self.env}, got one of {shown(env)}")
        return score(row_id, completion, trusted=[{**self.options, "split": split} for split in SPLITS])


def package_name(out: Path) -> str:
    """The name of a package that is written to a folder: the folder's.

    Raises:
        ConfigError: it is no name of a package, or that of another.
    """
    name = out.absolute().name
    if not _NAME.fullmatch(name) or name in _TAKEN or name in sys.stdlib_module_names:
        raise ConfigError(
            f"the package is named after its folder, with small letters, digits and _, and unlike a package that there "
            f"is: name the folder formal_arith, for example, in place of {shown(name)}"
        )
    return name


def write_files(out: Path, files: Mapping[str, str]) -> None:
    """Write texts by their paths within a folder."""
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
