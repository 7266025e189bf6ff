"""Scoring by Ray, on a cluster of a head and two nodes on this machine, which are killed."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

ray = pytest.importorskip("ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")

from pool_rewards import OddReward  # noqa: E402

from formal_envs.adapters.ray import CHUNK, RayReward  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.pool import processors  # noqa: E402
from formal_envs.score import Score, Unscored, score_batch  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.process


@pytest.fixture
def cluster(monkeypatch):
    """A head that runs no tasks, and two nodes that do; what they start finds the packages and the tests' rewards."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "support"))))
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    made.nodes = [made.add_node(num_cpus=1) for _ in range(2)]
    ray.init(address=made.address, log_to_driver=False)
    made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()


def values(results):
    return [result.value for result in results]


def pids(results):
    return {int(result.parts["process"]) for result in results}


def test_without_a_cluster_it_says_what_to_do():
    with pytest.raises(ConfigError, match=r"ray\.init\('auto'\)"):
        RayReward(OddReward())


def test_scores_are_those_of_the_reward_itself_and_come_from_both_nodes(cluster):
    _, reward = make_task("Arith")
    remote = RayReward(reward)
    assert remote.range == reward.range
    prompts, texts = ["6+8=", "1+1="] * 50, [str(number) for number in range(100)]
    assert score_batch(remote, prompts, texts) == score_batch(reward, prompts, texts)
    assert remote.score("6+8=", "14") == reward.score("6+8=", "14")
    assert remote.score_batch([], []) == []
    with pytest.raises(ValueError, match="zip"):
        remote.score_batch(["a"], [])

    odd = RayReward(OddReward())
    found = odd.score_batch([""] * 200, ["sleep:0.02"] * 200)
    assert len(pids(found)) == 2
    assert os.getpid() not in pids(found)


def test_a_process_counts_as_one_of_several(cluster):
    class Processors:
        range = (0.0, 1024.0)

        def score(self, prompt, completion):
            return Score(float(processors()), {})

    assert RayReward(Processors()).score("", "").value == 1.0


def test_a_raylet_that_is_killed_loses_nothing(cluster):
    texts = ["sleep:0.05"] * (12 * CHUNK)
    texts[::7] = ["fine"] * len(texts[::7])
    reward = RayReward(OddReward())
    first = reward.score_batch([""] * 200, ["sleep:0.02"] * 200)
    assert len(pids(first)) == 2

    def kill():
        time.sleep(1.5)  # of about five seconds
        os.kill(cluster.nodes[0].all_processes["raylet"][0].process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    results = reward.score_batch([""] * len(texts), texts)
    killer.join()
    assert values(results) == list(map(len, texts))
    left = reward.score_batch([""] * 50, ["sleep:0.02"] * 50)
    assert len(pids(left)) == 1


def test_workers_that_are_killed_are_replaced(cluster):
    reward = RayReward(OddReward())
    texts = ["sleep:0.05"] * (6 * CHUNK)
    (victim, *_) = pids(reward.score_batch([""] * 100, ["sleep:0.02"] * 100))
    killer = threading.Timer(0.5, os.kill, (victim, signal.SIGKILL))
    killer.start()
    results = reward.score_batch([""] * len(texts), texts)
    assert values(results) == [10.0] * len(texts)
    assert victim not in pids(reward.score_batch([""] * 100, ["sleep:0.02"] * 100))


def test_a_text_that_ends_its_process_has_no_score_and_costs_no_other_its_own(cluster):
    texts = ["fine"] * (2 * CHUNK)
    texts[5] = "exit:"
    results = RayReward(OddReward()).score_batch([""] * len(texts), texts)
    lost = results.pop(5)
    assert isinstance(lost, Unscored)
    assert "WorkerCrashedError" in lost.reason
    assert "\n" not in lost.reason
    assert values(results) == [4.0] * (2 * CHUNK - 1)


def test_what_a_reward_raises_is_raised(cluster):
    reward = RayReward(OddReward())
    texts = ["sleep:0.1"] * (4 * CHUNK)
    texts[3] = "raise:not so"
    with pytest.raises(LookupError, match="not so"):
        reward.score_batch([""] * len(texts), texts)
    assert reward.score("", "fine").value == 4.0


def test_a_reward_that_cannot_be_pickled_is_refused(cluster):
    reward = OddReward()
    reward.lock = threading.Lock()
    with pytest.raises(ConfigError, match="cannot be pickled"):
        RayReward(reward)
