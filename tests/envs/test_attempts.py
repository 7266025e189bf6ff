"""Episodes of several attempts: what is told, what they earn, and that all forms have the same."""

import warnings
from collections import Counter

import gymnasium
import numpy as np
import pytest
from case_names import case_name
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode
from hypothesis import given, settings
from hypothesis import strategies as st
from test_envs import IDS, play, solutions_of
from test_vector import assert_same, random_actions

from formal_envs.envs.attempts import (
    LONGEST_FAILURE,
    LONGEST_SAID,
    MOST_ATTEMPTS,
    Attempts,
    Episode,
    conversation,
    longest_conversation,
    told,
)
from formal_envs.envs.token import FAILURE_TOKENS, TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.tasks import TASKS, make_task
from formal_envs.tasks.streams import problem_keys, seeded_stream

COUNTDOWN, COUNTDOWN_TOKENS = "FormalCountdown-v0", "FormalCountdownToken-v0"
CASES = [
    *[(env_id, {"attempts": 3}) for env_id in IDS],
    (COUNTDOWN, {"attempts": 2, "attempt_cost": 0.5}),
    (COUNTDOWN_TOKENS, {"attempts": 4, "max_tokens": 2}),
    (COUNTDOWN_TOKENS, {"attempts": 3, "mask": "grammar"}),
    ("FormalArithToken-v0", {"attempts": 3, "tokenizer": "char", "answer": "chain", "max_tokens": 5}),
]
each_case = pytest.mark.parametrize(("env_id", "options"), CASES, ids=case_name)
JSON = TokenLayout(make_task("Grammar")[0], attempts=2)
texts = st.text(max_size=30)
scores = st.builds(
    Score,
    st.floats(0, 1),
    st.just({}),
    st.none() | st.text(max_size=200),
    st.none() | st.integers(0, 30),
)


@each_case
def test_gymnasium_finds_no_fault(env_id, options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(env_id, **options)
        check_env(env.unwrapped)
        low, high = env.unwrapped.reward_range
        for observation, *rest in play(env, 40, seed=3):
            assert observation in env.observation_space
            assert len(rest) == 1 or low <= rest[0] <= high


@each_case
def test_vectors_equal_singles(env_id, options):
    native = gymnasium.make_vec(env_id, num_envs=5, **options)
    own = gymnasium.make_vec(
        env_id,
        num_envs=5,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP},
        **options,
    )
    assert native.observation_space == own.observation_space
    assert native.reward_range == own.envs[0].unwrapped.reward_range
    assert_same(native.reset(seed=[7, 8, 9, 10, 11]), own.reset(seed=7))
    rng = np.random.default_rng(0)
    seen = Counter()
    for n in range(60):
        actions = random_actions(native, rng)
        one, other = native.step(actions), own.step(actions)
        assert_same(one, other)
        seen["ended"] += one[2].sum()
        seen["went on"] += one[4].get("_attempt", np.zeros(5, bool)).sum()
        if n == 30:
            assert_same(native.reset(), own.reset())
    assert seen["ended"] > 5
    assert seen["went on"] > 5 or "Sentiment" in env_id  # where nothing is wrong


@pytest.mark.parametrize("env_id", [env_id for env_id in IDS if not env_id.endswith("Token-v0")])
@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_an_episode_is_its_texts_scored(env_id, data):
    """Of any texts, the solution among them: the first that is right ends it, or the last."""
    most, cost = data.draw(st.integers(1, 4)), data.draw(st.sampled_from([0.0, 0.05, 0.3]))
    seed = data.draw(st.integers(0, 5))
    env = gymnasium.make(env_id, attempts=most, attempt_cost=cost).unwrapped
    (solution,) = solutions_of(env.task, 1, seed)
    prompt, _ = env.reset(seed=seed)
    said, heard = [], []
    for number in range(1, most + 1):
        text = data.draw(texts | st.just(solution) | st.just(solution[:-1]))
        score = env.reward.score(prompt, text)
        observation, reward, ended, truncated, info = env.step(text)
        expected = {"parts": dict(score.parts), "failure": score.failure}
        assert info == (expected if most == 1 else expected | {"attempt": number})
        assert ended == (score.failure is None or number == most)
        assert not truncated
        if ended:
            assert reward == score.value - cost * (number - 1)
            assert observation == conversation(prompt, said, heard)
            break
        assert reward == 0.0
        said.append(text)
        heard.append(told(text, score, solution))
        assert observation == conversation(prompt, said, heard)
    low, high = env.reward.range
    assert env.reward_range == (low - cost * (most - 1), high)


