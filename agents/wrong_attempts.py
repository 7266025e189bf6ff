"""Wrong attempts at solved problems, so that supervised training shows what a right one after them is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from formal_envs.envs.attempts import told
from formal_envs.envs.token import TokenLayout
from formal_envs.score import Reward, Score, score_batch
from formal_envs.tasks import Problems
from formal_envs.tasks.streams import Keys, integers, problem_keys

TRIES = 4
"""How many corruptions of a solution are scored, at most, to find one that is refused."""
_LEFT_OUT, _CUT_SHORT, _KINDS = 2, 3, 4  # any other kind replaces a token, as a model's own mistakes mostly do


def wrong_attempts(layout: TokenLayout, reward: Reward, problems: Problems, keys: Keys, most: int) -> list[list[int]]:
    """The tokens between each problem's prompt and its solution: wrong attempts, each with what is told of it.

    Half of the problems have none, so that first attempts are learned as much as all later ones together; the others
    have 1 to ``most - 1``, as the keys decide. A wrong attempt is the solution with a token replaced by one that
    follows the same token in any of these solutions, or left out, or cut short, which the reward refuses. Where none is
    found there is one less.

    Args: keys (n,), of the problems' wrong attempts alone; most, attempts of an episode, at least 2.
    """
    tokenizer, size = layout.tokenizer, layout.max_tokens
    solutions = [tokenizer.encode(solution)[:size] for solution in problems.solutions]
    if not any(solutions):
        return [[] for _ in solutions]
    followers: dict[int | None, list[int]] = defaultdict(list)
    for solution in solutions:
        for before, token in zip([None, *solution], solution, strict=False):
            followers[before].append(token)
    wanted = integers(keys, 0, 2) * (1 + integers(keys, 1, most - 1))  # (n,)
    owners = np.repeat(np.arange(len(keys)), wanted).tolist()
    lengths = np.array([len(solutions[owner]) for owner in owners], np.int64)
    own = problem_keys(keys[owners], np.arange(len(owners)))
    found: dict[int, list[int]] = {}
    for turn in range(TRIES):
        drawn = problem_keys(own, np.full(len(own), turn))
        draws = integers(drawn, 0, _KINDS), integers(drawn, 1, lengths), integers(drawn, 2, 2**20)
        tried = {
            number: _corrupted(solutions[owners[number]], followers, *(int(draw[number]) for draw in draws))
            for number in range(len(owners))
            if number not in found
        }
        tried = {number: ids for number, ids in tried.items() if ids != solutions[owners[number]]}
        texts = [tokenizer.decode(ids) for ids in tried.values()]
        scores = score_batch(reward, [problems.prompts[owners[number]] for number in tried], texts)
        for (number, ids), text, score in zip(tried.items(), texts, scores, strict=True):
            if isinstance(score, Score) and score.failure is not None:
                said = told(text, score, problems.solutions[owners[number]])
                found[number] = [*ids, tokenizer.eos_id][:size] + layout.retry(said)
    between: list[list[int]] = [[] for _ in solutions]
    for number, owner in enumerate(owners):
        between[owner] += found.get(number, [])
    return between


def _corrupted(
    solution: Sequence[int], followers: Mapping[int | None, Sequence[int]], kind: int, place: int, other: int
) -> list[int]:
    """A solution with one thing wrong, at a place; it has a token at least, as completions do."""
    if kind == _LEFT_OUT and len(solution) > 1:
        return [*solution[:place], *solution[place + 1 :]]
    if kind == _CUT_SHORT and len(solution) > 1:
        return [*solution[: max(place, 1)]]
    instead = followers[solution[place - 1] if place else None]
    return [*solution[:place], instead[other % len(instead)], *solution[place + 1 :]]
