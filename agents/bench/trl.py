"""PPO beside TRL's GRPO: generated tokens per second over whole steps, of the same model, batch, threads and reward."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import torch

from agents.bench.clock import Clock, Rate
from agents.bench.reward import TimedSpec
from agents.models.build import build_model
from agents.ppo import train
from agents.runs.checkpoint import hugging_face_tokenizer
from agents.runs.config import TrainingConfig
from agents.runs.folder import Run
from agents.runs.spec import RunSpec
from formal_envs.errors import ConfigError

SETTINGS: dict[str, Any] = {
    "prompts": 32,
    "completions": 8,
    "advantage": "group",
    "learning_rate": 5e-4,
    "entropy_coef": 0.0,
    "entropy_target": -1.0,
    "batch_entropy_coef": 0.0,
    "checkpoint_every": 1_000_000,
    "test_episodes": 1,
    "device": "cpu",
}
"""GRPO of a task's model from random weights, in one mini-batch, without a KL penalty: so TRL has it by default."""


def bench_trl(env: str, steps: int) -> dict[str, Any]:
    """Rates of ours and of TRL's over ``steps`` steps, one after the other, and their ratios.

    Raises:
        ConfigError: TRL is not installed.
    """
    trl = _trl()
    steps += 1  # the first one, in which what is made once is made, is not counted
    spec = RunSpec.parse(env, {**SETTINGS, "steps": steps})
    ours = _ours(spec, steps)  # it says in how many threads both compute
    theirs = _theirs(trl, spec, steps)
    return {
        "trl_version": trl.__version__,
        "threads": torch.get_num_threads(),
        "load": os.getloadavg()[0],
        "ours": ours._asdict(),
        "trl": theirs._asdict(),
        "ratio": {"wall": ours.wall / theirs.wall, "cpu": ours.cpu / theirs.cpu},
    }


def _trl() -> Any:
    try:
        import trl
    except ImportError:
        raise ConfigError("this needs TRL: pip install 'formal-envs[trl]'") from None
    return trl


def _ours(spec: RunSpec, steps: int) -> Rate:
    timed = TimedSpec(spec.env, spec.options, spec.config)
    with tempfile.TemporaryDirectory() as folder:
        train(timed, Path(folder) / "run")
        rows = Run.open(Path(folder) / "run").metrics()
    begun = timed.rewards[0].begun
    tokens = sum(row["completion_tokens"] for row in rows[1:]) * SETTINGS["prompts"] * SETTINGS["completions"]
    return (begun[steps - 1] - begun[0]).rate(tokens)


def _theirs(trl: Any, spec: RunSpec, steps: int) -> Rate:
    from transformers.trainer_callback import PrinterCallback

    from formal_envs.adapters.trl import make_dataset, programmed_reward

    begun: list[Clock] = []
    tokens: list[int] = []

    def timed(prompts: list[str], completions: list[str], completion_ids: list[list[int]], **columns: Any) -> Any:
        begun.append(Clock.now())
        tokens.append(sum(map(len, completion_ids)))
        return programmed_reward(prompts, completions, **columns)

    layout = spec.layout()
    with tempfile.TemporaryDirectory() as folder:
        trainer = trl.GRPOTrainer(
            build_model(spec.config, layout.tokenizer),
            reward_funcs=timed,
            args=_grpo_config(trl, folder, steps, layout.max_tokens, spec.config),
            train_dataset=make_dataset(spec.env, SETTINGS["prompts"] * steps, **spec.options),
            processing_class=hugging_face_tokenizer(layout.tokenizer),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return (begun[-1] - begun[0]).rate(sum(tokens[1:]))


def _grpo_config(trl: Any, folder: str, steps: int, max_tokens: int, config: TrainingConfig) -> Any:
    """TRL's settings: its defaults, but for the batch, and without what costs time and is not asked of ours either."""
    return trl.GRPOConfig(
        output_dir=folder,
        max_steps=steps,
        per_device_train_batch_size=SETTINGS["prompts"] * SETTINGS["completions"],
        num_generations=SETTINGS["completions"],
        max_completion_length=max_tokens,
        learning_rate=config.learning_rate,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
