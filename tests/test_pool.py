"""Pools that score: equal to the reward, whatever ends the workers, and nothing is left of them."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from leftovers import alive, all_gone, linux
from pool_rewards import OddReward, Unloadable

from formal_envs.errors import ConfigError
from formal_envs.pool import ScoringPool, processors
from formal_envs.pool.batch import Batch
from formal_envs.sandbox import Child
from formal_envs.score import Reward, Score, Unscored, score_batch
from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys

METHODS = [
    pytest.param(method, marks=[pytest.mark.process] if method == "spawn" else [])
    for method in sorted({"fork", "spawn"} & set(multiprocessing.get_all_start_methods()))
]
ROOT = Path(__file__).parents[1]


def values(scores):
    return [score.value for score in scores]


@pytest.fixture
def pool():
    with ScoringPool(OddReward(), 2) as pool:
        yield pool


@pytest.mark.parametrize("method", METHODS)
def test_a_thousand_texts_are_scored_in_order_by_several_processes(method):
    texts = ["sleep:1", *("x" * (7 * place % 1000) for place in range(999))]  # meanwhile another one is there
    prompts = [f"{place}" for place in range(1000)]
    with ScoringPool(OddReward(), 3, method=method) as pool:
        scores = score_batch(pool, prompts, texts)
        pids = pool.pids
    assert values(scores) == list(map(len, texts))
    assert [score.failure for score in scores] == prompts
    assert {score.parts["process"] for score in scores} <= set(pids)
    assert len({score.parts["process"] for score in scores}) > 1
    assert os.getpid() not in pids
    assert all_gone(pids)


@pytest.mark.parametrize("name", ["Arith", "Game"])
def test_a_pool_is_a_reward_with_the_same_scores(name):
    task, reward = make_task(name, **({"playouts": 2} if name == "Game" else {}))
    problems = task.sample(problem_keys(np.uint64(1), np.arange(6)))
    texts = [*problems.solutions, *(text[: len(text) // 2] for text in problems.solutions), "", "(game"]
    prompts = [*problems.prompts, *problems.prompts, problems.prompts[0], ""]
    assert pickle.loads(pickle.dumps(reward)) == reward
    with ScoringPool(reward, 2) as pool:
        assert isinstance(pool, Reward)
        assert pool.range == reward.range
        assert score_batch(pool, prompts, texts) == score_batch(reward, prompts, texts)
        assert pool.score(prompts[0], texts[0]) == reward.score(prompts[0], texts[0])
        assert pool.score_batch([], []) == []


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_is_killed_is_replaced_and_its_texts_are_scored(method, tmp_path):
    """Once with other texts and once alone, in a worker that is started for it."""
    texts = [f"killed once:{tmp_path / 'first'}", *"abcdefghijklmnopqrst" * 2, f"killed once:{tmp_path / 'last'}"]
    with ScoringPool(OddReward(), 2, method=method) as pool:
        before = pool.pids
        assert values(pool.score_batch(texts, texts)) == list(map(len, texts))
        assert len(pool.pids) == 2
        assert set(pool.pids) != set(before)
    assert (tmp_path / "last").exists()


def test_workers_that_others_kill_are_replaced(pool):
    texts = ["sleep:0.02"] * 40

    def kill():
        for _ in range(2):
            time.sleep(0.04)
            os.kill(pool.pids[0], signal.SIGKILL)

    first = pool.pids
    killer = threading.Thread(target=kill)
    killer.start()
    scores = pool.score_batch(texts, texts)
    killer.join()
    assert values(scores) == [10.0] * 40
    assert all_gone(first[:1])
    for pid in pool.pids:  # between batches
        os.kill(pid, signal.SIGKILL)
    assert values(pool.score_batch(["", ""], ["ab", "c"])) == [2.0, 1.0]


@pytest.mark.parametrize(("text", "said"), [("segfault:", "SIGSEGV"), ("exit:", "exit status 3")])
def test_a_text_that_ends_its_workers_has_no_score(pool, text, said):
    """And takes none of the others' scores with it."""
    texts = ["fine"] * 30
    texts[17] = text
    results = pool.score_batch(texts, texts)
    lost = results.pop(17)
    assert isinstance(lost, Unscored)
    assert lost.reason == f"the process ended by {said}, 2 times"
    assert pickle.loads(pickle.dumps(lost)).reason == lost.reason
    assert values(results) == [4.0] * 29
    with pytest.raises(Unscored, match=f"no score could be given: .*{said}"):
        pool.score("", text)
    assert values(pool.score_batch(["a"] * 3, ["fine"] * 3)) == [4.0] * 3


