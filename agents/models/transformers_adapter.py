"""How transformers is called, in one place: its releases differ in names and classes, and no other module knows how.

Names that moved are not listed: what a release calls the cache is found in what a model gives back.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import torch
import transformers
from torch import Tensor, nn
from transformers import DynamicCache, cache_utils

from formal_envs.errors import ConfigError

TRIED = "4.53 to 5.24"
"""The releases of transformers that the tests have passed with."""
DynamicLayer: Any = getattr(cache_utils, "DynamicLayer", object)
"""A layer of a cache that grows with every token; transformers 4.53 has caches without layers, and no such class."""

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

    Args:
        model: which is asked for one token, to see what comes back.

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

    def read(self, model: Any, ids: Tensor, mask: Tensor, cache: Any, want_cache: bool, keep: int) -> Read:
        """Read ids (N, S) behind what is in the cache, if any, and say something of the last ``keep`` of them.

        mask (N, S') covers the cached tokens as well; positions count from the first token that is not padding.
        """
        named = {} if cache is None else {self._cache: cache}
        if self._keeps:
            named["logits_to_keep"] = ids.new_empty(0) if self._plain else keep  # none: they are made in ``logits``
        output = _call(model, ids, mask, use_cache=want_cache, **named)
        cache = _with_rows(output[self._cache]) if want_cache else None
        hidden = output.hidden_states[-1][:, -keep:]
        return Read(hidden if self._plain else output.logits[:, -keep:], hidden, cache)

    def logits(self, model: Any, states: Tensor) -> Tensor:
        """Logits (..., V) of states (..., D) that were read."""
        if not self._plain:
            return states
        logits: Tensor = model.get_output_embeddings()(states)
        return logits


def _unusable(model: nn.Module, fault: str) -> ConfigError:
    name = f"{type(model).__name__} of transformers {transformers.__version__}"
    return ConfigError(
        f"{name} cannot be trained here, because it {fault}. Choose a model with attention and a cache, such as GPT-2, "
        f"GPT-NeoX or Llama; where this is one, install a transformers that was tried, {TRIED}"
    )


def _call(model: Any, ids: Tensor, mask: Tensor, **named: Any) -> Any:
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
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
    ids = torch.zeros(1, 1, dtype=torch.long, device=next(model.parameters()).device)
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
