"""TRL's GRPOTrainer on a task: its problems as the dataset, its reward as the reward function or as an environment.

python examples/trl_grpo.py --model MODEL --env FormalArith-v0 --steps 200
python examples/trl_grpo.py --model CHAT_MODEL --tool --max-tokens 64
"""

import argparse

import torch
from trl import GRPOConfig, GRPOTrainer

from formal_envs.adapters.trl import ProblemEnvironment, make_dataset, programmed_reward


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder or hub id of a causal language model")
    parser.add_argument("--env", default="FormalArith-v0")
    parser.add_argument(
        "--tool", action="store_true", help="answers are calls of a tool, which the chat template knows"
    )
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
    rewards = {"environment_factory": ProblemEnvironment} if arguments.tool else {"reward_funcs": programmed_reward}
    trainer = GRPOTrainer(
        arguments.model,
        args=config,
        train_dataset=make_dataset(arguments.env, 8 * arguments.steps, chat=arguments.tool),
        **rewards,
    )
    trainer.train()
    for row in trainer.state.log_history:
        if "reward" in row:
            exact = f", exact {row['parts/exact']:.3f}" if "parts/exact" in row else ""  # of the reward function
            print(f"step {row['step']}: reward {row['reward']:.4f}{exact}")


if __name__ == "__main__":
    main()
