"""The transformer that Stable-Baselines3's policies read the token environments with."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

import torch
from stable_baselines3.common.preprocessing import preprocess_obs

from formal_envs.adapters.sb3 import TransformerExtractor


@pytest.fixture
def env():
    return gymnasium.make("formal_envs:FormalArithToken-v0", terms=3)


@pytest.fixture
def extractor(env):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return TransformerExtractor(env.observation_space, 32, layers=1)


def read(extractor, env, observations):
    return extractor(preprocess_obs(torch.as_tensor(np.array(observations)), env.observation_space))


def test_every_token_and_its_place_is_read(extractor, env):
    observation, _ = env.reset(seed=0)
    rows = [observation]
    for place in range(len(observation)):
        changed = observation.copy()
        changed[place] = (changed[place] + 1) % env.action_space.n
        rows.append(changed)
    swapped = observation.copy()
    first, second = [place for place, token in enumerate(observation) if token < 10][:2]
    swapped[first], swapped[second] = 11, 12
    rows.append(swapped.copy())
    swapped[first], swapped[second] = 12, 11
    rows.append(swapped)
    features = read(extractor, env, rows)
    assert features.shape == (len(rows), 32)
    distances = torch.cdist(features, features) + torch.eye(len(rows))
    assert distances.min() > 1e-4


def test_rows_of_a_batch_do_not_touch_each_other(extractor, env):
    rows = [env.reset(seed=seed)[0] for seed in range(5)]
    together = read(extractor, env, rows)
    alone = torch.cat([read(extractor, env, [row]) for row in rows])
    torch.testing.assert_close(together, alone)


def test_every_weight_gets_a_gradient(extractor, env):
    read(extractor, env, [env.reset(seed=0)[0]]).square().sum().backward()
    for name, weight in extractor.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name
