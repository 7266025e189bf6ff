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
from torch import distributed
from transformers import PreTrainedTokenizerFast

from agents.models.policy import Policy
from agents.models.shards import load_shards, save_shards, whole_weights
from agents.runs.files import TRAINER_FILE, damaged
from formal_envs.errors import ConfigError
from formal_envs.tokenizers import SPECIAL_TOKENS, HuggingFaceTokenizer, Tokenizer, VocabularyTokenizer

SHARDS = "shards"
"""The folder in a checkpoint of what is shared out, beside the finished model."""
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
    state = {"value_head": policy.value_head.state_dict(), "optimizer": optimizer.state_dict(), "progress": progress}
    _replace(folder, _write(folder, policy, tokenizer, state))


def save_shared_checkpoint(
    folder: Path,
    policy: Policy,
    tokenizer: Tokenizer,
    optimizer: torch.optim.Optimizer,
    progress: dict[str, Any],
) -> None:
    """The same of weights that are shared out: all processes have to call, in a folder that all of them see.

    The first one gathers the model and writes it as ever. What training goes on from each writes in its part, so that
    any number of processes can read it.

    Raises:
        ConfigError: it cannot be written; the old one is kept.
    """
    several = distributed.is_initialized()
    weights = whole_weights(policy)
    fresh = folder.with_name(folder.name + ".new")
    main = not several or distributed.get_rank() == 0
    if main:
        _write(folder, policy, tokenizer, {"progress": progress}, weights)
    if several:
        distributed.barrier()
    try:
        save_shards(fresh / SHARDS, policy, optimizer)
    except OSError as error:
        raise _unwritten(fresh, error) from error
    if main:
        _replace(folder, fresh)


def _write(
    folder: Path, policy: Policy, tokenizer: Tokenizer, state: dict[str, Any], weights: dict[str, Any] | None = None
) -> Path:
    """Write a checkpoint beside ``folder``; returns where.

    Args: weights, the model's, where they are not in it.
    """
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    transformers_tokenizer = hugging_face_tokenizer(tokenizer)
    adapters = {"save_embedding_layers": False} if policy.has_adapters else {}  # left to itself, peft asks the hub
    try:
        policy.model.save_pretrained(fresh, state_dict=weights, **adapters)
        transformers_tokenizer.save_pretrained(fresh)
        torch.save(state, fresh / TRAINER_FILE)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise _unwritten(fresh, error) from error
    return fresh


def _unwritten(fresh: Path, error: Exception) -> ConfigError:
    return ConfigError(f"cannot write {fresh}: {error}. Make room, and go on with --resume")


def _replace(folder: Path, fresh: Path) -> None:
    """Put a checkpoint in the place of the one before."""
    old = folder.with_name(folder.name + ".old")
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
        progress: dict[str, Any] = saved["progress"]
        if (checkpoint / SHARDS).is_dir():
            load_shards(checkpoint / SHARDS, policy, optimizer)
            return progress
        if policy.has_adapters:
            from peft import load_peft_weights, set_peft_model_state_dict

            set_peft_model_state_dict(policy.model, load_peft_weights(str(checkpoint), device="cpu"))
        else:
            policy.model.load_state_dict(type(policy.model).from_pretrained(checkpoint).state_dict())
        policy.value_head.load_state_dict(saved["value_head"])
        optimizer.load_state_dict(saved["optimizer"])
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
