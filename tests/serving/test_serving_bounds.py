"""Who may ask a server, how much, and for what."""

import json

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx2")  # of starlette's client
from hypothesis import given
from hypothesis import strategies as st
from served_here import ARITH, GAME, asked, forks, row, serving
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from formal_envs.errors import ConfigError
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.intake import Rate
from formal_envs.serving.scoring import Scorer, ServedReward
from formal_envs.serving.served import Served

__all__ = ["forks"]


@pytest.fixture(scope="module")
def client(forks):
    with serving([ARITH]) as client:
        yield client


# ---- who may ask


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example:8000"}, 403),
        ({"Host": "evil.example:8000@localhost"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://localhost:8000"}, 200),
        ({"Origin": "http://localhost:9000"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_without_a_token_names_and_origins_are_this_machines(client, headers, status):
    answer = client.get("/environments", headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json().keys() == {"error"}


@pytest.mark.parametrize(
    ("given_token", "status"),
    [
        (None, 401),
        ("Bearer sesame", 200),
        ("bearer sesame", 200),
        ("Bearer sesam", 401),
        ("Bearer sesame2", 401),
        ("Bearer", 401),
        ("Basic sesame", 401),
        ("Bearer s\xe9same", 401),
        ("sesame", 401),
    ],
)
def test_with_a_token_whoever_has_it(forks, given_token, status):
    with serving([ARITH], token="sesame", public={"/page"}) as client:
        headers = {"Authorization": given_token.encode("latin-1")} if given_token else {}
        answer = client.post("/score", json=asked(row()), headers={**headers, "Host": "any.example"})
        assert answer.status_code == status
        if status == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "sesame" not in answer.text
        assert client.get("/health").status_code == 200
        assert client.get("/page").status_code == 404


def test_a_page_can_send_nothing_without_asking_first(client):
    """A body of another type is what a page may send unasked; JSON makes its browser ask, and nothing here agrees."""
    answer = client.post("/score", content=json.dumps(asked(row())), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/score", headers=preflight)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


# ---- how much


def test_bounds_of_a_request(forks):
    bounds = Bounds(rows=2, characters=10, body=500)
    with serving([ARITH], bounds=bounds) as client:
        assert client.post("/score", json=asked(row(), row(completion="2" * 10))).status_code == 200
        answer = client.post("/score", json=asked(row(), row(), row()))
        assert (answer.status_code, answer.json()["error"]) == (
            422,
            "a request has at most 2 rows, got 3: send several",
        )
        answer = client.post("/score", json=asked(row(), row(completion="2" * 11)))
        assert (answer.status_code, answer.json()["error"]) == (
            422,
            'row 1: "completion" may have at most 10 characters, got 11',
        )
        json_type = {"Content-Type": "application/json"}
        for body in (b"[" * 501, iter([b"[" * 300, b"[" * 300])):  # the latter does not say how long it is
            answer = client.post("/score", content=body, headers=json_type)
            assert (answer.status_code, answer.json()["error"]) == (
                413,
                "a body has at most 500 bytes: send several requests",
            )
            assert answer.headers["connection"] == "close"
        answer = client.post("/score", content=b"x", headers={**json_type, "Content-Length": "9" * 5000})
        assert answer.status_code == 413


async def _read(request):
    return PlainTextResponse(str(len(await request.body())))


async def _talk(socket):
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def test_what_is_mounted_is_behind_the_same_gate_and_within_the_same_bounds(forks):
    inner = Starlette(routes=[Route("/read", _read, methods=["POST"]), WebSocketRoute("/talk", _talk)])
    with serving([ARITH], bounds=Bounds(body=500), mounts=[Mount("/inner", inner)]) as client:
        assert client.post("/inner/read", content=b"x" * 500).text == "500"
        assert client.post("/inner/read", content=iter([b"x" * 300, b"x" * 300])).status_code == 413
        assert client.post("/inner/read", headers={"Origin": "https://evil.example"}).status_code == 403
        with client.websocket_connect("/inner/talk", headers={"Host": "localhost"}) as socket:
            assert socket.receive_text() == "hello"
        for headers in ({"Host": "evil.example"}, {"Host": "localhost", "Origin": "https://evil.example"}):
            with pytest.raises(WebSocketDisconnect), client.websocket_connect("/inner/talk", headers=headers):
                pass


def test_bounds_of_all_requests(forks):
    with serving([ARITH], bounds=Bounds(requests=0)) as client:
        answer = client.get("/health")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    with serving([ARITH], bounds=Bounds(bodies=20)) as client:
        answer = client.post("/score", json=asked(row()))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        for _ in range(3):  # what was held is let go
            small = client.post("/score", content=b'{"rows": []}', headers={"Content-Type": "application/json"})
            assert small.status_code == 200


def test_a_rate_by_hand():
    """Three a second: three at once, then one for each third of a second; another client has its own."""
    now = [0.0]
    rate = Rate(3, lambda: now[0])
    assert [rate.wait("a") > 0 for _ in range(4)] == [False, False, False, True]
    assert rate.wait("b") == 0
    now[0] = 0.34
    assert [rate.wait("a") > 0 for _ in range(2)] == [False, True]
    now[0] = 9.0
    assert [rate.wait("a") > 0 for _ in range(4)] == [False, False, False, True]


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 3)), max_size=200), st.integers(1, 10))
def test_no_second_has_more_than_twice_the_rate(asked_at, per_second):
    """A second's worth at once, and what a second brings meanwhile; who has not asked for a second is forgotten."""
    now = [0.0]
    rate = Rate(per_second, lambda: now[0])
    passed = []
    for pause, client in asked_at:
        now[0] += pause
        if not rate.wait(str(client)):
            passed.append((now[0], client))
    for begun, client in passed:
        within = [time for time, other in passed if other == client and begun <= time < begun + 1]
        assert len(within) <= 2 * per_second
    now[0] += 1.001
    rate.wait("last")
    assert len(rate._ahead) == 1


def test_a_rate_of_the_server(forks):
    with serving([ARITH], bounds=Bounds(rate=2)) as client:
        answers = [client.get("/health") for _ in range(40)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert int(refused[0].headers["retry-after"]) >= 1
        assert answers[0].status_code == answers[1].status_code == 200
    with pytest.raises(ConfigError, match="rate"):
        Bounds(rate=0.5)


def test_a_session_counts_as_a_request_in_the_rate(forks):
    with serving([ARITH], bounds=Bounds(rate=1), mounts=[WebSocketRoute("/talk", _talk)]) as client:
        with client.websocket_connect("/talk", headers={"Host": "localhost"}) as socket:
            assert socket.receive_text() == "hello"
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            client.websocket_connect("/talk", headers={"Host": "localhost"}),
        ):
            pass
        assert refused.value.code == 1013


# ---- what is served


@pytest.mark.parametrize(
    ("envs", "options", "said"),
    [
        ([], {}, "name an environment"),
        (["FormalArit-v0"], {}, "did you mean 'FormalArith-v0'"),
        ([ARITH], {"playouts": 3}, "unknown option 'playouts'"),
        ([ARITH, GAME], {"term": 3}, "did you mean 'terms'"),
        ([ARITH], {"terms": [3]}, "must be JSON values"),
    ],
)
def test_what_cannot_be_served(envs, options, said):
    with pytest.raises(ConfigError, match=said):
        Served.of(envs, options)


def test_options_without_a_meaning_are_refused_before_anything_starts():
    with pytest.raises(ConfigError, match="terms must be an integer"):
        Scorer(Served.of([ARITH], {"terms": 1000}))


def test_token_forms_are_the_same_environment():
    served = Served.of(["FormalArithToken-v0", ARITH])
    assert list(served.options) == [ARITH]
    assert served.find("FormalArithToken-v0") == served.find("formal_envs:FormalArith-v0") == ARITH
    assert ServedReward(served).range == (0.0, 1.0)
