"""Keys and values of prompts, kept once for all completions of a prompt, which attend to them together.

A cache that repeats them for each completion is read whole for each token, which on a CPU takes most of the time of
sampling. Here the queries of a prompt's completions are one matrix, which is multiplied with the prompt's keys at once;
a softmax over the prompt and a completion's own tokens joins the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
import transformers
from torch import Tensor, nn

from agents.models.cache import DynamicLayer
from agents.models.last_token import HARMLESS

_NAME = "formal_envs_shared_prompts"  # of the attention, among transformers' own
_SPARE = 15  # positions that a layer makes room for at once, beside an eighth of those that it has
_WORTH = 300  # tokens of padding that take as long as attending to one more block


class Rows:
    """Which of P prompts each of R completions belongs to.

    Args: prompts (R,), the number of each completion's prompt, ascending; mask (P, S), 1 on the tokens of the prompts.
    """

    def __init__(self, prompts: Tensor, mask: Tensor):
        self.prompts, self.mask = prompts, mask
        self.bias = torch.zeros(mask.shape, device=mask.device).masked_fill(mask == 0, float("-inf"))  # (P, S)
        counts = prompts.bincount(minlength=len(mask))  # (P,)
        self.width = int(counts.max())  # G, of the prompt with the most
        self._places: Tensor | None = None  # (R,), of the completions among P * G, where some prompts have fewer
        if len(prompts) < self.width * len(mask):
            ranks = torch.arange(len(prompts), device=prompts.device) - (counts.cumsum(dim=0) - counts)[prompts]
            self._places = prompts * self.width + ranks

    def together(self, x: Tensor) -> Tensor:
        """Rows (R, heads, N, M) as (P, heads, G * N, M), with zeros where a prompt has fewer."""
        if self._places is not None:
            x = x.new_zeros(len(self.mask) * self.width, *x.shape[1:]).index_copy(0, self._places, x)
        spread: Tensor = x.unflatten(0, (-1, self.width))  # (P, G, heads, N, M)
        return spread.transpose(1, 2).flatten(2, 3)

    def apart(self, x: Tensor) -> Tensor:
        """The reverse of ``together``."""
        x = x.unflatten(2, (self.width, -1)).transpose(1, 2).flatten(0, 1)
        return x if self._places is None else x[self._places]


class Block(NamedTuple):
    """Prompts of about one length, as a layer has them: keys, values (P, heads, S, D), and the rows of completions."""

    keys: Tensor
    values: Tensor
    rows: Rows


class Heard(NamedTuple):
    """What completions attend to, as a layer has it.

    blocks: the prompts, in the order of the completions. length: how many tokens of their own the completions have;
    what follows is spare room.
    """

    blocks: list[Block]
    length: int


class SharedLayer(DynamicLayer):  # type: ignore[misc]  # of no type: each release has its own
    """A layer of a cache that holds prompts once, and the tokens of their completions beside them; without gradients.

    The spare room behind the tokens is read as well: memory is read three times as fast without gaps.

    Args: layer, of transformers, which has read the prompts; parts, the prompts of each block; rows, of the same.
    """

    keys: Tensor
    values: Tensor

    def __init__(self, layer: Any, parts: list[Tensor], rows: list[Rows]):
        self.__dict__.update(vars(layer))  # what a layer is made of, and from, is each release's own
        self._prompt = layer.keys.shape[-2]
        blocks = []
        for part, own in zip(parts, rows, strict=True):
            keys, values = (
                x[part, :, self._prompt - own.bias.shape[1] :].contiguous() for x in (layer.keys, layer.values)
            )
            blocks.append(Block(keys, values, own))
        self.heard = Heard(blocks, 0)
        count = sum(len(own.prompts) for own in rows)
        self.keys, self.values = (x.new_empty(count, x.shape[1], 0, x.shape[3]) for x in (layer.keys, layer.values))

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **named: Any) -> tuple[Tensor, Tensor]:
        """Add keys and values (R, heads, 1, D); returns those of the completions, with ``heard`` as an attribute."""
        length = self.heard.length
        if length == self.keys.shape[-2]:
            room = length + length // 8 + _SPARE
            self.keys, self.values = _wider(self.keys, room), _wider(self.values, room)
        self.keys[..., length : length + 1, :] = key_states
        self.values[..., length : length + 1, :] = value_states
        self.heard = self.heard._replace(length=length + 1)
        keys = self.keys.view_as(self.keys)
        keys.heard = self.heard  # type: ignore[attr-defined]
        return keys, self.values

    def get_seq_length(self, *args: Any) -> int:
        """The tokens of a prompt and of a completion so far."""
        return int(self._prompt + self.heard.length)

    def choose(self, indices: Tensor, left: list[Tensor], rows: list[Rows]) -> None:
        """Keep the completions of the indices and, of each block, the prompts that are left to them."""
        self.keys, self.values = self.keys[indices], self.values[indices]
        going = [(block, some) for block, some in zip(self.heard.blocks, left, strict=True) if len(some)]
        blocks = [Block(old.keys[some], old.values[some], own) for (old, some), own in zip(going, rows, strict=True)]
        self.heard = Heard(blocks, self.heard.length)


class SharedCache:
    """A cache of transformers that has read P prompts, made ready for G completions of each.

    Attributes:
        order: (P * G,), which of the completions each row is of: they are sorted by the lengths of their prompts.

    Args: cache, which is used up; mask (P, S), 1 on the tokens of the prompts.
    """

    def __init__(self, cache: Any, mask: Tensor, group: int):
        self.cache = cache
        lengths, prompts = mask.sum(dim=1).sort(stable=True)
        self.order = (prompts[:, None] * group + torch.arange(group, device=mask.device)).flatten()
        parts = list(prompts.split(of_one_length(lengths.tolist(), _WORTH)))
        self._rows = []
        for part in parts:
            of_each = torch.arange(len(part), device=mask.device).repeat_interleave(group)
            self._rows.append(Rows(of_each, mask[part, -int(mask[part].sum(dim=1).max()) :]))
        cache.layers = [SharedLayer(layer, parts, self._rows) for layer in cache.layers]

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep the completions of the indices, which ascend, alone."""
        left, rows, start = [], [], 0
        for own in self._rows:
            inside = indices[(indices >= start) & (indices < start + len(own.prompts))] - start
            some, prompts = own.prompts[inside].unique_consecutive(return_inverse=True)
            start += len(own.prompts)
            left.append(some)
            if len(some):
                rows.append(Rows(prompts, own.mask[some]))
        self._rows = rows
        for layer in self.cache.layers:
            layer.choose(indices, left, rows)


