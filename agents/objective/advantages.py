"""Advantages: of each token by generalised advantage estimation, or of each completion within its prompt's group."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Total = Callable[[Tensor], Tensor]
"""The sum of a tensor over the processes of a run."""


def alone(x: Tensor) -> Tensor:
    """The total where there is one process."""
    return x


def gae(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, lam: float) -> Tensor:
    """Generalised advantage estimates (B, T).

    Args: rewards, values, mask (B, T); generated tokens come first in each row; the value after the last one is 0.
    Source: Schulman et al., arXiv:1506.02438, equation 16.
    """
    advantage = torch.zeros_like(rewards)
    following_advantage = torch.zeros_like(rewards[:, 0])
    following_value = torch.zeros_like(rewards[:, 0])
    for t in reversed(range(rewards.shape[1])):
        live = mask[:, t]
        delta = rewards[:, t] + gamma * following_value - values[:, t]  # (B,)
        following_advantage = (delta + gamma * lam * following_advantage) * live
        following_value = values[:, t] * live
        advantage[:, t] = following_advantage
    return advantage


def group_normalise(returns: Tensor, present: Tensor) -> Tensor:
    """Advantages (P, G) of G completions of each of P prompts: standard scores within the group, 0 where all are equal.

    Args: returns (P, G); present (P, G), 1 on the completions that there are, whose advantages alone are not 0.
    Source: Shao et al., arXiv:2402.03300, section 4.1.
    """
    centred, count = _centred(returns, present)
    centred = centred * _differ(returns, present)  # else what is left by rounding
    variance = centred.square().sum(dim=1, keepdim=True) / (count - 1).clamp(min=1)
    return centred / (variance.sqrt() + 1e-6)


def group_centre(returns: Tensor, present: Tensor, total: Total = alone) -> Tensor:
    """Advantages (P, G): the distance from the group's mean, divided by the root mean square of those of the batch.

    Unlike standard scores, a group that differs little counts little, so that the prompts that are answered well do
    not drown those that are not.

    Args: returns, present (P, G), as of ``group_normalise``; total, over the processes that have parts of the batch.
    Source: without the division, Liu et al., arXiv:2503.20783, section 3.2.
    """
    centred, count = _centred(returns, present)
    sums = total(torch.stack((centred.square().sum(), count.sum(), _differ(returns, present).sum())))
    spread = (sums[0] / sums[1].clamp(min=1)).sqrt()
    return centred / (spread + 1e-6) * (sums[2] > 0)  # else what is left by rounding


def _centred(returns: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
    """Distances (P, G) from the group's mean, 0 where a completion is not present, and how many (P, 1) are."""
    count = present.sum(dim=1, keepdim=True)
    mean = (returns * present).sum(dim=1, keepdim=True) / count.clamp(min=1)
    return (returns - mean) * present, count


def _differ(returns: Tensor, present: Tensor) -> Tensor:
    """The groups (P, 1) whose present completions do not all earn the same."""
    least, most = (returns.masked_fill(present == 0, end) for end in (torch.inf, -torch.inf))
    return most.amax(dim=1, keepdim=True) > least.amin(dim=1, keepdim=True)


def to_go(rewards: Tensor, ends: Tensor, gamma: float) -> Tensor:
    """What is earned from each token's step on (..., T): its own step's rewards, and later ones discounted by step.

    Args: rewards (..., T); ends (..., T), bool, the last tokens of steps.
    """
    following = torch.zeros_like(rewards[..., 0])
    earned = torch.empty_like(rewards)
    for t in reversed(range(rewards.shape[-1])):
        following = rewards[..., t] + torch.where(ends[..., t], gamma, 1.0) * following
        earned[..., t] = following
    return earned


def by_position(within_group: Callable[[Tensor, Tensor], Tensor], returns: Tensor, mask: Tensor) -> Tensor:
    """Advantages (P, G, T) of tokens: each among those at its position in the completions of its prompt.

    Args: within_group, of returns and what is present (N, G); returns, mask (P, G, T).
    """
    rows, present = (x.transpose(1, 2).flatten(0, 1) for x in (returns, mask))  # (P * T, G)
    advantages: Tensor = within_group(rows, present)
    return advantages.view(len(mask), -1, mask.shape[1]).transpose(1, 2) * mask


def credit_error_token(advantages: Tensor, positions: Tensor) -> Tensor:
    """Advantages (P, G, T) where a completion that went wrong at a known token has that token pay alone.

    What stands before that token could have become right, and what stands behind it could not matter any more; so the
    advantages of both are 0, and that of the token is the completion's, where it is negative.

    Args: advantages (P, G, T), one per completion; positions (P, G) of those tokens, -1 where none is known.
    """
    here = torch.arange(advantages.shape[2], device=positions.device) == positions[..., None]
    return torch.where(positions[..., None] < 0, advantages, advantages.clamp(max=0) * here)


def whiten(x: Tensor, mask: Tensor, total: Total = alone) -> Tensor:
    """Shift and scale x to mean 0 and variance 1 over the positions where mask is 1. Both of one shape.

    Args: total, over the processes that have parts of the batch.
    """
    both = total(torch.stack(((x * mask).sum(), mask.sum())))
    count = both[1].clamp(min=1)
    centred = (x - both[0] / count) * mask
    return centred * torch.rsqrt(total(centred.square().sum()) / count + 1e-8)
