"""Rewards on a server: the real application, in this process and as one that is killed."""

import json
import math
import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

httpx2 = pytest.importorskip("httpx2")
pytest.importorskip("starlette")

from click.testing import CliRunner  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from served import server  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.runs.config import PPOConfig  # noqa: E402
from formal_envs.adapters import remote  # noqa: E402
from formal_envs.adapters.remote import RemoteReward, remote_task  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.score import Score, Unscored, from_json, score_batch, to_json  # noqa: E402
from formal_envs.serving.app import create_app  # noqa: E402
from formal_envs.serving.bounds import Bounds  # noqa: E402
from formal_envs.serving.scoring import Scorer  # noqa: E402
from formal_envs.serving.served import Served  # noqa: E402
from formal_envs.tasks import TASKS, make_task  # noqa: E402

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "score_elsewhere.md"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
URL = "http://127.0.0.1:8000"


class Server:
    """The real application behind what can go wrong on the way: each entry of ``faults`` is for one request.

    A fault is a status, an exception, or None for none.
    """

    def __init__(self, envs=("FormalArith-v0",), token=None, options=None, **bounds):
        served = Served.of(envs, options)
        self.scorer = Scorer(served, workers=1)
        self.scorer._pool = InThisProcess(self.scorer._reward)
        self.client = TestClient(create_app(self.scorer, token=token, bounds=Bounds(**bounds)), base_url=URL)
        self.faults, self.seen, self.waits = [], [], []

    def answer(self, request):
        self.seen.append(request)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if isinstance(fault, httpx2.Response):
            return fault
        if fault is not None:
            return httpx2.Response(fault, json={"error": "as planned"})
        found = self.client.request(request.method, request.url.path, content=request.content, headers=request.headers)
        return httpx2.Response(found.status_code, content=found.content, headers={"content-type": "application/json"})


class InThisProcess:
    """Instead of a pool, whose processes take seconds to start."""

    def __init__(self, reward):
        self.reward = reward

    def submit(self, prompts, completions):
        found = Future()
        found.set_result(self.reward.score_batch(prompts, completions))
        return found


@pytest.fixture
def connect(monkeypatch):
    """Lets clients reach a server, and no wait take time."""

    def use(server):
        transport = httpx2.MockTransport(server.answer)
        real = httpx2.Client
        monkeypatch.setattr(httpx2, "Client", lambda **given: real(transport=transport, **given))
        monkeypatch.setattr(remote.time, "sleep", server.waits.append)
        return server

    return use


def test_scores_are_those_of_the_reward_itself(connect):
    connect(Server())
    _, local = make_task("Arith")
    away = RemoteReward(URL, "FormalArith-v0")
    assert away.range == local.range
    prompts = ["6+8=", "1+1=", "9-9=", ""] * 3
    texts = ["14", "3", "x" * 200, "٣", "", "0", '"\\', "\U0001f600", "14 ", "2", "NaN", "\x00"]
    assert score_batch(away, prompts, texts) == score_batch(local, prompts, texts)
    assert away.score("6+8=", "14") == local.score("6+8=", "14")
    assert away.score_batch([], []) == []


@given(sizes=st.lists(st.integers(0, 90), max_size=30), rows=st.integers(1, 9), body=st.integers(220, 900))
@settings(max_examples=25, deadline=None)
def test_batches_are_cut_to_what_the_server_takes(sizes, rows, body):
    with pytest.MonkeyPatch.context() as patch:
        server = Server(rows=rows, body=body, characters=60)
        transport, real = httpx2.MockTransport(server.answer), httpx2.Client
        patch.setattr(httpx2, "Client", lambda **given: real(transport=transport, **given))
        texts = ["é" * size for size in sizes]
        results = RemoteReward(URL, "FormalArith-v0").score_batch(["1+1="] * len(texts), texts)
    for request in server.seen[1:]:
        assert len(request.content) <= body
        assert 1 <= len(json.loads(request.content)["rows"]) <= rows
    local = make_task("Arith")[1]
    for text, result in zip(texts, results, strict=True):
        if isinstance(result, Unscored):  # a row of "é" * n is 6 n + 64 bytes
            assert len(text) > 60 or 6 * len(text) + 64 > body - 11
            assert "at most 60 characters" in result.reason
        else:
            assert result == local.score("1+1=", text)


