"""The sentiment task: go on with the opening of a film review. The reward is the sentiment of the whole.

The reviews are those of an embedded grammar, which needs no data and no network, or of a data set in IMDB's form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice
from formal_envs.tasks.sentiment.openings import LONGEST, SHORTEST, cut
from formal_envs.tasks.sentiment.review_data import ReviewPool, read_reviews
from formal_envs.tasks.sentiment.reviews import MARKS, OPENINGS, reviews, tokens
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys, integers, problem_keys

SPLITS = ("train", "test", "all")


@dataclass(frozen=True)
class SentimentProblems:
    """A batch of n problems.

    Attributes:
        prompts: the openings of reviews, the texts to continue.
        solutions: for each prompt, how its review goes on: what supervised training learns from.
        labels: (n,) 1 where the review is positive, 0 where it is negative. The reward does not see them.
    """

    prompts: list[str]
    solutions: list[str]
    labels: NDArray[np.int64]


class SentimentTask:
    """Continue the opening of a film review.

    A prompt is the first 2 to 8 words of a review, as many as a hash of the review says. No opening of the embedded
    grammar says whether the review is positive or negative; both are equally likely.

    Args:
        dataset: "" for the embedded grammar; or the folder or hub id of a data set with the columns ``text`` and
            ``label`` (0 negative, 1 positive), such as "stanfordnlp/imdb". Any of what ``datasets`` reads: a folder of
            its own, or of parquet, csv or jsonl, or one such file. Reviews of more than 200 characters are used, and
            16 words at most after the prompt.
        split: "train", "test" or "all". A tenth of the prompts is for test, chosen by a hash of the prompt alone, so
            that no seed mixes them. A data set that has a train and a test split keeps them; what train has too is
            left out of test.

    Raises:
        ConfigError: an option has no meaning, or there is no such data set, or no reviews are in it.
    """

    charset: str
    vocabulary: tuple[str, ...]
    max_prompt_length: int
    max_solution_length: int
    max_prompt_tokens: int
    max_solution_tokens: int
    problems_ahead = 4096

    def __init__(self, *, dataset: str = "", split: Literal["train", "test", "all"] = "train"):
        if not isinstance(dataset, str):
            raise ConfigError(f"dataset must be a folder or a hub id, or '' for the embedded grammar, got {dataset!r}")
        self.dataset = dataset
        self.split = check_choice("split", split, SPLITS)
        self._pool = read_reviews(dataset, split) if dataset else None
        if self._pool is not None:
            self.charset = self._pool.charset
            self.vocabulary = ()
            self.max_prompt_length = max(map(len, self._pool.prompts))
            self.max_solution_length = max(map(len, self._pool.solutions))
            self.max_prompt_tokens = self.max_solution_tokens = 0
            return
        language = reviews()
        self.charset = "".join(sorted(set().union(*language.vocabulary)))
        self.vocabulary = language.vocabulary
        # Every opening has 8 words, so that prompts are within them.
        self.max_prompt_length = max(language.bound(rule, len) for rule in OPENINGS) - 1  # without the first blank
        marks = max(language.bound(rule, lambda text: sum(map(text.count, MARKS))) for rule in OPENINGS)
        self.max_prompt_tokens = LONGEST + marks
        self.max_solution_length = language.bound("start", len) - 2 * SHORTEST
        self.max_solution_tokens = language.bound("start", lambda text: len(tokens(text))) - SHORTEST

    def sample(self, keys: Keys) -> SentimentProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        return self._generate(keys) if self._pool is None else _choose(self._pool, keys)

    def difficulty(self, problems: SentimentProblems) -> NDArray[np.float64]:
        """The words of each review, opening and rest together, (n,)."""
        texts = zip(problems.prompts, problems.solutions, strict=True)
        return np.array([len(prompt.split()) + len(rest.split()) for prompt, rest in texts], float)

    def _generate(self, keys: Keys) -> SentimentProblems:
        write = reviews().write
        prompts, solutions = [""] * len(keys), [""] * len(keys)
        labels = np.zeros(len(keys), np.int64)
        wanted = {"train": (False,), "test": (True,), "all": (False, True)}[self.split]
        pending = np.arange(len(keys))
        attempt = 0
        while len(pending):
            draws = problem_keys(keys[pending][:, None], np.arange(2 * attempt, 2 * attempt + 2))  # (pending, 2)
            again = []
            for place, (high, low) in zip(pending.tolist(), draws.tolist(), strict=True):
                label = low & 1
                prompt, solution = cut(write(high << 63 | low >> 1, label))
                if held_out(prompt) not in wanted:
                    again.append(place)
                    continue
                prompts[place], solutions[place], labels[place] = prompt, solution, label
            pending = np.array(again, np.int64)
            attempt += 1
        return SentimentProblems(prompts, solutions, labels)


def _choose(pool: ReviewPool, keys: Keys) -> SentimentProblems:
    rows = integers(keys, 0, len(pool.prompts))
    prompts, solutions = ([texts[row] for row in rows.tolist()] for texts in (pool.prompts, pool.solutions))
    return SentimentProblems(prompts, solutions, pool.labels[rows])
