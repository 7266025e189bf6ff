"""A reward's bench, without the rest of a check."""

import contextlib
from dataclasses import replace

import pytest

from formal_envs.testing.bench import Bench
from formal_envs.testing.calls import as_scorer
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.formats import Written
from formal_envs.testing.isolation import Judge
from formal_envs.testing.judgement import judgement


@pytest.fixture
def bench_of():
    @contextlib.contextmanager
    def made(reward, asked, *, correct=None, bounds=None, floor=None):
        """A bench of problems, whose golds are the solutions; None is asked without a solution."""
        problems = [Problem(prompt, solution) for prompt, solution in asked.items()]
        problems = [replace(problem, gold=Written().gold(problem)) for problem in problems]
        scorer = as_scorer(reward, with_solutions=any(asked.values()))
        cases = [Case(problem, text) for problem in problems for text in ("", problem.gold or "x")]
        with Judge(scorer, time_limit=2.0) as judge:
            bench = Bench(
                judge=judge,
                scorer=scorer,
                asked=[Case(problem, "") for problem in problems],
                cases=cases,
                known=[problem.gold for problem in problems if problem.gold],
                right=judgement(correct, Written(), problems),
                invariances=(),
                tolerance=0.0,
                time_limit=2.0,
                bounds=bounds,
                floor=floor,
            )
            bench.begin()
            yield bench

    return made
