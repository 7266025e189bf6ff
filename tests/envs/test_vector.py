"""The native vector environments equal Gymnasium's own vectorisation of the single ones, key by key."""

import gymnasium
import numpy as np
import pytest
from case_names import case_name, many_problems
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given, settings
from hypothesis import strategies as st
from test_envs import ARITH, CASES, IDS, TEXT_IDS, TOKENS

from formal_envs.envs.vector import TaskVectorEnv
from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.tasks import TASKS
from formal_envs.tasks.arithmetic.reward import ArithmeticReward

SAME_STEP = {"autoreset_mode": AutoresetMode.SAME_STEP}


class Uneven:
    """A reward whose parts differ in names and types from text to text."""

    range = (0.0, 1.0)

    def score(self, prompt: str, completion: str) -> Score:
        if "1" in completion:
            return Score(0.5, {"length": len(completion), "one": True}, "has a one")
        return Score(1.0, {"length": len(completion), "ratio": 0.25}) if completion else Score(0.0, {}, "empty")

    def __eq__(self, other):
        return isinstance(other, Uneven)

    def __hash__(self):
        return 0


class Generic:
    """ArithmeticReward under a type of its own, so that nothing knows what it is."""

    def __init__(self, kind):
        self.score = ArithmeticReward(kind).score
        self.range = ArithmeticReward.range


each_case = pytest.mark.parametrize(
    ("env_id", "options"),
    [
        *CASES,
        (ARITH, {"reward": Uneven()}),
        (TOKENS, {"reward": Uneven()}),
        (TOKENS, {"reward": Uneven(), "tokenizer": "char", "max_tokens": 2}),
    ],
    ids=case_name,
)


def assert_same(one, other, path="result"):
    """The same types, dtypes, shapes, keys and values, all the way down."""
    assert type(one) is type(other), (path, type(one), type(other))
    if isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            assert_same(one[key], other[key], f"{path}[{key!r}]")
    elif isinstance(one, (tuple, list)) or (isinstance(one, np.ndarray) and one.dtype == object):
        assert len(one) == len(other), path
        assert getattr(one, "dtype", None) == getattr(other, "dtype", None), path
        for n, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_same(a, b, f"{path}[{n}]")
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), (path, one.dtype, other.dtype)
        assert np.array_equal(one, other), path
    else:
        assert one == other, path


def random_actions(env, rng):
    """An action a slot; of the tokens, the special ones come often."""
    single = env.single_action_space
    if isinstance(single, gymnasium.spaces.Text):
        letters = [*env.single_action_space.characters, ""]
        return tuple("".join(rng.choice(letters, size=3)) for _ in range(env.num_envs))
    special = rng.integers(single.n - 3, single.n, env.num_envs)
    return np.where(rng.random(env.num_envs) < 0.3, special, rng.integers(0, single.n, env.num_envs))


@each_case
def test_a_native_environment_is_the_default(env_id, options):
    env = gymnasium.make_vec(env_id, num_envs=3, **options)
    assert isinstance(env, TaskVectorEnv)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert env.num_envs == 3
    single = gymnasium.make(env_id, **options)
    assert env.single_observation_space == single.observation_space
    assert env.single_action_space == single.action_space
    observations, _ = env.reset(seed=0)
    assert observations in env.observation_space
    assert env.action_space.sample() in env.action_space
    env.close()


@each_case
def test_it_equals_gymnasiums_own_vectorisation(env_id, options):
    native = gymnasium.make_vec(env_id, num_envs=5, **options)
    own = gymnasium.make_vec(env_id, num_envs=5, vectorization_mode="sync", vector_kwargs=SAME_STEP, **options)
    assert isinstance(own, SyncVectorEnv)
    assert native.observation_space == own.observation_space
    assert native.action_space == own.action_space
    assert_same(native.reset(seed=[7, 8, 9, 10, 11]), own.reset(seed=7))
    rng = np.random.default_rng(0)
    ended = 0
    for n in range(60):
        actions = random_actions(native, rng)
        one, other = native.step(actions), own.step(actions)
        assert_same(one, other)
        ended += one[2].sum()
        if n == 30:
            assert_same(native.reset(), own.reset())  # goes on with every stream
        if n == 40:
            assert_same(native.reset(seed=[None, 3, None, 3, 4]), own.reset(seed=[None, 3, None, 3, 4]))
    assert ended > 50


