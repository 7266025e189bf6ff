"""How a right answer is written: the usual formats around a bare solution, and which of them a reward pays."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from formal_envs.testing.cases import Case, Outcome, Problem, spellings

_PROBLEMS, _FEW = 8, 3  # that formats are tried on, all in the end and at first
_TRIED = 4  # formats that are tried on all of them
_NEARLY_ALL, _NEARLY = 0.8, 0.99  # share of the problems, and of the most that is earned there
_THOUGHT = "I work it out."


@dataclass(frozen=True)
class Format:
    """Text around a bare answer.

    Attributes:
        head, tail: what stands before and behind the answer.
        mark: the end of ``head`` that says that an answer follows; none where the answer is the whole text.
        quoted: the answer is written as a JSON string.
    """

    head: str = ""
    tail: str = ""
    mark: str = ""
    quoted: bool = False

    def wrap(self, answer: str) -> str:
        """A completion that gives an answer."""
        return self.head + (json.dumps(answer) if self.quoted else answer) + self.tail

    def content(self, completion: str) -> str | None:
        """The one answer that a completion gives in this format, with any reasoning before; None where it gives none,
        several, or goes on behind it."""
        text, tail = completion.strip(), self.tail.strip()
        if not self.mark or text.count(self.mark) != (self.head + self.tail).count(self.mark):
            return None
        text = text.rstrip(" \n.$") if tail else text
        tail = tail.rstrip(".$")
        if not text.endswith(tail):
            return None
        inner = text[text.index(self.mark) + len(self.mark) : len(text) - len(tail)].strip()
        if self.quoted:
            return inner[1:-1] if inner[:1] == inner[-1:] == '"' else None
        return inner


BARE = Format()
FORMATS = (
    BARE,
    Format("\\boxed{", "}", "\\boxed{"),
    Format("#### ", "", "####"),
    Format("<answer>", "</answer>", "<answer>"),
    Format(f"<think>{_THOUGHT}</think><answer>", "</answer>", "<answer>"),
    Format(f"<think>\n{_THOUGHT}\n</think>\n<answer>\n", "\n</answer>", "<answer>"),
    Format(f"<reasoning>\n{_THOUGHT}\n</reasoning>\n<answer>\n", "\n</answer>\n", "<answer>"),
    Format(f"<think>{_THOUGHT}</think>\n", "", "</think>"),
    Format(f"<think>{_THOUGHT}</think>\n\\boxed{{", "}", "\\boxed{"),
    Format(f"<think>\n{_THOUGHT}\n</think>\n<answer>\n\\boxed{{", "}\n</answer>", "\\boxed{"),
    Format("$\\boxed{", "}$", "\\boxed{"),
    Format("$", "$", "$"),
    Format("The answer is ", ".", "answer is"),
    Format("The answer is: ", "", "answer is:"),
    Format("Answer: ", "", "Answer:"),
    Format("Final Answer: ", "", "Final Answer:"),
    Format("The answer is (", ").", "answer is ("),
    Format("(", ")", "("),
    Format("[[", "]]", "[["),
    Format('{"answer": ', "}", '"answer":', quoted=True),
    Format('{"answer": ', "}", '"answer":'),
    Format("```\n", "\n```", "```\n"),
    Format("```json\n", "\n```", "```json"),
    Format("```python\n", "\n```", "```python"),
    Format("<solution>", "</solution>", "<solution>"),
    Format("<final>", "</final>", "<final>"),
)
"""The usual formats, the plainest first."""


@dataclass(frozen=True)
class Written:
    """How right answers are written.

    Attributes:
        format: around the answer.
        spelling: which of a solution's spellings the answer is; texts have one.
        earns: whether a right answer in it earns more than the empty text on some problem.
        texts: how many were scored to tell.
    """

    format: Format = BARE
    spelling: int = 0
    earns: bool = True
    texts: int = 0

    def gold(self, problem: Problem) -> str | None:
        """The right answer to a problem."""
        if problem.solution is None:
            return None
        of = spellings(problem.solution)
        return self.format.wrap(of[min(self.spelling, len(of) - 1)])


def find_format(
    score: Callable[[Sequence[Case]], list[Outcome]], problems: Sequence[Problem], most: float = math.inf
) -> Written:
    """How a reward wants right answers written: the first of the usual formats that earns the most on nearly all.

    Args:
        score: gives the outcomes of cases.
        problems: with their solutions; the first ones are tried.
        most: the largest value of the reward; where bare answers earn it, nothing else is tried.
    """
    asked = [problem for problem in problems if problem.solution is not None][:_PROBLEMS]
    if not asked:
        return Written()
    texts = 0

    def earned(written: Written | None, asked: Sequence[Problem]) -> list[float]:
        nonlocal texts
        texts += len(asked)
        outcomes = score([Case(problem, (written and written.gold(problem)) or "") for problem in asked])
        return [o.value if o.state == "scored" and math.isfinite(o.value) else -math.inf for o in outcomes]

    bare, first = earned(Written(), asked), asked[:_FEW]
    if min(bare) >= most:
        return Written(texts=texts)
    nothing = [value if math.isfinite(value) else 0.0 for value in earned(None, asked)]
    number = max(len(spellings(problem.solution)) for problem in first)
    ways = [Written(format, spelling) for format in FORMATS for spelling in range(number)]
    table = {way: earned(way, first) for way in ways[1:]} | {ways[0]: bare[:_FEW]}
    shares = {way: _share(table, way, nothing) for way in ways}
    good = sorted([way for way in ways if shares[way]], key=lambda way: -shares[way])[:_TRIED]
    table = {way: earned(way, asked) for way in good if way != ways[0]} | {ways[0]: bare}
    earns = bool(good) or any(value > least for value, least in zip(bare, nothing, strict=True))
    shares = {way: _share(table, way, nothing) for way in ways if way in table}
    best = next((way for way in shares if shares[way] >= _NEARLY_ALL), max(shares, key=lambda way: shares[way]))
    return replace(best, earns=earns, texts=texts)


def _share(table: Mapping[Written, list[float]], way: Written, nothing: Sequence[float]) -> float:
    """On how many of the problems this way earns about the most that any does, and more than nothing."""
    most = [max(values) for values in zip(*table.values(), strict=True)]
    enough = [least + _NEARLY * (high - least) for least, high in zip(nothing, most, strict=False)]
    paid = zip(table[way], enough, nothing, strict=False)
    best = [bool(value >= limit and value > least) for value, limit, least in paid]
    return sum(best) / len(best)
