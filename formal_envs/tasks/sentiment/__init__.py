"""Sentiment: go on with the opening of a film review."""

from formal_envs.tasks.protocol import TaskSpec
from formal_envs.tasks.sentiment.recipe import RECIPE
from formal_envs.tasks.sentiment.reward import by_classifier, vader
from formal_envs.tasks.sentiment.task import SentimentTask

SPEC = TaskSpec(
    SentimentTask,
    {"vader": vader, "classifier": by_classifier},
    plain=frozenset({"split", "target", "repetition_penalty", "output"}),
    recipe=RECIPE,
    difficulty="words of the review",
)
