"""Where the bare answer stands in a right completion, so that it can be changed and put back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Frame(NamedTuple):
    """A completion in three parts; the outer two are its format.

    Attributes:
        before, answer, after: together the completion; ``answer`` has no white space around it.
    """

    before: str
    answer: str
    after: str

    def put(self, answer: str) -> str:
        """The completion with another answer in it."""
        return self.before + answer + self.after

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing but the answer, and white space."""
        return not (self.before + self.after).strip()


def framed(completion: str) -> Frame:
    r"""The frame of a completion: ``\boxed{}``, tags, ``####``, fences, "the answer is", a JSON member "answer".

    Frames may stand in each other. Where there is none, the whole completion is the answer.
    """
    before, inner, after = "", completion, ""
    for _ in range(4):
        found = next((frame for frame in (find(inner) for find in _FRAMES) if frame), None)
        if found is None or not found.answer.strip():
            break
        before, inner, after = before + found.before, found.answer, found.after + after
    answer = inner.strip()
    begin = inner.find(answer)
    return Frame(before + inner[:begin], answer, inner[begin + len(answer) :] + after)


def last_box(text: str) -> tuple[int, int] | None:
    r"""Begin and end of what the last ``\boxed{}`` of a text holds."""
    begin = text.rfind("\\boxed{")
    if begin < 0:
        return None
    depth = 0
    for place in range(begin + 6, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return begin + 7, place
    return None


def _boxed(text: str) -> Frame | None:
    found = last_box(text)
    return _cut(text, *found) if found else None


def _matched(pattern: str, flags: int = 0) -> Callable[[str], Frame | None]:
    """A finder of the last match of a pattern, whose first group with a text is the answer."""
    compiled = re.compile(pattern, flags)

    def find(text: str) -> Frame | None:
        matches = list(compiled.finditer(text))
        if not matches:
            return None
        group = matches[-1].lastindex or 1
        return _cut(text, *matches[-1].span(group))

    return find


def _cut(text: str, begin: int, end: int) -> Frame:
    return Frame(text[:begin], text[begin:end], text[end:])


_FRAMES: tuple[Callable[[str], Frame | None], ...] = (
    _matched(r"<(answer|final_answer|final|solution|output|result)>(.*?)</\1>", re.DOTALL | re.IGNORECASE),
    _boxed,
    _matched(r"####[ \t]*([^\n]+)"),
    _matched(r"\A.*?```[a-z]*\n(.*?)\n?```", re.DOTALL),
    _matched(r"\[\[([^\[\]]+)\]\]"),
    _matched(r'"(?:final_?)?answer"\s*:\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE),
    _matched(r'"(?:final_?)?answer"\s*:\s*(-?[0-9.]+)', re.IGNORECASE),
    _matched(r"(?:^|\b)(?:the )?(?:final )?answer(?: is|:)[ \t]*\**([^\n]*?)\**\.?\s*\Z", re.IGNORECASE),
    _matched(r"\A\s*<think>.*</think>\s*(.+)\Z", re.DOTALL),
)
"""Finders of frames, from the most explicit on."""
