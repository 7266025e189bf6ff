"""The rewards of the sentiment task: VADER's compound score, and the choice between it and a classifier."""

from __future__ import annotations

from typing import Literal

from formal_envs.errors import ConfigError, check_choice
from formal_envs.score import Reward, Score, Watched
from formal_envs.tasks.sentiment.classifier import ClassifierReward
from formal_envs.tasks.sentiment.lexicon import lexicon
from formal_envs.tasks.sentiment.wording import MAX_CHARACTERS, TARGETS, check_penalty, worded_score

MAX_WORDS = 512
"""Most words that VADER reads: its time grows with their square. An emoji counts as the words that describe it."""


class VaderReward:
    """Scores the sentiment of prompt and completion: the compound score of the package vaderSentiment, as it is.

    ``target="negative"`` rewards the opposite. ``repetition_penalty`` times the part ``repetition`` is taken off. An
    empty completion is scored as its prompt, with a failure that says so.

    VADER splits a text at white space and at each emoji. The end of the text is scored: as many whole words as fit
    ``MAX_WORDS`` and, together, ``MAX_CHARACTERS``. The completion stands there. Nothing else is left out.

    Parts: ``vader``, the compound score in [-1, 1], whatever the target; ``repetition`` in [0, 1) and
    ``distinct_words`` in [0, 1] of the completion; ``cut``, the characters left out at the text's beginning.
    Source: C. J. Hutto and E. E. Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
    Media Text", ICWSM 2014; as the reward of arXiv:2410.17126.

    Raises:
        ConfigError: an option has no meaning, or vaderSentiment is not installed.
    """

    def __init__(self, *, target: str = "positive", repetition_penalty: float = 0.0):
        self.target = check_choice("target", target, TARGETS)
        self.repetition_penalty = check_penalty(repetition_penalty)
        self.range = (-1.0 - self.repetition_penalty, 1.0)
        lexicon()  # a missing package shows here and not in the first score

    def __repr__(self) -> str:
        return f"VaderReward(target={self.target!r}, repetition_penalty={self.repetition_penalty!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VaderReward):
            return NotImplemented
        return (other.target, other.repetition_penalty) == (self.target, self.repetition_penalty)

    def __hash__(self) -> int:
        return hash((VaderReward, self.target, self.repetition_penalty))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion. What VADER is given is bounded; all else takes time linear in the completion."""
        text = prompt + completion
        cut = beginning(text)
        compound = float(lexicon().analyzer.polarity_scores(text[cut:])["compound"])
        sentiment = compound if self.target == "positive" else 0.0 - compound
        parts = {"vader": compound}
        return worded_score(sentiment, parts, prompt, completion, penalty=self.repetition_penalty, cut=cut)


def vader(
    *, target: Literal["positive", "negative"] = "positive", repetition_penalty: float = 0.0, classifier: str = ""
) -> Reward:
    """VADER's reward; with ``classifier`` the score of that classifier is among the parts, and not in the value.

    Args:
        target: "positive" or "negative".
        repetition_penalty: what repetition costs, at least 0.
        classifier: the folder or hub id of a sequence classifier, or "" for none.

    Raises:
        ConfigError: an option has no meaning, or what it needs is not there.
    """
    reward = VaderReward(target=target, repetition_penalty=repetition_penalty)
    return Watched(reward, ClassifierReward(classifier, target=target)) if classifier else reward


def by_classifier(
    *,
    classifier: str = "",
    output: Literal["probability", "logit"] = "probability",
    target: Literal["positive", "negative"] = "positive",
    repetition_penalty: float = 0.0,
) -> Reward:
    """A classifier's reward; VADER's score is among the parts, and not in the value.

    Args:
        classifier: the folder or hub id of a sequence classifier.
        output: "probability" or "logit".
        target: "positive" or "negative".
        repetition_penalty: what repetition costs, at least 0.

    Raises:
        ConfigError: an option has no meaning, or what it needs is not there.
    """
    if not classifier:
        raise ConfigError(
            "this reward needs classifier=, the folder or hub id of a sequence classifier; "
            "formal-envs train-classifier --out DIR makes one"
        )
    reward = ClassifierReward(classifier, output=output, target=target, repetition_penalty=repetition_penalty)
    return Watched(reward, VaderReward(target=target))


def beginning(text: str) -> int:
    """Where the end of a text begins that VADER's reward scores."""
    package = lexicon()
    if len(text) <= MAX_CHARACTERS:
        others = len(text) - len(text.encode("ascii", "ignore"))  # no ASCII character is an emoji
        if len(text.split()) + others * package.most_emoji_words <= MAX_WORDS:
            return 0
    offset = max(0, len(text) - MAX_CHARACTERS - 1)  # one more, to see whether a word begins behind it
    beginning, words = len(text), 0
    for begin in reversed([match.start() for match in package.piece.finditer(text, offset)]):
        words += package.emoji_words.get(text[begin], 1)
        if words > MAX_WORDS or len(text) - begin > MAX_CHARACTERS:
            return beginning
        beginning = begin
    return beginning if len(text) > MAX_CHARACTERS else 0
