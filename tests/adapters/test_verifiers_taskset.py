"""The package that ``export --format verifiers`` writes, by verifiers itself: `make trainers` installs it."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("verifiers.v1", exc_type=ImportError)

import verifiers.v1 as vf

from formal_envs.adapters.exports import verifiers
from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.rows import rows, score
from formal_envs.adapters.verifiers_taskset import ProblemConfig, ProblemData, ProblemTask, ProblemTaskset
from formal_envs.score import Unscored
from formal_envs.tasks import TASKS

ROOT = Path(__file__).parents[2]
ENVS = ["FormalArith-v0", "FormalSentiment-v0", "FormalGame-v0", "FormalGrammar-v0"]
ANSWERS = ("29", "", "seven", " 29\n")


class SumTask(ProblemTask):
    environment = Environment("FormalArith-v0", {"terms": 3}, 7)


class SumTaskset(ProblemTaskset, vf.Taskset[SumTask, ProblemConfig]):
    pass


def problems(n, **config):
    return list(SumTaskset(ProblemConfig(**config)).take(n))


def test_the_stream_is_that_of_the_rows_and_has_no_end():
    assert SumTaskset.INFINITE
    assert not SumTaskset(ProblemConfig()).bounded
    for row, task in zip(rows("FormalArith-v0", 1500, seed=7, terms=3), problems(1500), strict=True):
        assert (task.data.id, task.data.prompt, task.data.solution) == (row["id"], row["prompt"], row["solution"])
    assert [task.data.idx for task in problems(3)] == [0, 1, 2]


def test_splits_are_disjoint_and_seeds_differ():
    asked = {split: {task.data.prompt for task in problems(500, split=split)} for split in ("train", "test")}
    assert not asked["train"] & asked["test"]
    assert [task.data.prompt for task in problems(9, seed=1)] != [task.data.prompt for task in problems(9)]
    with pytest.raises(ValueError, match="split"):
        ProblemConfig(split="all")
    with pytest.raises(ValueError, match="seed"):
        ProblemConfig(seed=-1)


@pytest.mark.parametrize("env", [f"Formal{name}-v0" for name in TASKS])
def test_solutions_of_every_environment_with_right_answers_are_paid(env):
    class Task(ProblemTask):
        environment = Environment(env, {"playouts": 3} if env == "FormalGame-v0" else {})

    right = True if Task.environment.has_answers else None
    for row in Task.environment.rows(3, "test"):
        assert asyncio.run(Task(ProblemData(**row)).validate(None)) is right


def traced(task, text):
    """The trace of a model that said a text, scored."""
    trace = vf.Trace(
        task=vf.TraceTask(type="SumTask", data=task.data), agent=vf.AgentInfo(config=vf.AgentConfig(), name="stub")
    )
    if text is not None:
        trace.nodes.append(vf.MessageNode(message=vf.AssistantMessage(content=text), sampled=True))
    asyncio.run(task.score(trace))
    return trace


@pytest.mark.parametrize("text", [*ANSWERS, None])
def test_the_last_message_is_paid_with_the_parts_as_metrics(text):
    (task,) = problems(1)
    trace, wanted = traced(task, text), score(task.data.id, text or "")
    assert trace.reward == wanted.value
    assert trace.metrics == wanted.parts
    assert trace.info == {"failure": wanted.failure, "failed_at": wanted.failed_at}


def test_a_score_that_cannot_be_given_is_an_error_and_no_reward(monkeypatch):
    def down(self, row_id, completion):
        raise Unscored("the server is down")

    monkeypatch.setattr(Environment, "score", down)
    (task,) = problems(1)
    with pytest.raises(vf.TaskError, match="Unscored: no score could be given: the server is down"):
        traced(task, "29")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    for env in ENVS:
        name = env.removesuffix("-v0").replace("Formal", "formal_").lower()
        verifiers.write(folder / name, Environment.of(env, {"playouts": 3} if "Game" in env else {}))
    return folder


def command(packages, name, *arguments, **env):
    """What a command of verifiers prints, where the packages are found as installed ones are."""
    found = os.pathsep.join([str(ROOT), *map(str, packages.iterdir())])
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        [str(bin_folder / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=packages,
        env={**os.environ, "PYTHONPATH": found, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", **env},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("name", ["formal_arith", "formal_sentiment", "formal_game", "formal_grammar"])
def test_its_own_validation_passes(packages, name, tmp_path):
    options = ("-n", 4, "--runtime.type", "subprocess", "--rich", "false", "-o", tmp_path)
    printed = command(packages, "vf-validate", name.replace("_", "-"), *options)
    summary = json.loads(printed[printed.index("{") :])
    right = summary["checks"]["gold"]  # where no answer is right, there is none to check
    assert right["valid" if name in ("formal_arith", "formal_grammar") else "unchecked"] == 4
    assert summary["checks"]["noop"]["valid"] == summary["total"] == 4


class Stub(BaseHTTPRequestHandler):
    """A model that says "29" to all that it is asked, with and without a stream."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        streamed = asked.get("stream", False)
        said = {"role": "assistant", "content": "29"}
        choice = {"index": 0, "finish_reason": "stop", "delta" if streamed else "message": said}
        kind = "chat.completion.chunk" if streamed else "chat.completion"
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        made = {"id": "0", "object": kind, "created": 0, "model": "stub", "choices": [choice], "usage": usage}
        body = f"data: {json.dumps(made)}\n\ndata: [DONE]\n\n" if streamed else json.dumps(made)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


@pytest.mark.process
@pytest.mark.slow
def test_rollouts_of_a_served_model_are_paid(packages, tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Stub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = ("--client.base-url", f"http://127.0.0.1:{server.server_port}/v1", "--client.api-key-var", "STUB_KEY")
        agent = ("--env.agent.runtime.type", "subprocess", "--env.agent.harness.id", "null")
        options = (*client, *agent, "--no-push", "--no-rich", "-o", tmp_path)
        command(packages, "vf-eval", "formal-arith", "-n", 2, "-m", "stub", *options, STUB_KEY="none")
        server.shutdown()
    (file,) = tmp_path.rglob("traces.jsonl")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    traces = [trace for line in lines for trace in line.get("traces", [line])]
    assert len(traces) == 2
    for trace, row in zip(
        sorted(traces, key=lambda trace: trace["task"]["data"]["idx"]), rows(ENVS[0], 2), strict=True
    ):
        wanted = score(row["id"], "29")
        assert trace["ok"], trace["errors"]
        assert trace["task"]["data"]["id"] == row["id"]
        assert trace["rewards"]["reward"]["score"] == pytest.approx(wanted.value)
        assert trace["metrics"] == pytest.approx(dict(wanted.parts))
