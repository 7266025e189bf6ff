"""RLlib's PPO on a token environment, in this process. Ray wants a gymnasium of its own: `make rllib` installs both.

python examples/rllib_ppo.py --iterations 20
"""

import argparse

from ray.rllib.algorithms.ppo import PPOConfig
from ray.tune import register_env

from formal_envs.adapters.rllib import make_env


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", default="FormalArithToken-v0")
    parser.add_argument("--iterations", type=int, default=1)
    arguments = parser.parse_args()

    register_env("formal", make_env)
    config = (
        PPOConfig()
        .environment("formal", env_config={"id": arguments.env})
        .env_runners(num_env_runners=0, num_envs_per_env_runner=16)
        .training(train_batch_size_per_learner=1024, minibatch_size=256, num_epochs=4, gamma=1.0, lr=1e-3)
    )
    algorithm = config.build_algo()
    for iteration in range(1, arguments.iterations + 1):
        result = algorithm.train()["env_runners"]
        print(f"iteration {iteration}: mean reward {result['episode_return_mean']:.4f}")
    algorithm.stop()


if __name__ == "__main__":
    main()