def test_one_attempt_is_what_it_was():
    env = gymnasium.make(COUNTDOWN, attempts=1).unwrapped
    prompt, info = env.reset(seed=0)
    assert (info, env.observation_space.max_length) == ({}, env.task.max_prompt_length)
    final = {"parts": {"exact": 0.0, "legal": 0.0}, "failure": "expected a number or '(', got '?' at column 1"}
    assert env.step("?") == (prompt, 0.0, True, False, final)


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_the_token_form_has_the_text_forms_episodes(data):
    """The tokens of an episode: prompt, completion, what is told, the next completion; and it earns the same."""
    tokenizer = data.draw(st.sampled_from(["word", "char"]))
    env = gymnasium.make(COUNTDOWN_TOKENS, attempts=3, tokenizer=tokenizer, max_tokens=6).unwrapped
    twin = gymnasium.make(COUNTDOWN, attempts=3).unwrapped
    seed = data.draw(st.integers(0, 9))
    observation, info = env.reset(seed=seed)
    prompt, _ = twin.reset(seed=seed)
    written = [*env.layout.tokenizer.encode(prompt)]
    ended = False
    while not ended:
        assert np.array_equal(info["action_mask"], env.layout.first_mask)
        begun = len(written)
        while "completion" not in info or len(written) == begun:
            allowed = np.flatnonzero(info["action_mask"])
            token = int(allowed[data.draw(st.integers(0, len(allowed) - 1))])
            written.append(token)
            observation, reward, ended, _, info = env.step(token)
        text = env.layout.tokenizer.decode(written[begun:])
        _, value, over, _, said = twin.step(text)
        assert (info["completion"], info["attempt"], info["failure"]) == (text, said["attempt"], said["failure"])
        assert (reward, ended, info["parts"]) == (value, over, said["parts"])
        if not ended:
            score = env.reward.score(prompt, text)
            (solution,) = solutions_of(env.task, 1, seed)
            written += env.layout.retry(told(text, score, solution))
        pads = env.layout.prompt_positions - len(env.layout.tokenizer.encode(prompt))
        seen = observation.tolist()
        assert seen[pads : pads + len(written)] == written
        assert set(seen[pads + len(written) :]) <= {env.layout.tokenizer.pad_id}


def test_masks_start_anew():
    """By the grammar of countdown all given numbers may be used again in the second attempt."""
    env = gymnasium.make(COUNTDOWN_TOKENS, attempts=2, mask="grammar").unwrapped
    _, first = env.reset(seed=0)  # 7 7 10 13 -> 20
    tokenizer = env.layout.tokenizer
    for token in [*tokenizer.encode("13-7"), tokenizer.eos_id]:
        assert env.action_masks()[token]
        _, reward, ended, _, info = env.step(token)
    assert (info["failure"], info["attempt"], reward, ended) == ("the value is 6, not 20", 1, 0.0, False)
    assert np.array_equal(info["action_mask"], first["action_mask"])
    for token in [*tokenizer.encode("13+7"), tokenizer.eos_id]:
        assert env.action_masks()[token]
        _, reward, ended, _, info = env.step(token)
    assert (info["failure"], info["attempt"], reward, ended) == (None, 2, 0.95, True)


def test_all_attempts_at_their_longest_fit():
    env = gymnasium.make("FormalGameToken-v0", attempts=3, max_tokens=30, mode="compose").unwrapped
    env.reset(seed=0)
    ended, tokens = False, 0
    while not ended:
        observation, _, ended, _, _ = env.step(env.layout.tokenizer.encode("(")[0])
        tokens += 1
    assert tokens == 90
    assert len(observation) == env.layout.prompt_positions + 3 * 30 + 2 * (FAILURE_TOKENS + 2)


# What is told.


@pytest.mark.parametrize(
    ("completion", "score", "solution", "said"),
    [
        ("36", Score(0.3, {}, "off by 16 from the solution 20"), "20", "wrong"),
        ("babb", Score(0.1, {}, "expected 'a', got 'b'", 3), "baba", "at 4: wrong"),
        ("babb", Score(0.1, {}, "expected 'a', got 'b'", 3), "caba", "at 4: expected 'a', got 'b'"),
        ("x", Score(0.1, {}, "it is baba", 0), "baba", "at 1: wrong"),
        ("x", Score(0.1, {}, "it is baba2", 0), "baba", "at 1: it is baba2"),
        ("8+1", Score(0.1, {}, "the value is 9,\n not 25"), "8+17", "the value is 9, not 25"),
        ("(", Score(0.0, {}, "a bracket\tis open", 1), "", "at 2: a bracket is open"),
    ],
)
def test_failures_are_told_by_hand(completion, score, solution, said):
    assert told(completion, score, solution) == said


@given(texts, scores, texts)
def test_what_is_told_is_a_short_line_without_the_solution(completion, score, solution):
    said = told(completion, score, solution)
    assert len(said) <= LONGEST_FAILURE
    assert len(said.splitlines()) <= 1
    assert said == " ".join(said.split()) or len(said) == LONGEST_FAILURE
    if score.failed_at is not None:
        assert said.startswith(f"at {score.failed_at + 1}: ")
    assert "solution" not in said


@pytest.mark.parametrize("task", [name for name in TASKS if name not in ("Sentiment", "Game")])
def test_no_task_tells_its_solution(task):
    made, reward = make_task(task)
    problems = made.sample(problem_keys(seeded_stream(3), np.arange(40)))
    wrong = 0
    for prompt, solution, other in zip(
        problems.prompts, problems.solutions, [*problems.solutions[1:], problems.solutions[0]], strict=True
    ):
        for text in (other, solution[:-1], solution[1:], "?", "0"):
            score = reward.score(prompt, text)
            if score.failure is not None:
                wrong += 1
                said = told(text, score, solution)
                assert f"'{solution}'" not in said
                assert f" {solution} " not in f" {said.rpartition('at column')[0]} "
    assert wrong > 100


