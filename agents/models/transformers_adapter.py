"""How transformers is called, in one place: its releases differ in names and classes, and no other module knows how.

Names that moved are not listed: what a release calls the cache is found in what a model gives back.
"""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
import transformers
from torch import Tensor, nn
from transformers import DynamicCache

from agents.models.cache import let_grow
from agents.models.last_token import LastToken
from agents.models.shared_prompts import SharedCache, can_share, shared_attention
from formal_envs.errors import ConfigError

TRIED = "4.53 to 5.24"
"""The releases of transformers that the tests have passed with."""

_INPUTS = ("input_ids", "attention_mask", "position_ids")
_REORDERED = ("batch_repeat_interleave", "batch_select_indices")  # what is done to the rows of a cache


class Read(NamedTuple):
    """What a causal language model says of the last K of the tokens that it has read.

    states (N, K, ...), of which ``Reader.logits`` makes logits; hidden (N, K, D), of the last layer; cache, of all that
    was read, or None where it was not wanted.
    """

    states: Tensor
    hidden: Tensor
    cache: Any


class Reader:
    """Calls a causal language model of transformers, or one of peft's, by the names that its release has.

    A model gives its cache back under the name under which it takes it. Where its logits are the output layer's of the
    last hidden states, as of most, they are left to ``logits``, which can be asked for some of the tokens, a part at a
    time; a model that scales them in a way of its own gives them all.

    Attributes:
        recomputes: whether activations are worked out again for the gradient.
        narrows: whether the last layer works for the last token alone where nothing else is asked.

    Args:
        model: which is asked for a few tokens, to see what comes back.

    Raises:
        ConfigError: the model cannot be told positions, or keeps no cache whose rows can be repeated and chosen, as
            recurrent ones.
    """

    def __init__(self, model: Any):
        inner = model.get_base_model() if hasattr(model, "get_base_model") else model  # peft's own takes anything
        accepted = inspect.signature(inner.forward).parameters
        faults = [f"takes no {name}" for name in _INPUTS if name not in accepted]
        self._keeps = "logits_to_keep" in accepted
        self._cache, self._plain = "", False
        if not faults:
            try:
                self._cache, self._plain = _look(model)
            except Exception as error:  # the model's own, of any kind
                raise _unusable(inner, f"failed on one token: {error!r}") from error
            if self._cache not in accepted:
                faults.append("gives and takes no cache of keys and values")
        if faults:
            raise _unusable(inner, " and ".join(faults))
        self.recomputes = any(getattr(module, "gradient_checkpointing", False) for module in model.modules())
        self._last: LastToken | None = None
        self.narrows = False
        self.narrows = self._can_narrow(model)
        self._shares = self._can_share(model)

    @property
    def spared(self) -> list[Tensor]:
        """The matrices with which the last token of a prompt alone is multiplied."""
        return self._last.spared if self._last is not None and self.narrows else []

    def read(self, model: Any, ids: Tensor, mask: Tensor, cache: Any, want_cache: bool, keep: int) -> Read:
        """Read ids (N, S) behind what is in the cache, if any, and say something of the last ``keep`` of them.

        mask (N, S') covers the cached tokens as well; positions count from the first token that is not padding.
        """
        shared = isinstance(cache, SharedCache)
        named = {} if cache is None else {self._cache: cache.cache if shared else cache}
        if self._keeps:
            named["logits_to_keep"] = ids.new_empty(0) if self._plain else keep  # none: they are made in ``logits``
        attention: Any = shared_attention(model) if shared else nullcontext()
        recomputes = self.recomputes and torch.is_grad_enabled()  # when no hook is there any more
        if self.narrows and keep == 1 < ids.shape[1] and cache is None and not recomputes:
            assert self._last is not None
            attention = self._last.reading()
        with attention:
            output = _call(model, ids, mask, use_cache=want_cache, **named)
        if not shared:
            cache = _with_rows(output[self._cache]) if want_cache else None
        hidden = output.hidden_states[-1][:, -keep:]
        return Read(hidden if self._plain else output.logits[:, -keep:], hidden, cache)

    def logits(self, model: Any, states: Tensor) -> Tensor:
        """Logits (..., V) of states (..., D) that were read."""
        if not self._plain:
            return states
        logits: Tensor = model.get_output_embeddings()(states)
        return logits

    @torch.no_grad()
    def branch(self, cache: Any, mask: Tensor, group: int) -> tuple[Any, Tensor]:
        """The cache, which is used up, made ready for sampling ``group`` completions of each prompt that it holds.

        It takes a token of each at a time, and has ``batch_select_indices`` for those that go on; prompts are kept once
        on a CPU, where reading memory is what takes the time.

        Args: mask (P, S), of the prompts.
        Returns: the cache, and which of the P * G completions each of its rows is of.
        """
        if self._shares and mask.device.type == "cpu" and can_share(cache):
            shared = SharedCache(cache, mask, group)
            return shared, shared.order
        cache.batch_repeat_interleave(group)
        let_grow(cache)
        return cache, torch.arange(len(mask) * group, device=mask.device)

    @torch.no_grad()
    def _can_narrow(self, model: Any) -> bool:
        """Whether the model says the same where its last layer works for the last token alone."""
        ids, mask = _two_texts(model)
        usual = self.read(model, ids, mask, None, True, 1)
        try:
            self._last = LastToken(model)
            self.narrows = True
            return _alike(self.read(model, ids, mask, None, True, 1).states, usual.states)
        except Exception:  # the model's own, of any kind
            return False

    @torch.no_grad()
    def _can_share(self, model: Any) -> bool:
        """Whether the model says the same where completions share their prompts: some attend in ways of their own."""
        ids, mask = _two_texts(model)
        said = []
        try:
            for self._shares in (False, True):
                cache, rows = self.branch(self.read(model, ids, mask, None, True, 1).cache, mask, 2)
                seen = mask[rows // 2]
                for tokens in ids[rows // 2].split(1, dim=1):
                    seen = torch.cat((seen, torch.ones_like(tokens)), dim=1)
                    states = self.read(model, tokens, seen, cache, True, 1).states
                said.append(states[rows.argsort()])
        except Exception:  # the model's own, of any kind
            return False
        return _alike(*said)


def _two_texts(model: Any) -> tuple[Tensor, Tensor]:
    """Tokens and mask (2, 3) of two texts, one of which is padded."""
    ids = torch.arange(6, device=next(model.parameters()).device).view(2, 3)
    mask = torch.ones_like(ids)
    mask[1, 0] = 0
    return ids % model.config.get_text_config().vocab_size, mask


def _alike(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).norm() <= 1e-3 * other.norm())


def _unusable(model: nn.Module, fault: str) -> ConfigError:
    name = f"{type(model).__name__} of transformers {transformers.__version__}"
    return ConfigError(
        f"{name} cannot be trained here, because it {fault}. Choose a model with attention and a cache, such as GPT-2, "
        f"GPT-NeoX or Llama; where this is one, install a transformers that was tried, {TRIED}"
    )


def _call(model: Any, ids: Tensor, mask: Tensor, **named: Any) -> Any:
    before, here = mask.split((mask.shape[1] - ids.shape[1], ids.shape[1]), dim=1)
    positions = (before.sum(dim=1, keepdim=True) + here.cumsum(dim=1) - 1).clamp(min=0)
    return model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=positions,
        output_hidden_states=True,
        return_dict=True,
        **named,
    )


def _look(model: Any) -> tuple[str, bool]:
    """What a model calls the cache of keys and values that it gives back, "" where it gives none; and whether its
    logits are the output layer's of the last hidden states."""
    middle = model.config.get_text_config().vocab_size // 2  # the first tokens may be padding, and embedded as zeros
    ids = torch.full((1, 1), middle, device=next(model.parameters()).device)
    with torch.no_grad():
        output = _call(model, ids, torch.ones_like(ids), use_cache=True)
        head = model.get_output_embeddings()
        plain = head is not None and torch.equal(head(output.hidden_states[-1]), output.logits)
    names = [name for name, value in output.items() if all(hasattr(_with_rows(value), way) for way in _REORDERED)]
    return (names[0] if names else ""), plain


def _with_rows(cache: Any) -> Any:
    """The cache as an object: until 4.55 some models gave it as a tuple of keys and values for each layer."""
    if isinstance(cache, tuple) and isinstance(cache[0], tuple):
        return DynamicCache.from_legacy_cache(cache)  # type: ignore[attr-defined]
    return cache
