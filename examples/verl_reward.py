"""verl reads our rows and pays our reward: its own data set and its own reward manager, without a training run.

formal-envs export FormalArith-v0 --n 100 --format verl --out train.parquet
python examples/verl_reward.py --rows train.parquet --tokenizer MODEL
"""

import argparse

import torch
from omegaconf import OmegaConf
from transformers import AutoTokenizer
from verl import DataProto
from verl.trainer.ppo.reward import load_reward_manager
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

CONFIG = {
    "data": {"max_prompt_length": 512, "filter_overlong_prompts": False},
    "reward": {
        "custom_reward_function": {"path": "pkg://formal_envs.adapters.verl", "name": "compute_score"},
        "reward_manager": {"source": "register", "name": "naive"},
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", required=True, help="what formal-envs export --format verl wrote")
    parser.add_argument("--tokenizer", required=True, help="a folder or hub id")
    arguments = parser.parse_args()

    config = OmegaConf.create(CONFIG)
    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    rows = RLHFDataset(data_files=arguments.rows, tokenizer=tokenizer, config=config.data)
    manager = load_reward_manager(config, tokenizer)
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