@given(st.text(max_size=20), st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=9))
def test_a_conversation_begins_and_ends_with_the_prompt_and_is_bounded(prompt, tries):
    said, heard = [each[0] for each in tries], [each[1] for each in tries]
    observed = conversation(prompt, said, heard)
    assert observed.startswith(prompt)
    assert observed.endswith(prompt)
    assert len(observed) <= longest_conversation(len(prompt), len(tries) + 1)
    assert observed == "".join(f"{prompt}{a}\n! {b}\n" for a, b in tries) + prompt


def test_the_longest_conversation_is_one():
    observed = conversation("ab", ["x" * 20_000] * 2, ["y" * LONGEST_FAILURE] * 2)
    assert observed.count("x") == 2 * LONGEST_SAID
    assert len(observed) == longest_conversation(2, 3)


def test_a_vocabulary_writes_what_it_can_of_a_failure():
    layout = TokenLayout(make_task("Countdown")[0], "char", attempts=2)
    bos = layout.tokenizer.bos_id
    ids = layout.retry("at 5: expected a number or '(', got '?'")
    assert (ids[0], ids[-1], layout.tokenizer.decode(ids)) == (bos, bos, "5: (")
    assert layout.retry("wrong") == [bos]
    assert len(layout.retry("5" * 200)) == FAILURE_TOKENS + 2
    games = TokenLayout(make_task("Game", mode="compose")[0], attempts=2)
    assert games.tokenizer.decode(games.retry("at 2: unknown ludeme 'movTAgain'")) == "at 2: unknown ludeme 'movTAgain'"


@given(st.text(max_size=150))
def test_what_is_told_is_bounded_in_tokens_and_holds_no_end(text):
    ids = JSON.retry(text)
    assert len(ids) <= FAILURE_TOKENS + 2
    assert not JSON.ends[ids[1:-1]].any()
    assert set(JSON.tokenizer.decode(ids)) <= set(text)


# What they earn.


@given(st.lists(scores, min_size=MOST_ATTEMPTS), st.integers(1, MOST_ATTEMPTS), st.floats(0, 0.1))
def test_pays_as_declared(answers, most, cost):
    episode = Episode(Attempts(most, cost), "p", "s")
    rewards, ended = [], False
    while not ended:
        score = answers[episode.number - 1]
        assert episode.number == len(rewards) + 1
        reward, ended = episode.answer("t", score)
        rewards.append(reward)
    last = len(rewards)
    assert [each.failure is None for each in answers[: last - 1]] == [False] * (last - 1)
    assert last == most or score.failure is None
    assert rewards[:-1] == [0.0] * (last - 1)
    assert rewards[-1] == score.value - cost * (last - 1)


class Pays:
    """A reward of a range."""

    def __init__(self, low, high):
        self.range = (low, high)

    def score(self, prompt, completion):
        return Score(self.range[0], {}, "no")


eighths = st.integers(1, 40).map(lambda n: n / 8)  # whose sums are exact


@given(st.integers(2, MOST_ATTEMPTS), eighths, eighths, eighths)
def test_a_right_answer_at_last_earns_more_than_the_least(most, cost, low, width):
    reward = Pays(low, low + width)
    attempts = Attempts(most, cost)
    if cost * (most - 1) >= reward.range[1] - reward.range[0]:
        with pytest.raises(ConfigError, match="attempt_cost must be less than"):
            attempts.range(reward)
    else:
        least, best = attempts.range(reward)
        assert best == reward.range[1]
        assert attempts.earned(best, most) > low
        assert attempts.earned(low, most) == least


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attempts": 0}, r"attempts must be an integer in \[1, 10\]"),
        ({"attempts": 2.0}, "attempts must be an integer"),
        ({"attempts": 11}, "attempts must be an integer"),
        ({"attempts": 2, "attempt_cost": -0.1}, "attempt_cost must be a number of at least 0"),
        ({"attempts": 2, "attempt_cost": "much"}, "attempt_cost must be a number"),
        ({"attempts": 3, "attempt_cost": 0.5}, "attempt_cost must be less than 0.5"),
    ],
)
@pytest.mark.parametrize("env_id", [COUNTDOWN, COUNTDOWN_TOKENS])
def test_attempts_that_have_no_meaning_are_refused(env_id, options, message):
    with pytest.raises(ConfigError, match=message):
        gymnasium.make(env_id, **options)
    with pytest.raises(ConfigError, match=message):
        gymnasium.make_vec(env_id, num_envs=2, **options)


def test_a_seed_decides_everything():
    one, other = (gymnasium.make(COUNTDOWN_TOKENS, attempts=3, max_tokens=3) for _ in range(2))
    first = play(one, 100, seed=5)
    play(other, 7, seed=6)
    assert all(data_equivalence(a, b, exact=True) for a, b in zip(first, play(other, 100, seed=5), strict=True))