@each_case
def test_a_mask_resets_some_slots(env_id, options):
    native = gymnasium.make_vec(env_id, num_envs=4, **options)
    own = gymnasium.make_vec(env_id, num_envs=4, vectorization_mode="sync", vector_kwargs=SAME_STEP, **options)
    with pytest.raises(ResetNeeded, match="all slots"):
        native.reset(options={"reset_mask": np.array([True, False, False, False])})
    assert_same(native.reset(seed=[1, 2, 3, 4]), own.reset(seed=1))
    rng = np.random.default_rng(1)
    for mask in ([True, False, True, False], [False, False, False, True]):
        for _ in range(3):
            actions = random_actions(native, rng)
            assert_same(native.step(actions), own.step(actions))
        given_, kept = {"reset_mask": np.array(mask)}, {"reset_mask": np.array(mask)}
        assert_same(native.reset(options=given_), own.reset(options=kept))
        assert list(given_) == ["reset_mask"]
    for wrong in ([True] * 4, np.ones(3, bool), np.zeros(4, bool), np.ones(4)):
        with pytest.raises(ConfigError, match="reset_mask"):
            native.reset(options={"reset_mask": wrong})


@pytest.mark.parametrize("env_id", IDS)
def test_one_slot_is_the_single_environment(env_id):
    vector, single = gymnasium.make_vec(env_id, num_envs=1), gymnasium.make(env_id)
    rng = np.random.default_rng(2)
    observations, _ = vector.reset(seed=21)
    observation, _ = single.reset(seed=21)
    for _ in range(200):
        assert_same(observations[0], observation)
        actions = random_actions(vector, rng)
        observations, rewards, terminated, _, _ = vector.step(actions)
        observation, reward, done, _, _ = single.step(actions[0])
        assert (rewards[0], terminated[0]) == (reward, done)
        if done:
            observation, _ = single.reset()


@pytest.mark.parametrize("env_id", TEXT_IDS)
def test_slots_and_episodes_are_distinct(env_id):
    env = gymnasium.make_vec(env_id, num_envs=16, **many_problems(env_id))
    seen = list(env.reset(seed=0)[0])
    for _ in range(49):
        seen.extend(env.step(("0",) * 16)[0])
    assert len(seen) == 800
    # Two of arithmetic's prompts are equal with a chance below 1e-5, so that 800 hold about 3 pairs at most.
    assert len(set(seen)) > 780
    neighbours = list(env.reset(seed=1)[0])
    for _ in range(49):
        neighbours.extend(env.step(("0",) * 16)[0])
    assert len(set(seen) & set(neighbours)) < 20


@each_case
def test_a_seed_decides_everything(env_id, options):
    runs = []
    for seed in (3, 3, 4):
        env = gymnasium.make_vec(env_id, num_envs=6, **options)
        rng = np.random.default_rng(5)
        run = [env.reset(seed=seed), *(env.step(random_actions(env, rng)) for _ in range(30))]
        runs.append(run)
    assert_same(runs[0], runs[1])
    with pytest.raises(AssertionError):
        assert_same(runs[0], runs[2])


@pytest.mark.parametrize("env_id", IDS)
def test_the_blocks_that_are_made_ahead_do_not_show(env_id, monkeypatch):
    runs = []
    for ahead in (1, 20, 500):
        for spec in TASKS.values():
            monkeypatch.setattr(spec.task, "problems_ahead", ahead)
        env = gymnasium.make_vec(env_id, num_envs=4)
        rng = np.random.default_rng(6)
        runs.append([env.reset(seed=9), *(env.step(random_actions(env, rng)) for _ in range(30))])
    assert_same(runs[0], runs[1])
    assert_same(runs[0], runs[2])


@each_case
def test_what_was_returned_stays_as_it_was(env_id, options):
    env = gymnasium.make_vec(env_id, num_envs=3, **options)
    other = gymnasium.make_vec(env_id, num_envs=3, **options)
    rng = np.random.default_rng(7)
    env.reset(seed=1)
    other.reset(seed=1)
    for _ in range(12):
        actions = random_actions(env, rng)
        one = env.step(actions)
        assert_same(one, other.step(actions))
        spoil(one)


