"""Laws that every registered single environment obeys, and what each task's promise besides."""

import pickle
import random
import warnings

import gymnasium
import numpy as np
import pytest
from case_names import case_name, many_problems
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Text
from gymnasium.utils.env_checker import check_env, data_equivalence
from hypothesis import given, settings
from hypothesis import strategies as st

import formal_envs  # noqa: F401  (registers the environments)
from formal_envs.envs import register_environments
from formal_envs.envs.spaces import AnyText
from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.tasks import TASKS, env_ids
from formal_envs.tasks.arithmetic.reward import ArithmeticReward, evaluate
from formal_envs.tasks.arithmetic.task import WORDS
from formal_envs.tasks.streams import new_streams, problem_keys
from formal_envs.tokenizers import VocabularyTokenizer, char_tokenizer

IDS = sorted(env_id for name in TASKS for env_id in env_ids(name))
TOKEN_IDS = [env_id for env_id in IDS if env_id.endswith("Token-v0")]
TEXT_IDS = [env_id for env_id in IDS if env_id not in TOKEN_IDS]
ARITH, TOKENS = "FormalArith-v0", "FormalArithToken-v0"
MIXTURE, MIXTURE_TOKENS = "FormalMix-v0", "FormalMixToken-v0"
REVIEWS, REVIEW_TOKENS = "FormalSentiment-v0", "FormalSentimentToken-v0"
CASES = [
    *[(env_id, {}) for env_id in IDS],
    (ARITH, {"answer": "chain"}),
    (ARITH, {"operators": "+-*()", "terms": 6, "max_operand": 1000, "split": "all"}),
    (ARITH, {"reward": "exact", "split": "test"}),
    (TOKENS, {"answer": "chain"}),
    (TOKENS, {"operators": "+-"}),
    (TOKENS, {"operators": "+-*()", "max_tokens": 1}),
    (TOKENS, {"tokenizer": "char"}),
    (TOKENS, {"tokenizer": "char", "answer": "chain", "operators": "+-*()", "max_tokens": 7}),
    (TOKENS, {"tokenizer": char_tokenizer("0123456789+="), "reward": "exact"}),
    (MIXTURE, {"parts": "FormalArith-v0 terms=2; FormalCountdown-v0 numbers=3", "split": "test"}),
    (MIXTURE_TOKENS, {"parts": "FormalArith-v0 terms=2; FormalCountdown-v0 numbers=3", "max_tokens": 5}),
    (REVIEWS, {"target": "negative", "repetition_penalty": 0.5, "split": "test"}),
    (REVIEW_TOKENS, {"max_tokens": 6, "split": "all"}),
    (REVIEW_TOKENS, {"tokenizer": "char", "max_tokens": 20, "target": "negative"}),
]
TOKEN_CASES = [(env_id, options) for env_id, options in CASES if env_id in TOKEN_IDS]
each_case = pytest.mark.parametrize(("env_id", "options"), CASES, ids=case_name)


def play(env, steps, seed=None, action_seed=0):
    """Everything that ``steps`` steps with random actions return, episodes following one another."""
    env.action_space.seed(action_seed)
    seen = [env.reset(seed=seed)]
    for _ in range(steps):
        seen.append(env.step(env.action_space.sample()))
        if seen[-1][2]:
            seen.append(env.reset())
    return seen


def prompts_of(env, count, seed):
    first, _ = env.reset(seed=seed)
    return [first, *(env.reset()[0] for _ in range(count - 1))]


def solutions_of(task, count, seed):
    """Solutions of the first problems after ``reset(seed=seed)``."""
    stream = new_streams(np.random.Generator(np.random.PCG64(seed)), 1)[0]
    return task.sample(problem_keys(stream, np.arange(count))).solutions


def test_every_task_has_both_forms():
    assert {ARITH, TOKENS, REVIEWS, REVIEW_TOKENS} <= set(IDS)
    assert len(TEXT_IDS) == len(TOKEN_IDS)


