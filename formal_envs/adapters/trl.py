"""TRL: any task as a dataset, a reward function and an environment of its GRPOTrainer. It needs the extra trl.

The rows' ids say all that a reward needs, so that the same function and the same class serve every task, and a dataset
may mix several. A dataset is somebody's: its ids ask for no more than what ``trusted`` states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from formal_envs.adapters.rows import RowId, problems, rows, score_batch
from formal_envs.adapters.trust import Trusted, check_trusted, shown
from formal_envs.envs.attempts import ATTEMPT_COST, Attempts, Episode
from formal_envs.errors import ConfigError
from formal_envs.score import Score, Unscored

if TYPE_CHECKING:
    from datasets import Dataset

Completion: TypeAlias = "str | Sequence[Mapping[str, Any]]"
"""A text, or messages, of which the last is scored where it is the model's."""

_ANSWERED = "The problem was answered before; the first answer counts."
_OVER = "The problem is over; no further answer is taken."
_NO_TEXT = "The answer must be a text; it was not taken."
_NO_IDS = "the dataset needs the column id: make it with formal_envs.adapters.trl.make_dataset"


def make_dataset(env: str, n: int, *, seed: int = 0, chat: bool = False, **options: Any) -> Dataset:
    """The first ``n`` problems of a seed with the columns ``prompt``, ``solution`` and ``id``.

    Args:
        env: the id of an environment.
        n: number of problems.
        seed: decides the problems.
        chat: prompts are a message of the user, as instruction models and TRL's environments need them.
        **options: of the environment.

    Raises:
        ConfigError: a name or an option that does not exist or has no meaning.
    """
    from datasets import Dataset

    made: list[dict[str, Any]] = list(rows(env, n, seed=seed, **options))
    if chat:
        made = [{**row, "prompt": [{"role": "user", "content": row["prompt"]}]} for row in made]
    return Dataset.from_list(made)


def programmed_reward(
    prompts: Sequence[Any],
    completions: Sequence[Completion],
    id: Sequence[str] | None = None,
    log_extra: Callable[[str, list[Any]], None] | None = None,
    log_metric: Callable[[str, float], None] | None = None,
    **columns: Any,
) -> list[float | None]:
    """A function for ``reward_funcs``: the reward of each row's environment, None where no score could be given.

    The means of the score's parts are logged as metrics; the failures, and the characters at which completions went
    wrong, as the columns ``failure`` and ``failed_at`` of TRL's table of completions.

    Args:
        prompts: not used.
        completions: texts, or messages, of which the last is scored; where that is a tool's, the empty text is.
        id: the dataset's column.
        log_extra, log_metric: given by TRL.
        **columns: not used.

    Raises:
        ConfigError: the dataset has no such column, an id is none or holds what is not trusted, or a completion is
            neither a text nor messages.
    """
    return trusting_reward((), prompts, completions, id, log_extra, log_metric)


def make_reward(trusted: Trusted) -> Callable[..., list[float | None]]:
    """The function for ``reward_funcs`` whose rows may hold the options that are trusted, as ``score_batch`` has them.

    TRL gives a reward function every column of the dataset as a keyword, so that trust cannot be one.
    """
    return partial(trusting_reward, check_trusted(trusted))


def trusting_reward(
    trusted: Trusted,
    /,
    prompts: Sequence[Any],
    completions: Sequence[Completion],
    id: Sequence[str] | None = None,
    log_extra: Callable[[str, list[Any]], None] | None = None,
    log_metric: Callable[[str, float], None] | None = None,
    **columns: Any,
) -> list[float | None]:
    """What ``make_reward`` makes, with what it was made of."""
    if id is None:
        raise ConfigError(_NO_IDS)
    results = score_batch(id, list(map(text_of, completions)), trusted=trusted)
    scores = [result for result in results if isinstance(result, Score)]
    if log_extra:
        log_extra("failure", [(r.failure or "") if isinstance(r, Score) else str(r) for r in results])
        log_extra("failed_at", [r.failed_at if isinstance(r, Score) else None for r in results])
    if log_metric:
        parts = sorted({name for score in scores for name in score.parts})
        for name in parts:
            values = [score.parts[name] for score in scores if name in score.parts]
            log_metric(f"parts/{name}", sum(values) / len(values))
    return [result.value if isinstance(result, Score) else None for result in results]


