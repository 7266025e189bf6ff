"""The server's application: scores are the reward's, and every wrong request has a status and a message of its own."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx2")  # of starlette's client
from hostile_ids import UNKNOWN, hostile_values
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from formal_envs.adapters.rows import rows
from formal_envs.adapters.rows import score_batch as score_rows
from formal_envs.errors import ConfigError
from formal_envs.pool import ScoringPool
from formal_envs.score import score_batch, to_json
from formal_envs.serving.app import create_app
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.intake import Rate
from formal_envs.serving.scoring import Scorer, ServedReward
from formal_envs.serving.served import Served
from formal_envs.tasks import TASKS, make_task, option_names

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


def serving(envs=(ARITH, "odd_task:FormalOdd-v0"), options=None, **given):
    scorer = Scorer(Served.of(envs, options), workers=2)
    return TestClient(create_app(scorer, **given), base_url=HOME, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def client(forks):
    with serving([ARITH, GAME, "odd_task:FormalOdd-v0"], {"playouts": 2, "terms": 3}) as client:
        yield client


def row_id(env=ARITH, **options):
    return json.dumps({"env": env, "index": 0, "options": options, "seed": 0})


def asked(*rows):
    return {"rows": list(rows)}


def row(env=ARITH, prompt="1+1=", completion="2"):
    return {"env": env, "prompt": prompt, "completion": completion}


def test_a_request_by_hand(client):
    """8+3+9+0+9=...=29, and 25 is off by four: README's number."""
    answer = client.post("/score", json=asked({"id": row_id(split="train"), "completion": "25"}, row()))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    first, second = answer.json()["scores"]
    assert round(first["score"], 4) == 0.8026
    assert first == {
        "score": first["score"],
        "parts": {"error": 4.0, "exact": 0.0, "well_formed": 1.0},
        "failure": "off by 4 from the solution 29",
        "failed_at": None,
    }
    assert second["score"] == 1.0
    assert second["failure"] is None
    assert client.post("/score", json=asked()).json() == {"scores": []}


def test_the_page_shows_what_is_answered(forks):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    request, shown = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    with serving([ARITH, GAME]) as client:
        assert client.post("/score", json=json.loads(request)).json() == json.loads(shown)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
of_env = st.builds(row, st.sampled_from([ARITH, GAME]), texts, texts)
problems = list(rows(ARITH, 5, terms=3)) + list(rows(GAME, 2, playouts=2))
of_id = st.builds(
    lambda problem, text: {"id": problem["id"], "completion": problem["solution"] if text is None else text},
    st.sampled_from(problems),
    st.none() | texts,
)


@given(st.lists(of_env | of_id, max_size=12))
def test_scores_are_those_of_the_rewards_in_the_order_of_the_rows(client, given_rows):
    rewards = {ARITH: make_task("Arith", terms=3)[1], GAME: make_task("Game", playouts=2)[1]}
    expected = [
        score_rows([each["id"]], [each["completion"]])[0]
        if "id" in each
        else score_batch(rewards[each["env"]], [each["prompt"]], [each["completion"]])[0]
        for each in given_rows
    ]
    answer = client.post("/score", json=asked(*given_rows))
    assert answer.status_code == 200
    assert answer.json() == {"scores": json.loads(json.dumps(list(map(to_json, expected))))}


def test_a_text_without_a_score_costs_no_other_its_score(client):
    answer = client.post("/score", json=asked(row(ODD, "a", "x"), row(ODD, "b", "exit:"), row(ODD, "c", "xyz")))
    first, lost, last = answer.json()["scores"]
    assert (first["score"], last["score"]) == (1.0, 3.0)
    assert lost == {"score": None, "unscored": "the process ended by exit status 3, 2 times"}


def test_a_bug_is_500_and_says_nothing_of_the_inside(client):
    answer = client.post("/score", json=asked(row(), row(ODD, "", "raise:secret")))
    assert answer.status_code == 500
    assert answer.json() == {"error": "the server has failed; its log says why"}
    with pytest.raises(LookupError, match="secret"):  # as uvicorn has it, which logs it
        TestClient(client.app, base_url=HOME).post("/score", json=asked(row(ODD, "", "raise:secret")))


def test_what_is_served_is_said(client):
    assert client.get("/health").json() == {"status": "ok"}
    said = client.get("/environments").json()
    assert said["environments"] == [
        {"env": ARITH, "options": {"terms": 3}, "range": [0.0, 1.0]},
        {"env": GAME, "options": {"playouts": 2}, "range": [0.0, 1.0]},
        {"env": ODD, "options": {}, "range": [0.0, 1e6]},
    ]
    assert said["bounds"] == {"rows": 4096, "characters": 100_000, "body": 8 * 2**20}


# ---- wrong requests

