"""Several batches in one pool: workers are given some of each in turn, and no text costs another its score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leftovers import all_gone
from pool_rewards import OddReward

from formal_envs.errors import ConfigError
from formal_envs.pool import ScoringPool
from formal_envs.pool.batch import Batch
from formal_envs.score import Score, Unscored


def values(scores):
    return [score.value for score in scores]


@pytest.fixture
def pool():
    with ScoringPool(OddReward(), 2) as pool:
        yield pool


def test_a_batch_does_not_wait_for_one_that_is_longer():
    with ScoringPool(OddReward(), 1) as pool:
        long = pool.submit([""] * 60, ["sleep:0.05"] * 60)
        short = pool.submit(["a", "b"], ["x", "xy"])
        assert values(short.result()) == [1.0, 2.0]
        assert not long.done()
        assert values(long.result()) == [10.0] * 60


def test_a_text_that_hangs_does_not_hold_up_others():
    pool = ScoringPool(OddReward(), 2)
    hangs = pool.submit([""], ["sleep:600"])
    batches = [pool.submit([f"{size}"] * 30, ["x" * size] * 30) for size in range(20)]
    assert [values(batch.result()) for batch in batches] == [[float(size)] * 30 for size in range(20)]
    assert not hangs.done()
    pids = pool.pids
    pool.close()
    assert isinstance(hangs.exception(), Unscored)
    assert all_gone(pids)


def test_each_batch_has_its_own_trouble():
    """Workers end under some batches, others raise, and all the rest is as if it were alone."""
    texts = {
        "fine": ["x"] * 40,
        "ends": ["x"] * 20 + ["segfault:"] + ["x"] * 19,
        "raises": ["x"] * 20 + ["raise:here"] + ["x"] * 19,
    }
    with ScoringPool(OddReward(), 3) as pool:
        asked = [(kind, pool.submit(texts[kind], texts[kind])) for kind in [*texts] * 3]
        for kind, future in asked:
            if kind == "raises":
                with pytest.raises(LookupError, match="here"):
                    future.result()
            else:
                found = future.result()
                lost = [place for place, score in enumerate(found) if isinstance(score, Unscored)]
                assert lost == ([20] if kind == "ends" else [])
                assert values(score for place, score in enumerate(found) if place not in lost) == [1.0] * (
                    40 - len(lost)
                )


def test_a_text_has_so_many_seconds_of_a_processor():
    texts = ["fine"] * 30
    texts[17] = "spin:"
    with ScoringPool(OddReward(), 2, timeout=0.5) as pool:
        scores = pool.score_batch(texts, texts)
        assert values(scores[:17] + scores[18:]) == [4.0] * 29
        assert isinstance(scores[17], Unscored)
        assert "took more than" in scores[17].reason
        assert values(pool.score_batch(texts[:3], texts[:3])) == [4.0] * 3


@pytest.mark.slow
def test_a_text_that_waits_has_them_by_the_clock(monkeypatch):
    monkeypatch.setattr("formal_envs.pool.dispatch._PATIENCE", 1)
    with ScoringPool(OddReward(), 2, timeout=5) as pool:
        scores = pool.score_batch([""] * 3, ["fine", "sleep:600", "fine"])
    assert isinstance(scores[1], Unscored)
    assert scores[1].reason == "the text took more than 5 s"
    assert values([scores[0], scores[2]]) == [4.0, 4.0]


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan"), float("inf"), "10"])
def test_a_time_is_checked(timeout):
    with pytest.raises(ConfigError, match="timeout"):
        ScoringPool(OddReward(), 1, timeout=timeout)


def test_a_pool_that_is_closed_under_a_batch_gives_no_score(pool):
    asked = pool.submit(["", ""], ["sleep:600", "x"])
    pool.close()
    with pytest.raises(Unscored, match="the pool was closed"):
        asked.result()
    assert pool.pids == []
    assert values(pool.score_batch(["", ""], ["ab", "c"])) == [2.0, 1.0]


@given(st.integers(0, 200), st.integers(1, 5), st.randoms())
def test_parts_do_not_depend_on_who_is_fast(size, workers, rng):
    cuts = []
    for _ in range(2):
        batch, at_work, cut = Batch(size, workers), [], []
        while not batch.done:
            if len(at_work) < workers and (part := batch.take()):
                at_work.append(part)
                cut.append(part)
            else:
                part = at_work.pop(rng.randrange(len(at_work)))
                batch.answered(part, [Score(0.0, {}) for _ in part])
        cuts.append(cut)
    assert cuts[0] == cuts[1]
    assert [place for part in cuts[0] for place in part] == list(range(size))