def text_of(completion: Completion) -> str:
    """The text of a completion, of messages that of the last, where it is the model's.

    A message without content says nothing, as one that only calls a tool does. TRL cuts completions that grow too long
    behind the reply of a tool, which is not the model's answer: then it has said nothing.
    """
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Sequence) and completion and isinstance(completion[-1], Mapping):
        if completion[-1].get("role", "assistant") != "assistant":
            return ""
        blocks = _blocks(completion[-1].get("content"))
        if None not in blocks:
            return "".join(filter(None, blocks))
    raise ConfigError(
        f"a completion must be a text, or messages whose last has a text or blocks of text, got {shown(completion)}"
    )


def prompt_of(prompt: Completion) -> str:
    """The text of a prompt, of messages that of the last, whose pictures are left out."""
    return prompt if isinstance(prompt, str) else "".join(filter(None, _blocks(prompt[-1].get("content"))))


def _blocks(content: object) -> list[str | None]:
    """The texts of a message's content; None for a part that has none."""
    if content is None or isinstance(content, str):
        return [content or ""]
    return [_block(block) for block in content] if isinstance(content, Sequence) else [None]


def _block(block: object) -> str | None:
    """The text of a part of a message, such as ``{"type": "text", "text": "29"}``; None where it is of another kind."""
    if not isinstance(block, Mapping) or block.get("type") != "text" or not isinstance(block.get("text"), str):
        return None
    return str(block["text"])


class ProblemEnvironment:
    """An ``environment_factory`` of TRL: the model answers by a call of a tool, and the environment has the reward.

    The dataset is that of ``make_dataset(..., chat=True)``. With one attempt the first answer counts, and what it
    earned is not told, so that no model can try answers until one is right; without one the empty text is scored.

    With several, a wrong answer is answered by what it failed on, and the reward is the last attempt's less the costs,
    as ``formal_envs.envs.attempts`` has it. An episode that stops before its end earns what the empty text does at the
    last attempt. The solution, which no failure may name, is made again from the row's id.

    Args:
        trusted: the options that ids may hold beyond plain ones, as ``score_batch`` has them. The factory is then
            ``functools.partial(ProblemEnvironment, trusted)``.
        attempts, attempt_cost: of an episode, as of the environments.

    Raises:
        ConfigError: one of them has no meaning.
    """

    def __init__(self, trusted: Trusted = (), attempts: int = 1, attempt_cost: float = ATTEMPT_COST) -> None:
        self._trusted = check_trusted(trusted)
        self._attempts = Attempts(attempts, attempt_cost)
        self._id = ""
        self._answer: str | None = None
        self._episode: Episode | None = None

    def reset(self, id: str = "", **columns: Any) -> None:
        """Begin the problem of a row; its prompt is the dataset's.

        Raises:
            ConfigError: the row has no id.
        """
        if not id:
            raise ConfigError(_NO_IDS)
        self._id, self._answer, self._episode = id, None, None

    def answer(self, text: str) -> str:
        """Answer the problem, with the text that comes after the prompt.

        Args:
            text: The whole answer, and nothing else.

        Returns:
            Whether the answer was taken.
        """
        if self._answer is not None:
            return _ANSWERED if self._attempts.most == 1 else _OVER
        if not isinstance(text, str):  # the model chose the argument
            return _NO_TEXT
        if self._attempts.most > 1 and (wrong := self._tried(text)):
            return f"Wrong: {wrong}. Answer again."
        self._answer = text
        return "The answer was taken."

    def _tried(self, text: str) -> str:
        """What is told of an answer that may be followed by another one; "" of one that ends the episode."""
        result = self._score(text)
        if self._episode is None:
            row = RowId.parse(self._id)  # which is trusted, as it was scored
            made = problems(row.env, [row.index], seed=row.seed, **row.options)
            self._episode = Episode(self._attempts, made.prompts[0], made.solutions[0])
        if not isinstance(result, Score) or self._episode.answer(text, result)[1]:
            return ""
        return self._episode.told[-1]

    def _score(self, text: str) -> Score | Unscored:
        return score_batch([self._id], [text], trusted=self._trusted)[0]

    def get_reward(self) -> float | None:
        """The reward of the answer; None, which TRL leaves out, where no score could be given."""
        result = self._score(self._answer or "")
        if not isinstance(result, Score):
            return None
        number = self._episode.number if self._episode and self._answer is not None else self._attempts.most
        return self._attempts.earned(result.value, number)