FAULTS = [
    503,
    500,
    502,
    429,
    408,
    httpx2.ConnectError("refused"),
    httpx2.ReadTimeout("late"),
    httpx2.RemoteProtocolError(""),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_what_may_be_mended_is_tried_again(connect, fault):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0", seed=3)
    server.faults = [fault] * 5
    assert away.score("1+1=", "2").value == 1.0
    assert len(server.waits) == 5
    for number, wait in enumerate(server.waits):
        assert 0.25 * 2**number <= wait <= 0.5 * 2**number
    again = RemoteReward(URL, "FormalArith-v0", seed=3)
    server.faults, first, server.waits[:] = [fault] * 5, list(server.waits), []
    again.score("1+1=", "2")
    assert server.waits == first


def test_a_wait_is_as_long_as_the_server_asks(connect):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0")
    server.faults = [httpx2.Response(503, json={"error": "busy"}, headers={"Retry-After": "7"})]
    away.score("1+1=", "2")
    assert server.waits == [7.0]


def test_waits_end_at_half_a_minute(connect):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0", tries=20)
    server.faults = [503] * 19
    assert away.score("1+1=", "2").value == 1.0
    assert 15 <= max(server.waits) <= 30


def test_after_the_last_try_there_is_no_score_and_nothing_is_0(connect):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0", tries=3)
    local, size = make_task("Arith")[1], 700
    server.faults = [None, *[httpx2.ConnectError("refused")] * 3]
    results = score_batch(away, ["1+1="] * size, ["2"] * size)
    assert results[: remote.ROWS] == [local.score("1+1=", "2")] * remote.ROWS
    assert {result.reason for result in results[remote.ROWS :]} == {f"{URL} does not answer (refused), 3 times"}
    assert len(server.seen) == 1 + 1 + 3  # the third part is not sent to who is gone
    server.faults = [httpx2.RemoteProtocolError("")] * 2
    for result in away.score_batch(["1+1="], ["2"]) + away.score_batch(["1+1="], ["2"]):  # now it is asked once a batch
        assert result.reason == f"{URL} does not answer (RemoteProtocolError)"
    assert away.score("1+1=", "2").value == 1.0  # and back again, with all of its tries
    server.faults = [None, 500, 500, 500]
    results = score_batch(away, ["1+1="] * size, ["2"] * size)
    lost = [isinstance(result, Unscored) for result in results]
    assert lost == [remote.ROWS <= place < 2 * remote.ROWS for place in range(size)]
    server.faults = [500] * 3
    with pytest.raises(Unscored, match="says 500: as planned, 3 times"):
        away.score("1+1=", "2")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 422, 301])
def test_what_is_refused_is_an_error(connect, status):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0")
    server.faults = [status]
    with pytest.raises(ConfigError, match=f"{URL} says {status}: as planned"):
        away.score("1+1=", "2")
    assert server.waits == []


def test_a_token_is_sent_and_not_shown(connect):
    connect(Server(token="s3cret-of-mine"))
    away = RemoteReward(URL, "FormalArith-v0", token="s3cret-of-mine")
    assert away.score("1+1=", "2").value == 1.0
    assert "s3cret" not in repr(away)
    assert pickle.loads(pickle.dumps(away)).score("1+1=", "2").value == 1.0
    with pytest.raises(ConfigError, match="401: send the server's token"):
        RemoteReward(URL, "FormalArith-v0")


def test_what_the_server_could_not_score_is_passed_on(connect):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0")
    said = {"scores": [{"score": None, "unscored": "its worker was killed"}, to_json(Score(0.0, {}, "wrong", 0))]}
    server.faults = [httpx2.Response(200, json=said)]
    lost, wrong = away.score_batch(["1+1="] * 2, ["2", "3"])
    assert lost.reason == "its worker was killed"
    assert wrong == Score(0.0, {}, "wrong", 0)


STRANGE = [
    [], {}, {"scores": []}, {"scores": [None]}, {"scores": [{"score": None}]}, {"scores": [{"score": "x"}]},
    {"scores": [{"score": 1.0, "parts": [], "failure": None, "failed_at": None}]},
    {"scores": [{"score": 1.0, "parts": {"a": None}, "failure": None, "failed_at": None}]},
    {"scores": [{"score": 1.0, "parts": {}, "failure": 3, "failed_at": None}]},
    {"scores": [{"score": 1.0, "parts": {}, "failure": None, "failed_at": True}]},
]  # fmt: skip


@pytest.mark.parametrize(
    "said", [*map(json.dumps, STRANGE), "<html>", '{"scores": [{"score": NaN, "parts": {}}]}', "[" * 99]
)
def test_what_is_no_answer_is_an_error_and_never_a_score(connect, said):
    server = connect(Server())
    away = RemoteReward(URL, "FormalArith-v0")
    server.faults = [httpx2.Response(200, text=said)]
    with pytest.raises(ConfigError, match=re.escape(URL)):
        away.score("1+1=", "2")
    server.faults = [httpx2.Response(200, text=said)]
    with pytest.raises(ConfigError, match="is no server of formal-envs"):
        RemoteReward(URL, "FormalArith-v0")


FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCORES = st.builds(
    Score, FINITE, st.dictionaries(st.text(), FINITE, max_size=3), st.none() | st.text(), st.none() | st.integers(0, 99)
)