def test_registering_again_changes_nothing():
    before = dict(gymnasium.registry)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        register_environments()
    assert dict(gymnasium.registry) == before


@each_case
def test_gymnasium_finds_no_fault(env_id, options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(env_id, **options).unwrapped)


@each_case
def test_wrapped_episodes_give_no_warning_and_stay_in_their_spaces(env_id, options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(env_id, **options)
        low, high = env.unwrapped.reward.range
        for observation, *rest in play(env, 60, seed=3):
            assert observation in env.observation_space
            if len(rest) > 1:
                reward, terminated, truncated, info = rest
                assert low <= reward <= high
                assert not truncated
                assert ("failure" in info) == terminated
        env.close()


@pytest.mark.parametrize("env_id", TOKEN_IDS)
def test_stable_baselines_finds_no_fault(env_id):
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(gymnasium.make(env_id).unwrapped)


@each_case
def test_a_seed_decides_everything(env_id, options):
    one, other = gymnasium.make(env_id, **options), gymnasium.make(env_id, **options)
    first = play(one, 100, seed=5)
    play(other, 7, seed=6)  # what went before does not matter
    again = play(other, 100, seed=5)
    assert all(data_equivalence(a, b, exact=True) for a, b in zip(first, again, strict=True))
    assert not all(data_equivalence(a, b, exact=True) for a, b in zip(first, play(one, 100, seed=6), strict=False))


@pytest.mark.parametrize("env_id", TEXT_IDS)
def test_reset_goes_on_with_the_stream_and_blocks_do_not_show(env_id):
    env = gymnasium.make(env_id)
    count = env.unwrapped.task.problems_ahead + 1000  # past the largest block
    prompts = prompts_of(env, count, seed=8)
    stream = new_streams(np.random.Generator(np.random.PCG64(8)), 1)[0]  # as reset(seed=8) draws it
    assert prompts == list(env.unwrapped.task.sample(problem_keys(stream, np.arange(count))).prompts)


@pytest.mark.parametrize("env_id", TEXT_IDS)
def test_neighbouring_seeds_share_little(env_id):
    env = gymnasium.make(env_id, **many_problems(env_id))
    one, other = set(prompts_of(env, 500, seed=42)), set(prompts_of(env, 500, seed=43))
    assert len(one) > 490
    # Of arithmetic's 10^5 expressions and more, two times 500 have 2 or 3 in common on average; of reviews fewer.
    assert len(one & other) <= 15


@pytest.mark.parametrize("env_id", TEXT_IDS)
def test_train_and_test_have_no_prompt_in_common(env_id):
    envs = [gymnasium.make(env_id, split=split, **many_problems(env_id)) for split in ("train", "test")]
    count = 3000 if envs[0].unwrapped.task.problems_ahead > 1000 else 1000  # fewer of a task that takes its time
    train, test = (set(prompts_of(env, count, seed=0)) for env in envs)
    assert min(len(train), len(test)) > 5 / 6 * count
    assert not train & test


def test_train_and_test_have_no_expression_in_common():
    splits = {}
    for split in ("train", "test"):
        prompts = prompts_of(gymnasium.make(ARITH, split=split), 3000, seed=0)
        splits[split] = {prompt.split("=")[0] for prompt in prompts}
        assert len(splits[split]) > 2500
    assert not splits["train"] & splits["test"]


@each_case
def test_global_generators_are_left_alone(env_id, options):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    env = gymnasium.make(env_id, **options)
    play(env, 20)
    play(env, 20, seed=4)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # noqa: NPY002


@each_case
def test_a_pickled_environment_goes_on_where_it_was(env_id, options):
    env = gymnasium.make(env_id, **options).unwrapped
    play(env, 30, seed=9)
    copy = pickle.loads(pickle.dumps(env))
    assert copy.reward == env.reward
    assert (copy.observation_space, copy.action_space) == (env.observation_space, env.action_space)
    assert all(data_equivalence(a, b, exact=True) for a, b in zip(play(env, 50), play(copy, 50), strict=True))


@each_case
def test_ansi_shows_the_prompt_then_the_reward(env_id, options):
    env = gymnasium.make(env_id, render_mode="ansi", **options)
    observation, _ = env.reset(seed=2)
    before = env.render()
    assert before == (observation if env_id in TEXT_IDS else env.unwrapped.layout.tokenizer.decode(observation))
    terminated = False
    while not terminated:
        _, reward, terminated, _, info = env.step(env.action_space.sample())
    assert env.render().startswith(before)
    assert f"reward {reward:.4f}" in env.render()
    assert (info["failure"] or "") in env.render()
    assert gymnasium.make(env_id, **options).unwrapped.render() is None


@each_case
def test_steps_out_of_turn_are_refused(env_id, options):
    env = gymnasium.make(env_id, **options).unwrapped
    action = env.action_space.sample()
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(action)
    env.reset(seed=1)
    while not env.step(env.action_space.sample())[2]:
        pass
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(action)


def test_a_render_mode_that_does_not_exist_draws_nothing():
    with pytest.warns(UserWarning, match="render_mode"):
        env = gymnasium.make(ARITH, render_mode="rgb_array")
    env.reset(seed=0)
    assert env.unwrapped.render() is None


def test_sb3_makes_vectors_of_the_token_form_as_of_any_other():
    env_util = pytest.importorskip("stable_baselines3.common.env_util")
    with pytest.warns(UserWarning, match="render_mode"):  # of SB3's own asking
        envs = env_util.make_vec_env("FormalArithToken-v0", n_envs=2, seed=0)
    assert envs.reset().shape == (2, *envs.observation_space.shape)


@pytest.mark.parametrize("env_id", [ARITH, TOKENS])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rewrad": "exact"}, "did you mean 'reward'"),
        ({"reward": "exakt"}, "did you mean 'exact'"),
        ({"splti": "test"}, "did you mean 'split'"),
    ],
)
def test_options_that_do_not_exist_are_refused(env_id, options, message):
    with pytest.raises(ConfigError, match=message):
        gymnasium.make(env_id, **options).unwrapped.reset()


