"""How many operations a language model's work takes, as the model needs them: what is computed twice counts once."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D


class Work(NamedTuple):
    """FLOPs of reading prompts and completions, and of learning from them."""

    forward: float
    update: float


def count_work(policy: Any, prompt_mask: Tensor, mask: Tensor) -> Work:
    """The FLOPs for completions of prompts, which are read once for all of their completions.

    A product with a matrix takes two operations per weight and token, attention four per layer, channel and token that
    is looked back at; the gradient takes as many for the activations and as many for the weights that are trained.

    Args:
        policy: its model is of transformers, or of peft with adapters; each weight matrix but the input embeddings is
            used once for each token, or, where the policy spares that, for the last one of a prompt alone.
        prompt_mask: (P, S), 1 on the tokens of prompts.
        mask: (P, G, T), 1 on the tokens of completions, the last of which is never read.
    """
    model = policy.model
    config, head = model.config.get_text_config(), model.get_output_embeddings()
    matrices = [module.weight for module in model.modules() if isinstance(module, (nn.Linear, Conv1D))]
    inner = {id(weight): weight for weight in matrices if weight is not head.weight}.values()
    fixed = sum(weight.numel() for weight in inner if not weight.requires_grad)
    trained = sum(weight.numel() for weight in inner if weight.requires_grad)
    channels = 4 * config.num_hidden_layers * config.hidden_size

    written, firsts = float(mask.sum()), mask.shape[0] * mask.shape[1]
    before, after = prompt_mask.sum(dim=1).double(), mask.sum(dim=2).double()  # (P,), (P, G)
    read = float(before.sum()) + written - firsts
    looked_back = float((before**2 / 2).sum() + (after * (before[:, None] + after / 2)).sum())
    drawn = written - firsts + len(mask)  # one distribution for all first tokens of a prompt
    last = 2.0 * head.weight.numel() * drawn
    attention = channels * looked_back
    spared = float(before.sum()) - len(mask)  # tokens of prompts but the last ones
    fixed_work, trained_work = fixed * read, trained * read
    fixed_work -= spared * sum(weight.numel() for weight in policy.spared if not weight.requires_grad)
    trained_work -= spared * sum(weight.numel() for weight in policy.spared if weight.requires_grad)
    forward = 2.0 * (fixed_work + trained_work) + attention + last
    backward = 2.0 * (fixed_work + 2 * trained_work) + 2 * attention + last * (2 if head.weight.requires_grad else 1)
    return Work(forward, forward + backward)
