"""What is right for the problems of the audit, told without the rewards: by what the text states last in its format.

Each takes what follows or precedes a stated answer for right, as the libraries mean to: only a text whose stated answer
is another one, or is missing, counts as wrong.
"""

from __future__ import annotations

import re
import string
from typing import Any

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+|[+-]?[0-9]{1,15}")


def _number(text: str) -> int | None:
    text = text.strip().strip("$").rstrip(".").strip()
    return int(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def _first_number(text: str) -> int | None:
    found = _NUMBER.search(text)
    return int(found[0].replace(",", "")) if found else None


def _words(text: str) -> list[str]:
    kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return [word for word in kept.split() if word not in ("a", "an", "the")]


def last_box(text: str) -> str | None:
    """The content of the last ``\\boxed{}``, brackets counted."""
    begin, depth = text.rfind("\\boxed{"), 0
    for place in range(begin + 6, len(text)) if begin >= 0 else ():
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[begin + 7 : place]
    return None


def boxed(completion: str, solution: str) -> bool:
    """The last box holds the number, or the letter, of the solution, or of the solution's box."""
    wanted, given = last_box(solution) or solution, last_box(completion)
    return given is not None and (
        given.strip() == wanted or (_number(given) is not None and _number(given) == _number(wanted))
    )


def hashed(completion: str, solution: str) -> bool:
    """After the last ``####`` the first number is the solution."""
    _, mark, after = completion.rpartition("####")
    return bool(mark) and _first_number(after) == _number(solution)


def answer_line(completion: str, solution: str) -> bool:
    """After the last "Answer:", in any case, the line is the solution."""
    said = re.split(r"(?i)answer\s*:", completion)
    return len(said) > 1 and _number(said[-1].strip().split("\n")[0]) == _number(solution)


def tagged(completion: str, solution: Any) -> bool:
    """The last ``<answer>`` holds the words of one of the targets."""
    said = completion.rpartition("<answer>")[2].partition("</answer>")
    return bool(said[1]) and any(_words(said[0]) == _words(target) for target in solution["target"])


def number(completion: str, solution: str) -> bool:
    """The text is the number, with or without commas and a dot behind."""
    return _number(completion) == _number(solution)


def same_words(completion: str, solution: str) -> bool:
    """The same words, but for case, punctuation and articles."""
    return _words(completion) == _words(solution)
