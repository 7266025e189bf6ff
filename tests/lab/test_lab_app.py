"""The lab's answers: problems and scores as everywhere else, what could follow, and a plain answer to anything."""

import json

import numpy as np
import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx2")

from starlette.testclient import TestClient

from formal_envs.lab import trying
from formal_envs.lab.app import HEADERS, MAX_BODY, STATIC, Lab, address, create_app
from formal_envs.serving.served import Served
from formal_envs.tasks import TASKS, env_ids, make_task
from formal_envs.tasks.streams import new_streams, problem_keys

ENVS = [env_ids(name)[0] for name in ("Arith", "Sentiment", "Grammar", "Game", "Mix")]


class Here(Lab):
    """Answers in this process, so that tests start none."""

    def __init__(self):
        super().__init__(Served.of(ENVS))
        self.benches = dict.fromkeys(self.benches, self)

    def ask(self, kind, body=None):
        return super().ask(kind, body) if body is not None else trying.answer(kind)

    def close(self):
        pass


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(Here()), base_url="http://127.0.0.1:8080", raise_server_exceptions=False) as client:
        yield client


def asked(client, kind, **body):
    answer = client.post(f"/lab/{kind}", json={"env": "FormalArith-v0", "options": {}, **body})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("env", ENVS)
def test_problems_are_those_of_the_environment_and_their_solutions_score_as_there(client, env):
    task, reward = make_task(env)
    stream = new_streams(np.random.default_rng(7), 1)[0]
    problems = task.sample(problem_keys(stream, np.array([3])))
    status, problem = asked(client, "problem", env=env, seed=7, index=3)
    assert (status, problem) == (200, {"prompt": problems.prompts[0], "solution": problems.solutions[0]})
    status, answer = asked(client, "score", env=env, prompt=problem["prompt"], completion=problem["solution"])
    score = reward.score(problem["prompt"], problem["solution"])
    assert status == 200
    assert (answer["score"], answer["parts"], answer["failure"]) == (score.value, dict(score.parts), score.failure)
    assert answer["range"] == list(reward.range)
    assert answer["explanation"]["kind"] in {"chain", "words", "parsed", "game"}


def test_a_failure_has_its_place(client):
    _, answer = asked(client, "score", env="FormalGrammar-v0", prompt="[1", completion=",2,,")
    assert answer["failed_at"] == 3


def test_what_could_follow_is_what_masks_allow(client):
    pytest.importorskip("llguidance")
    _, answer = asked(client, "following", prompt="1+2=", completion="3")
    assert (answer["at"], answer["tokens"], answer["end"]) == (1, [], True)  # 35 is a token of its own
    _, answer = asked(client, "following", prompt="1+2+4=", completion="3")
    assert (answer["at"], answer["tokens"], answer["end"]) == (1, ["+"], False)
    _, answer = asked(client, "following", prompt="1+2=", completion="3x5")
    assert answer["at"] == 1  # where it leaves the grammar
    _, answer = asked(client, "following", env="FormalSentiment-v0", prompt="", completion="x")
    assert answer == {"why": None}
    _, answer = asked(client, "following", prompt="no chain", completion="")
    assert "nothing" in answer["why"]


HOSTILE = [
    "",
    "\0",
    "<script>alert(1)</script>",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "\ud800",
    "(" * 5000,
    "x" * 100_000,
    "9" * 5000,
]


