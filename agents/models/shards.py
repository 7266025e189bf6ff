"""Weights that are shared out between processes (FSDP2): each keeps a part of every matrix, and what learns from it.

A layer's weights are gathered when the layer is asked, and let go. So every process has to ask each layer as often as
the others do.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save
from torch.distributed.device_mesh import init_device_mesh
from transformers.modeling_layers import GradientCheckpointingLayer

from agents.models.optimizers import parts
from agents.models.policy import Policy
from formal_envs.errors import ConfigError


def share_out(policy: Policy, device: torch.device, count: int) -> None:
    """Share the weights of a policy out between all ``count`` processes, before it is asked anything.

    The weights may lie in the memory of the CPU before: a layer at a time goes to the device, and this process's part
    stays there. Embeddings and the output layer are together, as some models have one matrix for both; what of them is
    gathered stays until the next gradient.

    Raises:
        ConfigError: this torch cannot do so, or the model has no layers that are known as such.

    Source: Zhao et al., arXiv:2304.11277; each parameter by itself, as ``torch.distributed.fsdp.fully_shard`` has it.
    """
    try:
        from torch.distributed.fsdp import fully_shard
    except ImportError:
        raise ConfigError(f"torch {torch.__version__} cannot share weights out: install 2.6 or later") from None
    layers = [module for module in policy.model.modules() if isinstance(module, GradientCheckpointingLayer)]
    if not layers:
        raise ConfigError(f"{type(policy.model).__name__} has no layers that can be shared out: set shard to false")
    warnings.filterwarnings("ignore", message="FSDP2-wrapped module .* returned a view")  # none is written to
    mesh = init_device_mesh(device.type, (count,))
    for unit in (*layers, policy.model, policy.value_head):
        fully_shard(unit, mesh=mesh)


def whole_weights(policy: Policy) -> dict[str, Any]:
    """The language model's weights by name, gathered in the memory of the first process; the others get none.

    All processes have to ask. Of a model with adapters it is these alone.
    """
    options = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=policy.has_adapters)
    weights = get_model_state_dict(policy, options=options)
    return {name.removeprefix("model."): weight for name, weight in weights.items() if name.startswith("model.")}


def save_shards(folder: Path, policy: Policy, optimizer: torch.optim.Optimizer) -> None:
    """Write what is trained and what the optimizer has learned, each process its part.

    Raises:
        OSError: it cannot be written.
    """
    try:
        save(_state(policy, optimizer), checkpoint_id=folder)
    except CheckpointException as error:  # no Exception
        raise OSError(str(error)) from error


def load_shards(folder: Path, policy: Policy, optimizer: torch.optim.Optimizer) -> None:
    """Read what ``save_shards`` of any number of processes wrote into a policy and an optimizer of the same make.

    Raises:
        OSError: it cannot be read.
    """
    state = _state(policy, optimizer)
    try:
        load(state, checkpoint_id=folder)
    except CheckpointException as error:
        raise OSError(str(error)) from error
    set_model_state_dict(policy, state["weights"], options=StateDictOptions(strict=not policy.has_adapters))
    set_optimizer_state_dict(policy, parts(optimizer), state["optimizer"])


def _state(policy: Policy, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    options = StateDictOptions(ignore_frozen_params=policy.has_adapters)
    return {
        "weights": get_model_state_dict(policy, options=options),
        "optimizer": get_optimizer_state_dict(policy, parts(optimizer)),
    }
