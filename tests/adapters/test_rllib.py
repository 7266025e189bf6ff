"""The token environments as RLlib's networks read them."""

import numpy as np

from formal_envs.adapters.rllib import make_env


def test_observations_are_the_tokens_one_hot():
    env = make_env({"id": "FormalArithToken-v0", "terms": 3, "tokenizer": "char"})
    layout = env.unwrapped.layout
    observation, _ = env.reset(seed=0)
    assert observation.dtype == np.float32
    assert env.observation_space.contains(observation)
    one_hot = observation.reshape(layout.window, layout.tokenizer.vocab_size)
    assert (one_hot.sum(axis=1) == 1).all()
    expected, _ = env.unwrapped.reset(seed=0)
    assert (one_hot.argmax(axis=1) == expected).all()


def test_the_config_holds_the_environments_options_and_is_left_alone():
    config = {"terms": 3, "split": "test"}
    env = make_env(config)
    assert env.unwrapped.spec.id == "FormalArithToken-v0"
    assert (env.unwrapped.task.terms, env.unwrapped.task.split) == (3, "test")
    assert config == {"terms": 3, "split": "test"}
