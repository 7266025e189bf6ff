"""Sampling and updates: tokens per second, their share of what the device can do, and memory."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from flops import count_work
from part import Part
from stand_ins import folder_of

from agents.models.build import build_model
from agents.models.completions import Completions
from agents.models.noise import Noise
from agents.models.optimizers import make_optimizer
from agents.models.policy import Policy
from agents.models.texts import encode_prompts
from agents.processes import Processes
from agents.rollout import Rollout, collect
from agents.runs.config import PPOConfig
from agents.runs.loop import make_accelerator
from agents.runs.spec import RunSpec
from agents.update import accumulate
from formal_envs.envs.token import TokenLayout
from formal_envs.score import Score
from formal_envs.tasks.streams import problem_keys, seeded_stream

DATASHEET = 989e12
"""Dense bf16 FLOP/s of an H100 and an H200 (NVIDIA H100 Tensor Core GPU datasheet, SXM)."""


def measure_speed(part: Part) -> None:
    """Sampling and updates of GPT-2 small and of a Llama of 400 M, whole and with adapters."""
    peak = matmul_peak(part)
    part.note("matmul_tflops", peak / 1e12)
    for name in ("gpt2", "llama"):
        for rank in (0, 16):
            part.note(f"{name}{' with LoRA' if rank else ''}", _measure(part, name, rank, peak))
            gc.collect()  # of a whole model on the GPU


def matmul_peak(part: Part) -> float:
    """The FLOP/s of a product of two square matrices of random numbers, in the precision of the runs."""
    size = part.pick(8192, 512)
    left, right = (torch.randn(size, size, device=part.device, dtype=_precision(part)) for _ in range(2))
    return 2 * size**3 / _seconds(part, lambda: left @ right, 10)


@dataclass
class Trained:
    """A policy that is about to learn, and what it is asked."""

    config: PPOConfig
    layout: TokenLayout
    accelerator: Accelerator
    processes: Processes
    policy: Policy
    optimizer: torch.optim.Optimizer
    prompts: list[str]

    @classmethod
    def build(cls, part: Part, name: str, rank: int) -> Trained:
        """One of the stand-ins, with adapters of a rank, or whole."""
        prompts, group, before, after = part.pick((32, 8, 64, 48), (4, 2, 16, 8))
        settings = {"prompts": prompts, "completions": group, "max_tokens": after, "lora_rank": rank}
        settings |= {"model": folder_of(part, name), "device": part.device.type, "bf16": part.device.type == "cuda"}
        spec = RunSpec.parse("FormalSentiment-v0", settings)
        config, layout = spec.config, spec.layout()
        assert isinstance(config, PPOConfig)
        accelerator = make_accelerator(config)
        policy = Policy(build_model(config, layout.tokenizer), layout).to(accelerator.device)
        policy.value_head.requires_grad_(False)
        optimizer = make_optimizer(policy, config.optimizer, config.learning_rate, weight_decay=0.0)
        texts = _prompts(spec, prompts, before)
        return cls(config, layout, accelerator, Processes(accelerator), policy, optimizer, texts)

    def noise(self, group: int) -> Noise:
        """The noise of completions of each prompt, the same each time."""
        return Noise(seeded_stream(0), 0, len(self.prompts), group, self.processes.device)

    def sample(self, group: int) -> Completions:
        """Completions of each prompt."""
        ids, mask = encode_prompts(self.layout.tokenizer, self.prompts, self.processes.device)
        with self.accelerator.autocast():
            return self.policy.sample(ids, mask, group, self.config.max_tokens, self.noise(group))

    def update(self, batch: Rollout) -> None:
        """A step of the optimizer on a batch."""
        self.optimizer.zero_grad()
        accumulate(self.policy, batch, self.config, 0.0, self.accelerator, self.processes)
        self.accelerator.clip_grad_norm_(self.policy.parameters(), self.config.grad_clip)
        self.optimizer.step()


def _measure(part: Part, name: str, rank: int, peak: float) -> dict[str, Any]:
    """Figures of sampling and of an update. Args: peak, FLOP/s that the device reaches."""
    run = Trained.build(part, name, rank)
    model, group = run.policy.model, run.config.completions
    figures: dict[str, Any] = {"weights": sum(weights.numel() for weights in model.parameters())}
    read = encode_prompts(run.layout.tokenizer, run.prompts, run.processes.device)[1]
    for times in (1, 8):
        part.forget_peak()
        seconds = _seconds(part, partial(run.sample, times * group), 3)
        mask = run.sample(times * group).mask
        work = count_work(run.policy, read, mask).forward
        rates = _rates(float(mask.sum()), work, seconds, peak, part)
        figures[f"sampling of {times * group * len(read)}"] = {**rates, "peak_gib": part.peak_gib()}

    with run.accelerator.autocast():
        asked = run.policy, None, run.layout, Length(), run.prompts, run.config, 0.0, run.noise(group), run.processes
        batch = collect(*asked).rollout
    part.forget_peak()
    seconds = _seconds(part, lambda: run.update(batch), 5)
    work = count_work(run.policy, read, batch.mask).update
    rates = _rates(float(batch.mask.sum()), work, seconds, peak, part)
    figures[f"update of {group * len(read)}"] = {**rates, "peak_gib": part.peak_gib()}
    return figures


class Length:
    """A reward in [0, 1] that grows with the length of a completion."""

    range = (0.0, 1.0)

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return Score(min(1.0, len(completion) / 512), {})


def _prompts(spec: RunSpec, count: int, tokens: int) -> list[str]:
    """Texts of about so many tokens, each of other reviews."""
    tokenizer, task = spec.layout().tokenizer, spec.task()
    texts = ("".join(task.sample(problem_keys(seeded_stream(1, row), np.arange(16))).solutions) for row in range(count))
    return [tokenizer.decode(tokenizer.encode(text)[:tokens]) for text in texts]


def _rates(tokens: float, flops: float, seconds: float, peak: float, part: Part) -> dict[str, float]:
    rates = {
        "seconds": seconds,
        "tokens_per_second": tokens / seconds,
        "tflops": flops / seconds / 1e12,
        "of_matmul": flops / seconds / peak,
    }
    return rates | ({"of_datasheet": flops / seconds / DATASHEET} if part.device.type == "cuda" else {})


def _precision(part: Part) -> torch.dtype:
    return torch.bfloat16 if part.device.type == "cuda" else torch.float32


def _seconds(part: Part, call: Callable[[], object], times: int) -> float:
    """The median of so many calls, after one that does not count."""
    call()
    taken = []
    for _ in range(part.pick(times, 2)):
        part.synchronize()
        began = time.perf_counter()
        call()
        part.synchronize()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
