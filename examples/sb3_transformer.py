"""PPO, A2C or MaskablePPO with a small transformer that reads the tokens, on any token environment.

python examples/sb3_transformer.py --algorithm MaskablePPO --steps 200000
"""

import argparse

import gymnasium
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.evaluation import evaluate_policy as evaluate_masked
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

import formal_envs  # noqa: F401  (registers the environments)
from formal_envs.adapters.sb3 import TransformerExtractor

ALGORITHMS = {"PPO": PPO, "A2C": A2C, "MaskablePPO": MaskablePPO}
POLICY = {"features_extractor_class": TransformerExtractor, "net_arch": [], "features_extractor_kwargs": {"layers": 1}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--algorithm", choices=ALGORITHMS, default="MaskablePPO")
    parser.add_argument("--env", default="FormalArithToken-v0")
    parser.add_argument("--steps", type=int, default=200_000, help="environment steps (default: %(default)s)")
    parser.add_argument("--episodes", type=int, default=2000, help="of the evaluation (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    quiet = {"render_mode": None}  # Stable-Baselines3 asks for pictures otherwise, and is warned
    envs = make_vec_env(arguments.env, n_envs=64, seed=arguments.seed, env_kwargs=quiet)
    settings = {"n_steps": 16, "gamma": 1.0, "ent_coef": 0.01, "seed": arguments.seed, "policy_kwargs": POLICY}
    if arguments.algorithm != "A2C":
        settings["batch_size"] = 256
    model = ALGORITHMS[arguments.algorithm]("MlpPolicy", envs, verbose=1, **settings)
    model.learn(arguments.steps)

    held_out = gymnasium.make(arguments.env, split="test")
    held_out.reset(seed=1)
    evaluate = evaluate_masked if arguments.algorithm == "MaskablePPO" else evaluate_policy
    reward, _ = evaluate(model, held_out, n_eval_episodes=arguments.episodes, warn=False)
    print(f"mean reward on held-out prompts: {reward:.3f}")


if __name__ == "__main__":
    main()
