"""Runs and policies small enough for a test: settings, a policy of random weights, a batch, and its first loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from devices import DEVICE

from agents.models.build import new_model
from agents.models.noise import Noise
from agents.models.policy import Policy
from agents.ppo import SAMPLING
from agents.processes import Processes
from agents.rollout import collect
from agents.update import accumulate
from formal_envs.tasks.streams import problem_keys, seeded_stream

SMALL = {
    "prompts": 16,
    "completions": 4,
    "layers": 1,
    "width": 16,
    "heads": 2,
    "warmup": 2,
    "test_episodes": 32,
    "device": DEVICE.type,
}
TIMES = ("seconds", "sample_seconds", "update_seconds", "reward_seconds")


def without_times(run):
    """The metrics of a run that are the same each time."""
    return [{name: value for name, value in row.items() if name not in TIMES} for row in run.metrics()]


def make_policy(spec):
    """A policy of random weights, the same each time, and its layout."""
    torch.manual_seed(0)
    layout = spec.layout()
    return Policy(new_model(layout.tokenizer, 1, 16, 2, 64), layout).to(DEVICE), layout


def roll_out(spec, policy, layout, reference=None, kl_coef=0.0):
    """A batch of the policy, and what there is to say of it."""
    task, reward = spec.build()
    prompts = task.sample(problem_keys(seeded_stream(0), np.arange(spec.config.prompts))).prompts
    noise = draw(len(prompts), spec.config.completions)
    return collect(policy, reference, layout, reward, prompts, spec.config, kl_coef, noise, alone())[:2]


def draw(prompts, group, seed=0):
    """The noise of a batch."""
    return Noise(seeded_stream(seed, SAMPLING), 0, prompts, group, DEVICE)


def accelerator():
    """Of one process."""
    return Accelerator(cpu=DEVICE.type == "cpu")


def alone():
    """The one process of a run."""
    return Processes(accelerator())


def terms_of(policy, rollout, config, entropy_coef=0.2):
    """The loss on a batch, its terms and diagnostics."""
    return accumulate(policy, rollout, config, entropy_coef, accelerator(), alone())


def check_first_loss(spec, policy, rollout, stats):
    """The loss on a batch by the policy that drew it is the sum of its terms, at ratios of one. Returns the terms."""
    terms = terms_of(policy, rollout, spec.config)
    expected = terms["policy_loss"] + 0.1 * terms["value_loss"] - 0.2 * stats["entropy"] - 0.3 * stats["batch_entropy"]
    assert terms["loss"] == pytest.approx(expected, rel=1e-4)
    assert terms["ratio"] == pytest.approx(1.0, abs=1e-5)
    return terms
