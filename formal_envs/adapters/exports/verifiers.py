"""``--format verifiers``: an installable package with one Taskset of verifiers v1."""

from __future__ import annotations

from pathlib import Path
from string import Template

from formal_envs.adapters.exports.environment import FILE, Environment, package_name, write_files

_CODE = '''\
"""An environment of formal-envs as a Taskset of verifiers: environment.json says which."""

from pathlib import Path

import verifiers.v1 as vf

from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.verifiers_taskset import ProblemConfig, ProblemTask, ProblemTaskset

__all__ = ["FormalTaskset"]


class FormalTask(ProblemTask):
    environment = Environment.read(Path(__file__).with_name("environment.json"))


class FormalTaskset(ProblemTaskset, vf.Taskset[FormalTask, ProblemConfig]):
    pass
'''

_PROJECT = Template("""\
[project]
name = "$dashed"
version = "0.1.0"
description = "An environment of formal-envs as a Taskset of verifiers"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["formal-envs", "verifiers>=0.4"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["$name"]
""")

_README = Template("""\
# $dashed

An environment of [formal-envs](https://github.com/formal-envs/formal-envs) as a Taskset of verifiers v1.
`$name/environment.json` says which, with which options.

```sh
pip install -e .
vf-validate $dashed -n 5 --runtime.type subprocess
vf-eval $dashed -n 5 --env.agent.runtime.type subprocess --env.agent.harness.id null -m MODEL
```

The stream of problems has no end; `--env.taskset.seed` gives another one, and `--env.taskset.split test` the problems
that are never among those of `train`. The reward is `reward`, the parts of the score are metrics, and why a completion
did not earn more is `info["failure"]` of its trace.

A score that could not be given is a `TaskError` whose message holds `Unscored`, and no reward:
`{type = "TaskError", message = "Unscored", max_retries = 3}` among the rules of retries has such a rollout made again.
""")


def write(out: Path, environment: Environment) -> None:
    """Write the package, whose name is the folder's.

    Raises:
        ConfigError: the folder's name is no package's.
    """
    name = package_name(out)
    names = {"name": name, "dashed": name.replace("_", "-")}
    write_files(
        out,
        {
            "pyproject.toml": _PROJECT.substitute(names),
            "README.md": _README.substitute(names),
            f"{name}/__init__.py": _CODE,
            f"{name}/{FILE}": environment.text,
        },
    )
