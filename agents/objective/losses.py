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


def batch_entropy(sums: Tensor, counts: Tensor) -> Tensor:
    """Entropy of the batch-mean next-token distribution at each position.

    Args: sums (T, V) of the distributions of the tokens at each position; counts (T,) of those tokens.
    Returns: (T,) in nats, within [0, ln V]; 0 at positions without tokens.
    Source: arXiv:2410.17126, section on regularisation; the paper has it for the one position of its completions.
    """
    return entropy(sums / counts.clamp(min=1)[:, None])


def mean_batch_entropy(sums: Tensor, counts: Tensor) -> Tensor:
    """Mean () of ``batch_entropy`` over positions, each weighted by the number of its tokens."""
    return weighted_mean(batch_entropy(sums, counts), counts.to(sums.dtype))


def entropy(probs: Tensor) -> Tensor:
    """Entropy (...) in nats of distributions (..., V) given as probabilities."""
    return -(probs * probs.clamp(min=1e-12).log()).sum(dim=-1)


def weighted_mean(x: Tensor, weights: Tensor) -> Tensor:
    """Mean () of x (T,) under weights (T,); 0 where all of them are 0."""
    return (x * weights).sum() / weights.sum().clamp(min=1)


def clipped_policy_loss(logp: Tensor, old_logp: Tensor, advantage: Tensor, low: float, high: float) -> Tensor:
    """PPO's clipped surrogate of each token, negated: (N,).

    Args: logp, old_logp, advantage (N,); the ratio is clipped to [1 - low, 1 + high].
    Source: Schulman et al., arXiv:1707.06347, equation 7; with high above low ("clip-higher"), which leaves tokens that
    were unlikely more room to become likely, Yu et al., arXiv:2503.14476, equation 10.
    """
    ratio = (logp - old_logp).exp()  # (N,)
    clipped = ratio.clamp(1 - low, 1 + high)  # (N,)
    return -torch.minimum(ratio * advantage, clipped * advantage)


def clipped_value_loss(value: Tensor, old_value: Tensor, returns: Tensor, clip: float) -> Tensor:
    """Half the squared error of each value, the worse of the plain and the clipped one: (N,).

    Args: value, old_value, returns (N,); value is clipped to old_value +- clip.
    Source: the PPO of OpenAI Baselines, as TRL 0.9.5 has it.
    """
    near = old_value + (value - old_value).clamp(-clip, clip)  # (N,)
    return 0.5 * torch.maximum((value - returns) ** 2, (near - returns) ** 2)


def most_covariant(logp: Tensor, advantage: Tensor, mask: Tensor, share: float) -> Tensor:
    """Which tokens, the given share of all, have the greatest covariance of log-probability and advantage.

    Such tokens, likely and better than expected, take most of the entropy away. A token's covariance is the product of
    its distances from both means; only a positive one counts.

    Args: logp, advantage, mask, of one shape, which is the result's; share in [0, 1], of at least one token.
    Source: "KL-Cov", Cui et al., arXiv:2505.22617, section 4.
    """
    covariance = (logp - masked_mean(logp, mask)) * (advantage - masked_mean(advantage, mask)) * mask
    count = max(1, round(share * int(mask.sum())))
    least = covariance.flatten().topk(count).values[-1]
    return (covariance >= least) & (covariance > 0)
