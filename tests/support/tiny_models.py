"""Untrained models small enough for a test, saved as transformers saves any: a classifier, and causal models.

Their weights are seeded, and torch's global generator is left as it was.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    DistilBertConfig,
    DistilBertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

SENTENCES = (
    "This film was a good one, and I would see it again with the same friends.",
    "I did not like the film: the plot is thin, and the acting is bad.",
    "One of the best movies of the year! A great story, great actors, and a great end.",
    "The worst movie that I have seen in a long time. What a waste of time.",
    "It was not bad, but it was not very good either, and the end was too long.",
)
END, PAD = "<|endoftext|>", "<|pad|>"
VOCABULARY = 384
"""Tokens of the tokenizer, the special ones included."""


@cache
def _trained(special: tuple[str, ...]) -> str:
    """A byte-level BPE tokenizer trained on ``SENTENCES``, as JSON; the special tokens have the first ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[AddedToken(token, special=True) for token in special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),  # every byte has a token, and so has every text
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES * 10, trainer)
    return tokenizer.to_str()


def tiny_tokenizer(*special: str, **names: Any) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer with ``VOCABULARY`` tokens at most that maps any text.

    Args:
        *special: its special tokens, with the ids from 0 on.
        **names: what transformers is told of them: ``eos_token``, ``pad_token`` and so on.
    """
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(_trained(special)), **names)


def tiny_classifier(folder: Path, *, seed: int = 0, positions: int = 64, labels: dict[int, str] | None = None) -> str:
    """Save a DistilBERT classifier of one layer, 32 wide, with its tokenizer; return the folder as text.

    Args:
        folder: where to; made where it does not exist.
        seed: of the weights.
        positions: the longest text, in tokens with [CLS] and [SEP].
        labels: the names of the classes; NEGATIVE and POSITIVE without it.
    """
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    inputs = ["input_ids", "attention_mask"]
    tokenizer = tiny_tokenizer(*names.values(), **names, model_max_length=positions, model_input_names=inputs)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    labels = labels or {0: "NEGATIVE", 1: "POSITIVE"}
    config = DistilBertConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=positions,
        n_layers=1,
        n_heads=2,
        dim=32,
        hidden_dim=64,
        initializer_range=0.3,  # so that texts differ visibly in their logits
        pad_token_id=tokenizer.pad_token_id,
        id2label=labels,
        label2id={label: number for number, label in labels.items()},
    )
    return _saved(DistilBertForSequenceClassification, config, tokenizer, folder, seed)


def tiny_causal(folder: Path, architecture: str = "gpt2", *, seed: int = 0, positions: int = 128) -> str:
    """Save a causal language model of two layers, 32 wide, with its tokenizer; return the folder as text.

    Args:
        folder: where to; made where it does not exist.
        architecture: "gpt2", "gpt_neox" or "llama".
        seed: of the weights.
        positions: the longest text, in tokens.
    """
    pad = {"pad_token": PAD} if architecture == "llama" else {}  # GPT-2's and Pythia's tokenizers have none
    names = {"bos_token": END, "eos_token": END, "unk_token": END, **pad}
    tokenizer = tiny_tokenizer(END, *pad.values(), **names, model_max_length=positions)
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    if architecture == "gpt2":
        size = {"n_positions": positions, "n_embd": 32, "n_layer": 2, "n_head": 2}
        return _saved(GPT2LMHeadModel, GPT2Config(vocab_size=len(tokenizer), **size, **ends), tokenizer, folder, seed)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    size |= {"vocab_size": len(tokenizer), "max_position_embeddings": positions}
    if architecture == "gpt_neox":
        return _saved(GPTNeoXForCausalLM, GPTNeoXConfig(**size, **ends), tokenizer, folder, seed)
    if architecture == "llama":
        return _saved(LlamaForCausalLM, LlamaConfig(**size, **ends), tokenizer, folder, seed)
    raise ValueError(f"expected 'gpt2', 'gpt_neox' or 'llama', got {architecture!r}")


def _saved(
    model: type[PreTrainedModel], config: Any, tokenizer: PreTrainedTokenizerFast, folder: Path, seed: int
) -> str:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = model(config)
    made.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
