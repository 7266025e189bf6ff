"""How fast a step of PPO is: tokens and floating-point operations per second of sampling and of the update."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agents.bench.clock import Clock, Rate
from agents.bench.flops import count_weights, forward_flops
from agents.bench.peak import sgemm_peak
from agents.bench.reward import TimedReward
from agents.evaluation.agent import TRAINING
from agents.models.noise import Noise
from agents.models.optimizers import make_optimizer
from agents.ppo import PARTS, SAMPLING
from agents.processes import Processes
from agents.rollout import Rollout, collect
from agents.runs.session import Session
from agents.runs.spec import RunSpec
from agents.update import accumulate, cut
from formal_envs.tasks.streams import problem_keys, seeded_stream

ARITHMETIC = "FormalArith-v0"
GAMES = "FormalGame-v0"
SETTINGS: dict[str, dict[str, Any]] = {
    ARITHMETIC: {},
    GAMES: {"prompts": 32, "completions": 8, "minibatches": 2},
}
"""What is measured: the default run, and the games' model with the batch that it has once it knows something."""


_NO_TIME = Clock()


@dataclass
class Spent:
    """What steps took, by what it was for, and what came of it.

    tokens: generated. flops: of reading them once. learned: of the updates.
    """

    sampling: Clock = _NO_TIME
    update: Clock = _NO_TIME
    reward: Clock = _NO_TIME
    tokens: int = 0
    flops: float = 0.0
    learned: float = 0.0


def bench_ppo(env: str, steps: int, device: str = "auto", **settings: Any) -> dict[str, Any]:
    """Measure ``steps`` steps from random weights, after one that is not counted.

    Sampling is all that brings a batch, but for the reward and for making the problems: encoding prompts, drawing
    completions, decoding them, advantages and figures. The update is all epochs and mini-batches. Logging is left out.
    Tokens are generated ones, counted in the update each time that they are learned from; ``forward_flops`` says how
    operations are counted, ``sgemm_peak`` what they are shares of. By the processor's clock a rate is that of a thread.

    Args: env, of SETTINGS; settings, changes to those.
    """
    spec = RunSpec.parse(env, {**SETTINGS[env], "device": device, **settings})
    with tempfile.TemporaryDirectory() as folder:
        run = Session.begin(spec, Path(folder) / "run", resume=False)
        before = sgemm_peak(run.accelerator.device)
        spent = _measure(run, steps)
        after = sgemm_peak(run.accelerator.device)
    epochs = run.spec.config.as_dict()["epochs"]
    peak = Rate(max(before.wall, after.wall), max(before.cpu, after.cpu))
    return {
        "env": env,
        "threads": torch.get_num_threads(),
        "load": os.getloadavg()[0],
        "device": run.accelerator.device.type,
        "weights": sum(weight.numel() for weight in run.policy.model.parameters()),
        "multiplied_weights": sum(count_weights(run.policy)),
        "tokens_per_step": spent.tokens / steps,
        "steps_per_second": spent.sampling.plus(spent.update).rate(steps)._asdict(),
        "reward_seconds_per_step": spent.reward.wall / steps,
        "sgemm_peak": peak._asdict(),
        "sampling": _rates(spent.sampling, spent.tokens, spent.flops, peak),
        "update": _rates(spent.update, epochs * spent.tokens, spent.learned, peak),
    }


def _measure(run: Session, steps: int) -> Spent:
    """Steps with the body of ``agents.ppo.train``, without its logging, and by other clocks."""
    config: Any = run.spec.config
    policy, accelerator = run.policy, run.accelerator
    policy.value_head.requires_grad_(config.advantage == "gae")
    optimizer = make_optimizer(policy, config.optimizer, config.learning_rate, weight_decay=0.0)
    model, optimizer = accelerator.prepare(policy, optimizer)
    processes, reward, weights = Processes(accelerator), TimedReward(run.reward), count_weights(policy)
    stream, draws = (seeded_stream(config.seed, purpose) for purpose in (TRAINING, SAMPLING))
    spent = Spent()
    for step in range(steps + 1):
        first = step * config.prompts
        prompts = run.task.sample(problem_keys(stream, np.arange(first, first + config.prompts))).prompts
        noise = Noise(draws, first, config.prompts, config.completions, processes.device)
        run.set_rate(optimizer, step)
        reward.spent, began = Clock(), Clock.now()
        with accelerator.autocast():
            sampled = collect(policy, None, run.layout, reward, prompts, config, 0.0, noise, processes)
        batch = sampled.rollout
        assert isinstance(batch, Rollout)
        collected = Clock.now()
        for epoch in range(config.epochs):
            for rows in cut(seeded_stream(config.seed, PARTS, epoch), first, config.prompts, config.minibatches):
                part = batch if config.minibatches == 1 else batch.select(rows)
                optimizer.zero_grad()
                accumulate(model, part, config, config.entropy_coef, accelerator, processes, sampled.states)
                accelerator.clip_grad_norm_(model.parameters(), config.grad_clip)
                optimizer.step()
        updated = Clock.now()
        if step:  # what is made once is made in the first one
            spent.sampling = spent.sampling.plus(collected - began - reward.spent)
            spent.update = spent.update.plus(updated - collected)
            spent.reward = spent.reward.plus(reward.spent)
            spent.tokens += int(batch.mask.sum())
            spent.flops += forward_flops(weights, batch)
            spent.learned += (3 * config.epochs - (sampled.states is not None)) * forward_flops(weights, batch)
    return spent


def _rates(spent: Clock, tokens: int, flops: float, peak: Rate) -> dict[str, dict[str, float]]:
    """Tokens and FLOP per second by each clock, and the shares of the peak."""
    done = spent.rate(flops)
    return {
        "tokens_per_second": spent.rate(tokens)._asdict(),
        "flops_per_second": done._asdict(),
        "share_of_peak": Rate(done.wall / peak.wall, done.cpu / peak.cpu)._asdict(),
    }
