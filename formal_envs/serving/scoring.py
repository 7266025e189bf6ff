"""The rewards of a server as one, in the processes of a pool that all its environments share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from formal_envs.adapters import rows
from formal_envs.errors import ConfigError, check_integer
from formal_envs.pool import ScoringPool
from formal_envs.score import Score, Unscored, all_scored, score_batch
from formal_envs.serving.served import Served


class Refused(Unscored):
    """A question without a meaning: options in its id that the task does not take. The reason is what to mend."""


def question(env: str, prompt: str) -> str:
    """The prompt of an environment that is served, for ``ServedReward``; the id of a row is one as it is."""
    return f"{env}\n{prompt}"


class ServedReward:
    """All rewards of a server as one. What it is given as prompts are questions.

    Attributes:
        served: what is served.
        range: the least and the greatest value of all of them.
    """

    def __init__(self, served: Served):
        self.served = served
        ranges = [served.make(env)[1].range for env in served.options]
        self.range = (min(low for low, _ in ranges), max(high for _, high in ranges))

    def __reduce__(self) -> tuple[type[ServedReward], tuple[Served]]:
        return ServedReward, (self.served,)  # each process makes them, as they may hold what cannot be pickled

    def __repr__(self) -> str:
        return f"ServedReward({', '.join(self.served.options)})"

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to question ``prompts[i]``; an id without a meaning is ``Refused``."""
        asked: dict[str, list[int]] = {}  # the places of each environment's, and of ids
        for place, prompt in enumerate(prompts):
            asked.setdefault("" if prompt.startswith("{") else prompt.partition("\n")[0], []).append(place)
        scores: dict[int, Score | Unscored] = {}
        for env, places in asked.items():
            texts = [completions[place] for place in places]
            if env:
                _, reward = self.served.make(env)
                found = score_batch(reward, [prompts[place].partition("\n")[2] for place in places], texts)
            else:
                found = self._score_ids([prompts[place] for place in places], texts)
            scores.update(zip(places, found, strict=True))
        return [scores[place] for place in range(len(prompts))]

    def _score_ids(self, ids: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        try:
            return rows.score_batch(ids, completions, trusted=self.served.trusted)
        except ConfigError as error:
            if len(ids) == 1:
                return [Refused(str(error))]
        alone = [self._score_ids([row_id], [text]) for row_id, text in zip(ids, completions, strict=True)]
        return [score for scores in alone for score in scores]


class Scorer:
    """What scores for a server, from ``open`` until ``close``.

    Attributes:
        served: what is served.

    Args:
        served: as above.
        workers: processes that score, 1 to 1024. With two a text that takes its time does not hold up all others.
        timeout: seconds of a processor that a text may take, as of ``ScoringPool``.

    Raises:
        ConfigError: an environment cannot be made with its options.
    """

    def __init__(self, served: Served, *, workers: int = 2, timeout: float = 10.0):
        self.served = served
        self._workers = check_integer("workers", workers, 1, 1024)
        self._timeout = timeout
        self._reward = ServedReward(served)
        self._pool: ScoringPool | None = None

    def open(self) -> None:
        """Start the processes, and wait until one has scored a text of each environment.

        Raises:
            ConfigError: a reward cannot be loaded there.
        """
        # forks would have the server's connections too, which then stay open for the client when the server closes them
        self._pool = ScoringPool(self._reward, self._workers, method="spawn", timeout=self._timeout)
        questions = [question(env, "") for env in self.served.options]
        all_scored(self._pool.score_batch(questions, [""] * len(questions)))

    def close(self) -> None:
        """End the processes."""
        if self._pool:
            self._pool.close()
            self._pool = None

    async def score(self, questions: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``questions[i]``.

        Raises:
            ConfigError: a question is the id of a row that has no meaning; the message names the row.
            Unscored: it was closed meanwhile.
        """
        if self._pool is None:
            raise RuntimeError("the scorer is not open")
        try:
            scores = await asyncio.wrap_future(self._pool.submit(questions, completions))
        except ConfigError as error:
            raise RuntimeError(f"the rewards cannot be had any more: {error}") from error  # it is no fault of the rows
        for place, score in enumerate(scores):
            if isinstance(score, Refused):
                raise ConfigError(f"row {place}: {score.reason}")
        return scores
