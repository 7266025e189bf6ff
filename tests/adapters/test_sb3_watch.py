"""A watch on a run of Stable-Baselines3: it stops one whose reward is gamed, and no other."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

from formal_envs.adapters.sb3_watch import WatchCallback, read_tokens
from formal_envs.score import Score
from formal_envs.tasks import make_task
from formal_envs.testing import RewardWatch

JUDGE = make_task("Arith", terms=2, reward="exact")[1]


class AnyNumber:
    """Pays for any number."""

    range = (0.0, 1.0)

    def score(self, prompt, completion):
        return Score(float(completion.isdigit()), {})


class Keeper(WatchCallback):
    """Keeps what it reads."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.kept, self.logged = [], {}

    def _look(self):
        self.kept += self._ended
        super()._look()
        self.logged |= self.logger.name_to_value


def learn(reward, watch, algorithm=PPO, normalised=False, steps=2048, **options):
    envs = make_vec_env(
        "formal_envs:FormalArithToken-v0",
        n_envs=8,
        seed=0,
        env_kwargs={"render_mode": None, "terms": 2, "reward": reward},
    )
    layout = envs.get_attr("layout")[0]
    if normalised:
        envs = VecNormalize(envs, norm_obs=False)
    callback = Keeper(watch, read_tokens(layout))
    with torch.random.fork_rng():
        model = algorithm("MlpPolicy", envs, seed=0, **options)
        model.learn(steps, callback=callback)
    return callback, model


@pytest.mark.filterwarnings("ignore:step")
@pytest.mark.parametrize("normalised", [False, True])
def test_a_watch_stops_a_run_whose_reward_is_gamed(normalised):
    watch = RewardWatch(JUDGE)
    callback, model = learn(AnyNumber(), watch, n_steps=16, batch_size=64, normalised=normalised)
    assert watch.gamed.step == model.num_timesteps < 2048
    assert callback.logged["watch/reward"] == watch.looks[-1].reward > 0.5
    assert callback.logged["watch/judgement"] < 0.3
    assert {look.judged for look in watch.looks} == {64}
    for (prompt, completion, solution), earned in callback.kept:
        assert earned == AnyNumber().score(prompt, completion).value  # also where the learner sees another one
        assert prompt.endswith("=")
        assert solution is None


@pytest.mark.parametrize(("algorithm", "options"), [(PPO, {"n_steps": 16}), (DQN, {"buffer_size": 1000})])
def test_a_watch_lets_a_run_go_on_that_is_paid_for_what_is_right(algorithm, options):
    watch = RewardWatch(JUDGE, most=0.1)
    _, model = learn("exact", watch, algorithm, steps=512, **options)
    assert model.num_timesteps == 512
    assert len(watch.looks) == 512 // 64
    assert {look.gap for look in watch.looks} == {0.0}


def test_prompts_are_read_from_the_last_observation():
    env = gymnasium.make("formal_envs:FormalArithToken-v0", terms=3)
    read = read_tokens(env.unwrapped.layout)
    first, _ = env.reset(seed=3)
    observation, *_, info = env.step(25)
    prompt, completion, _ = read({**info, "terminal_observation": observation})
    assert completion == "25"
    assert np.array_equal(env.unwrapped.layout.tokenizer.encode(prompt), [token for token in first if token < 103])
