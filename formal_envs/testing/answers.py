"""What a right answer is made of: the bare answer, the text around it, and its kind."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from formal_envs.testing.formats import FORMATS

_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[-+]?[0-9]+/[0-9]+")
_CODE = re.compile(r"^\s*(?:def|class|import|from \w+ import|for .*:|while .*:|print\(|return\b|\w+ = lambda\b)", re.M)
_WITHIN = 3  # formats within each other
_WORDS = 3  # of an answer that is a word, or an item of a list
_AMBIGUOUS = ("(", "[[", "```\n")  # marks that a bare answer may begin with


@dataclass(frozen=True)
class Answer:
    """A right answer, taken apart.

    Attributes:
        gold: the completion, ``head + bare + tail``.
        head, tail: its format.
        bare: the answer in it.
        kind: "number", "choice" of a letter, "word", "list", "JSON", "code", "expression" or "sentence".
    """

    gold: str
    head: str
    bare: str
    tail: str
    kind: str

    @property
    def formatted(self) -> bool:
        """Whether there is a format."""
        return bool(self.head.strip() or self.tail.strip())

    def with_bare(self, bare: str) -> str:
        """Another answer in the same format."""
        return self.head + bare + self.tail


def read_answer(gold: str, known: str | None = None) -> Answer:
    """Take a right answer apart.

    Args:
        gold: a completion that is right.
        known: the bare answer, where that is known; it is looked for in the gold.
    """
    bare = known.strip() if known else ""
    if not bare or bare not in gold or bare == gold.strip():
        bare = _within(gold)
    begin = gold.rindex(bare)
    return Answer(gold, gold[:begin], bare, gold[begin + len(bare) :], kind_of(bare))


def _within(gold: str) -> str:
    """The text within the usual formats."""
    text = gold.strip()
    for _ in range(_WITHIN):
        found = [form.content(text) for form in FORMATS if form.mark not in _AMBIGUOUS]
        inner = next((content for content in found if content and content != text and content in gold), None)
        if inner is None:
            return text
        text = inner
    return text


def kind_of(bare: str) -> str:
    """What kind of answer a bare answer is."""
    words = bare.split()
    if isinstance(loaded(bare), dict):
        return "JSON"
    if _NUMBER.fullmatch(bare):
        return "number"
    if _CODE.search(bare):
        return "code"
    if len(items(bare)) > 1:
        return "list"
    if re.fullmatch(r"[A-Za-z]", bare):
        return "choice"
    if re.search(r"[=+*/^\\<>|&]|[0-9]", bare) and not re.search(r"[a-z]{3,} [a-z]{2,}", bare):
        return "expression"
    return "word" if len(words) <= _WORDS else "sentence"


def items(bare: str) -> list[str]:
    """The items of an answer that is a list: JSON's, or short ones between commas, or numbers between blanks."""
    value = loaded(bare)
    if isinstance(value, list):
        return [one if isinstance(one, str) else json.dumps(one) for one in value]
    parts = bare.split(",")
    short = all(0 < len(part.split()) <= _WORDS for part in parts) and not re.search(r"[.!?] ", bare)
    if len(parts) > 1 and short and not _NUMBER.fullmatch(bare):
        return [part.strip() for part in parts]
    words = bare.split()
    return words if len(words) > 1 and all(_NUMBER.fullmatch(word) for word in words) else [bare]


def loaded(text: str) -> Any:
    """What JSON makes of a text; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def near(bare: str, kind: str) -> str:
    """An answer that is near and, as a rule, wrong: a number plus one, another letter, a list or words but the last."""
    if kind == "choice":
        return chr((ord(bare) - ord("A") + 1) % 4 + ord("A")) if bare.isupper() else chr((ord(bare) - 96) % 4 + 97)
    opposite = {"yes": "no", "no": "yes", "true": "false", "false": "true"}.get(bare.lower())
    if opposite is not None:
        return opposite.capitalize() if bare[0].isupper() else opposite
    if kind == "list" and loaded(bare) is None:
        return bare[: max(bare.rfind(","), bare.rfind(" "))].rstrip(" ,")
    if re.search("[0-9]", bare):
        return re.sub(r"[0-9]{1,15}(?=[^0-9]*\Z)", lambda match: str(int(match[0]) + 1), bare, count=1)
    if kind == "code" and re.search(r"[-+]", bare):
        return re.sub(r"[-+]", lambda match: "-" if match[0] == "+" else "+", bare, count=1)
    words = bare.split()
    return " ".join(words[:-1]) if len(words) > 1 else bare[:-1]
