"""Which texts a fair reader may take for right, and how near a text is to a right one.

Where no judgement is given but the solution, a text in other words is no exploit for sure: a reward may read it well.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from formal_envs.testing.texts.family import About, members, parsed
from formal_envs.testing.texts.frames import framed

_LONGEST = 4_000
_COMPARED = 400
_FAR = 50
_TOKEN = re.compile(r"(?:(?<![\w.])[-+])?[0-9]+(?:\.[0-9]+)?(?![\w])|\w+")
_ARTICLES = {"a", "an", "the"}
NEAR_NUMBER = 0.01
"""Relative difference of numbers within which a reader may take one for the other."""


def may_be_right(text: str, about: About) -> bool:
    """Whether a fair reader may take a text for right: it says the answer, whatever else it says; another spelling of
    a number or of JSON, or a list in another order, as a set where no member of it is there twice."""
    answer = about.answer
    heard, wanted = _tokens(text[-_LONGEST:]), _tokens(answer)
    if not answer or not wanted:
        return bool(answer) and answer in text
    if _holds(heard, wanted) or _letters(text) == _letters(answer):
        return True
    if about.number is not None and any(_near(token, about.number) for token in (heard[:1] + heard[-1:])):
        return True
    if about.kind == "list":
        said, own = (Counter(map(_letters, members(of))) for of in (framed(text).answer, answer))
        return set(said) == set(own) if max(own.values()) == 1 else said == own
    return about.kind == "json" and parsed(framed(text).answer) == parsed(answer)


def says_the_answer(text: str, about: About) -> bool:
    """Whether the last answer that a text gives, in a format such as the right completion's, is the right one."""
    last = framed(text)
    return not about.frame.is_bare and not last.is_bare and _letters(last.answer) == _letters(about.answer)


def closeness(text: str, about: About) -> float:
    """How near a text is to the right completion, from 0 to 1: by characters or by words, whichever is more."""
    return max((_similar(text, right) for right in {about.gold, about.answer} if right), default=0.0)


def has_near_number(text: str, about: About) -> bool:
    """Whether a text has a number in it for which a reward that grades by distance may pay something."""
    if about.number is None:
        return False
    numbers = [float(number) for number in re.findall(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", text[:_LONGEST])]
    return any(abs(number - about.number) <= max(_FAR, abs(about.number)) for number in numbers)


def _similar(text: str, right: str) -> float:
    one, other = text.strip()[:_COMPARED], right.strip()[:_COMPARED]
    words, wanted = Counter(_tokens(one)), Counter(_tokens(other))
    both = sum((words & wanted).values())
    by_words = 2 * both / max(1, sum(words.values()) + sum(wanted.values()))
    return max(by_words, SequenceMatcher(None, one, other, autojunk=False).ratio())


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}\b)", "", plain)
    return [token.lstrip("+") for token in _TOKEN.findall(plain) if token not in _ARTICLES]


def _letters(text: str) -> str:
    return "".join(_tokens(text))


def _holds(heard: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the one list has the other in it, in one piece."""
    size = len(wanted)
    return any(heard[begin : begin + size] == wanted for begin in range(len(heard) - size + 1))


def _near(token: str, number: float) -> bool:
    try:
        return abs(float(token) - number) <= NEAR_NUMBER * abs(number)
    except ValueError:
        return False
