"""A cache of keys and values for sampling: a new token is written beside the others, which are not copied."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from transformers import cache_utils

DynamicLayer: Any = getattr(cache_utils, "DynamicLayer", object)
"""A layer of a cache that grows with every token; transformers 4.53 has caches without layers, and no such class."""
_SPARE = 64  # positions that a layer makes room for at once


class GrowingLayer(DynamicLayer):  # type: ignore[misc]  # of no type: each release has its own
    """A layer of transformers' cache with room for more positions; without gradients, for it is written in place.

    transformers' own layer copies itself for every token, which takes most of the time of sampling on a CPU.

    Args: layer, of what has been read; it is used up.
    """

    keys: Tensor
    values: Tensor

    def __init__(self, layer: Any):
        self.__dict__.update(vars(layer))  # what a layer is made of, and from, is each release's own
        self._room: tuple[Tensor, Tensor] | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **named: Any) -> tuple[Tensor, Tensor]:
        """Add keys and values (N, heads, T, D); returns all of them, (N, heads, S + T, D)."""
        start = self.keys.shape[-2]
        end = start + key_states.shape[-2]
        if self._room is None or self._room[0].shape[-2] < end:
            self._room = _wider(self.keys, end + _SPARE), _wider(self.values, end + _SPARE)
        keys, values = self._room
        keys[..., start:end, :] = key_states
        values[..., start:end, :] = value_states
        self.keys, self.values = keys[..., :end, :], values[..., :end, :]
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row."""
        super().batch_repeat_interleave(repeats)
        self._room = None

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep the rows of the indices alone."""
        super().batch_select_indices(indices)
        self._room = None


def let_grow(cache: Any) -> None:
    """Turn the layers that grow by copies into ``GrowingLayer``s; others, such as sliding windows, stay."""
    layers = getattr(cache, "layers", [])  # transformers 4.53 has none
    for number, layer in enumerate(layers):
        if type(layer) is DynamicLayer and layer.keys is not None and layer.values is not None:
            layers[number] = GrowingLayer(layer)


def _wider(x: Tensor, length: int) -> Tensor:
    """A tensor (N, heads, length, D) that begins with x (N, heads, S, D)."""
    wide = x.new_empty(*x.shape[:-2], length, x.shape[-1])
    wide[..., : x.shape[-2], :] = x
    return wide
