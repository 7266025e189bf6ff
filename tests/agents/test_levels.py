"""What is reported at each difficulty, by hand."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.evaluation.levels import by_difficulty, table
from formal_envs.score import Score


def test_few_difficulties_are_levels_of_their_own():
    scores = [Score(1.0, {"exact": 1.0}), Score(0.5, {"exact": 0.0}), Score(0.0, {"exact": 0.0})]
    rows = by_difficulty([3.0, 2.0, 3.0], scores)
    assert rows == [
        {"difficulty": [2.0, 2.0], "episodes": 1, "reward_mean": 0.5, "exact": 0.0},
        {"difficulty": [3.0, 3.0], "episodes": 2, "reward_mean": 0.5, "exact": 0.5},
    ]
    lines = table(rows).splitlines()
    assert lines[0].split() == ["difficulty", "episodes", "reward_mean", "exact"]
    assert lines[2].split() == ["3", "2", "0.5000", "0.5000"]


def test_many_difficulties_share_levels_of_about_as_many_problems():
    """Twelve problems of 1 to 12 in three levels: 1 to 4, 5 to 8, 9 to 12."""
    scores = [Score(n / 12, {}) for n in range(1, 13)]
    rows = by_difficulty(list(range(1, 13)), scores, most=3)
    assert [row["difficulty"] for row in rows] == [[1, 4], [5, 8], [9, 12]]
    assert [row["reward_mean"] for row in rows] == [
        np.mean([n / 12 for n in part]) for part in ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12))
    ]
    assert "exact" not in rows[0]
    assert "1 to 4" in table(rows)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(1, 8))
def test_levels_are_in_order_and_hold_every_problem_once(difficulties, most):
    scores = [Score(float(level), {}) for level in difficulties]
    rows = by_difficulty([float(level) for level in difficulties], scores, most)
    assert 1 <= len(rows) <= most
    assert sum(row["episodes"] for row in rows) == len(difficulties)
    assert all(one["difficulty"][1] < other["difficulty"][0] for one, other in pairwise(rows))
    total = sum(row["reward_mean"] * row["episodes"] for row in rows)
    assert np.isclose(total, sum(difficulties))
