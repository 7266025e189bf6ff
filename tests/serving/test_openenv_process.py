"""OpenEnv's own client and validation against ``formal-envs serve``, and a training run whose server is killed."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("openenv.core")

from openenv.cli._validation import validate_running_environment
from openenv.core import GenericEnvClient
from served import ROOT, server

from formal_envs.adapters.rows import rows, score
from formal_envs.serving.openenv_client import FormalEnv
from formal_envs.serving.openenv_models import FormalAction
from formal_envs.tasks import make_task

pytestmark = [pytest.mark.process, pytest.mark.slow]

ARITH, SENTIMENT = "FormalArith-v0", "FormalSentiment-v0"
STEPS, BATCH = 10, 16


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with server(tmp_path_factory.mktemp("served"), ARITH, SENTIMENT, "--workers", "1") as running:
        yield running


def connected(running, env=ARITH, **given):
    return FormalEnv(base_url=f"{running.url}/{env}", **given).sync()


@pytest.mark.parametrize("env", [ARITH, SENTIMENT])
def test_the_client_has_the_problems_and_the_scores_of_rows(running, env):
    made = list(rows(env, 4, split="test"))
    with connected(running, env) as client:
        assert client.list_splits() == ["train", "test"]
        assert client.num_tasks("test") == 1_000_000
        assert [task["prompt"] for task in client.get_task_range("test", 0, 4)] == [row["prompt"] for row in made]
        for index, row in enumerate(made):
            assert client.get_task("test", index)["prompt"] == row["prompt"]
            for text in (row["solution"], "good", ""):
                asked = client.reset(split="test", index=index)
                assert (asked.observation.prompt, asked.reward, asked.done) == (row["prompt"], None, False)
                answered, expected = client.step(FormalAction(completion=text)), score(row["id"], text)
                assert (answered.reward, answered.done) == (expected.value, True)
                assert answered.observation.parts == expected.parts
        assert client.state().model_dump(exclude={"episode_id"}) == {
            "split": "test",
            "seed": 0,
            "index": 3,
            "step_count": 1,
        }


def test_sessions_at_a_time_do_not_mix(running):
    made = list(rows(ARITH, 8))
    clients = [connected(running) for _ in made]
    for index, client in enumerate(clients):
        client.reset(split="train", index=index)
    for client, row in reversed(list(zip(clients, made, strict=True))):
        assert client.step(FormalAction(completion=row["solution"])).reward == 1.0
        client.close()


def test_any_client_of_openenv_can_ask(running):
    with GenericEnvClient(base_url=f"{running.url}/{ARITH}").sync() as client:
        client.reset(split="train", index=0)
        assert client.step({"completion": "29"}).reward == 1.0
        with pytest.raises(RuntimeError, match="seed must be an integer"):
            client.reset(seed="0")


@pytest.mark.parametrize("env", [ARITH, SENTIMENT])
def test_the_running_server_passes_openenvs_validation(running, env):
    report = validate_running_environment(f"{running.url}/{env}", timeout_s=60)
    assert report["passed"], report


def test_the_token_is_asked_for_there_too(tmp_path):
    with server(tmp_path, ARITH, "--token", "secret", "--workers", "1") as running:
        with pytest.raises(ConnectionError, match=r"40[13]"):
            connected(running).connect()
        with connected(running, headers={"Authorization": "Bearer secret"}) as client:
            assert client.list_splits() == ["train", "test"]
            client.reset(split="train", index=0)
            assert client.step(FormalAction(completion="29")).reward == 1.0


def test_a_worker_that_is_lost_is_no_reward_and_the_session_goes_on(tmp_path):
    odd = server(tmp_path, "odd_task:FormalOdd-v0", "--workers", "1")
    with odd as running, connected(running, "FormalOdd-v0") as client:
        client.reset(split="train", index=3)
        with pytest.raises(RuntimeError, match="no score could be given"):
            client.step(FormalAction(completion="exit"))
        assert client.step(FormalAction(completion="seven")).reward == 5.0  # the same problem, answered again
        client.reset()
        once = f"killed once:{tmp_path / 'killed'}"
        assert client.step(FormalAction(completion=once)).reward == len(once)  # by the worker that took its place


KEPT = """
import os
import examples.openenv_grpo as example
earned = example.ServedReward.earned
def kept(self, completion, split, index):
    value = earned(self, completion, split, index)
    with open(os.environ["KEPT"], "a") as file:
        print(repr((completion, split, index, value)), file=file)
    return value
