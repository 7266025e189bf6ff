"""What the package vaderSentiment scores: its analyzer, and its words, emoji and emoticons as patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from formal_envs.errors import ConfigError


class Lexicon(NamedTuple):
    """The package's analyzer, and what it takes to count what it reads.

    Attributes:
        analyzer: the package's.
        piece: a pattern: a word as the package splits a text, or an emoji with what is attached behind it.
        token: a pattern of what a text can repeat: a word (a run of letters, digits and underscores, and apostrophes
            inside it), one of the emoji, or an emoticon that stands apart as the package needs it, such as ":)".
        emoji_words: the number of words that describe an emoji.
        most_emoji_words: the largest of them.
    """

    analyzer: Any
    piece: re.Pattern[str]
    token: re.Pattern[str]
    emoji_words: dict[str, int]
    most_emoji_words: int


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The package's lexicon.

    Raises:
        ConfigError: vaderSentiment is not installed.
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        raise ConfigError("VADER's reward needs vaderSentiment: pip install vaderSentiment") from None
    analyzer = SentimentIntensityAnalyzer()
    # It looks characters up one by one: an emoji of several is never found.
    emoji_words = {emoji: len(words.split()) for emoji, words in analyzer.emojis.items() if len(emoji) == 1}
    emoji = _ranges(emoji_words)
    piece = re.compile(rf"[{emoji}][^\s{emoji}]*|[^\s{emoji}]+")
    letter = rf"[^\W{emoji}]"  # an emoji may be a letter: U+2139 is
    emoticons = "|".join(map(re.escape, sorted(filter(_is_emoticon, analyzer.lexicon), key=len, reverse=True)))
    token = re.compile(rf"{letter}+(?:['\u2019]{letter}+)*|[{emoji}]|(?<!\S)(?:{emoticons})(?![^\s{emoji}])")
    return Lexicon(analyzer, piece, token, emoji_words, max(emoji_words.values()))


def _is_emoticon(entry: str) -> bool:
    """Whether an entry of the lexicon has no letter, so that no word would be found in it."""
    return not re.search(r"[\w\s]", entry)


def _ranges(characters: Iterable[str]) -> str:
    """Characters as a regular expression has them between brackets; in ranges, since each entry is looked at."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in runs)
