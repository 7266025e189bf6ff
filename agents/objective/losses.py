"""The terms of the loss, a function each, of the N generated tokens of a batch; padding has no part in them."""

from __future__ import annotations

import torch
from torch import Tensor


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean of x over the places where mask is 1; 0 where there are none. Both of one shape."""
    return (x * mask).sum() / mask.sum().clamp(min=1)


def token_log_probs(logits: Tensor) -> Tensor:
    """Log-probabilities (..., V) of logits (..., V), in 32-bit floats whatever the model's precision."""
    return logits.float().log_softmax(dim=-1)


def token_entropy(log_probs: Tensor) -> Tensor:
    """Entropy (...) in nats of each next-token distribution, from log-probabilities (..., V)."""
    return -(log_probs.exp() * log_probs).sum(dim=-1)


def batch_entropy(log_probs: Tensor, positions: Tensor) -> Tensor:
    """Entropy of the batch-mean next-token distribution at each position.

    Args: log_probs (N, V) at the tokens of the batch; positions (N,) of the tokens in their completions, from 0.
    Returns: (T,) in nats, within [0, ln V], for T positions, the last of which occurs; 0 at those that do not occur.
    Source: arXiv:2410.17126, section on regularisation; the paper has it for the one position of its completions.
    """
    live = positions.bincount()  # (T,)
    sums = log_probs.new_zeros(len(live), log_probs.shape[-1]).index_add(0, positions, log_probs.exp())
    return entropy(sums / live.clamp(min=1)[:, None])


def mean_batch_entropy(log_probs: Tensor, positions: Tensor) -> Tensor:
    """Mean () of ``batch_entropy`` over positions, each weighted by the number of its tokens."""
    return weighted_mean(batch_entropy(log_probs, positions), positions.bincount().to(log_probs.dtype))


def entropy(probs: Tensor) -> Tensor:
    """Entropy (...) in nats of distributions (..., V) given as probabilities."""
    return -(probs * probs.clamp(min=1e-12).log()).sum(dim=-1)


def weighted_mean(x: Tensor, weights: Tensor) -> Tensor:
    """Mean () of x (T,) under weights (T,); 0 where all of them are 0."""
    return (x * weights).sum() / weights.sum().clamp(min=1)


def clipped_policy_loss(logp: Tensor, old_logp: Tensor, advantage: Tensor, clip: float) -> Tensor:
    """PPO's clipped surrogate, negated: ().

    Args: logp, old_logp, advantage (N,); the ratio is clipped to [1 - clip, 1 + clip].
    Source: Schulman et al., arXiv:1707.06347, equation 7.
    """
    ratio = (logp - old_logp).exp()  # (N,)
    clipped = ratio.clamp(1 - clip, 1 + clip)  # (N,)
    return -torch.minimum(ratio * advantage, clipped * advantage).mean()


def clipped_value_loss(value: Tensor, old_value: Tensor, returns: Tensor, clip: float) -> Tensor:
    """Half the squared error of the values, the worse of the plain and the clipped one: ().

    Args: value, old_value, returns (N,); value is clipped to old_value +- clip.
    Source: the PPO of OpenAI Baselines, as TRL 0.9.5 has it.
    """
    near = old_value + (value - old_value).clamp(-clip, clip)  # (N,)
    return 0.5 * torch.maximum((value - returns) ** 2, (near - returns) ** 2).mean()
