"""Sentiment: the words that VADER counted, each with its weight, and how the score comes from their sum."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

from formal_envs.lab.explain import Explained, part
from formal_envs.score import Score
from formal_envs.tasks.sentiment.lexicon import lexicon
from formal_envs.tasks.sentiment.reward import VaderReward, beginning

PARTS = {
    "vader": part(-1, 1, "VADER's compound score of prompt and completion"),
    "repetition": part(0, 1, "share of neighbouring words of the completion that stood there before"),
    "distinct_words": part(0, 1, "distinct words of the completion for each word"),
    "cut": part(0, None, "characters at the beginning that were not read"),
    "classifier": part(0, 1, "what the classifier gives for the target"),
}
_ALPHA = 15  # of the paper's normalisation


@dataclass(frozen=True)
class Word:
    """A word that counted, or that the lexicon has.

    Attributes:
        text: as the lexicon reads it: of an emoji a word of its description.
        begin, end: its place in the completion; both are negative, or the first is, in the prompt.
        lexicon: its own valence; None for one that the lexicon has not.
        valued: its valence after what stands around it: negation, boosters, capitals.
        counted: the same after a "but": halved before it, half as much again behind it.
    """

    text: str
    begin: int
    end: int
    lexicon: float | None
    valued: float
    counted: float


@dataclass(frozen=True)
class Words(Explained):
    """How VADER's score came about.

    Attributes:
        read: the text that was read: the end of prompt and completion.
        begin: where it begins in the completion; negative where that is in the prompt.
        words: as above, in order.
        total: the sum of what the words count.
        emphasis: what exclamation and question marks add, with the sign of the sum.
        compound: ``s / sqrt(s^2 + 15)`` of the sum of the two, to four places.
        paid: whether it is the reward, or only watched beside a classifier's.
        rule: how the score comes from that.
    """

    read: str
    begin: int
    words: list[Word]
    total: float
    emphasis: float
    compound: float
    paid: bool
    rule: str


def explain(task: Any, reward: Any, prompt: str, completion: str, score: Score) -> Words:
    """The words of a text, as the package vaderSentiment counts them."""
    text = prompt + completion
    cut = beginning(text)
    words, total, emphasis = counted(text[cut:])
    shift = cut - len(prompt)
    own = getattr(reward, "reward", reward)  # of one with others beside it
    paid = isinstance(own, VaderReward)
    summed = total + emphasis
    return Words(
        kind="words",
        read=text[cut:],
        begin=shift,
        words=[
            Word(word.text, word.begin + shift, word.end + shift, word.lexicon, word.valued, word.counted)
            for word in words
        ],
        total=total,
        emphasis=emphasis,
        compound=round(summed / math.sqrt(summed * summed + _ALPHA), 4),
        paid=paid,
        rule=_rule(own, score) if paid else "",
    )


def counted(text: str) -> tuple[list[Word], float, float]:
    """The words of a text that count or that the lexicon has, their sum, and the emphasis of its marks."""
    package = lexicon()
    analyzer, seen = copy.copy(package.analyzer), _Seen([], [], [], "")

    def but(words: list[str], sentiments: list[float]) -> list[float]:
        seen.words, seen.valued = list(words), list(sentiments)
        return package.analyzer._but_check(words, sentiments)  # type: ignore[no-any-return]

    def valence(sentiments: list[float], read: str) -> Any:
        seen.counted, seen.read = list(sentiments), read
        return package.analyzer.score_valence(sentiments, read)

    analyzer._but_check, analyzer.score_valence = but, valence  # it tells what it does in passing
    analyzer.polarity_scores(text)
    places = [
        (match.start(), match.end())
        for match in package.piece.finditer(text)
        for _ in range(package.emoji_words.get(match[0][0], 1))
    ]
    words = [
        Word(word, begin, end, package.analyzer.lexicon.get(word.lower()), float(valued), float(count))
        for word, (begin, end), valued, count in zip(seen.words, places, seen.valued, seen.counted, strict=True)
    ]
    total = float(sum(seen.counted))
    emphasis = math.copysign(package.analyzer._punctuation_emphasis(seen.read), total) if total else 0.0
    return [word for word in words if word.counted or word.lexicon is not None], total, emphasis


@dataclass
class _Seen:
    """What VADER says in passing: its words, their valences before and after "but", and the text as it reads it."""

    words: list[str]
    valued: list[float]
    counted: list[float]
    read: str


def _rule(reward: VaderReward, score: Score) -> str:
    sentiment = f"{score.parts['vader']:g}" if reward.target == "positive" else f"-({score.parts['vader']:g})"
    if not reward.repetition_penalty:
        return sentiment
    return f"{sentiment} - {reward.repetition_penalty:g} * {score.parts['repetition']:.4g}"
