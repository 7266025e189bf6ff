"""verl reads our rows and pays our reward: its own configuration, data set and reward manager, without a training run.

formal-envs export FormalArith-v0 --n 100 --format verl --out train.parquet
python examples/verl_reward.py --rows train.parquet --tokenizer MODEL
python examples/verl_reward.py --rows train.parquet --tokenizer MODEL reward.reward_manager.name=remote
"""

import argparse

import ray
import torch
from hydra import compose, initialize_config_module
from transformers import AutoTokenizer
from verl import DataProto
from verl.trainer.ppo.reward import load_reward_manager
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

SETTINGS = [
    "reward.custom_reward_function.path=pkg://formal_envs.adapters.verl",
    "reward.custom_reward_function.name=compute_score",
    "reward.num_workers=2",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", required=True, help="what formal-envs export --format verl wrote")
    parser.add_argument("--tokenizer", required=True, help="a folder or hub id")
    parser.add_argument("settings", nargs="*", help="of verl, such as reward.reward_manager.name=remote")
    arguments = parser.parse_args()

    files = [f"data.train_files={arguments.rows}", f"data.val_files={arguments.rows}"]
    with initialize_config_module("verl.trainer.config", version_base=None):
        config = compose("ppo_trainer", [*files, *SETTINGS, *arguments.settings])
    if config.reward.reward_manager.name == "remote":  # its workers are Ray's
        ray.init(num_cpus=config.reward.num_workers, include_dashboard=False)
    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    rows = RLHFDataset(data_files=config.data.train_files, tokenizer=tokenizer, config=config.data)
    manager = load_reward_manager(config, tokenizer)
    print(f"{type(manager).__name__}, {config.reward.num_workers} workers")
    for row in (rows[n] for n in range(3)):
        for completion in (row["reward_model"]["ground_truth"], "7", "seven"):
            responses = tokenizer(completion, return_tensors="pt").input_ids  # (1, T)
            batch = DataProto.from_single_dict({**collate_fn([row]), "responses": responses})
            batch.batch["attention_mask"] = torch.ones_like(responses)  # the manager looks at the response's part alone
            paid = manager.loop.run_until_complete(manager.run_single(batch))
            prompt = row["raw_prompt"][0]["content"]
            print(f"{prompt}{completion:8} {paid['reward_score']:.4f}  {paid['reward_extra_info']}")


if __name__ == "__main__":
    main()
