"""The reward of rewriting: is a text the one that the prompt's rules lead to?"""

from __future__ import annotations

from formal_envs.errors import check_choice
from formal_envs.score import Score
from formal_envs.tasks.rewriting.rules import read_prompt

PARTIAL = 0.1
"""What a text earns that is wrong at its very end only; a text that is wrong before, its share of that."""
_SHOWN = 20


class RewritingReward:
    """1 for the normal form of the prompt's word, or for its numbers in order; there is one right answer.

    With ``kind="partial"`` any other text earns 0.1 times its ``position``.

    Parts: ``exact`` in {0, 1}; ``position`` in [0, 1], the share of the right answer before the first wrong character,
    below 1 where there is one.

    Raises:
        ConfigError: ``kind`` is neither "partial" nor "exact".
    """

    range = (0.0, 1.0)

    def __init__(self, kind: str = "partial"):
        self.kind = check_choice("reward", kind, ("partial", "exact"))

    def __repr__(self) -> str:
        return f"RewritingReward({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RewritingReward) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((RewritingReward, self.kind))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion; of a prompt that was scored before in time that does not grow with the completion."""
        asked = read_prompt(prompt)
        if asked is None:
            return Score(0.0, {"exact": 0.0, "position": 0.0}, "the prompt is none of rewriting")
        answer = asked.answer
        if completion == answer:
            return Score(1.0, {"exact": 1.0, "position": 1.0})
        pairs = enumerate(zip(completion, answer, strict=False))
        place = next((n for n, (one, other) in pairs if one != other), min(len(completion), len(answer)))
        share = place / (len(answer) + 1)
        expected = repr(answer[place : place + _SHOWN]) if place < len(answer) else "the end"
        found = repr(completion[place : place + _SHOWN]) if place < len(completion) else "the end"
        worth = PARTIAL * share if self.kind == "partial" else 0.0
        return Score(worth, {"exact": 0.0, "position": share}, f"expected {expected}, got {found}", place)


def partial_credit() -> RewritingReward:
    """1 for the answer, 0.1 times the share that is right for another."""
    return RewritingReward("partial")


def exact() -> RewritingReward:
    """1 for the answer, 0 for anything else."""
    return RewritingReward("exact")