example.ServedReward.earned, example.WAIT = kept, 0.2
example.main()
"""


class Run:
    """The example in a process of its own, and what each of its completions has earned."""

    def __init__(self, running, model, folder):
        options = {
            "url": f"{running.url}/{ARITH}",
            "model": model,
            "out": folder / "out",
            "batch": BATCH,
            "steps": STEPS,
        }
        given = [f"--{name}={value}" for name, value in {**options, "max-tokens": 1}.items()]
        self._kept, self._log = folder / "kept", folder / "log"
        self._kept.touch()
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", KEPT, *given],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), "KEPT": str(self._kept)},
                cwd=ROOT,
            )

    @property
    def earned(self):
        return [ast.literal_eval(line) for line in self._kept.read_text().splitlines(keepends=True) if line[-1] == "\n"]

    @property
    def log(self):
        return self._log.read_text()

    def ended(self):
        """Its exit status. All that its completions have earned is what they earn here."""
        status = self.process.wait(600)
        for completion, split, index, value in self.earned:
            row = json.dumps({"env": ARITH, "options": {"split": split}, "seed": 0, "index": index})
            assert value == score(row, completion).value
        return status


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model of random weights that writes arithmetic's words."""
    pytest.importorskip("trl")
    from agents.models.build import new_model
    from agents.runs.checkpoint import hugging_face_tokenizer
    from formal_envs.envs.token import TokenLayout

    tokenizer, folder = TokenLayout(make_task("Arith")[0]).tokenizer, tmp_path_factory.mktemp("model")
    for part in (new_model(tokenizer, 1, 32, 2, 64), hugging_face_tokenizer(tokenizer)):
        part.save_pretrained(folder)
    return folder


def test_ten_steps_of_grpo_earn_what_they_earn_here(running, model, tmp_path):
    run = Run(running, model, tmp_path)
    assert run.ended() == 0, run.log
    values = [value for *_, value in run.earned]
    assert len(values) == BATCH * STEPS
    assert len(set(values)) > 10
    shown = re.findall(r"^step (\d+): reward ([\d.]+)", run.log, re.MULTILINE)
    means = [sum(values[start : start + BATCH]) / BATCH for start in range(0, len(values), BATCH)]
    assert [(int(step), float(mean)) for step, mean in shown] == [
        (step, pytest.approx(mean, abs=1e-4)) for step, mean in enumerate(means, 1)
    ]


def test_a_run_ends_when_its_server_is_killed_and_nothing_is_made_up(model, tmp_path):
    with server(tmp_path, ARITH, "--workers", "1") as running:
        run = Run(running, model, tmp_path)
        while len(run.earned) < 2 * BATCH and run.process.poll() is None:
            time.sleep(0.01)
        running.process.send_signal(signal.SIGKILL)
        assert run.ended() == 1
    assert 2 * BATCH <= len(run.earned) < STEPS * BATCH
    said = f"the server at {running.url}/{ARITH} does not answer, and nothing was made up"
    assert said in run.log


def test_a_run_goes_on_when_its_server_is_killed_and_started_again(model, tmp_path):
    with server(tmp_path, ARITH, "--workers", "1") as running:
        run = Run(running, model, tmp_path)
        while len(run.earned) < 2 * BATCH and run.process.poll() is None:
            time.sleep(0.01)
        run.process.send_signal(signal.SIGSTOP)  # it has no patience of minutes, which a start may take here
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
        with server(tmp_path, ARITH, "--workers", "1", "--port", str(running.port)):
            run.process.send_signal(signal.SIGCONT)
            assert run.ended() == 0, run.log
    assert len(run.earned) == STEPS * BATCH
