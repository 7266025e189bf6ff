"""Difficulty: of every registered task, and by hand."""

import re

import numpy as np
import pytest

from formal_envs.adapters.rows import rows
from formal_envs.tasks import TASKS, make_task
from formal_envs.tasks.arithmetic.problems import ArithmeticProblems
from formal_envs.tasks.arithmetic.symbols import ABSENT, SYMBOLS
from formal_envs.tasks.grammar.task import GrammarProblems
from formal_envs.tasks.sentiment.task import SentimentProblems
from formal_envs.tasks.streams import problem_keys, seeded_stream


def levels(name, count=64, **options):
    task, _ = make_task(name, **options)
    return task.difficulty(task.sample(problem_keys(seeded_stream(1), np.arange(count))))


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_has_a_difficulty_that_depends_on_the_problem_alone(name):
    assert TASKS[name].difficulty
    task, _ = make_task(name)
    keys = problem_keys(seeded_stream(1), np.arange(64))
    found = task.difficulty(task.sample(keys))
    assert found.shape == (64,)
    assert found.dtype == np.float64
    assert np.isfinite(found).all()
    assert (found > 0).any()
    assert len(set(found.tolist())) > 1
    assert task.difficulty(task.sample(keys[:5])).tolist() == found[:5].tolist()
    assert task.difficulty(task.sample(keys[:0])).shape == (0,)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_rows_carry_it(name):
    made = list(rows(f"Formal{name}-v0", 3, seed=7))
    assert [type(row["difficulty"]) for row in made] == [float] * 3


@pytest.mark.parametrize(
    ("name", "easy", "hard"),
    [
        ("Arith", {"terms": 2}, {"terms": 6}),
        ("Arith", {"terms": 4, "max_operand": 9}, {"terms": 4, "max_operand": 99_999}),
        ("Arith", {"terms": 4}, {"terms": 4, "operators": "+*"}),
        ("Arith", {"terms": 4, "operators": "+-"}, {"terms": 4, "operators": "+-()"}),
        ("Game", {}, {"mode": "compose"}),
        ("Grammar", {"size": 20}, {"size": 100}),
    ],
)
def test_options_that_make_problems_harder_make_it_larger(name, easy, hard):
    assert levels(name, **easy).mean() < levels(name, **hard).mean()


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("8+3+9+0+9=8+3+9+9=8+12+9=8+21=", 4 + 2),  # 29: the units carry 2
        ("19+3+82=22+82=", 2 + 2),  # 104: the units sum to 14, the tens to 10
        ("95+5=", 1 + 2),  # 100
        ("2*3+4=6+4=", 1 + 2 + 0),  # 2 + 3 + 4 = 9 carries nothing
        ("(9-3)*(2-1)=6*(2-1)=", 2 + 2 + 2 + 1),  # 9 + 3 + 2 + 1 = 15
    ],
)
def test_operators_and_carries_by_hand(prompt, expected):
    symbols = [int(part) if part.isdigit() else -1 - SYMBOLS.index(part) for part in re.findall(r"\d+|\D", prompt)]
    row = np.array([[ABSENT, *symbols, ABSENT]])
    one = ArithmeticProblems(row, row, np.zeros(1, int), np.ones(1, int))
    assert make_task("Arith")[0].difficulty(one).tolist() == [expected]


def test_words_of_a_review_and_tokens_of_a_sentence_by_hand():
    task, _ = make_task("Sentiment")
    assert task.difficulty(SentimentProblems(["Anna made"], [" a film, a good one."], np.ones(1))).tolist() == [7]
    task, _ = make_task("Grammar", grammar='start: "[" ["1" ("," "1")*] "]"')
    assert task.difficulty(GrammarProblems(["[1,"], ["1,1]"])).tolist() == [7]
    task, _ = make_task("Grammar", grammar='start: "[" ["1" ("," "1")*] "]"', prompt="list: ")
    assert task.difficulty(GrammarProblems(["list: "], ["[1,1]"])).tolist() == [5]
