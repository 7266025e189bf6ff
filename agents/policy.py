"""The policy: any causal language model of transformers, and a value head on its last hidden state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, GPT2Config, PreTrainedModel

from agents.losses import token_log_probs
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.tokenizers import Tokenizer

_FORBIDDEN = -1e9  # finite, so that 0 * log 0 stays 0 in entropies and their gradients


class Evaluation(NamedTuple):
    """What the policy says of completions: log_probs (P, G, T, V) of each next token, values (P, G, T)."""

    log_probs: Tensor
    values: Tensor


class Completions(NamedTuple):
    """G sampled completions of each of P prompts, of at most T tokens.

    Attributes:
        tokens: (P, G, T) ids, PAD behind the end.
        mask: (P, G, T), 1 on generated tokens, the EOS included.
        log_probs: (P, G, T, V) of the distributions that they were drawn from.
        values: (P, G, T).
    """

    tokens: Tensor
    mask: Tensor
    log_probs: Tensor
    values: Tensor


def new_model(tokenizer: Tokenizer, layers: int, width: int, heads: int, context: int) -> PreTrainedModel:
    """A GPT-2 with random weights, drawn from torch's generator.

    Two departures from GPT-2: its activation in the fused form, and an output layer that does not share the input
    embedding's weights. Sharing starves the tokens that are common in prompts but rare as answers.
    """
    config = GPT2Config(
        vocab_size=tokenizer.vocab_size,
        n_positions=context,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        activation_function="gelu_pytorch_tanh",
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        tie_word_embeddings=False,
        bos_token_id=tokenizer.bos_id,
        eos_token_id=tokenizer.eos_id,
        pad_token_id=tokenizer.pad_id,
    )
    return AutoModelForCausalLM.from_config(config, attn_implementation="eager")  # the fastest at these sizes


def load_model(name: str) -> PreTrainedModel:
    """A causal language model by path or hub id.

    Raises:
        ConfigError: nothing is found under that name.
    """
    try:
        return AutoModelForCausalLM.from_pretrained(name)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"no causal language model at {name!r}: give a folder or a hub id ({reason})") from None


class Policy(nn.Module):
    """Next-token distributions and values, without the tokens that ``layout`` forbids at a place."""

    forbidden: Tensor

    def __init__(self, model: PreTrainedModel, layout: TokenLayout):
        super().__init__()
        self.model = model.eval()  # dropout would move the ratio of new to old probabilities away from 1
        self.value_head = nn.Linear(model.config.get_text_config().hidden_size, 1)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)
        self.eos_id, self.pad_id = layout.tokenizer.eos_id, layout.tokenizer.pad_id
        allowed = torch.tensor(np.stack((layout.first_mask, layout.later_mask)), dtype=torch.bool)
        forbidden = torch.ones(2, model.config.get_text_config().vocab_size, dtype=torch.bool)  # rows may be padding
        forbidden[:, : allowed.shape[1]] = ~allowed
        self.register_buffer("forbidden", forbidden, persistent=False)  # (first, later) x V

    def _read(
        self, ids: Tensor, mask: Tensor, cache: object, want_cache: bool, keep: int
    ) -> tuple[Tensor, Tensor, object]:
        """Log-probabilities (N, keep, V), values (N, keep) at the last ``keep`` of ids (N, S), and the cache.

        mask (N, S') covers the cached tokens as well; positions count from the first token that is no padding.
        """
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        output = self.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=want_cache,
            output_hidden_states=True,
            logits_to_keep=keep,
        )
        later = torch.arange(keep, device=ids.device) >= (0 if cache is not None else keep)
        logits = output.logits.float().masked_fill(self.forbidden[later.long()], _FORBIDDEN)
        values = self.value_head(output.hidden_states[-1][:, -keep:].float()).squeeze(-1).float()
        return token_log_probs(logits), values, output.past_key_values

    def forward(self, prompts: Tensor, prompt_mask: Tensor, tokens: Tensor, mask: Tensor) -> Evaluation:
        """Evaluate completions; each prompt is read once for all G of its completions.

        Args: prompts, prompt_mask (P, S), left-padded; tokens, mask (P, G, T).
        """
        prompt_count, group, length = tokens.shape
        log_probs, values, cache = self._read(prompts, prompt_mask, None, length > 1, 1)
        log_probs = log_probs[:, None].expand(-1, group, -1, -1)  # (P, G, 1, V)
        values = values[:, None].expand(-1, group, -1)  # (P, G, 1)
        if length > 1:
            cache.batch_repeat_interleave(group)  # type: ignore[attr-defined]
            so_far = tokens[:, :, :-1].flatten(0, 1)  # (P * G, T - 1)
            seen = torch.cat((prompt_mask.repeat_interleave(group, dim=0), mask[:, :, :-1].flatten(0, 1)), dim=1)
            later, later_values, _ = self._read(so_far, seen, cache, True, length - 1)
            log_probs = torch.cat((log_probs, later.unflatten(0, (prompt_count, group))), dim=2)
            values = torch.cat((values, later_values.unflatten(0, (prompt_count, group))), dim=2)
        return Evaluation(log_probs, values)

    @torch.no_grad()
    def sample(
        self, prompts: Tensor, prompt_mask: Tensor, group: int, max_tokens: int, generator: torch.Generator | None
    ) -> Completions:
        """Sample completions (no temperature, no top-k or top-p), or decode greedily without a generator.

        Args: prompts, prompt_mask (P, S), left-padded; group, completions of each prompt; max_tokens >= 1.
        """
        prompt_count = len(prompts)
        log_probs, values, cache = self._read(prompts, prompt_mask, None, max_tokens > 1, 1)
        if max_tokens > 1:
            cache.batch_repeat_interleave(group)  # type: ignore[attr-defined]
        log_probs, values = log_probs[:, 0], values.repeat_interleave(group, dim=0)
        first = _draw(log_probs, group, generator).flatten()  # (P * G,)
        log_probs = log_probs.repeat_interleave(group, dim=0)  # (P * G, V)
        live = torch.ones_like(first)
        seen = prompt_mask.repeat_interleave(group, dim=0)
        columns = [(first, live, log_probs, values[:, 0])]
        while len(columns) < max_tokens:
            live = live * (columns[-1][0] != self.eos_id)
            if not live.any():
                break
            seen = torch.cat((seen, columns[-1][1][:, None]), dim=1)
            log_probs, values, cache = self._read(columns[-1][0][:, None], seen, cache, True, 1)
            drawn = _draw(log_probs[:, 0], 1, generator)[:, 0]
            drawn = torch.where(live.bool(), drawn, self.pad_id)
            columns.append((drawn, live, log_probs[:, 0], values[:, 0]))
        stacked = [
            torch.stack(column, dim=1).unflatten(0, (prompt_count, group)) for column in zip(*columns, strict=True)
        ]
        return Completions(*stacked)


def _draw(log_probs: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
    """Draw ``count`` tokens of each row of (N, V): (N, count). The most probable one without a generator."""
    if generator is None:
        return log_probs.argmax(dim=-1, keepdim=True).expand(-1, count)
    return torch.multinomial(log_probs.exp(), count, replacement=True, generator=generator)
