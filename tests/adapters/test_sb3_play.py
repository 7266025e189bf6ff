"""Games side by side as Stable-Baselines3 takes them: the same games, and MaskablePPO learns from them."""

import numpy as np
import pytest

pytest.importorskip("sb3_contrib")

from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.callbacks import MaskableEvalCallback
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported
from stable_baselines3.common.callbacks import EvalCallback

from formal_envs.adapters.sb3_play import GamesVecEnv
from formal_envs.playing.vector import PlayVectorEnv

TIC_TAC_TOE = """(game "Tic-Tac-Toe" (players 2) (equipment {(board (square 3)) (piece "Disc" P1) (piece "Cross" P2)})
    (rules (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))"""


def games(n=4, **options):
    return PlayVectorEnv(n, TIC_TAC_TOE, seat="in turn", **options)


def test_it_plays_the_games_of_the_vector_form():
    plain, wrapped = games(), GamesVecEnv(games())
    wrapped.seed(7)
    expected, _ = plain.reset(seed=[7, 8, 9, 10])
    assert (wrapped.reset() == expected).all()
    rng, ends = np.random.default_rng(0), 0
    for _ in range(60):
        masks = get_action_masks(wrapped)
        assert (masks == plain.action_masks()).all()
        actions = np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])
        observations, rewards, dones, infos = wrapped.step(actions)
        seen, expected, terminated, truncated, told = plain.step(actions)
        assert (observations == seen).all()
        assert (rewards == expected).all()
        assert (dones == (terminated | truncated)).all()
        for slot in np.flatnonzero(dones):
            ends += 1
            assert (infos[slot]["terminal_observation"] == told["final_obs"][slot]).all()
            assert infos[slot]["final_info"]["winner"] in (0, 1, 2)
            assert infos[slot]["TimeLimit.truncated"] is False
    assert ends > 40


def test_a_cut_game_is_told():
    cut = GamesVecEnv(games(1, opponent=None, max_moves=2))
    cut.seed(0)
    cut.reset()
    told = []
    for _ in range(4):
        _, _, dones, infos = cut.step(np.array([np.flatnonzero(get_action_masks(cut)[0])[0]]))
        told.append((bool(dones[0]), infos[0].get("TimeLimit.truncated")))
    assert told == [(False, None), (True, True)] * 2


def test_masks_of_some_slots():
    env = GamesVecEnv(games())
    env.reset()
    assert is_masking_supported(env)
    assert len(env.env_method("action_masks", indices=[0, 2])) == 2
    assert env.env_is_wrapped(GamesVecEnv, 1) == [False]
    with pytest.raises(AttributeError, match="action_masks is one"):
        env.env_method("seed")


@pytest.mark.train
def test_maskable_ppo_learns_to_beat_a_random_player():
    env = GamesVecEnv(games(32))
    env.seed(0)
    model = MaskablePPO("MlpPolicy", env, n_steps=32, batch_size=256, learning_rate=1e-3, gamma=1.0, seed=0)
    model.learn(8 * 1024)
    held_out = games(200)
    observations, _ = held_out.reset(seed=5)
    rewards = []
    while len(rewards) < 400:
        moves, _ = model.predict(observations, action_masks=held_out.action_masks(), deterministic=True)
        observations, reward, ended, _, _ = held_out.step(moves)
        rewards += reward[ended].tolist()
    assert np.mean(rewards) > 0.5  # a random player has 0 from both seats


class Counted(GamesVecEnv):
    """Counts the moves that no rule allows."""

    illegal = 0

    def step_async(self, actions):
        self.illegal += int((~self.games.action_masks()[np.arange(self.num_envs), actions]).sum())
        super().step_async(actions)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Training and eval env")
@pytest.mark.parametrize(("kind", "heeds"), [(EvalCallback, False), (MaskableEvalCallback, True)])
def test_of_the_two_callbacks_that_evaluate_one_heeds_masks(kind, heeds):
    """What docs/how-to/other_trainers.md says of them."""
    tried = Counted(games())
    tried.seed(0)
    model = MaskablePPO("MlpPolicy", GamesVecEnv(games()), n_steps=8, batch_size=16, n_epochs=1, seed=0)
    callback = kind(tried, n_eval_episodes=20, eval_freq=8, verbose=0, warn=False)
    model.learn(32, callback=callback)
    assert callback.last_mean_reward > -np.inf  # it did evaluate
    assert (tried.illegal == 0) is heeds
