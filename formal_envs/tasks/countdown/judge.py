"""Whether an answer to countdown is right, told in another way than the reward's."""

from __future__ import annotations

import re
from collections import Counter

from formal_envs.testing import same_value


def right(prompt: str, completion: str) -> bool:
    """Whether the numbers of an expression are among the given ones, and its value is the target."""
    given, _, target = prompt.partition(" -> ")
    if len(completion) > 1_000 or not re.fullmatch(r"[0-9+*/() -]*", completion, re.ASCII):
        return False
    if re.search(r"(?:^|[-+*/(]) *[-+]", completion):  # a sign
        return False
    within = Counter(re.findall("[0-9]+", completion)) <= Counter(given.split())
    return within and same_value(completion, target.removesuffix(": "))
