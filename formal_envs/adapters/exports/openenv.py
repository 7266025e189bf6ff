"""``--format openenv``: the folder of an environment as OpenEnv has them, for ``openenv validate`` and ``push``."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from itertools import islice
from pathlib import Path
from string import Template
from typing import Any

from formal_envs.adapters.exports.environment import FILE, Environment, package_name, write_files
from formal_envs.errors import ConfigError
from formal_envs.references import is_reference, load_object
from formal_envs.score import Reward, all_scored, score_batch
from formal_envs.tasks import make_task, task_name
from formal_envs.tasks.protocol import Checked, RewardCheck

_SHOWN = 4  # problems that show what right answers earn, and no effort
_SEARCHED, _BLOCK = 2048, 64  # problems among which they are looked for, and how many are scored at a time
_TOLERANCE, _MARGIN = 0.1, 0.1  # the most and the least that OpenEnv's policy lets a package declare
_PLACES = 10**6
_SECONDS = 30.0  # for a text, by the clock of a machine that may be busy
_SEED = 1  # of these problems: seed 0 is what the Task API lists

_INIT = '''\
"""An environment of formal-envs for OpenEnv: server/environment.json says which."""

from .client import FormalEnv
from .models import FormalAction, FormalObservation, FormalState

__all__ = ["FormalAction", "FormalEnv", "FormalObservation", "FormalState"]
'''

_APP = '''\
"""OpenEnv's application of the environment of environment.json."""

import os
from pathlib import Path

from formal_envs.adapters.exports.environment import Environment
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.gate import Gate
from formal_envs.serving.intake import Intake
from formal_envs.serving.openenv import environment_app

NAME = "$name"
environment = Environment.read(Path(__file__).with_name("environment.json"))
app = environment_app(environment.env, environment.options, name=NAME, seed=environment.seed)
app.add_middleware(Intake, bounds=Bounds())
if token := os.environ.get("FORMAL_ENVS_TOKEN"):  # then requests have to send it as Authorization: Bearer
    app.add_middleware(Gate, token=token, hosts=(), public={"/health"})


def main():
    import argparse

    import uvicorn

    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    uvicorn.run(app, host=arguments.host, port=arguments.port)


if __name__ == "__main__":
    main()
'''

_REWARD = '''\
"""The reward of the environment, and what is right, for checks of it."""

from pathlib import Path

from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.exports.openenv import checked