@pytest.mark.parametrize("env", ENVS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_scored(client, env, text):
    prompt = client.post("/lab/problem", json={"env": env, "seed": 0, "index": 0}).json()["prompt"]
    for body in ({"prompt": prompt, "completion": text}, {"prompt": text, "completion": "1"}):
        raw = json.dumps({"env": env, **body})  # as a browser writes a lone surrogate
        answer = client.post("/lab/score", content=raw)
        assert answer.status_code == 200, answer.text
        low, high = answer.json()["range"]
        assert low <= answer.json()["score"] <= high
        assert client.post("/lab/following", content=raw).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{" * 100_000,
        b"\xff",
        json.dumps({"env": "FormalArith-v0", "prompt": "x" * 100_001, "completion": ""}).encode(),
        json.dumps({"env": "FormalArith-v0", "prompt": 1, "completion": ""}).encode(),
        json.dumps({"env": "FormalArith-v0", "prompt": ""}).encode(),
        json.dumps(
            {"env": "FormalGrammar-v0", "options": {"grammar": "/etc/passwd"}, "prompt": "", "completion": ""}
        ).encode(),
        b" " * (MAX_BODY + 1),
        b'{"env": 1' + b"0" * 5000 + b"}",
    ],
    ids=range(10),
)
@pytest.mark.parametrize("kind", ["problem", "score", "following", "act"])
def test_a_wrong_question_is_told_so(client, kind, body):
    answer = client.post(f"/lab/{kind}", content=body)
    assert answer.status_code == 400
    assert len(answer.json()["error"]) < 400


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True, 2**53])
def test_a_seed_is_a_number_that_the_page_can_hold(client, seed):
    status, answer = asked(client, "problem", seed=seed, index=0)
    assert status == 400
    assert "seed" in answer["error"]


@pytest.mark.parametrize(
    "path", ["/", "/static/main.js", "/static/lab.css", "/lab/environments", "/nothing", "/static/../app.py"]
)
def test_all_answers_have_the_headers(client, path):
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_page_has_code_or_style_of_its_own():
    page = (STATIC / "index.html").read_text()
    assert "<style" not in page
    assert " style=" not in page
    assert " on" not in page.replace(" one", "")
    assert page.count("<script") == page.count('<script src="static/') + page.count(
        '<script type="module" src="static/'
    )
    for script in STATIC.rglob("*.js"):
        text = script.read_text()
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "http://",
            "https://",
        ):
            assert word not in text.replace('"http://www.w3.org/2000/svg"', ""), (script, word)


def test_files_outside_of_the_pages_are_not_given(client):
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/..%2fapp.py"):
        assert client.get(path).status_code == 404


def test_other_hosts_and_other_sites_are_refused(client):
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert client.get("/lab/environments", headers=headers).status_code == 403
        assert client.post("/lab/score", json={}, headers=headers).status_code == 403


def test_a_token_guards_all_but_the_page():
    app = create_app(Here(), token="s3cret&#")
    with TestClient(app, base_url="http://example.org") as client:
        assert client.get("/").status_code == client.get("/static/try/view.js").status_code == 200
        assert client.get("/lab/environments").status_code == 401
        for kind in ("problem", "score", "following", "act"):
            assert client.post(f"/lab/{kind}", json={}).status_code == 401
        assert client.get("/lab/environments", headers={"Authorization": "Bearer s3cret&#"}).status_code == 200
    assert address("::1", 80, "s3cret&#") == "http://[::1]:80/#token=s3cret%26%23"


def test_the_environments_are_listed_with_their_fields(client):
    listed = client.get("/lab/environments").json()
    assert [form["env"] for form in listed["environments"]] == ENVS
    assert listed["longest"] == trying.MAX_TEXT


def test_an_act_is_one_of_the_tasks(client):
    status, answer = asked(client, "act", env="FormalGame-v0", prompt="", completion="", act="__class__")
    assert (status, answer["error"]) == (400, "there is no such act here; there are: play, measure")
    assert asked(client, "act", prompt="", completion="", act="play")[1]["error"].endswith("there are: none")


def test_every_task_of_the_package_is_explained():
    from formal_envs.lab.explain import _MODULES

    assert set(_MODULES) <= set(TASKS)


def test_an_address_that_others_reach_needs_a_token():
    from click.testing import CliRunner

    from agents.cli import main

    done = CliRunner().invoke(main, ["lab", "--host", "0.0.0.0"])
    assert done.exit_code == 1
    assert "give --token" in done.output
    done = CliRunner().invoke(main, ["lab", "--env", "FormalArit-v0"])
    assert "did you mean 'FormalArith-v0'?" in done.output