# The text form.


@given(action=st.text(max_size=200) | st.sampled_from(["9" * 5000, "1e400", "٣", "\0", "\ud800", "-", "=" * 3000]))
@settings(max_examples=200, deadline=None)
def test_any_text_is_scored(action):
    env = gymnasium.make(ARITH).unwrapped
    prompt, info = env.reset(seed=0)
    assert info == {}
    assert action in env.action_space
    observation, reward, terminated, truncated, info = env.step(action)
    score = env.reward.score(prompt, action)
    assert (observation, reward, terminated, truncated) == (prompt, score.value, True, False)
    assert info == {"parts": score.parts, "failure": score.failure}


@pytest.mark.parametrize("options", [{}, {"answer": "chain"}, {"operators": "+-*()"}, {"terms": 9, "split": "test"}])
def test_solutions_earn_the_full_reward_and_nothing_fails(options):
    env = gymnasium.make(ARITH, **options)
    for n, solution in enumerate(solutions_of(env.unwrapped.task, 50, seed=4)):
        env.reset(seed=4 if n == 0 else None)
        _, reward, _, _, info = env.step(solution)
        assert reward == 1.0
        assert info["failure"] is None


@pytest.mark.parametrize("action", [None, 3, b"3", ["3"]])
def test_an_action_that_is_no_text_is_refused(action):
    env = gymnasium.make(ARITH).unwrapped
    env.reset()
    with pytest.raises(ConfigError, match="must be a str"):
        env.step(action)


def test_infos_share_no_object():
    class Shared:
        range = (0.0, 1.0)
        parts = {"kept": 1.0}  # noqa: RUF012

        def score(self, prompt, completion):
            return Score(1.0, self.parts)

    env = gymnasium.make(ARITH, reward=Shared()).unwrapped
    env.reset()
    env.step("1")[4]["parts"]["kept"] = 5.0
    env.reset()
    assert env.step("1")[4]["parts"] == {"kept": 1.0}