def spoil(data):
    """Overwrite every array in what an environment returned."""
    if isinstance(data, dict):
        for value in data.values():
            spoil(value)
    elif isinstance(data, tuple):
        for value in data:
            spoil(value)
    elif isinstance(data, np.ndarray) and data.dtype == object:
        for value in data:
            spoil(value)
        data[:] = None
    elif isinstance(data, np.ndarray):
        data[:] = 0


@given(
    options=st.fixed_dictionaries(
        {
            "terms": st.sampled_from([None, 2, 3, 9]),
            "operators": st.sampled_from(["+", "+-", "-()"]),
            "split": st.sampled_from(["train", "all"]),
        }
    ),
    kind=st.sampled_from(["paper", "exact"]),
    seed=st.integers(0, 2**31),
    rounds=st.lists(st.lists(st.integers(0, 105), min_size=8, max_size=8), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_looked_up_scores_are_the_rewards_own(options, kind, seed, rounds):
    options = {**options, "max_tokens": 1}
    fast = gymnasium.make_vec(TOKENS, num_envs=8, reward=kind, **options)
    slow = gymnasium.make_vec(TOKENS, num_envs=8, reward=Generic(kind), **options)
    assert fast._answers is not None
    assert slow._answers is None
    assert_same(fast.reset(seed=seed), slow.reset(seed=seed))
    for tokens in rounds:
        actions = np.array(tokens) % fast.single_action_space.n
        assert_same(fast.step(actions), slow.step(actions))


@pytest.mark.parametrize("env_id", IDS)
def test_it_runs_in_processes_of_gymnasium(env_id):
    native = gymnasium.make_vec(env_id, num_envs=2)
    kwargs = {**SAME_STEP, "shared_memory": False}
    own = gymnasium.make_vec(env_id, num_envs=2, vectorization_mode="async", vector_kwargs=kwargs)
    try:
        assert_same(native.reset(seed=[5, 6]), own.reset(seed=5))
        rng = np.random.default_rng(8)
        for _ in range(5):
            actions = random_actions(native, rng)
            assert_same(native.step(actions), own.step(actions))
    finally:
        own.close()


@pytest.mark.parametrize("options", [{}, {"tokenizer": "char"}])
def test_masks_are_those_of_the_next_step(options):
    env = gymnasium.make_vec(TOKENS, num_envs=4, **options)
    _, info = env.reset(seed=0)
    rng = np.random.default_rng(9)
    for _ in range(20):
        assert env.action_masks().dtype == bool
        assert np.array_equal(env.action_masks(), info["action_mask"].astype(bool))
        info = env.step(random_actions(env, rng))[4]


@pytest.mark.parametrize(
    ("env_id", "actions", "message"),
    [
        (ARITH, ("1", "2"), "3 strings"),
        (ARITH, ("1", "2", 3), "3 strings"),
        (ARITH, "1", "3 strings"),
        (TOKENS, [1, 2], "shape"),
        (TOKENS, [1, 2, 106], "lie in"),
        (TOKENS, [1, 2, -1], "lie in"),
        (TOKENS, [1.0, 2.0, 3.0], "integers"),
    ],
)
def test_actions_that_do_not_fit_are_refused(env_id, actions, message):
    env = gymnasium.make_vec(env_id, num_envs=3)
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(actions)
    env.reset()
    with pytest.raises(ConfigError, match=message):
        env.step(actions)


@pytest.mark.parametrize("env_id", IDS)
def test_what_does_not_exist_is_refused(env_id):
    with pytest.raises(ConfigError, match="did you mean 'reward'"):
        gymnasium.make_vec(env_id, num_envs=2, rewrad="exact")
    with pytest.raises(ConfigError, match="num_envs"):
        gymnasium.make_vec(env_id, num_envs=0)
    with pytest.raises(ConfigError, match="a seed for each"):
        gymnasium.make_vec(env_id, num_envs=2).reset(seed=[1, 2, 3])
