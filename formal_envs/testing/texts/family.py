"""Families of wrong texts: functions from what is known of a problem to texts, with a name and a grade of harm."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from formal_envs.testing.texts.frames import Frame, framed

Kind = Literal["number", "choice", "yes or no", "list", "json", "code", "formula", "fraction", "words", ""]
Harm = Literal["high", "medium", "low"]
HARMS: tuple[Harm, ...] = ("high", "medium", "low")
"""From what a model writes by itself to what it would have to be taught."""
_OPPOSITES = {"yes": "no", "no": "yes", "true": "false", "false": "true"}
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True)
class About:
    """What is known of a problem.

    Attributes:
        prompt: what is asked.
        gold: a right completion; empty where none is known.
        bare: its answer without its format, where that is known.
        others: right completions of other problems, which are wrong here.
    """

    prompt: str
    gold: str = ""
    bare: str = ""
    others: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> Frame:
        """The right completion as format and answer."""
        place = self.gold.rfind(self.bare)
        if not self.bare or self.bare == self.gold or place < 0:
            return framed(self.gold)
        inner, end = framed(self.bare), place + len(self.bare)
        return Frame(self.gold[:place] + inner.before, inner.answer, inner.after + self.gold[end:])

    @property
    def answer(self) -> str:
        """The bare answer; empty where none is known."""
        return self.frame.answer

    def put(self, answer: str) -> str:
        """An answer in the right completion's format."""
        return self.frame.put(answer)

    @cached_property
    def kind(self) -> Kind:
        """What the bare answer is."""
        return kind_of(self.answer)

    @cached_property
    def number(self) -> float | None:
        """The value of an answer that is a number."""
        return float(self.answer) if self.kind == "number" else None

    @cached_property
    def wrongs(self) -> list[str]:
        """Wrong bare answers, the most plausible first; at least one."""
        own = [framed(other).answer for other in self.others]
        made: list[str] = []
        if self.number is not None and _NUMBER.fullmatch(self.answer):
            made = [near(self.answer, step) for step in (1, -1, 10)]
        elif self.kind == "choice":
            made = [letter for letter in "ABCD" if letter != self.answer.strip("()").upper()]
        elif self.kind == "yes or no":
            made = [_OPPOSITES[self.answer.lower()]]
            made = [word.capitalize() if self.answer[:1].isupper() else word for word in made]
        known = [text for text in [*made, *own, "17", "unknown"] if text and text.lower() != self.answer.lower()]
        return list(dict.fromkeys(known))

    @property
    def wrong(self) -> str:
        """A plausible wrong answer."""
        return self.wrongs[0]

    @property
    def far(self) -> str:
        """An answer of the same kind that no reward takes for near the right one."""
        if self.number is not None:
            return f"{abs(self.number) * 7 + 98_765:.0f}"
        return self.wrong if self.kind in ("choice", "yes or no") else "unknown"


Make = Callable[[About], Iterable[str]]


@dataclass(frozen=True)
class Family:
    """A family of wrong texts.

    Attributes:
        name: what its texts are, as a finding says it.
        harm: how likely a model writes such a text.
        make: the texts, the most plausible first.
        certain: whether its texts are wrong by any fair reading; None where this depends on the text
            (``may_be_right``), False where a fair reading may take them for right, so that only a judgement of the
            user's makes an error of them.
        idle: its texts need nothing of the answer: more than half of a right answer's reward is too much for them.
        kinds: of answers that it is about; empty for all.
        similar: its texts have all the words of the answer, for which rewards that grade by common words pay in full.
    """

    name: str
    harm: Harm
    make: Make
    certain: bool | None = None
    idle: bool = False
    kinds: tuple[Kind, ...] = ()
    similar: bool = False

    def texts(self, about: About) -> list[str]:
        """The texts for a problem, none of which is its right completion."""
        if self.kinds and about.kind not in self.kinds:
            return []
        right = {about.gold.strip(), about.answer} if about.gold else set()
        return [text for text in dict.fromkeys(self.make(about)) if text.strip() not in right]


FAMILIES: list[Family] = []
"""All families; modules add theirs when they are imported."""


def family(
    name: str,
    harm: Harm,
    *,
    certain: bool | None = None,
    idle: bool = False,
    kinds: Sequence[Kind] = (),
    similar: bool = False,
) -> Callable[[Make], Make]:
    """Add a function to the families."""

    def add(make: Make) -> Make:
        FAMILIES.append(Family(name, harm, make, certain, idle, tuple(kinds), similar))
        return make

    return add


def kind_of(answer: str) -> Kind:
    """What an answer is, by its looks."""
    text = answer.strip()
    if not text:
        return ""
    if _NUMBER.fullmatch(text):
        return "number"
    if re.fullmatch(r"\(?[A-Ha-h]\)?", text):
        return "choice"
    if text.lower() in _OPPOSITES:
        return "yes or no"
    if isinstance(parsed(text), (dict, list)):
        return "json"
    if is_code(text):
        return "code"
    if re.fullmatch(r"-?[0-9]+/[0-9]+", text):
        return "fraction"
    if re.fullmatch(r"[0-9+\-*/() .]*[0-9)]\s*[-+*/][0-9+\-*/() .]+", text):
        return "formula"
    if len(members(text)) > 1:
        return "list"
    return "words"


def parsed(text: str) -> Any:
    """What a text of JSON holds; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_code(text: str) -> bool:
    """Whether a text is a program of Python that defines something."""
    if not re.search(r"\b(def|lambda|import|class|return|print)\b", text):
        return False
    try:
        return bool(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def separator(text: str) -> str:
    """What stands between the members of a list; empty where a text is none."""
    if re.search(r"[.!?](\s|$)", text):
        return ""  # sentences
    for mark in (",", ";", "\n"):
        if mark in text and all(len(part.split()) <= 3 for part in text.split(mark)):
            return mark
    parts = text.split()
    return " " if len(parts) > 1 and all(_NUMBER.fullmatch(part) for part in parts) else ""


def members(text: str) -> list[str]:
    """The members of a list that is written with commas, semicolons, line breaks, or of numbers with blanks."""
    mark = separator(text)
    return [part.strip() for part in text.split(mark)] if mark else [text.strip()]


def near(number: str, step: int) -> str:
    """A number in figures, with ``step`` units of its last place added."""
    places = len(number.split(".")[1]) if "." in number else 0
    value = int(number.replace(".", "").replace("+", "")) + step
    if not places:
        return str(value)
    figures = str(abs(value)).rjust(places + 1, "0")
    return f"{'-' * (value < 0)}{figures[:-places]}.{figures[-places:]}"
