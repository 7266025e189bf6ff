"""Statistics of a completion's words, and the score that the rewards of sentiment make with them."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import NamedTuple

from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.tasks.sentiment.lexicon import lexicon

MAX_CHARACTERS = 4096
"""Longest text that is scored, in characters: of a longer one only the end is read."""
TARGETS = ("positive", "negative")
"""What a reward of sentiment can ask for."""


class Wording(NamedTuple):
    """How much a text repeats itself.

    Attributes:
        repetition: share of its pairs of neighbouring words that have occurred in it before, in [0, 1); 0 with fewer
            than two words.
        distinct_words: distinct words for each word, in (0, 1]; 0 where there is no word.
    """

    repetition: float
    distinct_words: float


def wording(text: str) -> Wording:
    """Count the words of a text, lower-cased, and the emoji and emoticons that VADER scores, each of which is a word.

    Raises:
        ConfigError: vaderSentiment, which knows the emoji, is not installed.
    """
    words = lexicon().token.findall(text.lower())
    if not words:
        return Wording(0.0, 0.0)
    pairs = len(words) - 1
    repetition = 1.0 - len(set(pairwise(words))) / pairs if pairs else 0.0
    return Wording(repetition, len(set(words)) / len(words))


def check_penalty(value: float) -> float:
    """Return ``value`` if it can be a repetition penalty; raise a ConfigError otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= sys.float_info.max:
        raise ConfigError(f"repetition_penalty must be a finite number of at least 0, got {value!r}")
    return float(value)


def worded_score(
    sentiment: float, parts: dict[str, float], prompt: str, completion: str, *, penalty: float, cut: int
) -> Score:
    """The score of a completion: its sentiment, less ``penalty`` times the repetition in it.

    Args:
        sentiment: what the text earns for its sentiment.
        parts: what that was made of.
        prompt, completion: the text.
        penalty: the repetition penalty.
        cut: how many characters of the text were left out, at its beginning.
    """
    repetition, distinct_words = wording(completion)
    parts |= {"repetition": repetition, "distinct_words": distinct_words, "cut": float(cut)}
    failure = None
    if cut:
        failure = f"text cut to its last {len(prompt) + len(completion) - cut} characters"
    elif not completion or completion.isspace():
        failure = "empty completion"
    return Score(sentiment - penalty * repetition, parts, failure)
