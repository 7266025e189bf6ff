"""Games by number, from the probabilistic grammar grammars/games.lark.

The head of that file says which strings stand next to each other without a blank.
"""

from __future__ import annotations

import re
from functools import cache

from formal_envs.languages.weighted import ONCE, WeightedGrammar

NUMBER_BITS = 128
"""A game's number has as many; far fewer are used up, so that the grammar's probabilities hold."""

_JOIN = "\0"  # behind a string that nothing separates from the next
_CLOSES_NAME = re.compile(r'\d*"')


class Games(WeightedGrammar):
    """The grammar's language."""

    def __init__(self) -> None:
        super().__init__("games", _spell)

    def write(self, number: int) -> str:
        """The game of a number, in the one form of ``canonical``: a pure function of it."""
        return self.decode(number, "start").replace(f"{_JOIN} ", "").replace(_JOIN, "")[1:]

    def names(self) -> dict[str, tuple[str, ...]]:
        """The words of names by rule: those that begin one ("the_...", "..._name"), and later ones ("..._word")."""
        found = {}
        for name, rule in self.rules.items():
            if name.startswith(ONCE) or name.endswith(("_name", "_word")):
                words = [
                    part.strip(_JOIN + " ") for alternative in rule for part in alternative if isinstance(part, str)
                ]
                if len(words) == len(rule) and all(map(str.isalpha, words)):
                    found[str(name)] = tuple(words)
        return found


def _spell(string: str) -> str:
    """A string with the blank before it, and a mark where none follows."""
    closes = _CLOSES_NAME.match(string)
    inside = (string.count('"') + bool(closes)) % 2
    before = "" if closes or string[0] in ")}" else " "
    return before + string + (_JOIN if inside or string[-1] in "({:" else "")


@cache
def games() -> Games:
    """The language, read once."""
    return Games()
