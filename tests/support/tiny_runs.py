"""Runs and policies small enough for a test: settings, a policy of random weights, a batch, and its first loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from agents.models.build import new_model
from agents.models.policy import Policy
from agents.ppo import ppo_loss
from agents.rollout import collect
from formal_envs.tasks.streams import problem_keys, seeded_stream

SMALL = {
    "prompts": 16,
    "completions": 4,
    "layers": 1,
    "width": 16,
    "heads": 2,
    "warmup": 2,
    "test_episodes": 32,
    "device": "cpu",
}
TIMES = ("seconds", "sample_seconds", "update_seconds", "reward_seconds")


def without_times(run):
    """The metrics of a run that are the same each time."""
    return [{name: value for name, value in row.items() if name not in TIMES} for row in run.metrics()]


def make_policy(spec):
    """A policy of random weights, the same each time, and its layout."""
    torch.manual_seed(0)
    layout = spec.layout()
    return Policy(new_model(layout.tokenizer, 1, 16, 2, 64), layout), layout


def roll_out(spec, policy, layout, reference=None, kl_coef=0.0):
    """A batch of the policy, and what there is to say of it."""
    task, reward = spec.build()
    prompts = task.sample(problem_keys(seeded_stream(0), np.arange(spec.config.prompts))).prompts
    generator = torch.Generator().manual_seed(0)
    return collect(policy, reference, layout, reward, prompts, spec.config, kl_coef, generator)[:2]


def check_first_loss(spec, policy, rollout, stats):
    """The loss on a batch by the policy that drew it is the sum of its terms, at ratios of one. Returns the terms."""
    loss, tensors = ppo_loss(policy, rollout, spec.config, entropy_coef=0.2)
    terms = {name: tensor.item() for name, tensor in tensors.items()}
    expected = terms["policy_loss"] + 0.1 * terms["value_loss"] - 0.2 * stats["entropy"] - 0.3 * stats["batch_entropy"]
    assert loss.item() == pytest.approx(expected, rel=1e-4)
    assert terms["ratio"] == pytest.approx(1.0, abs=1e-5)
    return terms
