"""The server's application within the tests' process, with workers that are there at once."""

import json
import sys

import gymnasium
import pytest
from starlette.testclient import TestClient

from formal_envs.pool import ScoringPool
from formal_envs.serving.app import create_app
from formal_envs.serving.scoring import Scorer
from formal_envs.serving.served import Served
from formal_envs.tasks import TASKS

ARITH, GAME, ODD = "FormalArith-v0", "FormalGame-v0", "FormalOdd-v0"
HOME = "http://localhost:8000"


@pytest.fixture(scope="module")
def forks():
    """Workers that are there at once: no connection is open that they could hold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "formal_envs.serving.scoring.ScoringPool",
            lambda reward, workers, method, timeout: ScoringPool(reward, workers, method="fork", timeout=timeout),
        )
        yield


@pytest.fixture(scope="module")
def known():
    """What a test registers is not known to the next ones."""
    tasks, environments = dict(TASKS), dict(gymnasium.registry)
    yield
    for now, before in ((TASKS, tasks), (gymnasium.registry, environments)):
        for name in [name for name in now if name not in before]:
            del now[name]
    sys.modules.pop("odd_task", None)


def serving(envs, options=None, **given):
    scorer = Scorer(Served.of(envs, options), workers=2)
    return TestClient(create_app(scorer, **given), base_url=HOME, raise_server_exceptions=False)


def row_id(env=ARITH, **options):
    return json.dumps({"env": env, "index": 0, "options": options, "seed": 0})


def asked(*rows):
    return {"rows": list(rows)}


def row(env=ARITH, prompt="1+1=", completion="2"):
    return {"env": env, "prompt": prompt, "completion": completion}
