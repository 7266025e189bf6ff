"""The server that ``export --format nemo-gym`` writes, by NeMo-Gym itself: `make trainers` installs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest

pytest.importorskip("nemo_gym.base_resources_server", exc_type=ImportError)

from fastapi.testclient import TestClient
from nemo_gym.server_utils import ServerClient

from formal_envs.adapters.exports import nemo_gym
from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.nemo_gym import ProblemConfig, ProblemServer, answered
from formal_envs.adapters.rows import rows, score
from formal_envs.score import Unscored
from formal_envs.tasks import TASKS

ROOT = Path(__file__).parents[2]
FOLDER = "resources_servers/formal_arith"
ROW = next(rows("FormalArith-v0", 1, seed=5, split="test"))
ASKED = {"responses_create_params": {"input": [{"role": "user", "content": ROW["prompt"]}]}, "id": ROW["id"]}


class ArithServer(ProblemServer):
    environment = Environment("FormalArith-v0", {})


@pytest.fixture(scope="module")
def client():
    config = ProblemConfig(host="127.0.0.1", port=8080, entrypoint="app.py", name="formal_arith")
    server = ArithServer(config=config, server_client=MagicMock(spec=ServerClient))
    with TestClient(server.setup_webserver()) as opened:
        yield opened


@pytest.mark.parametrize("text", [ROW["solution"], "25", "", "seven"])
def test_a_response_is_paid_over_http(client, text):
    wanted = score(ROW["id"], text)
    answer = client.post("/verify", json={**ASKED, "response": answered(text)}).json()
    assert (answer["reward"], answer["reward_components"]) == (wanted.value, {"reward": wanted.value})
    assert (answer["failure"], answer["failed_at"]) == (wanted.failure, wanted.failed_at)
    assert {name: answer[f"part_{name}"] for name in wanted.parts} == wanted.parts
    assert answer["mask_sample"] is False


def test_the_last_message_counts_and_none_says_nothing(client):
    response = answered("25")
    response["output"] += answered(ROW["solution"])["output"]
    assert client.post("/verify", json={**ASKED, "response": response}).json()["reward"] == 1
    silent = client.post("/verify", json={**ASKED, "response": {**response, "output": []}}).json()
    assert silent["reward"] == score(ROW["id"], "").value


@pytest.mark.parametrize(
    "row_id",
    [
        "",
        "{}",
        json.dumps({"env": "FormalSentiment-v0", "index": 0, "options": {}, "seed": 0}),
        json.dumps({"env": "FormalArith-v0", "index": 0, "options": {"reward": "os:getpid"}, "seed": 0}),
        json.dumps({"env": "FormalArith-v0", "index": 0, "options": {"term": 3}, "seed": 0}),
        json.dumps({"env": "FormalArith-v0", "index": -1, "options": {}, "seed": 0}),
    ],
)
def test_a_hostile_id_is_refused(client, row_id):
    assert client.post("/verify", json={**ASKED, "id": row_id, "response": answered("25")}).status_code == 422


def test_what_cannot_be_scored_is_masked(client, monkeypatch):
    def down(self, row_id, completion):
        raise Unscored("the server is down")

    monkeypatch.setattr(Environment, "score", down)
    answer = client.post("/verify", json={**ASKED, "response": answered("25")}).json()
    assert answer["mask_sample"] is True
    assert answer["failure_reason"] == "no score could be given: the server is down"


def test_a_stored_response_can_be_scored_again(client):
    assert client.get("/reverify_mode").json() == "stateless"


def gym(folder, *arguments):
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["gym", *arguments], capture_output=True, text=True, check=False, cwd=folder, env={**env, "NO_COLOR": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.process
@pytest.mark.slow
def test_its_own_checks_pass(tmp_path):
    nemo_gym.write(tmp_path / FOLDER, Environment("FormalArith-v0", {}), 20)
    config = f"{FOLDER}/configs/formal_arith.yaml"
    assert "Config is valid" in gym(tmp_path, "env", "validate", "--config", config)
    gym(tmp_path, "dataset", "collate", f"+config_paths=[{config}]", "+output_dirpath=made", "+mode=example_validation")
    assert json.loads((tmp_path / FOLDER / "data" / "example_metrics.json").read_text())["Number of examples"] == 5
    (tmp_path / FOLDER / ".venv").symlink_to(sys.prefix)  # in place of an environment that it would make
    assert "6 passed" in gym(
        tmp_path, "env", "test", "--resources-server", "formal_arith", "+skip_venv_if_present=true"
    )


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("env", [f"Formal{name}-v0" for name in TASKS])
def test_its_tests_pass_for_every_task(tmp_path, env):
    name = env.removesuffix("-v0").replace("Formal", "formal_").lower()
    options = {"playouts": 3} if "Game" in env else {}
    nemo_gym.write(tmp_path / "resources_servers" / name, Environment(env, options), 3)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"resources_servers/{name}/tests"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
    )
    assert "6 passed" in done.stdout, done.stdout + done.stderr
