"""How many floating-point operations a batch needs, whatever is spent on it."""

from __future__ import annotations

from typing import Any, NamedTuple

from agents.models.optimizers import hidden_matrices
from agents.rollout import Rollout


class Weights(NamedTuple):
    """The weights of a model that tokens are multiplied with: in its layers, and in its output layer.

    spared: those in layers that only the last token of a prompt has to be multiplied with.
    """

    hidden: int
    output: int
    spared: int = 0


def count_weights(policy: Any) -> Weights:
    """The weights of a policy's model: all matrices but embeddings, of which a token takes one row."""
    output = policy.model.get_output_embeddings().weight
    hidden, spared = (sum(matrix.numel() for matrix in some) for some in (hidden_matrices(policy), policy.spared))
    return Weights(hidden, output.numel(), spared)


def forward_flops(weights: Weights, batch: Rollout) -> float:
    """FLOP of asking a model once about each token of a batch, which is what sampling it needs at least.

    A weight costs 2 for each token, a multiplication and an addition, and 4 more in the backward pass; so an update
    takes 3 times the forward pass, or 2 times where that of sampling is kept (Kaplan et al., arXiv:2001.08361, section
    2.1). Attention between tokens, norms, the
    softmax and the value head are not counted. Each prompt counts once for all its completions; padding and the last
    token of a completion, which need not be read, do not count at all; and the output layer counts for the
    distributions that tokens are drawn from, the first of which a prompt's completions share. What is computed beyond
    that lowers the rate.
    """
    prompts, group = batch.tokens.shape[:2]
    later = int(batch.mask.sum()) - prompts * group  # generated tokens behind the first ones
    asked = int(batch.prompt_mask.sum())
    spared = weights.spared * (asked - prompts)
    return 2.0 * (weights.hidden * (asked + later) - spared + weights.output * (prompts + later))
