"""A real server: under load, while its workers are killed, when it is ended, and with clients that are slow."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from leftovers import all_gone, linux
from served import SMALL, server

pytest.importorskip("uvicorn")
httpx2 = pytest.importorskip("httpx2")

pytestmark = [pytest.mark.process, pytest.mark.slow, linux]

ODD = "odd_task:FormalOdd-v0"
REQUESTS = 1000


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    with server(tmp_path_factory.mktemp("odd"), ODD, "FormalArith-v0", "--timeout", "1000") as running:
        yield running


def row(prompt, completion, env="FormalOdd-v0"):
    return {"env": env, "prompt": prompt, "completion": completion}


def post(running, *rows, **given):
    return httpx2.post(f"{running.url}/score", json={"rows": list(rows)}, timeout=300, **given)


def outcome_of(running, *rows):
    """The status of an answer, or the kind of error where there is none."""
    try:
        return post(running, *rows).status_code
    except httpx2.HTTPError as error:
        return type(error)


async def ask_all(running, batches, each_done=lambda: None):
    """The answers to all batches of rows, asked for at once, each by a connection of its own."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)

    async with httpx2.AsyncClient(limits=limits, timeout=600) as client:

        async def ask(rows):
            answer = await client.post(f"{running.url}/score", json={"rows": rows})
            each_done()
            return answer

        return await asyncio.gather(*map(ask, batches))


def check_all(batches, answers):
    """Each has the scores of its own rows, in their order."""
    assert [answer.status_code for answer in answers] == [200] * len(batches)
    for rows, answer in zip(batches, answers, strict=True):
        scores = answer.json()["scores"]
        assert [score["failure"] for score in scores] == [
            f"{row['prompt']} was answered by {row['completion'][:50]}" for row in rows
        ]
        assert [score["score"] for score in scores] == [len(row["completion"]) for row in rows]


def test_a_thousand_requests_at_once_are_all_answered_each_by_its_own_scores(odd):
    batches = [
        [row(f"{place}.{at}", "x" * (place % 70 + at)) for at in range(place % 4 + 1)] for place in range(REQUESTS)
    ]
    check_all(batches, asyncio.run(ask_all(odd, batches)))


def test_workers_that_are_killed_in_the_middle_lose_nothing(odd):
    batches = [[row(f"{place}.{at}", "sleep:0.001") for at in range(3)] for place in range(REQUESTS)]
    before, done = odd.workers(), 0

    def kill():
        nonlocal done
        done += 1
        if done in (100, 500):
            os.kill(odd.workers()[0], signal.SIGKILL)

    answers = asyncio.run(ask_all(odd, batches, kill))
    check_all(batches, answers)
    assert len(before) == 2
    assert len(set(odd.workers()) & set(before)) < 2


def test_a_slow_text_does_not_hold_up_the_others(odd):
    slow = threading.Thread(target=post, args=(odd, row("", "sleep:15")))
    slow.start()
    time.sleep(0.5)
    batches = [[row(f"{place}", "x" * (place % 40))] for place in range(100)]
    check_all(batches, asyncio.run(ask_all(odd, batches)))
    assert slow.is_alive()
    slow.join()


def test_a_text_that_ends_its_worker_has_no_score_and_the_next_has(odd):
    scores = post(odd, row("a", "x"), row("b", "segfault:"), row("c", "xy")).json()["scores"]
    assert [score["score"] for score in scores] == [1.0, None, 2.0]
    assert "SIGSEGV" in scores[1]["unscored"]


def test_a_bug_is_in_the_log_in_full_and_in_the_answer_not_at_all(odd):
    answer = post(odd, row("a", "raise:inside"))
    assert (answer.status_code, answer.json()) == (500, {"error": "the server has failed; its log says why"})
    assert odd.says("LookupError: inside")
    assert "pool_rewards.py" in odd.log


def test_a_body_that_is_too_large_is_not_read(odd):
    answer = httpx2.post(
        f"{odd.url}/score", content=b" " * (8 * 2**20 + 1), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def test_a_client_that_leaves_does_no_harm(odd):
    body = json.dumps({"rows": [row("a", "sleep:0.2")]}).encode()
    head = b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    before = odd.log.count("Traceback")
    for sent in (head % len(body) + body, head % len(body) + body[:5], head[:30]):
        with socket.create_connection(("127.0.0.1", odd.port)) as connection:
            connection.sendall(sent)
    assert post(odd, row("a", "xyz")).json()["scores"][0]["score"] == 3.0
    assert odd.log.count("Traceback") == before


def test_slow_clients_are_not_waited_for(tmp_path):
    head = b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with server(tmp_path, code=SMALL) as running:
        silent, slow, late = (socket.create_connection(("127.0.0.1", running.port), timeout=60) for _ in range(3))
        slow.sendall(head)  # and no end of it
        late.sendall(head + b"Content-Length: 100\r\n\r\n{")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                slow.sendall(b"X: y\r\n")
            except OSError:
                break
            time.sleep(0.3)
        assert time.monotonic() < deadline
        assert silent.recv(100) == b""
        answer = b"".join(iter(lambda: late.recv(1000), b""))
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'{"error": "the body did not come within 2 s"}' in answer
        scores = post(running, row("1+1=", "2", "FormalArith-v0")).json()["scores"]
        assert scores[0]["score"] == 1.0


def test_connections_that_say_nothing_keep_nobody_out_for_long(tmp_path):
    with server(tmp_path, code=SMALL) as running:
        silent = [socket.create_connection(("127.0.0.1", running.port), timeout=60) for _ in range(60)]
        statuses = []
        until = time.monotonic() + 60
        while statuses[-1:] != [200] and time.monotonic() < until:
            statuses.append(outcome_of(running, row("1+1=", "2", "FormalArith-v0")))
            time.sleep(0.2)
        assert statuses[-1] == 200
        assert set(statuses[:-1]) <= {503}
        assert [connection.recv(1) for connection in silent] == [b""] * 60


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_server_that_ends(number, tmp_path):
    with server(tmp_path, ODD) as running:
        workers, children = running.workers(), running.children()
        assert len(workers) == 2
        outcome = []
        asked = threading.Thread(target=lambda: outcome.append(outcome_of(running, row("", "sleep:600"))))
        asked.start()
        time.sleep(1)
        running.end(number)
        assert all_gone(children)
        asked.join()
        if number == signal.SIGKILL:
            assert outcome[0] in (httpx2.RemoteProtocolError, httpx2.ReadError)
        else:
            assert outcome == [503]
            assert "Finished server process" in running.log


def test_a_server_that_cannot_be(tmp_path):
    def said(*arguments):
        command = [sys.executable, "-m", "formal_envs", "serve", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 1
        return done.stderr

    assert said("FormalArith-v0", "--host", "0.0.0.0") == (
        "Error: others can reach 0.0.0.0: give --token, or set FORMAL_ENVS_TOKEN, to serve there\n"
    )
    assert "terms must be an integer" in said("FormalArith-v0", "--set", "terms=1000")


def test_a_token_is_needed_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("FORMAL_ENVS_TOKEN", "sesame")
    with server(tmp_path, "FormalArith-v0", "--host", "0.0.0.0") as running:
        assert post(running, row("1+1=", "2", "FormalArith-v0")).status_code == 401
        answer = post(running, row("1+1=", "2", "FormalArith-v0"), headers={"Authorization": "Bearer sesame"})
        assert answer.json()["scores"][0]["score"] == 1.0
        assert "sesame" not in running.log