def of_one_length(lengths: list[int], worth: int) -> list[int]:
    """How many prompts, whose lengths ascend, are padded to one length each; a block more saves more than ``worth``."""
    sizes: list[int] = []
    while lengths:
        saved = [(lengths[-1] - length) * (number + 1) for number, length in enumerate(lengths)]
        most = max(saved)
        rest = saved.index(most) + 1 if most > worth else 0
        sizes.insert(0, len(lengths) - rest)
        lengths = lengths[:rest]
    return sizes


def can_share(cache: Any) -> bool:
    """Whether each layer of a cache grows with every token: transformers 4.53 has no layers, and some are windows."""
    layers = getattr(cache, "layers", [])
    return bool(layers) and all(type(layer) is DynamicLayer and layer.keys is not None for layer in layers)


@contextmanager
def shared_attention(model: nn.Module) -> Iterator[None]:
    """Let a model of transformers attend as a SharedCache needs it."""
    config: Any = model.config
    usual = config._attn_implementation
    config._attn_implementation = _NAME
    try:
        yield
    finally:
        config._attn_implementation = usual


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
    """Attention of completions to their prompts and to their own tokens, called as transformers calls any.

    Args: query (R, H, 1, D), of the last tokens; key, value (R, heads, T, D), as of ``SharedLayer``, of which H is a
        multiple; attention_mask is not looked at.
    Returns: (R, 1, H, D), and no weights.

    Raises:
        NotImplementedError: the model does not attend as plainly as that.
    """
    told = sorted(name for name, said in named.items() if name not in HARMLESS and said is not None)
    if told or dropout or query.shape[2] > 1 or not hasattr(key, "heard"):
        raise NotImplementedError(f"attention to shared prompts with {told or 'dropout, many tokens or other keys'}")
    blocks, length = key.heard
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    scaled = (query * scale).unflatten(1, (key.shape[1], -1)).flatten(2, 3)  # (R, heads, H / heads, D)
    own = scaled @ key.mT  # (R, heads, H / heads, T)
    own[..., length:] = float("-inf")
    sizes = [len(block.rows.prompts) for block in blocks]
    said = []
    for (keys, values, rows), asked, scores, said_own in zip(
        blocks, scaled.split(sizes), own.split(sizes), value.split(sizes), strict=True
    ):
        before = rows.apart(rows.together(asked) @ keys.mT + rows.bias[:, None, None])  # (R', heads, H / heads, S)
        weights = torch.cat((before, scores), dim=-1).softmax(dim=-1, dtype=torch.float32).to(value.dtype)
        first, rest = weights.split((before.shape[-1], scores.shape[-1]), dim=-1)
        said.append(rows.apart(rows.together(first) @ values) + rest @ said_own)
    return torch.cat(said).flatten(1, 2)[:, None], None


def _wider(x: Tensor, room: int) -> Tensor:
    """x (R, heads, T, D) with zeros behind, (R, heads, room, D)."""
    wide = x.new_zeros(*x.shape[:-2], room, x.shape[-1])
    wide[..., : x.shape[-2], :] = x
    return wide


transformers.AttentionInterface.register(_NAME, attend)