@given(SCORES | st.builds(Unscored, st.text()))
def test_a_score_comes_back_from_json(result):
    found = from_json(json.loads(json.dumps(to_json(result), allow_nan=False)))
    assert type(found) is type(result)
    assert to_json(found) == to_json(result)


def test_half_of_a_character_cannot_be_sent(connect):
    connect(Server())
    results = RemoteReward(URL, "FormalArith-v0").score_batch(["1+1="] * 2, ["\ud800", "2"])
    assert "lone surrogate" in results[0].reason
    assert results[1].value == 1.0


def test_another_environment_or_other_options_are_refused(connect):
    usual, name, *_ = TASKS["Arith"].rewards
    connect(Server(options={"reward": name}))
    with pytest.raises(ConfigError, match="serves FormalArith-v0, not FormalSentiment-v0"):
        RemoteReward(URL, "FormalSentiment-v0")
    with pytest.raises(ConfigError, match=f"with reward='{name}', and here it is '{usual}'"):
        RemoteReward(URL, "FormalArith-v0")
    RemoteReward(URL, "FormalArith-v0", options={"reward": name})
    with pytest.raises(ConfigError, match="begins with http"):
        RemoteReward("127.0.0.1:8000", "FormalArith-v0")


def test_options_of_prompts_may_be_others(connect):
    connect(Server())
    task, reward = remote_task(
        URL, "FormalArith-v0", {"terms": 3, "split": "test", "reward": next(iter(TASKS["Arith"].rewards))}
    )
    assert task.sample
    assert isinstance(reward, RemoteReward)
    with pytest.raises(ConfigError, match="unknown option"):
        remote_task(URL, "FormalArith-v0", {"term": 3})


def test_nobody_there_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr(remote.time, "sleep", lambda seconds: None)
    with pytest.raises(
        ConfigError, match=r"does not answer .*2 times; a server is started by: formal-envs serve FormalArith-v0"
    ):
        RemoteReward("http://127.0.0.1:9", "FormalArith-v0", tries=2)


@pytest.mark.parametrize(
    ("url", "token"), [("http://[::1", None), ("http://127.0.0.1:x", None), (URL, ""), (URL, "a\nb"), (URL, "ä")]
)
def test_an_address_or_a_token_that_cannot_be_is_an_error_at_once(url, token, monkeypatch):
    monkeypatch.setattr(remote.time, "sleep", lambda seconds: pytest.fail("it waits"))
    with pytest.raises(ConfigError):
        RemoteReward(url, "FormalArith-v0", token=token)


@pytest.mark.parametrize("option", [{"timeout": 0.0}, {"timeout": math.inf}, {"tries": 0}, {"tries": 101}])
def test_options_have_bounds(option):
    with pytest.raises(ConfigError, match=next(iter(option))):
        RemoteReward(URL, "FormalArith-v0", **option)


def test_the_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(ConfigError, match=r"pip install 'formal-envs\[remote\]'"):
        RemoteReward(URL, "FormalArith-v0")


def test_scores_are_finite():
    with pytest.raises(ConfigError, match="expected a score"):
        from_json({"score": math.inf, "parts": {}, "failure": None, "failed_at": None})


@pytest.mark.process
def test_the_client_of_the_page_and_that_of_the_package_say_the_same(tmp_path):
    (code,) = [block for block in CODE.findall(PAGE.read_text(encoding="utf-8")) if block.startswith("import httpx2")]
    page = {}
    exec(code, page)
    with server(tmp_path, "FormalArith-v0", "--workers", "1") as running:
        rows = [{"env": "FormalArith-v0", "prompt": "8+21=", "completion": text} for text in ("29", "30", "no")]
        found = page["scores"](rows, running.url)
        away = RemoteReward(running.url, "FormalArith-v0")
        assert found == [score.value for score in away.score_batch(["8+21="] * 3, ["29", "30", "no"])]
        assert found[0] == 1.0
        scored = run(tmp_path, "score", "FormalArith-v0", "--in", "rows.jsonl", "--out", "-", "--scorer", running.url)
        assert [json.loads(line)["reward"] for line in scored.splitlines()] == found
        evaluated = run(tmp_path, "eval", "oracle", "--env", "FormalArith-v0", "--json", "--scorer", running.url)
        assert json.loads(evaluated)["reward_mean"] == 1.0


def run(folder, *arguments):
    rows = [{"prompt": "8+21=", "completion": text} for text in ("29", "30", "no")]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-m", "formal_envs", *arguments]
    done = subprocess.run(command, cwd=folder, env=with_the_package(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def with_the_package():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_workers_and_a_server_are_not_both_given():
    result = CliRunner().invoke(main, ["eval", "oracle", "--env", "FormalArith-v0", "--scorer", URL, "--workers", "2"])
    assert result.exit_code == 1
    assert "not both" in result.output
    with pytest.raises(ConfigError, match="workers must be 0 where scorer is given"):
        PPOConfig(workers=2, scorer=URL)
