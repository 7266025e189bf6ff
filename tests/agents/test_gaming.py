"""Signs of gaming: numbers worked by hand, and the same ones for copies and for any number of processes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("accelerate")

import torch

from agents.gaming import length_drift, repeated_completions, signs_in_scores
from formal_envs.score import Score, Unscored


class Rank:
    """One of several threads that stand for the processes of a run."""

    device = torch.device("cpu")

    def __init__(self, rank, said, barrier):
        self.count, self._rank, self._said, self._barrier = len(said), rank, said, barrier

    def _all(self, mine):
        self._said[self._rank] = mine
        self._barrier.wait(timeout=60)
        said = list(self._said)
        self._barrier.wait(timeout=60)
        return said

    def total(self, x):
        return torch.stack(self._all(x)).sum(dim=0)

    def gather_objects(self, items):
        return [item for part in self._all(items) for item in part]


def on_ranks(parts, ask):
    """What each process answers, of which each has one of the parts."""
    said, barrier = [None] * len(parts), Barrier(len(parts))
    ranks = [Rank(rank, said, barrier) for rank in range(len(parts))]
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(ask, parts, ranks))


def signs(results, group, names, places=None, processes=1):
    """Of completions, or of distinct ones and the places of each; the prompts are shared out between the processes."""
    places = np.arange(len(results)) if places is None else np.array(places)
    parts = np.split(places, processes)
    found = on_ranks(parts, lambda part, rank: signs_in_scores(results, part, group, names, rank))
    assert all(each == found[0] for each in found)
    return found[0]


def repeated(prompts, texts, processes=1):
    parts = list(zip(np.split(np.array(prompts), processes), np.split(np.array(texts), processes), strict=True))
    found = on_ranks(parts, lambda part, rank: repeated_completions(part[0].tolist(), part[1].tolist(), rank))
    assert len(set(found)) == 1
    return found[0]


def test_what_explains_a_reward_is_the_square_of_its_correlation():
    """Deviations of the value are -1/2, -1/2, 1/2, 1/2; those of c -3/4, 1/4, 1/4, 1/4: (1/2)^2 / (1 * 3/4) = 1/3."""
    parts = {"a": (2, 2, 4, 4), "b": (0, 1, 0, 1), "c": (0, 1, 1, 1), "d": (1, 1, 0, 0), "e": (0.1,) * 4}
    values = (0, 0, 1, 1)
    scores = [Score(value, {name: part[n] for name, part in parts.items()}) for n, value in enumerate(values)]
    found = signs(scores, 2, list(parts))
    wanted = {"a": 1, "b": 0, "c": 1 / 3, "d": 1, "e": 0}
    assert found == pytest.approx({"uniform_groups": 1.0, **{f"explains/{name}": of for name, of in wanted.items()}})
    assert signs([Score(0.1, {"a": n}) for n in range(6)], 3, ["a"]) == {"uniform_groups": 1, "explains/a": 0}


def test_groups_are_uniform_where_all_that_have_a_score_earn_the_same():
    away = Unscored("away")
    one, two = Score(1.0, {}), Score(2.0, {})
    assert signs([one, one, one, two, one, away, away, away], 2, [])["uniform_groups"] == 2 / 3
    assert signs([away, away], 2, []) == {"uniform_groups": 0.0}


@st.composite
def batches(draw):
    """Distinct scores, some of them not given, the place of each completion, and the size of a group."""
    group, prompts = draw(st.integers(1, 4)), 2 * draw(st.integers(1, 3))
    floats = st.floats(-1, 1).map(lambda x: round(x, 3))
    known = st.builds(lambda value, a, b: Score(value, {"a": a, "b": b}), floats, floats, st.sampled_from([0.0, 1.0]))
    results = draw(st.lists(known | st.just(Unscored("away")), min_size=1, max_size=6))
    # Equal completions are one of their prompt: a distinct score has one prompt.
    distinct, places = [], []
    for _ in range(prompts):
        chosen = draw(st.lists(st.integers(0, len(results) - 1), min_size=group, max_size=group))
        first = {place: len(distinct) + n for n, place in enumerate(dict.fromkeys(chosen))}
        distinct += [results[place] for place in first]
        places += [first[place] for place in chosen]
    return distinct, places, group


@given(batches())
def test_copies_count_as_often_as_they_were_written(batch):
    distinct, places, group = batch
    spread_out = signs([distinct[place] for place in places], group, ["a", "b"])
    assert signs(distinct, group, ["a", "b"], places) == pytest.approx(spread_out, abs=1e-9)
    for name in ("a", "b"):
        scores = [distinct[place] for place in places if isinstance(distinct[place], Score)]
        pairs = np.array([(score.value, score.parts[name]) for score in scores]).reshape(-1, 2)
        varied = len(pairs) and (np.ptp(pairs, axis=0) > 0).all()
        expected = np.corrcoef(pairs.T)[0, 1] ** 2 if varied else 0.0
        assert spread_out[f"explains/{name}"] == pytest.approx(expected, abs=1e-9)


@given(batches())
def test_scores_say_the_same_on_two_processes(batch):
    distinct, places, group = batch
    whole, shared = (signs(distinct, group, ["a", "b"], places, processes) for processes in (1, 2))
    assert shared == pytest.approx(whole, abs=1e-9)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=12), st.floats(0.01, 100))
def test_units_do_not_matter(pairs, scale):
    assume(min(np.std(np.array(pairs), axis=0)) > 1e-3)
    one = signs([Score(value, {"a": part}) for value, part in pairs], 1, ["a"])
    other = signs([Score(scale * value - 3, {"a": 7 - scale * part}) for value, part in pairs], 1, ["a"])
    assert other == pytest.approx(one, abs=1e-6)


def test_a_text_is_repeated_where_another_prompt_has_it_too():
    """Of eight completions "7" answers two prompts, three times; "8" answers one prompt twice; "9" is alone."""
    prompts = ["1+6", "2+6", "3+6", "4+6"]
    texts = ["7", "7", "8", "8", "7", "9", "", "10"]
    assert repeated(prompts, texts) == repeated(prompts, texts, 2) == repeated(prompts, texts, 4) == 3 / 8
    assert repeated(["1+6"] * 4, texts) == 0  # no other prompt
    assert repeated(prompts, ["", ""] * 4) == 1


def test_lengths_are_compared_with_the_mean_of_the_first_ten_steps():
    @dataclass
    class Lengths:
        first_tokens: float = 0.0
        first_steps: int = 0

    lengths = Lengths()
    assert [length_drift(lengths, tokens) for tokens in (4.0, 8.0)] == [1.0, 8 / 6]
    for _ in range(8):
        length_drift(lengths, 6.0)
    assert lengths == Lengths(6.0, 10)
    assert [length_drift(lengths, tokens) for tokens in (3.0, 60.0, 6.0)] == [0.5, 10.0, 1.0]
