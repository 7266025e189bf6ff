"""TRL's GRPOTrainer on a task: its problems as the dataset, its reward as the reward function.

python examples/trl_grpo.py --model MODEL --env FormalArith-v0 --steps 200
"""

import argparse

import torch
from trl import GRPOConfig, GRPOTrainer

from formal_envs.adapters.trl import make_dataset, programmed_reward


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder or hub id of a causal language model")
    parser.add_argument("--env", default="FormalArith-v0")
    parser.add_argument("--max-tokens", type=int, default=8, help="of a completion (default: %(default)s)")
    parser.add_argument("--learning-rate", type=float, default=1e-5)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--out", default="runs/trl")
    arguments = parser.parse_args()

    config = GRPOConfig(
        output_dir=arguments.out,
        max_steps=arguments.steps,
        per_device_train_batch_size=64,
        num_generations=8,
        max_completion_length=arguments.max_tokens,
        learning_rate=arguments.learning_rate,
        logging_steps=1,
        bf16=torch.cuda.is_available(),
        save_strategy="no",
        report_to="none",
    )
    trainer = GRPOTrainer(
        arguments.model,
        reward_funcs=programmed_reward,
        args=config,
        train_dataset=make_dataset(arguments.env, 8 * arguments.steps),
    )
    trainer.train()
    for row in trainer.state.log_history:
        if "reward" in row:
            print(f"step {row['step']}: reward {row['reward']:.4f}, exact {row.get('parts/exact', 0.0):.3f}")


if __name__ == "__main__":
    main()
