"""The policy: any causal language model of transformers, and a value head on its last hidden state."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from agents.models.cache import let_grow
from agents.models.transformers_adapter import Reader
from agents.objective.losses import token_entropy, token_log_probs
from formal_envs.envs.masks import GrammarMasks
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError

_FORBIDDEN = -1e9  # finite, so that 0 * log 0 stays 0 in entropies and their gradients
_READ_AT_ONCE = 64  # completions that are padded to one length in ``forward``
_CROWDED = 0.75  # in ``sample`` the rows that have ended are dropped when fewer than this share of the rows are live


class Evaluation(NamedTuple):
    """What the policy says at the N generated tokens of completions, in the order of ``mask.nonzero()``.

    log_probs (N, V) of each next token, values (N,). Padding is left out: with a vocabulary of thousands of tokens it
    would cost most of the time and of the memory.
    """

    log_probs: Tensor
    values: Tensor


Reference = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor | None], Evaluation]
"""Evaluates completions as ``Policy.forward`` does, and is not trained."""


class Completions(NamedTuple):
    """G sampled completions of each of P prompts, of at most T tokens; all but the tokens is 0 behind the end.

    Whole distributions are not kept: with a vocabulary of 50,000 tokens they would not fit.

    Attributes:
        tokens: (P, G, T) ids, PAD behind the end.
        mask: (P, G, T), 1 on generated tokens, the EOS included.
        logp: (P, G, T) log-probabilities of the tokens.
        entropy: (P, G, T) in nats of the distributions that they were drawn from.
        values: (P, G, T).
        mean_probs: (T, V), the mean of those distributions over the completions that reach a position.
        allowed: (P, G, T, B) uint8, the ``GrammarMasks.bits`` that the tokens were drawn under, without meaning behind
            the end; None where there were no masks.
    """

    tokens: Tensor
    mask: Tensor
    logp: Tensor
    entropy: Tensor
    values: Tensor
    mean_probs: Tensor
    allowed: Tensor | None = None


class Policy(nn.Module):
    """Next-token distributions and values, without the tokens that ``layout`` forbids at a position.

    Args:
        model: a causal language model of transformers, or one of peft's with adapters, whose weights alone are then
            trained. Its dropout is switched off: it would move the ratio of new to old probabilities away from 1.
        layout: the tokens of completions.

    Raises:
        ConfigError: the model cannot be told positions or a cache, as recurrent ones, or has too few tokens.
    """

    forbidden: Tensor

    def __init__(self, model: Any, layout: TokenLayout):
        super().__init__()
        self.model = model.eval()
        self.has_adapters = hasattr(model, "disable_adapter")  # of peft, which need not be installed
        self._recomputes = any(getattr(module, "gradient_checkpointing", False) for module in model.modules())
        config = model.config.get_text_config()
        self._positions: int | None = getattr(config, "max_position_embeddings", None)
        self._reader = Reader(model)
        self.value_head = nn.utils.skip_init(nn.Linear, config.hidden_size, 1)  # draws nothing from torch's generator
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)
        self.eos_id, self.pad_id = layout.tokenizer.eos_id, layout.tokenizer.pad_id
        allowed = torch.tensor(np.stack((layout.first_mask, layout.later_mask)), dtype=torch.bool)
        _check_size(allowed.shape[1], config.vocab_size)
        forbidden = torch.ones(2, config.vocab_size, dtype=torch.bool)  # rows past the tokenizer's are padding
        forbidden[:, : allowed.shape[1]] = ~allowed
        self.register_buffer("forbidden", forbidden, persistent=False)  # (first, later) x V

    def forward(
        self, prompts: Tensor, prompt_mask: Tensor, tokens: Tensor, mask: Tensor, allowed: Tensor | None = None
    ) -> Evaluation:
        """Evaluate completions; each prompt is read once for all G of its completions.

        Texts of similar length are read together, so that little padding is. Where gradients flow through recomputed
        activations, which exclude a cache, a prompt is read with each of its completions.

        Args: prompts, prompt_mask (P, S), left-padded; tokens, mask (P, G, T); allowed (P, G, T, B), as of
            ``Completions``.

        Raises:
            ConfigError: prompts and completions together exceed the model's positions.
        """
        count, group, length = tokens.shape
        self._check_length(prompts.shape[1], length)
        numbers = (mask.flatten().cumsum(dim=0) - 1).view_as(mask)  # of each generated token, in the result's order
        together = count if length == 1 else max(1, _READ_AT_ONCE // group)
        if together >= count:
            pieces = self._evaluate(prompts, prompt_mask, tokens, mask, numbers, allowed)
        else:
            pieces = []
            before, after = prompt_mask.sum(dim=1), mask.sum(dim=2).amax(dim=1)  # (P,)
            for rows in (before + after).argsort(stable=True).split(together):
                begin, end = prompts.shape[1] - int(before[rows].max()), int(after[rows].max())
                ids, live, ranks = (x[rows, :, :end] for x in (tokens, mask, numbers))
                under = None if allowed is None else allowed[rows, :, :end]
                pieces += self._evaluate(prompts[rows, begin:], prompt_mask[rows, begin:], ids, live, ranks, under)
        log_probs, values, ranks = (torch.cat(field) for field in zip(*pieces, strict=True))
        if len(pieces) > 1:
            order = ranks.argsort()
            log_probs, values = log_probs[order], values[order]
        return Evaluation(log_probs, values)

    def _evaluate(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        tokens: Tensor,
        mask: Tensor,
        numbers: Tensor,
        allowed: Tensor | None,
    ) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Log-probabilities (n, V), values (n,) and numbers (n,) of generated tokens, in pieces, each token once.

        Args: as of ``forward``; numbers (P, G, T).
        """
        group, length = tokens.shape[1:]
        live, numbers = mask.flatten(0, 1).bool(), numbers.flatten(0, 1)  # (P * G, T)
        so_far = tokens[:, :, :-1].flatten(0, 1)  # (P * G, T - 1)
        seen = torch.cat((prompt_mask.repeat_interleave(group, dim=0), live[:, :-1]), dim=1)
        if self._recomputes and torch.is_grad_enabled():
            whole = torch.cat((prompts.repeat_interleave(group, dim=0), so_far), dim=1)  # (P * G, S + T - 1)
            logits, values, _ = self._read(whole, seen, None, False, length)
            later = (live.nonzero()[:, 1] > 0).long()
            forbidden = self._forbidden(later, None if allowed is None else allowed.flatten(0, 1)[live])
            return [(self._log_probs(logits[live], forbidden), values[live], numbers[live])]

        logits, values, cache = self._read(prompts, prompt_mask, None, length > 1, 1)
        forbidden = self._forbidden(0, None if allowed is None else allowed[:, :1, 0])  # one for all of a prompt
        log_probs = self._log_probs(logits, forbidden).expand(-1, group, -1)  # (P, G, V)
        starts = live[:, 0]
        pieces = [(log_probs.flatten(0, 1)[starts], values.expand(-1, group).flatten()[starts], numbers[starts, 0])]
        if length > 1:
            cache.batch_repeat_interleave(group)
            logits, values, _ = self._read(so_far, seen, cache, True, length - 1)
            rest = live[:, 1:]
            forbidden = self._forbidden(1, None if allowed is None else allowed.flatten(0, 1)[:, 1:][rest])
            pieces.append((self._log_probs(logits[rest], forbidden), values[rest], numbers[:, 1:][rest]))
        return pieces

    @torch.no_grad()
    def sample(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        group: int,
        max_tokens: int,
        generator: torch.Generator | None,
        masks: GrammarMasks | None = None,
        watch: Callable[[], object] = lambda: None,
    ) -> Completions:
        """Sample completions (no temperature, no top-k or top-p), or decode greedily without a generator.

        It is longer than other functions: what a batch is at one position decides what is done at the next.

        Args: prompts, prompt_mask (P, S), left-padded; group, completions of each prompt; max_tokens >= 1; masks, of P
            texts that are begun: they are used up; watch, called once per position of the completions.

        Raises:
            ConfigError: prompts and completions together may exceed the model's positions.
        """
        self._check_length(prompts.shape[1], max_tokens)
        logits, values, cache = self._read(prompts, prompt_mask, None, max_tokens > 1, 1)
        count = len(prompts) * group
        tokens = prompts.new_full((count, max_tokens), self.pad_id)
        mask = torch.zeros_like(tokens)
        logp, entropy, value = (values.new_zeros(count, max_tokens) for _ in range(3))
        # The first distribution is the same for all completions of a prompt: (P, V), not (P * G, V).
        under = None if masks is None else torch.tensor(masks.bits, device=prompts.device)  # (P, B)
        log_probs = self._log_probs(logits[:, 0], self._forbidden(0, under))
        drawn = _draw(log_probs, torch.ones_like(prompts[:, 0]), group, generator)
        tokens[:, 0], mask[:, 0], logp[:, 0] = drawn.tokens.flatten(), 1, drawn.logp.flatten()
        entropy[:, 0], value[:, 0] = (x.repeat_interleave(group) for x in (drawn.entropy, values[:, 0]))
        mean_probs = [drawn.mean_probs]
        allowed = [] if under is None else [under.repeat_interleave(group, dim=0)]  # (P * G, B) per position

        if max_tokens > 1:
            cache.batch_repeat_interleave(group)
            let_grow(cache)
            if masks is not None:
                masks.repeat(group)
        seen = prompt_mask.repeat_interleave(group, dim=0)
        rows = torch.arange(count, device=prompts.device)  # of those that are read on; a few of them may have ended
        watch()
        for position in range(1, max_tokens):
            live = mask[rows, position - 1] * (tokens[rows, position - 1] != self.eos_id)  # (R,)
            remaining = int(live.sum())
            if not remaining:
                break
            if remaining < _CROWDED * len(rows):
                kept = live.nonzero().squeeze(1)
                cache.batch_select_indices(kept)
                rows, seen, live = rows[kept], seen[kept], live[kept]
            seen = torch.cat((seen, live[:, None]), dim=1)
            logits, values, cache = self._read(tokens[rows, position - 1, None], seen, cache, True, 1)
            if masks is not None:
                going = rows[live.bool()]
                masks.take_all(going.tolist(), tokens[going, position - 1].tolist())
                allowed.append(torch.tensor(masks.bits, device=prompts.device))
                under = allowed[-1][rows]
            drawn = _draw(self._log_probs(logits[:, 0], self._forbidden(1, under)), live, 1, generator)
            tokens[rows, position] = torch.where(live.bool(), drawn.tokens[:, 0], self.pad_id)
            mask[rows, position] = live
            logp[rows, position] = drawn.logp[:, 0] * live
            entropy[rows, position] = drawn.entropy * live
            value[rows, position] = values[:, 0] * live
            mean_probs.append(drawn.mean_probs)
            watch()
        fields = [x[:, : len(mean_probs)].unflatten(0, (-1, group)) for x in (tokens, mask, logp, entropy, value)]
        packed = torch.stack(allowed, dim=1).unflatten(0, (-1, group)) if allowed else None
        return Completions._make([*fields, torch.stack(mean_probs), packed])

    def reference(self) -> Reference:
        """What the policy says now, to be asked later, without gradients.

        A model with adapters answers without them, as it did before they were added; any other one is copied.
        """
        adapted = self.has_adapters
        frozen = self if adapted else copy.deepcopy(self).requires_grad_(False)

        @torch.no_grad()
        def evaluate(
            prompts: Tensor, prompt_mask: Tensor, tokens: Tensor, mask: Tensor, allowed: Tensor | None = None
        ) -> Evaluation:
            with self.model.disable_adapter() if adapted else nullcontext():
                said: Evaluation = frozen(prompts, prompt_mask, tokens, mask, allowed)
                return said

        return evaluate

    def _read(self, ids: Tensor, mask: Tensor, cache: Any, want_cache: bool, keep: int) -> tuple[Tensor, Tensor, Any]:
        """Logits (N, keep, V), values (N, keep) at the last ``keep`` of ids (N, S), and the cache: see ``Reader``."""
        read = self._reader.read(self.model, ids, mask, cache, want_cache, keep)
        return read.logits, self.value_head(read.hidden.float()).squeeze(-1).float(), read.cache

    def _forbidden(self, later: int | Tensor, under: Tensor | None) -> Tensor:
        """The tokens (..., V) that have no probability: those that masks leave out, or the layout where there are none.

        Args: later, 0 for first tokens, 1 for later ones; under (..., B), the bits of masks, or None.
        """
        if under is None:
            return self.forbidden[later]
        bits = under[..., None] & (1 << torch.arange(8, device=under.device)).to(under.dtype)  # (..., B, 8)
        bits = bits.flatten(-2)
        return nn.functional.pad(bits, (0, self.forbidden.shape[1] - bits.shape[-1])) == 0

    @staticmethod
    def _log_probs(logits: Tensor, forbidden: Tensor) -> Tensor:
        """Log-probabilities (..., V) of logits (..., V) where forbidden (V,) or (..., V) tokens have none."""
        return token_log_probs(logits.float().masked_fill(forbidden, _FORBIDDEN))

    def _check_length(self, prompt: int, completion: int) -> None:
        # The last token of a completion is never read.
        if self._positions is not None and prompt + completion - 1 > self._positions:
            raise ConfigError(
                f"a prompt of {prompt} tokens and a completion of up to {completion} exceed the model's "
                f"{self._positions} positions: lower max_tokens, or raise context where the model is a new one"
            )


