"""The tables of the audit of game rewards: ranks and correlations by hand, what is counted and what is left out."""

from types import SimpleNamespace

import numpy as np
import pytest
from game_quality_tables import agreement, page, ranks, read_ratings, spearman, tables
from hypothesis import given, settings
from hypothesis import strategies as st

numbers = st.lists(st.integers(-5, 5), min_size=3, max_size=12)


def test_ranks_by_hand():
    assert ranks([10, 30, 20]).tolist() == [1, 3, 2]
    assert ranks([7, 7, 1]).tolist() == [2.5, 2.5, 1]


@given(numbers)
def test_ranks_sum_to_those_without_ties_and_follow_the_values(values):
    given_ranks = ranks(values)
    assert given_ranks.sum() == len(values) * (len(values) + 1) / 2
    order = np.argsort(values, kind="stable")
    assert (np.diff(given_ranks[order]) >= 0).all()


def test_correlation_by_hand():
    rho, p = spearman([1, 2, 3, 4, 5], [1, 2, 3, 5, 4])
    assert rho == pytest.approx(1 - 6 * 2 / (5 * 24))
    assert p == pytest.approx(2 * 5 / 120, abs=0.01)  # 1 + 4 orders of 120 are so near, as many the reverse
    assert spearman([1, 2, 3], [3, 2, 1])[0] == pytest.approx(-1)
    assert np.isnan(spearman([1, 1, 1], [1, 2, 3])[0])


@settings(max_examples=10)
@given(numbers, st.randoms(use_true_random=False))
def test_correlation_is_symmetric_and_bounded(values, random):
    other = random.sample(values, len(values))
    rho, p = spearman(values, other)
    assert np.isnan(rho) or (-1 - 1e-9 <= rho <= 1 + 1e-9 and rho == pytest.approx(spearman(other, values)[0]))
    assert 0 < p <= 1


def _row(name, group, value, published=None, plays=True):
    game = SimpleNamespace(name=name, group=group, published=published)
    cell = {"value": value, "plays": plays, "seconds": 0.5}
    return game, {"paper": cell, "gavel": {**cell, "value": value**2}}


def test_only_games_that_play_and_have_all_kinds_are_compared():
    rows = [_row(str(i), "published", i / 10, i / 10) for i in range(5)] + [
        _row("x", "published", 0.0, 0.9, plays=False)
    ]
    rows.append((rows[0][0], {"paper": rows[0][1]["paper"]}))
    found = agreement(rows, [game.published for game, _ in rows], ["paper", "gavel"])
    assert [(row["kind"], row["games"], row["rho"]) for row in found] == [("paper", 5, 1.0), ("gavel", 5, 1.0)]


def test_names_that_are_there_twice_have_no_rating(tmp_path):
    file = tmp_path / "some.csv"
    file.write_text("name,rating\nA,7\nB,6\nC,5\nD,4\nTwice,1\ntwice,9\n")
    assert read_ratings(file) == {"a": 7, "b": 6, "c": 5, "d": 4}
    records = [_row(name, "records", value) for name, value in zip("ABCD", (0.4, 0.3, 0.2, 0.1), strict=True)]
    records += [_row("D", "records", 0.9), _row("Twice", "records", 0.5)]
    found = tables(records, ["paper", "gavel"], [file])["agreement"]["ratings, some"]
    assert [(row["games"], row["rho"]) for row in found] == [(3, 1.0), (3, 1.0)]


def test_the_page_names_the_corpus_and_not_the_records():
    corpus = [_row("Own", "corpus", 0.5)]
    corpus[0][1]["uct"] = {"games": 20, "won": 18, "first": 9, "turns": 100}
    corpus[0][1]["solved"] = {"winner": 1, "plies": 7}
    text = page(tables([*corpus, _row("Theirs", "records", 0.5)], ["paper", "gavel"], []))
    assert "| Own | 0.500 | 0.250 | 9 of 18 of 20 | 5 | player 1 in 7 |" in text
    assert "Theirs" not in text