def test_what_a_reward_raises_is_raised(pool):
    texts = ["fine"] * 40
    texts[9], texts[25] = "raise:first", "raise:later"
    for _ in range(3):
        with pytest.raises(LookupError, match="first") as caught:
            pool.score_batch(texts, texts)
        assert "pool_rewards.py" in str(caught.value.__cause__)
    with pytest.raises(Exception, match="OddError: no way"):
        pool.score("", "raise oddly:no way")
    with pytest.raises(SystemExit, match="away"):
        pool.score("", "leave:away")
    assert pool.score("", "fine").value == 4.0


def test_the_first_error_counts_however_long_it_takes(pool):
    texts = ["fine"] * 16 + ["raise:later"] * 16
    texts[:2] = ["sleep:0.3", "raise:first"]
    with pytest.raises(LookupError, match="first"):
        pool.score_batch(texts, texts)
    texts[1] = "segfault:"  # is no error
    with pytest.raises(LookupError, match="later"):
        pool.score_batch(texts, texts)


def test_threads_may_share_a_pool(pool):
    found = {}

    def ask(size):
        found[size] = values(pool.score_batch([""] * 20, ["x" * size] * 20))

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {size: [float(size)] * 20 for size in range(6)}


def test_whoever_waits_is_told_that_no_process_can_be_started(pool, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr("formal_envs.pool.dispatch.Child", refuse)
        asked = [pool.submit([""], [text]) for text in ("sleep:600", "sleep:600", "x")]
        os.kill(pool.pids[0], signal.SIGKILL)
        for future in asked:
            with pytest.raises(OSError, match="no more processes"):
                future.result()
    assert pool.score("", "abc").value == 3.0


def test_nothing_is_left_of_a_pool_that_cannot_start(monkeypatch):
    started = []

    def one(*arguments, **options):
        if started:
            raise OSError("no more processes")
        started.append(Child(*arguments, **options))
        return started[0]

    monkeypatch.setattr("formal_envs.pool.dispatch.Child", one)
    with pytest.raises(OSError, match="no more processes"):
        ScoringPool(OddReward(), 2)
    assert all_gone([started[0].pid])


def test_a_fork_of_the_process_has_workers_of_its_own(pool):
    ours, theirs = multiprocessing.Pipe()

    def ask():
        pool.close()
        theirs.send((pool.score("", "abc").value, pool.pids))
        pool.close()

    process = multiprocessing.get_context("fork").Process(target=ask)
    process.start()
    value, pids = ours.recv()
    process.join()
    assert value == 3.0
    assert not set(pids) & set(pool.pids)
    assert pool.score("", "abcd").value == 4.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((OddReward(), 0), "workers"), ((OddReward(), 2.0), "workers"), ((lambda: 0, 1), "pickled"), ((1, 1, "x"), "x")],
)
def test_arguments_are_checked(arguments, said):
    reward, workers, *method = arguments
    if not isinstance(reward, OddReward):
        reward = type("Local", (OddReward,), {})() if not method else OddReward()
    with pytest.raises(ConfigError, match=said):
        ScoringPool(reward, workers, method=method[0] if method else None)


def test_a_reward_that_is_not_there_in_a_worker():
    with ScoringPool(Unloadable(), 2) as pool, pytest.raises(ConfigError, match=r"cannot be loaded.*not here"):
        pool.score("", "a")


@pytest.mark.parametrize(
    ("world", "count"), [(None, 8), ("", 8), ("1", 8), ("3", 2), ("8", 1), ("100", 1), ("0", 8), ("many", 8)]
)
def test_processes_of_one_machine_share_its_processors(monkeypatch, world, count):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    if world is not None:
        monkeypatch.setenv("LOCAL_WORLD_SIZE", world)
    assert processors() == count