MALFORMED = [
    (b"", 400, "the body is not JSON"),
    (b"{", 400, "the body is not JSON: .*line 1 column 2"),
    (b"\xff{}", 400, "the body is not UTF-8: invalid start byte at byte 0"),
    ('{"rows": []}'.encode("utf-16"), 400, "not UTF-8"),
    (b"[" * 200_000, 400, "nested too deeply"),
    (b'{"rows": ' * 100_000, 400, "nested too deeply"),
    (b'{"rows": [%s]}' % (b"1" * 5000), 400, "too many digits"),
    (b"[]", 422, "expected .*rows"),
    (b"null", 422, "expected .*rows"),
    (b'{"rows": {}}', 422, "expected .*rows"),
    (b'{"rows": [], "model": "x"}', 422, "expected .*rows"),
    (b'{"rows": [3]}', 422, "row 0: expected .*got 3"),
    (b'{"rows": [{"completion": "2"}]}', 422, "row 0: expected"),
    (b'{"rows": [{"env": "FormalArith-v0", "prompt": "", "completion": null}]}', 422, 'row 0: "completion" must be a'),
    (b'{"rows": [{"env": "FormalArith-v0", "prompt": [[[]]], "completion": ""}]}', 422, 'row 0: "prompt" must be a'),
    (b'{"rows": [{"env": "FormalArith-v0", "prompt": "\\ud800", "completion": ""}]}', 422, '"prompt" is no text'),
    (b'{"rows": [{"id": "{}", "completion": "", "trusted": []}]}', 422, "row 0: expected"),
    (b'{"rows": [{"id": "{}", "completion": ""}]}', 422, "row 0: expected the id of a row"),
    (b'{"rows": [{"id": "' + b"[" * 90_000 + b'", "completion": ""}]}', 422, "row 0: expected the id of a row"),
]


@pytest.mark.parametrize(("body", "status", "said"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_body(client, body, status, said):
    answer = client.post("/score", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json().keys() == {"error"}
    assert re.search(said, answer.json()["error"])
    assert len(answer.content) < 700


@pytest.mark.parametrize(
    ("asked_row", "said"),
    [
        (row("FormalSentiment-v0"), "'FormalSentiment-v0' is not served here; FormalArith-v0, FormalGame-v0, "),
        (row("FormalArit-v0"), "unknown environment 'FormalArit-v0'; did you mean 'FormalArith-v0'"),
        (row("os:FormalArith-v0"), "unknown environment"),
        (row("x" * 90_000), "is not served here"),
        (row("../../etc/passwd"), "unknown environment"),
        ({"id": row_id("FormalSentiment-v0"), "completion": ""}, "'FormalSentiment-v0' is not served here"),
        ({"id": row_id(terms=1000), "completion": ""}, "terms must be an integer"),
        ({"id": row_id(term=3), "completion": ""}, "did you mean 'terms'"),
        ({"id": row_id(GAME, corpus="/etc/passwd"), "completion": ""}, "only where the scoring process trusts them"),
    ],
)
def test_a_row_that_asks_for_something_else_is_named(client, asked_row, said):
    answer = client.post("/score", json=asked(row(), row(), asked_row))
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("row 2: ")
    assert said in answer.json()["error"]


def test_every_hostile_value_of_every_option_is_refused_or_plain(forks, tmp_path):
    """With the server's own options trusted in no other environment, and by no other value."""
    served = Served.of([f"Formal{name}-v0" for name in ("Arith", "Game", "Grammar")])
    refused = 0
    for env in served.options:
        name = env.removeprefix("Formal").removesuffix("-v0")
        for option in (*option_names(name), *UNKNOWN):
            for value in hostile_values(tmp_path):
                try:
                    served.check_id(json.dumps({"env": env, "index": 0, "options": {option: value}, "seed": 0}))
                except ConfigError:
                    refused += 1
                else:
                    assert option in TASKS[name].plain
    assert refused > 500


def test_what_the_server_was_started_with_is_trusted_in_its_environment_alone(tmp_path):
    grammar = 'start: "a"+'
    served = Served.of([ARITH, "FormalGrammar-v0"], {"grammar": grammar})
    assert served.options == {ARITH: {}, "FormalGrammar-v0": {"grammar": grammar}}
    assert served.check_id(row_id("FormalGrammar-v0", grammar=grammar)).options == {"grammar": grammar}
    for hostile in ('start: "b"', "/etc/passwd"):
        with pytest.raises(ConfigError, match="trust"):
            served.check_id(row_id("FormalGrammar-v0", grammar=hostile))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
odd_rows = st.fixed_dictionaries(
    {},
    optional={
        "env": st.sampled_from([ARITH, GAME, "FormalArithToken-v0", "x"]) | json_values,
        "prompt": texts | json_values,
        "completion": texts | json_values,
        "id": st.sampled_from([row_id(), row_id(terms=2), row_id(answer="x"), "{}"]) | json_values,
        "extra": json_values,
    },
)
bodies = st.one_of(
    st.binary(max_size=50),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.lists(odd_rows, max_size=3).map(lambda rows: json.dumps({"rows": rows}).encode()),
)


@given(bodies)
def test_no_body_makes_the_server_fail(client, body):
    answer = client.post("/score", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400, 422), answer.text
    assert answer.json().keys() == ({"scores"} if answer.status_code == 200 else {"error"})


@given(
    st.sampled_from(["GET", "PUT", "POST", "HEAD", "OPTIONS", "X"]), st.text(st.characters(codec="ascii"), max_size=9)
)
def test_no_path_makes_the_server_fail(client, method, path):
    answer = client.request(method, f"{HOME}/" + "".join(c for c in path if c.isalnum() or c in "/.%-"))
    assert answer.status_code in (200, 404, 405, 415)


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
