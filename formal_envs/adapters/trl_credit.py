"""TRL: the token at which a completion went wrong pays for it. It needs the extra trl.

Rewards of TRL 1.16 are a number per completion, and so are those of its environments. Its loss takes advantages per
token from subclasses that have them (``GRPOTrainer._compute_loss``); here is one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from trl.trainer.grpo_trainer import GRPOTrainer

from formal_envs.adapters.trl import text_of


class ErrorCreditTrainer(GRPOTrainer):  # type: ignore[misc, unused-ignore]
    """GRPO in which the first wrong token of a completion has its advantage, where that is negative, and no other.

    What stands before that token could have become right, and what stands behind it could not matter any more. A
    completion that did not fail, or whose failure has no place, has its advantage on every token, as ever.

    The places are the column ``failed_at`` that a reward function logs, as those of ``formal_envs.adapters.trl`` do.
    The text that is scored must be all that the completion's tokens say: completions with tool calls have no places.
    """

    _failed_at: Sequence[int | None] = ()
    _positions: Sequence[int] = ()

    def _log_completion_extra(self, column: str, values: list[Any]) -> None:
        if column == "failed_at":
            self._failed_at = values
        super()._log_completion_extra(column, values)

    def _calculate_rewards(self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: Any) -> Any:
        self._failed_at = [None] * len(completions)
        rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        tokenizer = getattr(self.processing_class, "tokenizer", self.processing_class)
        rows = zip(completion_ids_list, map(text_of, completions), self._failed_at, strict=True)
        self._positions = [error_token(tokenizer, ids, text, place) for ids, text, place in rows]
        return rewards

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        output = super()._generate_and_score_completions(inputs)
        positions = torch.tensor(self._positions, device=output["advantages"].device)
        output["advantages"] = error_advantages(output["advantages"], positions, output["completion_ids"].shape[1])
        return output


def error_advantages(advantages: Tensor, positions: Tensor, length: int) -> Tensor:
    """Advantages (B, length) of tokens from those of completions (B,) and the first wrong tokens (B,), -1 for none."""
    here = torch.arange(length, device=positions.device) == positions[:, None]  # (B, length)
    whole = advantages[:, None].expand(-1, length)
    return torch.where(positions[:, None] < 0, whole, whole.clamp(max=0) * here)


def error_token(tokenizer: Any, ids: Sequence[int], text: str, failed_at: int | None) -> int:
    """Which of a completion's tokens holds the character at ``failed_at`` of its text; the last one where none does.

    -1 where there is no such place, or the text is not what the tokens say.
    """

    def said(end: int) -> str:
        shown: str = tokenizer.decode(ids[:end], skip_special_tokens=True)
        return shown

    if failed_at is None or said(len(ids)) != text:
        return -1
    return bisect_right(range(1, len(ids)), failed_at, key=lambda end: len(said(end)))