@given(st.integers(0, 60), st.integers(1, 5), st.randoms())
def test_parts_of_a_batch(size, workers, rng):
    """Whoever answers, and whichever workers end, each text is scored once, and none is given to two at a time."""
    batch, at_work = Batch(size, workers), []
    ended = set()
    while not batch.done:
        if len(at_work) < workers and (part := batch.take()):
            at_work.append(part)
        elif at_work:
            part = at_work.pop(rng.randrange(len(at_work)))
            if part.start not in ended and rng.random() < 0.3:
                ended.add(part.start)
                batch.lost(part, "")
            else:
                batch.answered(part, [Score(float(place), {}) for place in part])
        assert len({place for part in at_work for place in part}) == sum(map(len, at_work))
    assert [score.value for _, scores in sorted(batch.scored.items()) for score in scores] == list(range(size))
    assert batch.error is None


# ---- nothing is left

SCRIPT = """
import sys, time
from formal_envs.pool import ScoringPool
from pool_rewards import OddReward
print("begins", flush=True)
pool = ScoringPool(OddReward(), 2, method={method!r})
print(*pool.pids, *pool.score_batch(["", ""], ["a", "bc"]), sep="\\n", flush=True)
{end}
"""


def script(tmp_path, method, end):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(method=method, end=end))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    return subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def begun(process):
    """The numbers of the workers of a script that has scored its first batch; it began once."""
    lines = [process.stdout.readline().decode() for _ in range(5)]
    assert lines[0] == "begins\n"
    assert "value=1.0" in lines[3]
    return [int(line) for line in lines[1:3]]


@linux
@pytest.mark.process
@pytest.mark.parametrize("method", METHODS)
def test_no_worker_outlives_a_parent_that_is_killed_while_they_work(method, tmp_path):
    process = script(tmp_path, method, "pool.score_batch([''] * 2, ['sleep:600'] * 2)")
    pids = begun(process)
    assert all(map(alive, pids))
    time.sleep(0.2)  # they are at work
    process.kill()
    process.communicate()
    assert all_gone(pids)


@linux
@pytest.mark.process
@pytest.mark.parametrize("method", METHODS)
def test_a_script_without_a_guard_runs_once_and_ends(method, tmp_path):
    process = script(tmp_path, method, "")
    pids = begun(process)
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0
    assert all_gone(pids)


OWN = """
from formal_envs.pool import ScoringPool
from formal_envs.score import Score
class Own:
    range = (0.0, 1.0)
    def score(self, prompt, completion):
        return Score(1.0, {{}})
print(ScoringPool(Own(), 2, method={method!r}).score("", "").value)
"""


@pytest.mark.process
@pytest.mark.parametrize("method", METHODS)
def test_a_reward_of_the_script_itself_is_there_in_a_fork(method, tmp_path):
    (tmp_path / "script.py").write_text(OWN.format(method=method))
    command = [sys.executable, tmp_path / "script.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if method == "fork":
        assert (done.stdout, done.stderr) == ("1.0\n", "")
    else:
        assert "ConfigError: the reward cannot be loaded by another process: AttributeError" in done.stderr


@linux
@pytest.mark.process
def test_ctrl_c_ends_a_batch_and_its_workers(tmp_path):
    end = "try: pool.score_batch([''] * 2, ['sleep:600'] * 2)\nexcept KeyboardInterrupt: print(pool.pids)"
    process = script(tmp_path, None, end)
    pids = begun(process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == (b"[]\n", b"")
    assert all_gone(pids)


@linux
def test_a_pool_that_is_forgotten_is_closed():
    pids = ScoringPool(OddReward(), 2).pids
    assert all_gone(pids)


def _threads():
    return processors(), os.environ["OMP_NUM_THREADS"]


class Threads(OddReward):
    def score(self, prompt, completion):
        return Score(0.0, {"processors": float(processors()), "omp": float(os.environ["OMP_NUM_THREADS"])})


@pytest.mark.parametrize("method", METHODS)
def test_workers_have_one_thread_each(method):
    before = dict(os.environ)
    with ScoringPool(Threads(), 1, method=method) as pool:
        assert pool.score("", "").parts == {"processors": 1.0, "omp": 1.0}
    assert dict(os.environ) == before
