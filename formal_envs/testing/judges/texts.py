"""Judges of answers that are texts, choices, sets or JSON."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping
from typing import Any

from formal_envs.testing.judgement import same_value

_LONGEST = 10_000
_CHOICE = re.compile(r"\s*[(\[]?([A-Za-z])[)\].:]?\s*", re.ASCII)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_PAIRS = {"{": "}", "[": "]", "(": ")"}


def same_text(completion: str, solution: str) -> bool:
    """Whether two texts are the same but for case, ASCII punctuation, the articles of English, and white space.

    Source: the normalisation of SQuAD's official evaluation (Rajpurkar et al., 2016). A text of which nothing is left
    is the same as none.
    """
    one, other = _plain(completion), _plain(solution)
    return one == other != ""


def _plain(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def same_choice(completion: str, solution: str) -> bool:
    """Whether a completion is the letter of the solution, alone: ``B``, ``b``, ``(B)``, ``B.``, ``B)`` are the same."""
    one, other = _CHOICE.fullmatch(completion), _CHOICE.fullmatch(solution)
    return one is not None and other is not None and one[1].upper() == other[1].upper()


def same_set(completion: str, solution: Any) -> bool:
    """Whether a completion has the members of the solution, in any order: ``2, 3, 5`` and ``{5, 3, 2}`` are the same.

    Members stand between commas, semicolons or line breaks, with or without one pair of brackets around them all; they
    are equal as texts but for case and white space, or as ``same_value`` has it. One that stands twice stands once.

    Args:
        completion: a text of at most 10,000 characters.
        solution: a text, or a list of members.
    """
    if len(completion) > _LONGEST:
        return False
    one = _members(completion)
    other = _members(solution) if isinstance(solution, str) else [str(member).strip().lower() for member in solution]
    if not other or len(one) > 4 * len(other) or "" in one:
        return False
    return all(any(_equal(a, b) for b in other) for a in one) and all(any(_equal(a, b) for b in one) for a in other)


def _members(text: str) -> list[str]:
    text = text.strip()
    if text[:1] in _PAIRS and text.endswith(_PAIRS[text[:1]]):
        text = text[1:-1]
    return [" ".join(member.lower().split()) for member in re.split(r"[,;\n]", text.strip())]


def _equal(one: str, other: str) -> bool:
    return one == other or same_value(one, other)


def same_json(completion: str, solution: Any) -> bool:
    """Whether a completion is JSON of the solution's value: the order of keys and white space make no difference.

    ``1`` and ``1.0`` are the same, ``1`` and ``true`` are not. NaN, infinities and keys that stand twice are no JSON.

    Args:
        completion: a text.
        solution: JSON as a text, or the value itself.
    """
    try:
        wanted = _read(solution) if isinstance(solution, str) else solution
        return _alike(_read(completion), wanted)
    except (ValueError, RecursionError):
        return False


def _read(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_number)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)
