"""TRL's GRPOTrainer on an environment that is served: prompts and rewards come from OpenEnv's client.

formal-envs serve FormalArith-v0
python examples/openenv_grpo.py --url http://localhost:8000/FormalArith-v0 --model MODEL --steps 10
"""

import argparse
import time

import torch
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer
from websockets.exceptions import ConnectionClosed

from formal_envs.serving.openenv_client import FormalEnv
from formal_envs.serving.openenv_models import FormalAction

TRIES, WAIT = 5, 2.0  # and seconds between them: a server that is started again is waited for


class ServedReward:
    """What each completion earns as an answer to its row's problem.

    None where the server could not score it, which GRPO leaves out. Where there is no server any more the run ends.
    """

    __name__ = "served_reward"

    def __init__(self, env):
        self.env = env

    def __call__(self, completions, split, index, **columns):
        return [self.earned(*row) for row in zip(completions, split, index, strict=True)]

    def earned(self, completion, split, index):
        for _ in range(TRIES):
            try:
                self.env.reset(split=split, index=index)
                return self.env.step(FormalAction(completion=completion)).reward
            except RuntimeError as error:  # what the server answers
                if "no score could be given" not in str(error):
                    raise
                lost = error
            except (ConnectionError, ConnectionClosed, TimeoutError) as error:
                lost = error
            time.sleep(WAIT)
        if isinstance(lost, RuntimeError):
            return None
        raise SystemExit(f"the server at {self.env.base_url} does not answer, and nothing was made up: {lost}")


def problems(env, n):
    rows = []
    while len(rows) < n:
        rows += env.get_task_range("train", len(rows), min(n, len(rows) + 256))
    return Dataset.from_list(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="of the environment")
    parser.add_argument("--token", default="", help="of the server, where it has one")
    parser.add_argument("--model", required=True, help="a folder or hub id of a causal language model")
    parser.add_argument("--max-tokens", type=int, default=8, help="of a completion (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=64, help="completions of a step (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--out", default="runs/openenv")
    arguments = parser.parse_args()

    headers = {"Authorization": f"Bearer {arguments.token}"} if arguments.token else None
    with FormalEnv(base_url=arguments.url, headers=headers).sync() as env:
        config = GRPOConfig(
            output_dir=arguments.out,
            max_steps=arguments.steps,
            per_device_train_batch_size=arguments.batch,
            num_generations=8,
            max_completion_length=arguments.max_tokens,
            logging_steps=1,
            bf16=torch.cuda.is_available(),
            save_strategy="no",
            report_to="none",
        )
        trainer = GRPOTrainer(
            arguments.model,
            reward_funcs=ServedReward(env),
            args=config,
            train_dataset=problems(env, arguments.batch // 8 * arguments.steps),
        )
        trainer.train()
    for row in trainer.state.log_history:
        if "reward" in row:
            print(f"step {row['step']}: reward {row['reward']:.4f}")


if __name__ == "__main__":
    main()
