"""Estimators of the KL divergence of the policy from the reference, at each token."""

from __future__ import annotations

from torch import Tensor


def kl_per_token(log_probs: Tensor, reference: Tensor, tokens: Tensor, estimator: str) -> Tensor:
    """KL(policy || reference) in nats at each token, estimated from the sampled token or from the distributions.

    Args:
        log_probs, reference: (..., V) log-probabilities of the two.
        tokens: (...) the sampled ids.
        estimator: "log_ratio" (unbiased), "absolute", "squared" (half its square), or "full" (the exact sum).
    Source: the estimators of TRL 0.9.5; J. Schulman, "Approximating KL divergence", 2020.
    """
    if estimator == "full":
        return (log_probs.exp() * (log_probs - reference)).sum(dim=-1)
    index = tokens.unsqueeze(-1)
    log_ratio = (log_probs.gather(-1, index) - reference.gather(-1, index)).squeeze(-1)
    return {"log_ratio": log_ratio, "absolute": log_ratio.abs(), "squared": 0.5 * log_ratio**2}[estimator]