def test_any_text_is_a_space_of_its_own():
    space = AnyText(5, charset="01", seed=3)
    twin = pickle.loads(pickle.dumps(space))
    assert twin == space
    assert [space.sample() for _ in range(9)] == [twin.sample() for _ in range(9)]
    assert all(0 < len(text) <= 5 and set(text) <= set("01") for text in (space.sample() for _ in range(99)))
    assert "not in the charset" in space
    assert "" in space
    assert 3 not in space
    assert space != Text(5, charset="01")
    assert Text(5, charset="01") != space
    assert space != AnyText(6, charset="01")
    assert repr(space) == "AnyText(5, charset='01')"


# The token form.


def test_the_papers_setting_is_one_token_that_is_no_special_one():
    env = gymnasium.make(TOKENS).unwrapped
    tokenizer = env.layout.tokenizer
    assert tokenizer.vocab_size == 106
    assert env.layout.max_tokens == 1
    _, info = env.reset(seed=0)
    specials = [tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]
    assert np.flatnonzero(info["action_mask"] == 0).tolist() == sorted(specials)
    assert env.step(27)[2]


@pytest.mark.parametrize(("env_id", "options"), TOKEN_CASES, ids=case_name)
def test_places_are_fixed_and_texts_are_those_of_the_text_form(env_id, options):
    env = gymnasium.make(env_id, **options).unwrapped
    layout, tokenizer = env.layout, env.layout.tokenizer
    text_id = env_id.replace("Token", "")
    text = gymnasium.make(text_id, **{k: v for k, v in options.items() if k not in ("tokenizer", "max_tokens")})
    rng = np.random.default_rng(0)
    for episode in range(30):
        observation, _ = env.reset(seed=11 if episode == 0 else None)
        prompt, _ = text.reset(seed=11 if episode == 0 else None)
        ids = tokenizer.encode(prompt)
        begin = layout.prompt_positions - len(ids)
        expected = np.full(layout.window, tokenizer.pad_id)
        expected[begin : layout.prompt_positions] = ids
        assert observation.tolist() == expected.tolist()
        for place in range(layout.prompt_positions, layout.window):
            action = rng.choice(np.flatnonzero(env.action_masks()))
            observation, reward, terminated, _, info = env.step(action)
            expected[place] = action
            assert observation.tolist() == expected.tolist()
            assert terminated == (action == tokenizer.eos_id or place == layout.window - 1)
            if terminated:
                break
            assert reward == 0
        assert info["completion"] == tokenizer.decode(expected[layout.prompt_positions :])
        _, value, _, _, final = text.step(info["completion"])
        assert (reward, info["parts"], info["failure"]) == (value, final["parts"], final["failure"])


@pytest.mark.parametrize(
    ("env_id", "options"), [case for case in TOKEN_CASES if "max_tokens" not in case[1]], ids=case_name
)
def test_every_solution_can_be_written(env_id, options):
    env = gymnasium.make(env_id, **options).unwrapped
    for n, solution in enumerate(solutions_of(env.task, 40, seed=4)):
        prompt = env.layout.tokenizer.decode(env.reset(seed=4 if n == 0 else None)[0])
        tokens = env.layout.tokenizer.encode(solution)
        for token in [*tokens, env.layout.tokenizer.eos_id][: env.layout.max_tokens]:
            assert env.action_masks()[token]
            _, reward, terminated, _, info = env.step(token)
        assert terminated
        value = env.reward.score(prompt, solution).value
        assert (reward, info["failure"], info["completion"]) == (value, None, solution)
        assert value == 1.0 or "exact" not in info["parts"]


