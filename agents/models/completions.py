"""What is said of completions: when they are sampled, and when they are looked at again."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

HELD = 2**25
"""Numbers of the distributions that are held at once; of more, each part is worked out again for the gradient."""
_IN_CACHE = 2**21
"""Numbers of a part on a processor: 8 MB, which stay in its cache and need no new pages, are dealt with twice as fast
as parts of 128 MB (measured with a vocabulary of 50,000)."""


class Evaluation(NamedTuple):
    """What the policy says at the N generated tokens of completions, in the order of ``mask.nonzero()``.

    Whole distributions are not kept: with a vocabulary of 50,000 tokens they would not fit.

    Attributes:
        logp: (N,) log-probabilities of the tokens.
        entropy: (N,) in nats of the distributions that they are from.
        values: (N,).
        sums: (T, V), the sum of those distributions at each position.
        log_probs: (N, V), where they were asked for.
    """

    logp: Tensor
    entropy: Tensor
    values: Tensor
    sums: Tensor
    log_probs: Tensor | None = None


class Reference(Protocol):
    """Evaluates completions as ``Policy.forward`` does, and is not trained."""

    def __call__(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        tokens: Tensor,
        mask: Tensor,
        allowed: Tensor | None = None,
        whole: bool = False,
    ) -> Evaluation:
        """What it says of the tokens."""
        ...


class Completions(NamedTuple):
    """G sampled completions of each of P prompts, of at most T tokens; all but the tokens is 0 behind the end.

    Attributes:
        tokens: (P, G, T) ids, PAD behind the end.
        mask: (P, G, T), 1 on generated tokens, the EOS included; there is one at least.
        logp: (P, G, T) log-probabilities of the tokens.
        entropy: (P, G, T) in nats of the distributions that they were drawn from.
        values: (P, G, T).
        sums: (T, V), the sum of those distributions over the completions that reach a position.
        allowed: (P, G, T, B) uint8, the ``GrammarMasks.bits`` that the tokens were drawn under, without meaning behind
            the end; None where there were no masks.
        states: of the P prompts, with their gradients' graph; None where they are not kept.
    """

    tokens: Tensor
    mask: Tensor
    logp: Tensor
    entropy: Tensor
    values: Tensor
    sums: Tensor
    allowed: Tensor | None = None
    states: States | None = None


class Drawn(NamedTuple):
    """Tokens drawn from N distributions, C from each: tokens, logp (N, C); entropy (N,); sums (V,)."""

    tokens: Tensor
    logp: Tensor
    entropy: Tensor
    sums: Tensor


class States(NamedTuple):
    """R states that tokens are drawn from, C from each.

    Attributes:
        states: (R, ...), of which a model makes logits.
        values, positions: (R,).
        tokens, numbers: (R, C) tokens, and their places in the result.
        allowed: (R, B), as of ``Completions``, or None.
        recompute: whether there are more of them than are held at once.
    """

    states: Tensor
    values: Tensor
    positions: Tensor
    tokens: Tensor
    numbers: Tensor
    allowed: Tensor | None
    recompute: bool

    def parts(self, vocabulary: int) -> list[States]:
        """The same in parts, of which the distributions are small enough."""
        limit = min(HELD, _IN_CACHE) if self.states.device.type == "cpu" else HELD
        rows, recompute = max(1, limit // vocabulary), len(self.states) * vocabulary > HELD
        if len(self.states) <= rows:
            return [self]
        every = torch.arange(len(self.states), device=self.states.device).split(rows)
        fields = ([None if field is None else field[part] for field in self[:-1]] for part in every)
        return [States._make([*part, recompute]) for part in fields]
