"""TRL: any task as a dataset, a reward function and an environment of its GRPOTrainer. It needs the extra trl.

The rows' ids say all that a reward needs, so that the same function and the same class serve every task, and a dataset
may mix several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from formal_envs.adapters.rows import rows, score, score_batch
from formal_envs.errors import ConfigError

if TYPE_CHECKING:
    from datasets import Dataset

_ANSWERED = "The problem was answered before; the first answer counts."


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
    completions: Sequence[str | Sequence[Mapping[str, Any]]],
    id: Sequence[str],
    log_extra: Callable[[str, list[Any]], None] | None = None,
    log_metric: Callable[[str, float], None] | None = None,
    **columns: Any,
) -> list[float]:
    """A function for ``reward_funcs``: the reward of each row's environment.

    The means of the score's parts are logged as metrics, the failures as a column of TRL's table of completions.

    Args:
        prompts: not used.
        completions: texts, or messages, of which the last is scored.
        id: the dataset's column.
        log_extra, log_metric: given by TRL.
        **columns: not used.
    """
    texts = [text if isinstance(text, str) else text[-1]["content"] or "" for text in completions]
    scores = score_batch(id, texts)
    if log_extra:
        log_extra("failure", [score.failure or "" for score in scores])
    if log_metric:
        parts = sorted({name for score in scores for name in score.parts})
        for name in parts:
            values = [score.parts[name] for score in scores if name in score.parts]
            log_metric(f"parts/{name}", sum(values) / len(values))
    return [score.value for score in scores]


class ProblemEnvironment:
    """An ``environment_factory`` of TRL: the model answers by a call of a tool, and the environment has the reward.

    The dataset is that of ``make_dataset(..., chat=True)``. The first answer counts, and what it earned is not told, so
    that no model can try answers until one is right; without an answer the empty text is scored.
    """

    def __init__(self) -> None:
        self._id = ""
        self._answer: str | None = None

    def reset(self, id: str = "", **columns: Any) -> None:
        """Begin the problem of a row; its prompt is the dataset's.

        Raises:
            ConfigError: the row has no id.
        """
        if not id:
            raise ConfigError("the dataset needs the column id: make it with formal_envs.adapters.trl.make_dataset")
        self._id, self._answer = id, None

    def answer(self, text: str) -> str:
        """Answer the problem, with the text that comes after the prompt.

        Args:
            text: The whole answer, and nothing else.

        Returns:
            Whether the answer was taken.
        """
        if self._answer is not None:
            return _ANSWERED
        self._answer = text
        return "The answer was taken."

    def get_reward(self) -> float:
        """The reward of the answer."""
        return score(self._id, self._answer or "").value
