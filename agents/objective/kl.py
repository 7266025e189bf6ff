"""Estimators of the KL divergence of the policy from the reference, at each token."""

from __future__ import annotations

from torch import Tensor


def kl_of_samples(logp: Tensor, reference: Tensor, estimator: str) -> Tensor:
    """KL(policy || reference) in nats, estimated from the sampled tokens alone.

    Args:
        logp, reference: (...) log-probabilities of the sampled tokens under the two.
        estimator: "log_ratio" (unbiased), "absolute" or "squared" (half its square).
    Source: the estimators of TRL 0.9.5; J. Schulman, "Approximating KL divergence", 2020.
    """
    log_ratio = logp - reference
    return {"log_ratio": log_ratio, "absolute": log_ratio.abs(), "squared": 0.5 * log_ratio**2}[estimator]


def full_kl(log_probs: Tensor, reference: Tensor) -> Tensor:
    """KL(policy || reference) (...) in nats, the exact sum over log-probabilities (..., V)."""
    return (log_probs.exp() * (log_probs - reference)).sum(dim=-1)
