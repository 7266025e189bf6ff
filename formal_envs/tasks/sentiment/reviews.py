"""Film reviews by number, from the probabilistic grammar grammars/reviews.lark."""

from __future__ import annotations

import re
from functools import cache

from formal_envs.languages.weighted import Rule, WeightedGrammar

MARKS = ",."
"""The punctuation of reviews: it follows a word without a blank."""
OPENINGS = ("remark", "premise")
"""The rules of the neutral openings."""

_LABELS = ("negative_review", "positive_review")
_TOKEN = re.compile(rf" ?[^ {MARKS}]+|[{MARKS}]")


class Reviews(WeightedGrammar):
    """The grammar's language.

    Attributes:
        vocabulary: its tokens: words with the blank before them, words that can begin a review, and marks.
    """

    def __init__(self) -> None:
        super().__init__("reviews", lambda text: text if text[0] in MARKS else " " + text)
        self.vocabulary = tuple(sorted(self.tokens_of("start")))

    def write(self, number: int, label: int) -> str:
        """The review of a number and a label, 0 for negative and 1 for positive: a pure function of both.

        A review uses up less than 90 bits; a number uniform in 0..2^127 - 1 gives the grammar's probabilities.
        """
        return self.decode(number, _LABELS[label])[1:]

    def tokens_of(self, rule: str) -> set[str]:
        """The tokens of all texts of ``rule``; a text's first has no blank before it."""
        found: set[str] = set()
        seen: set[tuple[int, bool]] = set()

        def visit(item: str | Rule, first: bool) -> None:
            if isinstance(item, str):
                found.update(tokens(item[1:] if first else item))
            elif (id(item), first) not in seen:
                seen.add((id(item), first))
                for alternative in item:
                    for place, part in enumerate(reversed(alternative)):
                        visit(part, first and place == 0)

        visit(self.rules[rule], True)
        return found


@cache
def reviews() -> Reviews:
    """The language, read once."""
    return Reviews()


def tokens(text: str) -> list[str]:
    """The words, each with the blank before it, and marks of a review."""
    return _TOKEN.findall(text)
