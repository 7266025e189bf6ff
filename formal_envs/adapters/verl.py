"""verl: rows as it reads them, and ``compute_score`` in both of its signatures. It needs no package.

verl 0.9 takes ``reward.custom_reward_function.path=pkg://formal_envs.adapters.verl``, or the path of this file, and
``reward.custom_reward_function.name=compute_score``. Its reward manager ``naive`` calls the function in threads, and
``remote`` in processes of Ray. Earlier versions take ``custom_reward_function.path`` and ``.name``, and some have the
reward manager ``batch``, for ``compute_score_batch``. The names of a score's parts, which verl logs, must be the same
in a whole batch: they are within an environment.

Rows with options that name files, functions, models or grammars need a file of the user's own, which says what is
trusted and is the ``path`` above::

    from formal_envs.adapters.verl import make_compute_score

    compute_score = make_compute_score([{"grammar": "/data/queries.lark", "evaluator": "/data/rewards.py:short"}])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from formal_envs.adapters.rows import RowId, score_batch
from formal_envs.adapters.trust import Trusted, check_trusted, shown
from formal_envs.errors import ConfigError
from formal_envs.score import all_scored


def verl_row(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of ``formal_envs.adapters.rows`` in the columns that verl reads."""
    row_id = RowId.parse(row["id"])
    return {
        "data_source": row_id.env,
        "prompt": [{"role": "user", "content": row["prompt"]}],
        "ability": "formal",
        "reward_model": {"style": "rule", "ground_truth": row["solution"]},
        "extra_info": {"id": row["id"], "index": row_id.index, "split": row_id.options.get("split", "train")},
    }


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: Mapping[str, Any] | None = None
) -> dict[str, float]:
    """Score a completion: ``score``, and the parts of the score, which verl logs beside it.

    Args:
        data_source, ground_truth: not used; the row's id says more.
        solution_str: the completion.
        extra_info: the row's, with its ``id``.

    Raises:
        ConfigError: the row has no id, or one that holds what is not trusted.
    """
    return trusting_score((), data_source, solution_str, ground_truth, extra_info)


def compute_score_batch(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[str],
    extra_infos: Sequence[Mapping[str, Any] | None],
) -> list[dict[str, float]]:
    """Score completions, each as ``compute_score`` does."""
    return trusting_score_batch((), data_sources, solution_strs, ground_truths, extra_infos)


def make_compute_score(trusted: Trusted) -> Callable[..., dict[str, float]]:
    """A ``compute_score`` whose rows may hold the options that are trusted, as ``score_batch`` of the rows has them."""
    return partial(trusting_score, check_trusted(trusted))


def make_compute_score_batch(trusted: Trusted) -> Callable[..., list[dict[str, float]]]:
    """A ``compute_score_batch`` that trusts likewise."""
    return partial(trusting_score_batch, check_trusted(trusted))


def trusting_score(
    trusted: Trusted,
    /,
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
) -> dict[str, float]:
    """What ``make_compute_score`` makes, with what it was made of."""
    return trusting_score_batch(trusted, [data_source], [solution_str], [ground_truth], [extra_info])[0]


def trusting_score_batch(
    trusted: Trusted,
    /,
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[str],
    extra_infos: Sequence[Mapping[str, Any] | None],
) -> list[dict[str, float]]:
    """What ``make_compute_score_batch`` makes, with what it was made of."""
    scores = all_scored(score_batch([_id(info) for info in extra_infos], list(solution_strs), trusted=trusted))
    return [{**score.parts, "score": score.value} for score in scores]


def _id(extra_info: Mapping[str, Any] | None) -> str:
    if not isinstance(extra_info, Mapping) or "id" not in extra_info:
        raise ConfigError(f"extra_info needs the id of an exported row, got {shown(extra_info)}")
    row_id: str = extra_info["id"]  # which is looked at when it is read
    return row_id
