"""Checkpoints: a folder that transformers can load, replaced as a whole, with what the trainer needs beside it."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from tokenizers import Regex, decoders, models, pre_tokenizers
from tokenizers import Tokenizer as TokenizerObject
from transformers import PreTrainedTokenizerFast

from agents.models.policy import Policy
from agents.runs.files import TRAINER_FILE, damaged
from formal_envs.errors import ConfigError
from formal_envs.tokenizers import SPECIAL_TOKENS, HuggingFaceTokenizer, Tokenizer, VocabularyTokenizer

FILE_ERRORS = (OSError, ValueError, KeyError, EOFError, RuntimeError, SafetensorError, pickle.UnpicklingError)
"""What torch, safetensors, transformers and peft raise of files that are damaged, or cannot be written."""


def save_checkpoint(
    folder: Path,
    policy: Policy,
    tokenizer: Tokenizer,
    optimizer: torch.optim.Optimizer,
    progress: dict[str, Any],
) -> None:
    """Write a checkpoint to ``folder``; a kill at any moment leaves either the old one or the new one.

    Of a model with adapters these alone are written, with the name of the model that they belong to.

    Raises:
        ConfigError: it cannot be written, on a full disk for example; the old one is kept.
    """
    fresh, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    shutil.rmtree(fresh, ignore_errors=True)
    transformers_tokenizer = hugging_face_tokenizer(tokenizer)
    state = {"value_head": policy.value_head.state_dict(), "optimizer": optimizer.state_dict(), "progress": progress}
    try:
        if policy.has_adapters:
            policy.model.save_pretrained(fresh, save_embedding_layers=False)  # left to itself, peft asks the hub
        else:
            policy.model.save_pretrained(fresh)
        transformers_tokenizer.save_pretrained(fresh)
        torch.save(state, fresh / TRAINER_FILE)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise ConfigError(f"cannot write {fresh}: {error}. Make room, and go on with --resume") from error
    if folder.exists():  # else .old is the only one there is
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def restore(checkpoint: Path, policy: Policy, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Load what ``save_checkpoint`` wrote into a policy and an optimizer of the same make; returns the progress.

    Raises:
        ConfigError: it is damaged.
    """
    try:
        saved = torch.load(checkpoint / TRAINER_FILE, map_location="cpu", weights_only=True)
        if policy.has_adapters:
            from peft import load_peft_weights, set_peft_model_state_dict

            set_peft_model_state_dict(policy.model, load_peft_weights(str(checkpoint), device="cpu"))
        else:
            policy.model.load_state_dict(type(policy.model).from_pretrained(checkpoint).state_dict())
        policy.value_head.load_state_dict(saved["value_head"])
        optimizer.load_state_dict(saved["optimizer"])
        progress: dict[str, Any] = saved["progress"]
        return progress
    except FILE_ERRORS as error:
        raise damaged(checkpoint, error) from error


def hugging_face_tokenizer(tokenizer: Tokenizer) -> Any:
    """The same tokenizer as transformers knows it, with the same ids; ``load_tokenizer`` reads it back as it was.

    Raises:
        ConfigError: it is neither a VocabularyTokenizer nor from Hugging Face, or a token is called as a special one.
    """
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return tokenizer.tokenizer
    if not isinstance(tokenizer, VocabularyTokenizer):
        raise ConfigError(f"cannot save {tokenizer!r} for transformers: use a VocabularyTokenizer or Hugging Face's")
    ids = {token: number for number, token in enumerate(tokenizer.tokens)}
    bos, eos, pad = SPECIAL_TOKENS
    if not ids.keys().isdisjoint(SPECIAL_TOKENS):
        raise ConfigError(f"cannot save a tokenizer that has a word called as a special token: {bos}, {eos} or {pad}")
    specials = {bos: tokenizer.bos_id, eos: tokenizer.eos_id, pad: tokenizer.pad_id}
    rust = TokenizerObject(models.WordLevel({**ids, **specials}, unk_token=pad))
    rust.pre_tokenizer = pre_tokenizers.Split(Regex(tokenizer.pattern), behavior="isolated")
    rust.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=rust, bos_token=bos, eos_token=eos, pad_token=pad, padding_side="left"
    )
