"""The server's application: scores are the reward's, and every wrong request has a status and a message of its own."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx2")  # of starlette's client
from hypothesis import given
from hypothesis import strategies as st
from served_here import ARITH, GAME, HOME, ODD, asked, forks, known, row, row_id, serving
from starlette.testclient import TestClient

from formal_envs.adapters.rows import rows
from formal_envs.adapters.rows import score_batch as score_rows
from formal_envs.errors import ConfigError
from formal_envs.score import score_batch, to_json
from formal_envs.serving.served import Served
from formal_envs.tasks import make_task

__all__ = ["forks", "known"]


@pytest.fixture(scope="module")
def client(forks, known):
    with serving([ARITH, GAME, "odd_task:FormalOdd-v0"], {"playouts": 2, "terms": 3}) as client:
        yield client


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
