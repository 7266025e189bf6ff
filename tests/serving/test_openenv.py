"""Environments as OpenEnv serves them: problems and scores of rows, no solution, and a plain answer to anything."""

import asyncio
import json
import sys
from functools import partial

import gymnasium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("openenv.core.env_server")

from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from formal_envs.adapters.rows import problems, rows, score
from formal_envs.envs.attempts import Attempts
from formal_envs.errors import ConfigError
from formal_envs.score import Unscored
from formal_envs.serving.openenv import environment_app
from formal_envs.serving.openenv_environment import MAX_TASKS, NUM_TASKS, FormalEnvironment
from formal_envs.serving.openenv_models import FormalAction
from formal_envs.serving.served import Served

ARITH = "FormalArith-v0"
ENVS = [ARITH, "FormalSentiment-v0", "FormalGrammar-v0", "FormalGame-v0"]
SEEDS, INDICES, SPLITS = st.integers(0, 2**63 - 1), st.integers(0, NUM_TASKS - 1), st.sampled_from(["train", "test"])
few = partial(settings, max_examples=20, deadline=None)


def answer(env, text):
    return env.step(FormalAction(completion=text))


@pytest.fixture(scope="module")
def client():
    with TestClient(environment_app(ARITH, {}), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module", params=ENVS)
def environment(request):
    return FormalEnvironment(request.param, {}), request.param


@few()
@given(seed=SEEDS, index=INDICES, split=SPLITS)
def test_a_problem_is_that_of_its_row_and_an_answer_earns_what_it_earns_there(environment, seed, index, split):
    env, name = environment
    (prompt,), (solution,) = (lambda made: (made.prompts, made.solutions))(
        problems(name, [index], seed=seed, split=split)
    )
    assert env.reset(seed=seed, split=split, index=index).prompt == prompt
    row = json.dumps({"env": name, "options": {"split": split}, "seed": seed, "index": index})
    for text in (solution, "", "7"):
        env.reset(seed=seed, split=split, index=index)
        given, expected = answer(env, text), score(row, text)
        assert (given.reward, given.parts, given.failed_at) == (expected.value, expected.parts, expected.failed_at)
        assert (given.failure is None) == (expected.failure is None)
        assert given.done


@few()
@given(index=INDICES, said=st.lists(st.sampled_from(["?", "7", "1+1", "solution"]), min_size=3, max_size=3))
def test_episodes_of_several_attempts_are_gymnasiums(index, said):
    """Each answer gives what the text form has of it, and a failure without the solution; parts come at the end."""
    place = {"seed": 3, "split": "train", "index": index % 50}
    env = FormalEnvironment("FormalCountdown-v0", {}, attempts=Attempts(3, 0.1))
    twin = gymnasium.make("FormalCountdown-v0", attempts=3, attempt_cost=0.1)
    prompt, _ = twin.reset(seed=3)
    for _ in range(place["index"]):
        prompt, _ = twin.reset()
    made = problems("FormalCountdown-v0", [place["index"]], seed=3, split="train")
    assert env.reset(**place).prompt == prompt
    done = False
    for number, text in enumerate(said, start=1):
        text = made.solutions[0] if text == "solution" else text
        given = answer(env, text)
        observed, reward, done, _, info = twin.step(text)
        assert (given.reward, given.done, given.metadata) == (reward, done, {"attempt": number})
        assert given.prompt == (prompt if done else observed)
        assert given.parts == (info["parts"] if done else {})
        assert (given.failure is None) == (info["failure"] is None)
        assert env.state.step_count == number
        if done:
            break
    assert done
    with pytest.raises(ConfigError, match="no problem to answer"):
        answer(env, "7")


def test_a_second_attempt_over_a_session():
    app = environment_app("FormalCountdown-v0", {}, attempts=Attempts(2))
    with TestClient(app) as client, client.websocket_connect("/ws") as session:
        session.send_json({"type": "reset", "data": {"seed": 0, "index": 0}})
        prompt = session.receive_json()["data"]["observation"]["prompt"]
        assert prompt == "7 7 10 13 -> 20: "
        session.send_json({"type": "step", "data": {"completion": "7*7"}})
        first = session.receive_json()["data"]
        assert (first["reward"], first["done"]) == (0.0, False)
        assert first["observation"]["prompt"] == f"{prompt}7*7\n! the value is 49, not 20\n{prompt}"
        session.send_json({"type": "step", "data": {"completion": "13+7"}})
        second = session.receive_json()["data"]
        assert (second["reward"], second["done"], second["observation"]["metadata"]["attempt"]) == (0.95, True, 2)


def test_attempts_that_cost_too_much_are_refused_before_anything_is_served():
    with pytest.raises(ConfigError, match="attempt_cost must be less than"):
        environment_app("FormalCountdown-v0", {}, attempts=Attempts(3, 0.5))
    served = Served.of(["FormalCountdown-v0"], {"attempts": 3, "numbers": 3})
    assert (served.attempts, served.options) == (Attempts(3), {"FormalCountdown-v0": {"numbers": 3}})


def test_indices_are_places_in_rows():
    made = list(rows(ARITH, 5, seed=3, split="test"))
    env = FormalEnvironment(ARITH, {})
    assert env.reset(seed=3, split="test").prompt == made[0]["prompt"]
    assert [env.reset().prompt for _ in range(4)] == [row["prompt"] for row in made[1:]]  # as Gymnasium goes on
    assert env.reset(seed=3, index=4).prompt == made[4]["prompt"]


@few()
@given(start=st.none() | st.integers(-3, 40), stop=st.none() | st.integers(-3, 40), split=SPLITS)
def test_what_is_listed_is_what_a_reset_asks(client, start, stop, split):
    places = range(NUM_TASKS)[start:stop]
    listed = client.post(f"/{ARITH}/task_range", json={"split": split, "start": start, "stop": stop})
    if len(places) > MAX_TASKS:
        assert (listed.status_code, str(MAX_TASKS) in listed.text) == (422, True)
        return
    tasks = listed.json()["tasks"]
    assert [task["index"] for task in tasks] == list(places)
    for task in tasks[:2]:
        place = {"split": split, "index": task["index"]}
        asked = client.post("/reset", json=place).json()["observation"]["prompt"]
        assert task == {"id": f"{split}-{task['index']}", **place, "prompt": asked}  # and nothing else
        assert client.post(f"/{ARITH}/task", json=place).json() == {"task": task}


def test_splits_and_their_sizes(client):
    assert client.get("/list_environments").json() == [ARITH]
    assert client.get(f"/{ARITH}/splits").json() == [{"name": s, "type": s} for s in ("train", "test")]
    assert client.post(f"/{ARITH}/num_tasks", json={"split": "test"}).json() == {"num_tasks": NUM_TASKS}
    assert len(client.post(f"/{ARITH}/tasks", json={"split": "test"}).json()["tasks"]) == MAX_TASKS
    assert client.post(f"/{ARITH}/task", json={"split": "test", "index": NUM_TASKS}).status_code == 400
    only = FormalEnvironment(ARITH, {"split": "test"})
    assert only.list_splits() == [{"name": "test", "type": "test"}]
    with pytest.raises(ConfigError, match="split must be test, got 'train'"):
        only.reset(split="train")


@few()
@given(seed=SEEDS, split=SPLITS, text=st.integers(0, 60).map(str) | st.just("?"))
def test_no_solution_can_be_read_before_or_after_an_answer(client, seed, split, text):
    place = {"split": split, "seed": seed, "index": 0}
    prompt = problems(ARITH, [0], seed=seed, split=split).prompts[0]
    unanswered = {"prompt": prompt, "parts": {}, "failure": None, "failed_at": None, "metadata": {}}
    with client.websocket_connect("/ws") as session:

        def ask(kind, data=None):
            session.send_json({"type": kind} | ({} if data is None else {"data": data}))
            return session.receive_json()["data"]

        assert ask("reset", {**place, "episode_id": "e"}) == {"observation": unanswered, "reward": None, "done": False}
        state = {**place, "episode_id": "e", "step_count": 0}
        assert ask("state") == state
        after = ask("step", {"completion": text})
        assert ask("state") == {**state, "step_count": 1}
    solution = problems(ARITH, [0], seed=seed, split=split).solutions[0]
    if text != solution:
        assert solution not in (after["observation"]["failure"]).replace("...", " ").split()
    assert (
        "solution"
        in score(json.dumps({"env": ARITH, "options": {"split": "train"}, "seed": 0, "index": 0}), "7").failure
    )


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect", "/web"])
def test_no_page_is_served_that_runs_scripts_from_elsewhere(client, path):
    assert client.get(path).status_code == 404


def test_an_answer_needs_a_problem_and_takes_one():
    env = FormalEnvironment(ARITH, {})
    with pytest.raises(ConfigError, match="call reset first"):
        answer(env, "29")
    env.reset()
    answer(env, "29")
    with pytest.raises(ConfigError, match="call reset first"):
        answer(env, "29")


def test_a_score_that_could_not_be_given_is_an_error_and_can_be_had_later():
    lost = [Unscored("a worker was lost"), Unscored("a worker was lost")]

    async def scored(row_id, completion):
        return lost.pop() if lost else score(row_id, completion)

    with TestClient(environment_app(ARITH, {}, score=scored)) as client:
        asked = {"action": {"completion": "29"}, "split": "train", "index": 0}
        answered = client.post("/step", json=asked)
        assert answered.status_code == 503
        assert answered.json() == {"error": "no score could be given: a worker was lost"}
        with client.websocket_connect("/ws") as session:
            session.send_json({"type": "reset", "data": {"split": "train", "index": 0}})
            session.receive_json()
            for kind in ("error", "observation"):  # the problem is still there
                session.send_json({"type": "step", "data": {"completion": "29"}})
                answered = session.receive_json()
                assert answered["type"] == kind
            assert answered["data"]["reward"] == 1.0


def test_a_score_that_takes_too_long_is_none():
    async def slow(row_id, completion):
        await asyncio.sleep(60)

    env = FormalEnvironment(ARITH, {}, score=slow)
    env.reset()
    with pytest.raises(Unscored, match="more than"):
        env.step(FormalAction(completion="29"), timeout_s=0.01)


def test_sessions_are_counted_and_silent_ones_end():
    reset = {"type": "reset", "data": {}}
    with TestClient(environment_app(ARITH, {}, sessions=1, idle_seconds=1.0)) as client:
        with client.websocket_connect("/ws") as one:
            one.send_json(reset)
            assert one.receive_json()["type"] == "observation"
            with client.websocket_connect("/ws") as another:
                assert another.receive_json()["data"]["code"] == "CAPACITY_REACHED"
            with pytest.raises(WebSocketDisconnect):
                one.receive_json()
        with client.websocket_connect("/ws") as next_one:
            next_one.send_json(reset)
            assert next_one.receive_json()["type"] == "observation"


MARK = "/hostile-"
HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        ["", MARK + "a", f"..{MARK}b.lark", f"os{MARK}:system", "\ud800", "train", "x" * 5000, "__class__"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["seed", "episode_id", "split", "index", "self", "func", "options", "env", "grammar", "timeout_s", "request_id"]
) | st.text(max_size=4)
HOSTILE_OPTIONS = st.dictionaries(NAMES, HOSTILE, max_size=4)
opened = []
sys.addaudithook(lambda event, values: event in ("open", "import") and MARK in str(values) and opened.append(values))
hostile = partial(settings, max_examples=150, deadline=None)


@hostile()
@given(
    path=st.sampled_from(
        ["/reset", "/step", "/mcp", *(f"/{ARITH}/{name}" for name in ("tasks", "task", "task_range"))]
    ),
    body=HOSTILE
    | HOSTILE_OPTIONS
    | st.builds(lambda action, more: {"action": action, **more}, HOSTILE_OPTIONS | HOSTILE, HOSTILE_OPTIONS)
    | st.builds(lambda text, more: {"action": {"completion": text}, **more}, HOSTILE, HOSTILE_OPTIONS),
)
def test_no_request_is_a_bug_or_opens_a_file(client, path, body):
    content = json.dumps(body).encode()
    answered = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answered.status_code in (200, 400, 422), (path, body, answered.text)
    assert len(answered.content) < 20_000
    if answered.status_code != 200:
        assert answered.json().keys() == {"error"}
    assert opened == []


@hostile()
@given(
    messages=st.lists(
        st.builds(
            lambda kind, data: {"type": kind, "data": data},
            st.sampled_from(["reset", "step", "state", "mcp"]) | HOSTILE,
            HOSTILE_OPTIONS | HOSTILE | st.builds(lambda text: {"completion": text}, HOSTILE),
        )
        | HOSTILE,
        min_size=1,
        max_size=3,
    )
)
def test_no_message_is_a_bug_or_opens_a_file(client, messages):
    with client.websocket_connect("/ws") as session:
        for message in messages:
            session.send_text(json.dumps(message))
            try:
                answered = session.receive_json()
            except WebSocketDisconnect:  # what is no message ends the session
                break
            assert answered["type"] in ("observation", "state", "error", "mcp")
    assert opened == []
    with client.websocket_connect("/ws") as session:
        session.send_json({"type": "reset", "data": {}})
        assert session.receive_json()["type"] == "observation"


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"1" * 5000, b"\xff", b"{", b'{"split": NaN}', b'{"split": "\\ud800"}']
)
@pytest.mark.parametrize("path", ["/reset", "/step", f"/{ARITH}/task", "/mcp"])
def test_what_is_no_json_is_refused(client, path, content):
    answered = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answered.status_code in ((200,) if path == "/mcp" else (400, 422))
