"""The optimisers of a run: Adam, or Muon for the matrices of hidden layers with Adam for the rest; and mean weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.distributed.fsdp import FSDPModule

_MEAN = "mean"  # in the state of a weight


def make_optimizer(policy: nn.Module, name: str, rate: float, weight_decay: float) -> torch.optim.Optimizer:
    """The optimizer of the parameters that are trained.

    Args:
        policy: with the language model as ``policy.model``.
        name: "adam", with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101); or "muon", which makes the
            update of each weight matrix between hidden layers orthogonal (K. Jordan, "Muon: an optimizer for hidden
            layers in neural networks", 2024), scaled to the size of Adam's (Liu et al., arXiv:2502.16982), so that one
            learning rate serves both.
        rate: learning rate.
        weight_decay: share of a weight that is taken off at each step, times the rate.
    """
    trained = [parameter for parameter in policy.parameters() if parameter.requires_grad]
    if name == "adam":
        return _adam(trained, rate, weight_decay)
    hidden = {id(matrix) for matrix in hidden_matrices(policy)}
    matrices = [parameter for parameter in trained if id(parameter) in hidden]
    others = [parameter for parameter in trained if id(parameter) not in hidden]
    return Together(
        torch.optim.Muon(matrices, rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"),
        _adam(others, rate, weight_decay),
    )


def _adam(parameters: list[nn.Parameter], rate: float, weight_decay: float) -> torch.optim.AdamW:
    """Adam in one pass over the memory of each parameter, in a quarter of the time on a CPU."""
    return torch.optim.AdamW(parameters, rate, weight_decay=weight_decay, fused=True)


class Together(torch.optim.Optimizer):
    """Several optimizers, each of parameters of its own, as one."""

    def __init__(self, *optimizers: torch.optim.Optimizer):
        groups = [group for optimizer in optimizers for group in optimizer.param_groups]
        super().__init__([parameter for group in groups for parameter in group["params"]], {})
        self.optimizers = optimizers
        self._share_groups()

    def _share_groups(self) -> None:
        """Let a change of a learning rate reach the optimizers."""
        self.param_groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """A step of each."""
        for optimizer in self.optimizers:
            optimizer.step(closure)

    def state_dict(self) -> dict[str, Any]:
        """The state of each."""
        return {"optimizers": [optimizer.state_dict() for optimizer in self.optimizers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """What ``state_dict`` gave."""
        for optimizer, state in zip(self.optimizers, state_dict["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self._share_groups()


def parts(optimizer: Any) -> list[torch.optim.Optimizer]:
    """The optimizers that one is made of."""
    return list(getattr(optimizer, "optimizers", [optimizer]))


def keep_mean(optimizer: torch.optim.Optimizer, decay: float) -> None:
    """Keep the exponential mean of the weights from now on: after each step ``decay`` of it and 1 - decay of them.

    It begins with the weights after the first step, and is a part of the optimizer's state, so that what saves and
    shares that out serves for it, too.

    Source: Polyak and Juditsky, SIAM J. Control Optim. 30(4), 1992; exponential as in
    ``torch.optim.swa_utils``.
    """

    def update(part: torch.optim.Optimizer, *_: object) -> None:
        weights = [weight for group in part.param_groups for weight in group["params"] if weight in part.state]
        with torch.no_grad():
            means = [part.state[weight].setdefault(_MEAN, weight.detach().clone()) for weight in weights]
            torch._foreach_lerp_(means, weights, 1 - decay)

    for part in parts(optimizer):
        part.register_step_post_hook(update)


@contextmanager
def mean_weights(policy: nn.Module, optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """Have the policy the mean of its weights, where ``keep_mean`` keeps one, instead of these."""
    kept = [(weight, weight.detach().clone()) for weight, _ in _means(optimizer)]
    take_mean(policy, optimizer)
    yield
    _put(policy, kept)


def take_mean(policy: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put the mean of the policy's weights, where ``keep_mean`` keeps one, in their place."""
    _put(policy, _means(optimizer))


def _means(optimizer: torch.optim.Optimizer) -> list[tuple[torch.Tensor, torch.Tensor]]:
    states = [item for part in parts(optimizer) for item in part.state.items()]
    return [(weight, state[_MEAN]) for weight, state in states if _MEAN in state]


@torch.no_grad()
def _put(policy: nn.Module, values: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    for weight, value in values:
        weight.copy_(value)
    for module in policy.modules():
        if isinstance(module, FSDPModule):
            module.reshard()  # what was gathered before has other values


def hidden_matrices(policy: nn.Module) -> list[nn.Parameter]:
    """Weights of two dimensions that are neither embeddings nor the output layer's nor the value head's."""
    model: Any = policy.model
    outer = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    outer.add(id(model.get_output_embeddings().weight))
    return [matrix for matrix in model.parameters() if matrix.ndim == 2 and id(matrix) not in outer]