reward, check = checked(Environment.read(Path(__file__).parents[1] / "server" / "environment.json"))
correct = check.correct
'''

_MANIFEST = Template("""\
spec_version: 1
name: $name
version: 0.1.0
type: space
runtime: fastapi
app: server.app:app
port: 8000
validation:
  reward:
    range: [$low, $high]
    oracle_tolerance: $tolerance
    floor_margin: $margin
  resources: {cpu: 1.0, memory_mb: 2048, disk_mb: 1024, episode_timeout_s: 60.0}
  network: {mode: public}
  capabilities:
    verifier: {kind: reward_channel}
    task_api: true
    canaries: validation/canaries.jsonl
  types: {tags: [single-turn, text, formal-envs]}
  execution:
    dockerfile: server/Dockerfile
    probe_path: validation/runtime.json
""")

_DOCKERFILE = """\
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY . /app/env
RUN pip install --no-cache-dir 'formal-envs[openenv,serve]'
RUN useradd --create-home serving
USER serving
WORKDIR /app/env
EXPOSE 8000
CMD ["uvicorn", "server.app:app", "--host", "0.0.0.0", "--port", "8000", "--no-access-log"]
"""

_PROJECT = Template("""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "openenv-$dashed"
version = "0.1.0"
description = "An environment of formal-envs for OpenEnv"
requires-python = ">=3.10"
dependencies = ["openenv[core]>=0.10"]

[project.optional-dependencies]
server = ["formal-envs[openenv,serve]"]

[project.scripts]
server = "$name.server.app:main"

[tool.setuptools]
packages = ["$name", "$name.server"]
package-dir = {"$name" = ".", "$name.server" = "server"}
package-data = {"$name.server" = ["environment.json"]}
""")

_README = Template("""\
---
title: $env
colorFrom: blue
colorTo: gray
sdk: docker
app_port: 8000
pinned: false
tags:
  - openenv
  - rl-environment
  - formal-envs
  - reinforcement-learning
---

# $name

$env of [formal-envs](https://github.com/formal-envs/formal-envs) for OpenEnv: a prompt, a completion, a programmed
reward. `server/environment.json` says with which options.

```sh
pip install 'formal-envs[openenv,serve]'
uvicorn server.app:app            # in this folder
openenv validate --skip-build     # without --skip-build it builds and runs the image
```

```python
from $name import FormalAction, FormalEnv  # pip install . : the client needs openenv alone

with FormalEnv(base_url="http://localhost:8000").sync() as env:
    prompt = env.reset(split="train", index=0).observation.prompt
    result = env.step(FormalAction(completion="..."))
    print(result.reward, result.observation.failure)
```

An episode is one step. `list_splits`, `num_tasks`, `get_task` and `get_task_range` say what problems there are, without
their solutions; `reset(seed=...)` begins another stream of them. The environment variable `FORMAL_ENVS_TOKEN` has the
server ask for a token. `validation` holds $shown problems with their solutions, for checks of the reward; clients do
not install them.
""")


def write(out: Path, environment: Environment) -> None:
    """Write the folder, which has the name of the environment.

    Raises:
        ConfigError: the folder's name is no package's, or an option names a file, which the folder does not hold.
    """
    name = package_name(out)
    for option, value in environment.options.items():
        if isinstance(value, str) and _is_file(value):
            raise ConfigError(f"an image holds none of your files: give the text of {option}={value}, if it takes one")
    texts = {"name": name, "dashed": name.replace("_", "-"), "env": environment.env}
    problems, declared = _declared(environment)
    reward, known = checked(environment)
    is_open = "exact" not in reward.score(*problems[0]).parts  # then these are good answers, and not the only ones
    check: dict[str, Any] = {
        "reward": "validation/reward.py:reward",
        "problems": "validation/problems.jsonl",
        "options": {"time_limit": _SECONDS},
    }
    if is_open:  # what no effort earns is a matter of the reward
        check["options"]["floor"] = declared["high"] - declared["margin"]
    elif known.correct is not None:
        check["correct"] = "validation/reward.py:correct"
    plan = {
        "plan_schema_version": "1",
        "reset": {"episode_id": "validation", "seed": _SEED, "options": {"split": "train"}},
        "actions": [{"completion": problems[0][1]}],
    }
    answers = [{"prompt": prompt, "example" if is_open else "solution": answer} for prompt, answer in problems]
    canaries = [{**problem, "completion": text} for problem in answers for text in ("", "I give up")]
    written = {
        "openenv.yaml": _MANIFEST.substitute(texts, **declared),
        "pyproject.toml": _PROJECT.substitute(texts),
        "README.md": _README.substitute(texts, shown=len(problems)),
        "__init__.py": _INIT,
        "models.py": _source("openenv_models.py"),
        "client.py": _source("openenv_client.py").replace("formal_envs.serving.openenv_models", ".models"),
        "server/__init__.py": '"""The server."""\n',
        "server/app.py": Template(_APP).substitute(name=name),
        f"server/{FILE}": environment.text,
        "server/Dockerfile": _DOCKERFILE,
        "validation/reward.py": _REWARD,
        "validation/check_reward.json": json.dumps(check, indent=2) + "\n",
        "validation/runtime.json": json.dumps(plan, indent=2) + "\n",
        "validation/problems.jsonl": "".join(json.dumps(problem) + "\n" for problem in answers),
        "validation/canaries.jsonl": "".join(json.dumps(canary) + "\n" for canary in canaries),
    }
    write_files(out, written)


def _is_file(value: str) -> bool:
    try:
        return Path(value.rpartition(":")[0] if is_reference(value) else value).is_file()
    except (OSError, ValueError):  # too long for a path, or with what none has
        return False


def checked(environment: Environment) -> tuple[Reward, RewardCheck]:
    """The reward, and what its task knows of right answers."""
    task, reward = make_task(task_name(environment.env), **environment.options)
    check = task.reward_check(reward) if isinstance(task, Checked) else RewardCheck()
    if isinstance(check.correct, str):
        check = check._replace(correct=load_object("what is right", check.correct))
    return reward, check


def _source(name: str) -> str:
    """The text of a module of a client, which is its own in a package."""
    return (files("formal_envs") / "serving" / name).read_text(encoding="utf-8")


def _declared(environment: Environment) -> tuple[list[tuple[str, str]], dict[str, float]]:
    """Problems whose solutions come closest to the full reward, and what they and no effort earn, as it is declared."""
    reward = environment.reward
    low, high = reward.range
    rows = environment.rows(_SEARCHED, seed=_SEED)
    found: list[tuple[float, tuple[str, str]]] = []
    while block := list(islice(rows, _BLOCK)):
        prompts, solutions = [row["prompt"] for row in block], [row["solution"] for row in block]
        earned = [score.value for score in all_scored(score_batch(reward, prompts, solutions))]
        found += zip(earned, zip(prompts, solutions, strict=True), strict=True)
        found = sorted(found, key=lambda pair: -pair[0])[:_SHOWN]
        if found[-1][0] >= high - _TOLERANCE:
            break
    problems = [problem for _, problem in found]
    idle = all_scored(score_batch(reward, [prompt for prompt, _ in problems], [""] * len(problems)))
    missing, gap = high - min(value for value, _ in found), high - max(score.value for score in idle)
    return problems, {
        "low": low,
        "high": high,
        "tolerance": min(_TOLERANCE, math.ceil(missing * _PLACES) / _PLACES),
        "margin": max(_MARGIN, math.floor(gap * _PLACES) / _PLACES),
    }
