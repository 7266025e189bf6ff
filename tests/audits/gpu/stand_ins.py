"""Models in folders, as anyone's: of the sizes of well-known ones, with random weights and a tokenizer made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from part import Part
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PretrainedConfig,
    PreTrainedTokenizerFast,
)

from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys, seeded_stream

WORDS = 50_257
"""The vocabulary of both models on a GPU, GPT-2's own; the tokenizer has fewer words, and the rest is padding."""
END = "<|endoftext|>"


def folder_of(part: Part, name: str) -> str:
    """The folder of "gpt2", of 124 M weights, or "llama", of 411 M: made where it is not there yet."""
    folder = part.work / name
    if folder.exists():
        return str(folder)
    tokenizer = _tokenizer(part.pick(4096, 512))
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    layers, width, heads = part.pick({"gpt2": (12, 768, 12), "llama": (24, 1024, 16)}[name], (1, 32, 2))
    words = part.pick(WORDS, 2500)
    config: PretrainedConfig
    if name == "gpt2":
        config = GPT2Config(vocab_size=words, n_layer=layers, n_embd=width, n_head=heads, **ends)
    else:
        config = LlamaConfig(
            vocab_size=words,
            num_hidden_layers=layers,
            hidden_size=width,
            intermediate_size=width * 11 // 4,
            num_attention_heads=heads,
            max_position_embeddings=2048,
            **ends,
        )
    with torch.random.fork_rng(), part.device:  # random weights are drawn faster on a GPU
        torch.manual_seed(0)
        model = {"gpt2": GPT2LMHeadModel, "llama": LlamaForCausalLM}[name](config)
    fresh = Path(f"{folder}.new")
    model.save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    fresh.rename(folder)
    return str(folder)


def _tokenizer(reviews: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer of film reviews, with GPT-2's one special token: it has none for padding."""
    problems = make_task("Sentiment")[0].sample(problem_keys(seeded_stream(0), np.arange(reviews)))
    rust = Tokenizer(models.BPE())
    rust.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    rust.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        special_tokens=[AddedToken(END, special=True)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = (prompt + solution for prompt, solution in zip(problems.prompts, problems.solutions, strict=True))
    rust.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=rust, bos_token=END, eos_token=END, unk_token=END, model_max_length=1024
    )
