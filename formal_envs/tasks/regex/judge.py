"""Whether a regular expression is right, told by Python's own engine, on words of a few letters."""

from __future__ import annotations

import re

_NOT_OURS = re.compile(r"[*+?]{2}|\((?![abcd(])|\|(?![abcd(])|^(?![abcd(])|[^abcd|*+?()]")


def right(prompt: str, completion: str) -> bool:
    """Whether an expression of the task's syntax matches the words that it should, and no others."""
    wanted, unwanted, longest = re.fullmatch(r"match (.*); not (.*); at most (\d+): ", prompt).groups()  # type: ignore[union-attr]
    if len(completion) > int(longest) or _NOT_OURS.search(completion):
        return False
    try:
        pattern = re.compile(completion)
    except re.error:
        return False
    return all(map(pattern.fullmatch, wanted.split())) and not any(map(pattern.fullmatch, unwanted.split()))
