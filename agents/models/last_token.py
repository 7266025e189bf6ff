"""A model's last layer for the last token of each text alone: where nothing else is asked, most of it is not needed.

Keys and values are those of all tokens; the query's attention, the projection behind it and the multilayer perceptron
are of one. In a model of two layers that is two fifths of reading a prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
import transformers
from torch import Tensor, nn

_NAME = "formal_envs_last_token"  # of the attention, among transformers' own
HARMLESS = {  # what an attention of transformers may be told, and changes nothing in plain attention
    *("cache_position", "is_causal", "output_attentions", "output_hidden_states"),
    *("position_embeddings", "position_ids", "return_dict", "use_cache"),
}


class LastToken:
    """Lets a model's last layer work for the last token alone; what it says of that it gives for all of a text's.

    It suits a layer that begins with a norm, which is given all tokens while the residual is the last one's. Others say
    something else than usual then, or fail: try before use.

    Attributes:
        spared: the matrices with which no other token is multiplied.

    Raises:
        ValueError: the model's layers, or what is in the last of them, are not found.
    """

    def __init__(self, model: Any):
        self._config = model.config
        self._usual = self._config._attn_implementation
        count = self._config.get_text_config().num_hidden_layers
        lists = [module for module in model.modules() if isinstance(module, nn.ModuleList) and len(module) == count]
        self._layer = lists[0][-1] if lists else nn.Identity()
        self._norms = _named(self._layer, "norm")
        projections = [
            matrix
            for attention in _named(self._layer, "attention")
            for matrix in attention.children()
            if getattr(matrix, "weight", torch.empty(0)).ndim == 2
        ]
        if not self._norms or not projections:
            raise ValueError(f"the last layer of {type(model).__name__} has no norm, or no projection behind attention")
        self._projection = projections[-1]
        outside = [module for module in self._layer.children() if module not in _named(self._layer, "attention")]
        weights = [weight for module in (*outside, self._projection) for weight in module.parameters()]
        self.spared: list[Tensor] = [weight for weight in weights if weight.ndim == 2]
        self._whole: list[Tensor] = []  # the input of the layer, until its first norm takes it
        self._length = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read meanwhile is read so."""
        with ExitStack() as stack:
            hooks = [
                self._layer.register_forward_pre_hook(self._narrow, with_kwargs=True),
                *(norm.register_forward_pre_hook(self._widen) for norm in self._norms),
                self._projection.register_forward_pre_hook(_of_last),
                self._layer.register_forward_hook(self._spread),
            ]
            for hook in hooks:
                stack.callback(hook.remove)
            stack.callback(setattr, self._config, "_attn_implementation", self._usual)
            yield

    def _narrow(self, layer: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Before the layer: the residual is the last token's; the attention is ours, once masks are made as usual."""
        whole = args[0] if args else named["hidden_states"]
        self._whole, self._length = [whole], whole.shape[1]
        self._config._attn_implementation = _NAME
        return (whole[:, -1:], *args[1:]), {name: said for name, said in named.items() if name != "hidden_states"}

    def _widen(self, norm: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Before a norm: the first is given all tokens."""
        return (self._whole.pop(), *args[1:]) if self._whole else args

    def _spread(self, layer: nn.Module, args: Any, output: Any) -> Any:
        """Behind the layer: models shape what it gives by what they were given."""
        self._config._attn_implementation = self._usual
        states, *rest = output if isinstance(output, tuple) else (output,)
        states = states.expand(-1, self._length, -1)
        return (states, *rest) if isinstance(output, tuple) else states


def _named(layer: nn.Module, word: str) -> list[nn.Module]:
    return [module for module in layer.children() if word in type(module).__name__.lower()]


def _of_last(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
    return (args[0][:, -1:], *args[1:])


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **named: Any,
) -> tuple[Tensor, None]:
    """Attention of the last of T tokens to all, called as transformers calls any.

    Args: query (N, H, T, D); key, value (N, heads, T, D), of which H is a multiple; attention_mask (N, 1, T, T), what
        is added or what is seen, or None where all are.
    Returns: (N, T, H, D), the same for all tokens, and no weights.

    Raises:
        NotImplementedError: the model does not attend as plainly as that.
    """
    told = sorted(name for name, said in named.items() if name not in HARMLESS and said is not None)
    if told or dropout or query.shape[2] != key.shape[2]:
        raise NotImplementedError(f"attention of the last token with {told or 'dropout, or with other keys'}")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    asked = (query[:, :, -1] * scale).unflatten(1, (key.shape[1], -1))  # (N, heads, H / heads, D)
    scores = asked @ key.mT  # (N, heads, H / heads, T)
    if attention_mask is not None:
        seen = attention_mask[:, :, -1:, : key.shape[2]]
        scores = scores.masked_fill(~seen, float("-inf")) if seen.dtype == torch.bool else scores + seen
    weights = scores.softmax(dim=-1, dtype=torch.float32).to(value.dtype)
    said = (weights @ value).flatten(1, 2)[:, None]  # (N, 1, H, D)
    return said.expand(-1, query.shape[2], -1, -1), None


transformers.AttentionInterface.register(_NAME, attend)