@pytest.mark.parametrize("special", ["bos_id", "eos_id", "pad_id"])
def test_a_forbidden_token_ends_the_episode(special):
    env = gymnasium.make(TOKENS, tokenizer="char").unwrapped
    token = getattr(env.layout.tokenizer, special)
    observation, info = env.reset(seed=0)
    assert info["action_mask"][token] == 0
    prompt = env.layout.tokenizer.decode(observation)
    _, reward, terminated, _, info = env.step(token)
    assert terminated
    assert info["completion"] == ""
    assert reward == env.reward.score(prompt, "").value
    assert "empty statement" in info["failure"]

    prompt = env.layout.tokenizer.decode(env.reset()[0])
    digits = str(evaluate(prompt.split("=")[0]).value)
    _, _, terminated, _, info = env.step(int(env.layout.tokenizer.encode(digits)[0]))
    assert not terminated
    assert bool(info["action_mask"][token]) == (special == "eos_id")
    _, _, terminated, _, info = env.step(token)
    assert terminated
    assert info["completion"] == digits[0]


def test_masks_are_copies():
    env = gymnasium.make(TOKENS).unwrapped
    _, info = env.reset(seed=0)
    assert info["action_mask"].dtype == np.int8
    assert env.action_masks().dtype == bool
    info["action_mask"][:] = 0
    env.action_masks()[:] = False
    assert env.action_masks().sum() == 103


@pytest.mark.parametrize("action", [-1, 106, 1.0, "3", None, True])
def test_an_action_that_is_no_token_is_refused(action):
    env = gymnasium.make(TOKENS).unwrapped
    env.reset()
    with pytest.raises(ConfigError, match="actions must"):
        env.step(action)


def test_tokenizers_are_refused_where_they_do_not_fit():
    with pytest.raises(ConfigError, match="tokenizer='char'"):
        gymnasium.make(TOKENS, terms=10)
    with pytest.raises(ConfigError, match="max_tokens"):
        gymnasium.make(TOKENS, max_tokens=0)


def test_a_tokenizer_that_cuts_numbers_gets_room_for_their_characters():
    whole, cut = gymnasium.make(TOKENS, tokenizer=VocabularyTokenizer(WORDS)), gymnasium.make(TOKENS, tokenizer="char")
    assert whole.unwrapped.layout.prompt_positions == gymnasium.make(TOKENS).unwrapped.layout.prompt_positions
    assert cut.unwrapped.layout.prompt_positions >= 2 * whole.unwrapped.layout.prompt_positions
    assert cut.unwrapped.layout.max_tokens == 3  # two digits and EOS


def test_a_tokenizer_of_larger_numbers_takes_a_token_each():
    """Numbers past the paper's words: the task has no vocabulary, and a tokenizer of the caller's may have the room."""
    tokenizer = VocabularyTokenizer([*map(str, range(1000)), *"+="])
    env = gymnasium.make(TOKENS, terms=6, max_operand=100, tokenizer=tokenizer).unwrapped
    assert env.task.vocabulary == ()
    assert (env.layout.prompt_positions, env.layout.max_tokens) == (2 * (6 + 5 + 4 + 3 + 2), 1)
    assert env.layout.tokenizer.decode(env.reset(seed=0)[0]).endswith("=")


def test_reviews_take_a_token_a_word():
    env = gymnasium.make(REVIEW_TOKENS).unwrapped
    task, layout = env.task, env.layout
    assert (layout.prompt_positions, layout.max_tokens) == (task.max_prompt_tokens, task.max_solution_tokens + 1)
    observation, _ = env.reset(seed=0)
    words = layout.tokenizer.decode(observation).split()
    assert np.count_nonzero(observation != layout.tokenizer.pad_id) == len(words)


def test_a_reward_by_name_and_as_an_object_are_one():
    named, given_ = gymnasium.make(ARITH, reward="exact"), gymnasium.make(ARITH, reward=ArithmeticReward("exact"))
    assert [step[1] for step in play(named, 50, seed=1)] == [step[1] for step in play(given_, 50, seed=1)]
