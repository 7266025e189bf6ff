"""``--format nemo-gym``: the folder of a resources server, as NeMo-Gym has them under ``resources_servers``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from string import Template
from typing import Any

from formal_envs.adapters.exports.environment import FILE, Environment, package_name, write_files
from formal_envs.adapters.files import write_jsonl
from formal_envs.errors import ConfigError

_FOLDER = "resources_servers"
_EXAMPLES = 5  # as its checks want

_APP = '''\
"""An environment of formal-envs as a resources server of NeMo-Gym: environment.json says which."""

from pathlib import Path

from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.nemo_gym import ProblemServer


class FormalServer(ProblemServer):
    environment = Environment.read(Path(__file__).with_name("environment.json"))


if __name__ == "__main__":
    FormalServer.run_webserver()
'''

_TASK_DATA = '''\
"""What a row holds beside its prompt."""

from pydantic import BaseModel, ConfigDict, Field


class TaskData(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str = Field(description="Environment, options, seed and index.", json_schema_extra={"consumed_by": ["verify"]})
    solution: str = Field(description="A completion that is good.", json_schema_extra={"consumed_by": ["provenance"]})
    difficulty: float = Field(description="As counted.", json_schema_extra={"consumed_by": ["provenance"]})
'''

_TESTS = Template('''\
"""What is paid, and what is refused."""

import asyncio
import json
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from fastapi import HTTPException
from nemo_gym.server_utils import ServerClient

from formal_envs.adapters.nemo_gym import ProblemConfig, ProblemRequest, answered
from resources_servers.$name.app import FormalServer

LINES = Path(__file__).parents[1].joinpath("data", "example.jsonl").read_text(encoding="utf-8").splitlines()


def verify(row, text, **changes):
    config = ProblemConfig(host="127.0.0.1", port=8080, entrypoint="app.py", name="$name")
    server = FormalServer(config=config, server_client=MagicMock(spec=ServerClient))
    return asyncio.run(server.verify(ProblemRequest.model_validate({**row, "response": answered(text), **changes})))


@pytest.mark.parametrize("row", [json.loads(line) for line in LINES])
def test_the_reward_is_that_of_the_environment(row):
    environment = FormalServer.environment
    paid, idle = verify(row, row["solution"]), verify(row, "")
    for answer, text in ((paid, row["solution"]), (idle, "")):
        assert answer.reward == environment.score(row["id"], text).value
        assert answer.reward_components == {"reward": answer.reward}
        assert answer.mask_sample is False
    assert paid.reward > idle.reward or not environment.has_answers


def test_a_row_of_another_environment_is_refused():
    with pytest.raises(HTTPException, match="422"):
        verify(json.loads(LINES[0]), "", id="{}")
''')

_CONFIG = Template("""\
$name:
  resources_servers:
    $name:
      entrypoint: app.py
      domain: other
      verified: false
      description: An environment of formal-envs, whose reward is a program
      value: Rewards with named parts and reasons, and problems without end
${name}_simple_agent:
  responses_api_agents:
    simple_agent:
      entrypoint: app.py
      resources_server:
        type: resources_servers
        name: $name
      model_server:
        type: responses_api_models
        name: policy_model
      datasets:
      - name: train
        type: train
        jsonl_fpath: resources_servers/$name/data/train.jsonl
        license: $license
      - name: validation
        type: validation
        jsonl_fpath: resources_servers/$name/data/validation.jsonl
        license: $license
      - name: example
        type: example
        jsonl_fpath: resources_servers/$name/data/example.jsonl
${name}_environment_server:
  environment_servers:
    legacy_agent:
      entrypoint: app.py
      agent_server:
        type: responses_api_agents
        name: ${name}_simple_agent
""")

_README = Template("""\
# $name

An environment of [formal-envs](https://github.com/formal-envs/formal-envs) as a resources server of NeMo-Gym:
`environment.json` says which, with which options. Rows have the id of their problem, which is all that scoring needs;
`data/validation.jsonl` has the problems that are never among those of `data/train.jsonl`.

```sh
gym env test --resources-server $name
```

`reward_components` holds the reward alone: the parts of a score explain it and do not add up to it, so that they are
fields of their own, as `part_NAME`, where the metrics find them. A score that could not be given is a judge's failure
to NeMo-Gym: its sample is masked, and tried again when the collection is resumed.
""")


def write(out: Path, environment: Environment, n: int) -> None:
    """Write the folder, with ``n`` problems to train on and a tenth as many to validate with.

    Args: out, a folder ``resources_servers/NAME``.

    Raises:
        ConfigError: it is another folder.
    """
    name = package_name(out)
    if out.absolute().parent.name != _FOLDER:
        raise ConfigError(
            f"NeMo-Gym looks for servers in a folder {_FOLDER}: write to {_FOLDER}/{name} in place of {out}"
        )
    names = {"name": name, "license": "MIT" if environment.plain else "TBD"}
    write_files(
        out,
        {
            "app.py": _APP,
            "task_data.py": _TASK_DATA,
            "requirements.txt": "-e nemo-gym[dev] @ ../../\nformal-envs\n",  # the first line is theirs, word for word
            "README.md": _README.substitute(names),
            f"configs/{name}.yaml": _CONFIG.substitute(names),
            "tests/__init__.py": "",
            "tests/test_app.py": _TESTS.substitute(names),
            FILE: environment.text,
        },
    )
    data = out / "data"
    data.mkdir(exist_ok=True)
    write_jsonl(map(_row, environment.rows(n)), data / "train.jsonl")
    write_jsonl(map(_row, environment.rows(-(-n // 10), "test")), data / "validation.jsonl")
    write_jsonl(_examples(environment), data / "example.jsonl")


def _examples(environment: Environment) -> Iterator[dict[str, Any]]:
    return map(_row, islice(environment.rows(), _EXAMPLES))


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    asked = {"input": [{"role": "user", "content": row["prompt"]}]}
    return {"responses_create_params": asked, **{name: row[name] for name in ("id", "solution", "difficulty")}}
