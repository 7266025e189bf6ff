"""What only a try tells: how a reward takes completions, and how it wants right answers written."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.testing.calls import Scorer
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.clock import Clock
from formal_envs.testing.formats import Written, find_format
from formal_envs.testing.isolation import Judge

_PROBLEMS = 3


def settle(
    scorer: Scorer, problems: Sequence[Problem], most: float, time_limit: float, clock: Clock | None = None
) -> tuple[Scorer, Written, int]:
    """A reward as it can be called, how right answers to it are written, and how many texts were scored to tell.

    Completions are given as texts. Where all of them raise, or no form of a right answer earns, messages are tried, and
    messages of blocks; what neither mends stays as it was.

    Args:
        scorer: the reward.
        problems: their golds are asked for where one is given, else the usual formats of their solutions are tried.
        most: the largest value of the reward.
        time_limit: seconds for a text.
        clock: of the check, which may be over.
    """
    found: tuple[Scorer, Written] | None = None
    texts = 0
    golds = [problem for problem in problems if problem.gold is not None]
    for one in scorer.shapes:
        with Judge(one, time_limit=time_limit, clock=clock) as judge:
            few = (golds or list(problems))[:_PROBLEMS]
            cases = [Case(problem, text) for problem in few for text in (problem.gold or problem.answer or "a", "")]
            outcomes = judge.single(cases)
            texts += len(cases)
            if any(outcome.state in ("hung", "died") for outcome in outcomes):
                break  # which is no question of how it is called
            if not any(outcome.state == "scored" for outcome in outcomes):
                continue
            if golds:
                earned = [outcome.value for outcome in outcomes if outcome.state == "scored"]
                written = Written(earns=math.isfinite(max(earned)) and max(earned) > min(earned))
            else:
                written = find_format(judge.single, problems, most)
            texts += written.texts
            if written.earns:
                return one, written, texts
            found = found or (one, written)
    one, written = found or (scorer, Written())
    return one, written if not golds else Written(), texts
