"""An update of PPO: a batch cut into mini-batches, and the gradient of the loss on one, however it is split."""

from __future__ import annotations

from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from agents.models.completions import States
from agents.objective.losses import clipped_policy_loss, clipped_value_loss, mean_batch_entropy
from agents.processes import Processes
from agents.rollout import Batch, Rollout
from agents.runs.config import PPOConfig
from formal_envs.tasks.streams import problem_keys

_ROUNDING = 1e-5
"""Nats by which a token's log-probability may differ from its old one by rounding: a distance has no slope at 0, where
rounding would choose one."""


def cut(stream: np.uint64, first: int, prompts: int, parts: int) -> list[Tensor]:
    """The rows of the mini-batches of a pass, each of ``prompts / parts`` prompts, drawn from a stream.

    Of each ``parts`` prompts that follow one another every mini-batch gets one, so that processes that share a batch
    cut it as one process would.

    Args: first, place of the first prompt among those of all steps and processes.
    """
    numbers = problem_keys(stream, np.arange(first, first + prompts)).reshape(-1, parts)
    rows = numbers.argsort(axis=1) + parts * np.arange(len(numbers))[:, None]
    return [torch.from_numpy(rows[:, part]) for part in range(parts)]


def accumulate(
    model: torch.nn.Module,
    batch: Batch,
    config: PPOConfig,
    entropy_coef: float,
    accelerator: Accelerator,
    processes: Processes,
    states: States | None = None,
) -> dict[str, float]:
    """Add the gradient of the loss on a mini-batch, of which each process has a part, to the model's.

    It goes through the model ``micro_batch`` prompts at a time. The sum over parts and processes is the gradient of the
    whole mini-batch, however it is split; batch entropy needs the distributions of all before it has one, so that with
    several parts the model is asked twice.

    Args: states, that ``sample`` kept, where the mini-batch is the whole batch in one part.
    Returns: the loss, and its terms and diagnostics, of the whole mini-batch.
    """
    parts = batch.split(config.micro_batch)
    counts = torch.stack([part.mask.sum(dim=(0, 1)) for part in parts]).sum(dim=0)  # (T,)
    tokens = torch.stack([part.scored.sum() for part in parts]).sum()[None].float()
    weight = torch.stack([part.weights.sum() for part in parts]).sum()[None]
    counted = processes.total(torch.cat((counts.float(), tokens, weight)))
    whole = Whole(counted[:-2], counted[-2], counted[-1], 1 / (len(parts) * processes.count), None)
    if config.batch_entropy_coef > 0 and len(parts) > 1:
        with torch.no_grad(), accelerator.autocast():
            sums = [model(part.prompts, part.prompt_mask, part.tokens, part.mask, part.allowed).sums for part in parts]
        whole = whole._replace(sums=processes.total(sum(sums)))
    found = []
    for number, part in enumerate(parts):
        waits = nullcontext() if number == len(parts) - 1 else accelerator.no_sync(model)
        with waits:
            with accelerator.autocast():
                loss, terms = ppo_loss(model, part, config, entropy_coef, whole, processes, states)
            accelerator.backward(loss * processes.count)  # of which the mean over processes is taken
        found.append(torch.stack(list(terms.values())))
    return dict(zip(terms, processes.total(torch.stack(found).sum(dim=0)).tolist(), strict=True))


class Whole(NamedTuple):
    """What a part of a mini-batch has to know of the whole, of all processes.

    counts (T,) of tokens at each position; tokens (), those of completions that have a score; weight (), those that the
    policy's loss is of; share, the part's of what is the same for all parts; sums (T, V) of the distributions at each
    position, None where there is one part.
    """

    counts: Tensor
    tokens: Tensor
    weight: Tensor
    share: float
    sums: Tensor | None


def ppo_loss(
    model: torch.nn.Module,
    batch: Rollout,
    config: PPOConfig,
    entropy_coef: float,
    whole: Whole,
    processes: Processes,
    states: States | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The paper's loss: L_clip + value_coef * L_value - b_ENT * H - b_BENT * H_batch, of a part of a mini-batch.

    The means in it are over the whole mini-batch, so that the gradients of all parts add up to its gradient. They are
    over completions that have a score, but for H_batch, which is of all.

    Returns: the loss (), and its terms and diagnostics () by name, which add up as well.
    """
    asked = (batch.prompts, batch.prompt_mask, batch.tokens, batch.mask, batch.allowed)
    said = model(*asked, states=states)  # (N,), sums (T, V)
    live = batch.mask.bool()
    old_logp, advantages, weights = batch.logp[live], batch.advantages[live], batch.weights[live]
    scored = batch.scored[live]  # (N,)
    tokens, weight = whole.tokens.clamp(min=1), whole.weight.clamp(min=1)

    each = clipped_policy_loss(said.logp, old_logp, advantages, config.clip, config.clip_high or config.clip)  # (N,)
    if batch.restrained is not None:
        distance = ((said.logp - old_logp).abs() - _ROUNDING).clamp(min=0)  # (N,)
        each = each + config.kl_cov_coef * distance * batch.restrained[live]
    policy_loss = (each * weights).sum() / weight
    loss = policy_loss
    if entropy_coef > 0:
        loss = loss - entropy_coef * (said.entropy * scored).sum() / tokens
    terms = {"policy_loss": policy_loss}
    if config.advantage == "gae":
        errors = clipped_value_loss(said.values, batch.values[live], batch.returns[live], config.value_clip)
        value_loss = (errors * scored).sum() / tokens
        loss = loss + config.value_coef * value_loss
        terms["value_loss"] = value_loss
    terms["loss"] = loss
    if config.batch_entropy_coef > 0:
        others = (processes.total(said.sums) if whole.sums is None else whole.sums) - said.sums.detach()
        batch_entropy = config.batch_entropy_coef * mean_batch_entropy(said.sums + others, whole.counts)
        loss = loss - batch_entropy
        terms["loss"] = terms["loss"] - batch_entropy * whole.share  # every part has all of it
    with torch.no_grad():
        ratio = (said.logp - old_logp).exp()
        beyond = (ratio < 1 - config.clip) | (ratio > 1 + (config.clip_high or config.clip))
        terms["ratio"] = (ratio * scored).sum() / tokens
        terms["clip_fraction"] = (beyond * scored).sum() / tokens
    return loss, {name: term.detach() for name, term in terms.items()}
