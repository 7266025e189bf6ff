"""Stable-Baselines3's PPO on FormalArithToken-v0, as it comes: the reward of a constant answer is 0.747.

python examples/sb3_ppo.py --steps 200000
"""

import argparse

import gymnasium
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

import formal_envs  # noqa: F401  (registers the environments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200_000, help="environment steps (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    quiet = {"render_mode": None}  # Stable-Baselines3 asks for pictures otherwise, and is warned
    envs = make_vec_env("FormalArithToken-v0", n_envs=64, seed=arguments.seed, env_kwargs=quiet)
    model = PPO("MlpPolicy", envs, n_steps=16, batch_size=256, gamma=1.0, ent_coef=0.01, seed=arguments.seed, verbose=1)
    model.learn(arguments.steps)

    held_out = gymnasium.make("FormalArithToken-v0", split="test")
    held_out.reset(seed=1)
    reward, _ = evaluate_policy(model, held_out, n_eval_episodes=2000, warn=False)
    print(f"mean reward on held-out prompts: {reward:.3f} (the best constant answer earns 0.747)")


if __name__ == "__main__":
    main()
