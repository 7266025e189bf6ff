"""Causal language models: new ones, those in folders or on the hub, and adapters on them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint
from transformers import AutoModelForCausalLM, GPT2Config, GPTNeoXConfig, LlamaConfig, PreTrainedModel
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.pytorch_utils import Conv1D
from transformers.utils.peft_utils import find_adapter_config_file

from agents.runs.checkpoint import FILE_ERRORS
from agents.runs.config import TrainingConfig
from agents.runs.files import find_checkpoint, is_run
from agents.runs.spec import check_model_name
from formal_envs.errors import ConfigError
from formal_envs.tokenizers import Tokenizer

_ROTARY = ("llama", "gpt_neox")  # which have no weights for positions


def new_model(
    tokenizer: Tokenizer, layers: int, width: int, heads: int, context: int, architecture: str = "gpt2"
) -> PreTrainedModel:
    """A model with random weights, drawn from torch's generator.

    Each architecture is as transformers has it, but for GPT-2's activation, which is in the fused form, dropout, which
    is off, and the output layer, which does not share the input embedding's weights. Sharing starves the tokens that
    are common in prompts but rare as answers.

    Args:
        architecture: "gpt2", with a learned vector for each position; "gpt_neox", with rotary positions; or "llama",
            with rotary positions and gated layers of 8/3 of the width. Rotary positions learn far faster where what
            is to be written depends on what stands some distance before it, such as the brackets and names of a game.
    """
    shared: dict[str, Any] = {
        "vocab_size": tokenizer.vocab_size,
        "tie_word_embeddings": False,
        "bos_token_id": tokenizer.bos_id,
        "eos_token_id": tokenizer.eos_id,
        "pad_token_id": tokenizer.pad_id,
    }
    sizes: dict[str, Any] = {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "max_position_embeddings": context,
    }
    config: GPT2Config | GPTNeoXConfig | LlamaConfig
    settings: dict[str, Any] = {}
    if architecture == "gpt2":
        config = GPT2Config(
            **shared,
            n_positions=context,
            n_embd=width,
            n_layer=layers,
            n_head=heads,
            activation_function="gelu_pytorch_tanh",
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
        )
        settings["attn_implementation"] = "eager"  # the fastest at these sizes
    elif architecture == "gpt_neox":
        config = GPTNeoXConfig(**shared, **sizes, intermediate_size=4 * width)
    else:
        gated = (8 * width + 23) // 24 * 8  # 8/3 of the width, rounded up to a multiple of 8
        config = LlamaConfig(**shared, **sizes, intermediate_size=gated)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config, **settings)
    return model


def load_model(name: str, context: int = 0) -> PreTrainedModel:
    """A causal language model, with weights of 32 bits whatever it was saved with: small steps need them.

    Args:
        name: a folder or a hub id; the folder of a run stands for its newest checkpoint. Adapters of peft in a folder
            are merged into the model that they were trained on, which is loaded as well.
        context: positions that it gets, if they are rotary and it has fewer.

    Raises:
        ConfigError: nothing is found under that name, or the hub cannot be reached.
    """
    check_model_name(name)
    folder = Path(name)
    if is_run(folder):
        newest = find_checkpoint(folder / "checkpoint")
        if newest is None:
            raise ConfigError(f"no causal language model at {name!r}: the run has no checkpoint yet; --resume it first")
        folder = newest
    source = str(folder.resolve()) if folder.is_dir() else name  # adapters store it: it must hold anywhere
    try:
        adapters = find_adapter_config_file(source)
        model = _merged(source, adapters) if adapters else AutoModelForCausalLM.from_pretrained(source)
    except ConfigError:
        raise
    except FILE_ERRORS as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ConfigError(f"no causal language model at {name!r}: {reason}") from None
    model.name_or_path = source
    model.float()
    if model.config.model_type in _ROTARY:
        model.config.max_position_embeddings = max(model.config.max_position_embeddings, context)
    return model


def build_model(config: TrainingConfig, tokenizer: Tokenizer) -> Any:
    """The model that a run starts from: a PreTrainedModel, or a PeftModel where ``config.lora_rank`` is positive.

    Adapters are on every linear layer but the output layer, and the model's own weights are frozen then. Random weights
    are those of ``config.seed``; torch's generator is left as it was.

    Raises:
        ConfigError: nothing is found under ``config.model``, or it cannot be trained with these settings.
    """
    if config.lora_rank and not config.model:
        raise ConfigError("adapters are for a model that knows something: set model, or lora_rank=0")
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        if config.model:
            model = load_model(config.model, config.context)
        else:
            sizes = config.layers, config.width, config.heads, config.context
            model = new_model(tokenizer, *sizes, config.architecture)
        if config.lora_rank:
            model = _with_adapters(model, config.lora_rank, config.lora_alpha)
    if config.gradient_checkpointing:
        recompute_activations(model)
    return model


def recompute_activations(model: torch.nn.Module) -> None:
    """Let each layer keep its inputs alone, and compute its activations again in the backward pass.

    transformers' own switch works in training mode alone, which brings back the dropout of some architectures. A cache
    must not be used while gradients are recorded: the second computation would add to it again.

    Raises:
        ConfigError: the architecture has no layers that can be computed again.
    """
    layers: list[Any] = [module for module in model.modules() if isinstance(module, GradientCheckpointingLayer)]
    if not layers:
        raise ConfigError(f"{type(model).__name__} has no support for gradient_checkpointing: set it to false")
    for layer in layers:
        layer.gradient_checkpointing = True
        layer.forward = functools.partial(_recomputed, layer.forward)


def _recomputed(forward: Callable[..., Any], *inputs: Any, **named: Any) -> Any:
    if not torch.is_grad_enabled():
        return forward(*inputs, **named)
    return checkpoint(forward, *inputs, use_reentrant=False, **named)


def _with_adapters(model: PreTrainedModel, rank: int, alpha: float) -> Any:
    """The model with new low-rank adapters (Hu et al., arXiv:2106.09685), which change nothing before training."""
    peft = _peft()
    settings = peft.LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in model.modules()),  # GPT-2's linear layers
        task_type="CAUSAL_LM",
    )
    return peft.get_peft_model(model, settings)


def _merged(source: str, adapters: str) -> PreTrainedModel:
    """The model that the adapters at ``source`` were trained on, with them merged into its weights.

    Args: adapters, the file that describes them.
    """
    base = json.loads(Path(adapters).read_text(encoding="utf-8"))["base_model_name_or_path"]
    if not base:
        raise ConfigError(f"the adapters at {source!r} do not say which model they belong to")
    model: PreTrainedModel = _peft().PeftModel.from_pretrained(load_model(base), source).merge_and_unload()
    model.requires_grad_(True)  # peft had frozen it
    return model


def _peft() -> Any:
    try:
        import peft
    except ImportError:
        raise ConfigError("adapters need peft: pip install 'formal-envs[train]', or set lora_rank=0") from None
    return peft