def _check_size(tokenizer_size: int, model_size: int) -> None:
    """Raise a ConfigError where a tokenizer has more tokens than a model has embeddings."""
    if tokenizer_size > model_size:
        raise ConfigError(
            f"the tokenizer has {tokenizer_size} tokens and the model embeddings for {model_size}: leave out the "
            "setting tokenizer, to use the model's own"
        )


class _Drawn(NamedTuple):
    """Tokens drawn from N distributions, C from each: tokens, logp (N, C); entropy (N,); mean_probs (V,)."""

    tokens: Tensor
    logp: Tensor
    entropy: Tensor
    mean_probs: Tensor


def _draw(log_probs: Tensor, live: Tensor, count: int, generator: torch.Generator | None) -> _Drawn:
    """Draw ``count`` tokens from each row of log_probs (N, V), or take the most probable one without a generator.

    The mean is over the rows that are live (N,), of which there is at least one.
    """
    probs = log_probs.exp()
    if generator is None:
        tokens = log_probs.argmax(dim=-1, keepdim=True).expand(-1, count)
    else:
        tokens = torch.multinomial(probs, count, replacement=True, generator=generator)
    mean_probs = (probs * live[:, None]).sum(dim=0) / live.sum()
    return _Drawn(tokens, log_probs.gather(-1, tokens), token_entropy(log_probs), mean_probs)
