"""Between texts and a batch of tokens: prompts are encoded, completions decoded, and masks begun after prompts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from formal_envs.envs.masks import GrammarMasks
from formal_envs.envs.token import TokenLayout
from formal_envs.tokenizers import Tokenizer


def encode_prompts(tokenizer: Tokenizer, prompts: Sequence[str], device: torch.device) -> tuple[Tensor, Tensor]:
    """Token ids and mask (P, S) of the prompts, left-padded to the longest. An empty prompt becomes BOS."""
    return left_padded([tokenizer.encode(prompt) or [tokenizer.bos_id] for prompt in prompts], tokenizer.pad_id, device)


def left_padded(rows: Sequence[list[int]], pad_id: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Rows of tokens as ids and mask (P, S), padded to the longest."""
    longest = max(map(len, rows))
    ids = torch.tensor([[pad_id] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    return ids.to(device), mask.to(device)


def begin_masks(layout: TokenLayout, prompts: Sequence[str]) -> GrammarMasks | None:
    """Masks of texts after the prompts, where the layout has masks."""
    masks = layout.masks(len(prompts))
    if masks is not None:
        masks.begin_all(range(len(prompts)), prompts)
    return masks


def decode_completions(tokenizer: Tokenizer, tokens: Tensor, mask: Tensor) -> list[str]:
    """Texts of completions: tokens, mask (N, T)."""
    if tokens.shape[1] == 1:  # few distinct ones
        texts = {token: tokenizer.decode([token]) for token in set(tokens[:, 0].tolist())}
        return [texts[token] for token in tokens[:, 0].tolist()]
    lengths = mask.sum(dim=1).tolist()
    return [tokenizer.decode(row[:length]) for row, length in zip(tokens.tolist(), lengths, strict=True)]
