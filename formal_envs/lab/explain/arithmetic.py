"""Arithmetic: the statements of a chain, each with its value beside the solution's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from formal_envs.errors import ParseFailure
from formal_envs.lab.explain import Explained, part
from formal_envs.score import Score
from formal_envs.tasks.arithmetic.reward import MAX_ERROR, MAX_STATEMENT, MAX_TEXT, evaluate

PARTS = {
    "error": part(0, MAX_ERROR, "what the statements are off by, all together; 500 where the chain is malformed"),
    "exact": part(0, 1, "1 where every statement has the solution's value"),
    "well_formed": part(0, 1, "1 where each statement has one operator fewer, and the last has none"),
}
_SHOWN = 200  # statements


@dataclass(frozen=True)
class Statement:
    """What stands between two ``=`` of prompt and completion.

    Attributes:
        text: of it, as far as it is shown.
        begin: where it begins in the completion; negative where that is in the prompt.
        value: what it comes to; None where it cannot be read. A text, as JavaScript has no such integers.
        operators, expected: how many it has, and must have.
        off: the distance of its value from the solution.
        wrong: why the chain is malformed here; None where it is not.
    """

    text: str
    begin: int
    value: str | None
    operators: int | None
    expected: int | None
    off: str | None
    wrong: str | None


@dataclass(frozen=True)
class Chain(Explained):
    """A chain's statements, up to the first that is malformed.

    Attributes:
        solution: the value of the first statement; None where it cannot be read.
        statements: as above; of a long chain the first.
        more: statements that are not shown.
        at: where in the completion the text cannot be read any more; None where it can, or where that is not there.
        total: the sum of what the statements are off by; None for a malformed chain.
        rule: how the score comes from that.
    """

    solution: str | None
    statements: list[Statement]
    more: int
    at: int | None
    total: str | None
    rule: str


def explain(task: Any, reward: Any, prompt: str, completion: str, score: Score) -> Chain:
    """The chain of a prompt and its completion, read as the reward reads it."""
    text = prompt + completion
    begin, statements, solution, total = -len(prompt), list[Statement](), None, 0
    expected: int | None = None
    pieces = text[: MAX_TEXT + 1].split("=", MAX_STATEMENT + 1) if len(text) <= MAX_TEXT else []
    at = None
    for piece in pieces:
        try:
            value, operators = evaluate(piece)
        except ParseFailure as failure:
            statements.append(Statement(piece[:_SHOWN], begin, None, None, expected, None, str(failure)))
            at = begin + failure.column
            break
        if solution is None:
            solution = value
        wrong = None if expected in (None, operators) else f"{operators} operators, expected {expected}"
        off = abs(solution - value)
        statements.append(Statement(piece[:_SHOWN], begin, str(value), operators, expected, str(off), wrong))
        if wrong:
            break
        total, expected = total + off, operators - 1
        begin += len(piece) + 1
    return Chain(
        kind="chain",
        solution=None if solution is None else str(solution),
        statements=statements[:_SHOWN],
        more=max(len(statements) - _SHOWN, 0),
        at=at if at is not None and at >= 0 else None,
        total=str(total) if score.parts["well_formed"] else None,
        rule=_rule(reward, total, bool(score.parts["well_formed"])),
    )


def _rule(reward: Any, total: int, well_formed: bool) -> str:
    if getattr(reward, "kind", None) == "exact":
        return "1 where the error is 0, and else 0"
    if getattr(reward, "kind", None) != "paper":
        return ""
    error = min(total, MAX_ERROR) if well_formed else MAX_ERROR
    return f"2 / (1 + exp({error} / 10))"
