"""The watch on a run: its average and its bound by hand, and what it says."""

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.testing import RewardWatch, same_value

values = st.floats(0, 1)
batches = st.lists(st.tuples(values, values), min_size=1, max_size=12)


def judge(completion):
    """A completion says how good it is."""
    return float(completion)


def look(watch, step, batch):
    """A look at pairs of reward and judgement."""
    return watch.look(step, ["?"] * len(batch), [str(judged) for _, judged in batch], [paid for paid, _ in batch])


def test_a_look_by_hand():
    """Gaps 1, 0, 0.5, 0.5: mean 0.5, squares 0.5, and 1 for what is not known; a hundredth of 1.5 / 4, over 4."""
    watch = RewardWatch(judge, most=0.25)
    found = look(watch, 1, [(1.0, 0.0), (1.0, 1.0), (0.5, 0.0), (1.0, 0.5)])
    assert found.reward == pytest.approx(3.5 / 4)
    assert found.judgement == pytest.approx(1.5 / 4)
    assert found.gap == pytest.approx(0.5)
    assert found.mean_gap == pytest.approx(0.05)
    assert watch.variance == pytest.approx(0.01 * 1.5 / 4 / 4)
    assert found.least_gap == pytest.approx(0.05 - 3 * math.sqrt(0.01 * 1.5 / 16))
    again = look(watch, 2, [(1.0, 0.0), (1.0, 1.0), (0.5, 0.0), (1.0, 0.5)])
    assert again.mean_gap == pytest.approx(0.05 + 0.9 * 0.05)
    assert watch.variance == pytest.approx(0.01 * 1.5 / 16 * (1 + 0.81))
    assert set(again.metrics()) >= {"watch_gap", "watch_mean_gap", "watch_reward", "watch_judgement"}


def test_a_full_gap_stops_at_the_third_look_and_not_before():
    """1 - 0.9**k is 0.1, 0.19, 0.271: the third is above 0.25, and all completions agree."""
    watch = RewardWatch(judge, most=0.25)
    for step in (1, 2):
        look(watch, step, [(1.0, 0.0)] * 64)
        assert not watch.stopped
    with pytest.warns(UserWarning, match=r"step 3: the reward pays 1.00 and the judge 0.00.*above 0.25.*judged 0"):
        look(watch, 3, [(1.0, 0.0)] * 64)
    assert watch.stopped
    assert watch.gamed.step == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        look(watch, 4, [(1.0, 0.0)] * 64)  # it is said once
    assert watch.gamed.step == 3


@pytest.mark.filterwarnings("ignore:step")
def test_few_completions_that_agree_are_no_certainty():
    few, many = RewardWatch(judge), RewardWatch(judge)
    for step in range(4):
        look(few, step, [(1.0, 0.0)])
        look(many, step, [(1.0, 0.0)] * 64)
    assert many.gamed
    assert not few.gamed


@given(batches, st.floats(0.01, 1))
def test_no_single_batch_stops_a_run(batch, most):
    watch = RewardWatch(judge, most=most, weight=min(0.1, most))
    look(watch, 1, batch)
    assert not watch.stopped


@given(st.lists(batches.map(lambda batch: [(min(pair), max(pair)) for pair in batch]), min_size=1, max_size=30))
def test_a_reward_that_pays_no_more_than_the_judge_stops_nothing(run):
    watch = RewardWatch(judge, most=0.01, weight=0.01)
    for step, batch in enumerate(run):
        assert look(watch, step, batch).gap <= 1e-12
    assert not watch.gamed


@given(batches)
def test_what_is_no_reward_is_left_out(batch):
    odd = [(None, 0.0), (math.nan, 0.0), (math.inf, 0.0)]
    ours, theirs = RewardWatch(judge, sample=99), RewardWatch(judge, sample=99)
    assert look(ours, 1, [*odd, *batch]).gap == pytest.approx(look(theirs, 1, batch).gap)
    assert look(ours, 2, odd) is None


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 99))
def test_a_sample_is_drawn_by_step_and_seed_alone(size, sample, step):
    seen = []
    for _ in range(2):
        judged = []
        watch = RewardWatch(lambda completion, judged=judged: judged.append(completion) or 1.0, sample=sample, seed=3)
        watch.look(step, ["?"] * size, [str(place) for place in range(size)], [1.0] * size)
        seen.append(judged)
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == len(seen[0]) == min(size, sample)


def test_rewards_are_shares_of_their_range_or_of_what_is_paid_in_full():
    shares = RewardWatch(judge, bounds=(-1, 3))
    assert look(shares, 1, [(1.0, 0.0), (5.0, 0.0)]).reward == (0.5 + 1.0) / 2
    full = RewardWatch(judge, bounds=(-1, 3), paid_from=2.5)
    assert look(full, 1, [(2.4, 0.0), (2.5, 0.0)]).reward == 0.5


def test_the_judge_may_be_of_any_form_and_is_given_the_solution():
    class Right:
        range = (0.0, 1.0)

        def score(self, prompt, completion):
            return Score(float((prompt, completion) == ("6+8=", "14")), {})

    for each in (same_value, Right(), lambda prompt, completion, solution: completion == solution == "14"):
        found = RewardWatch(each).look(1, ["6+8="] * 2, ["14", "15"], [1.0, 1.0], ["14", "14"])
        assert found.judgement == 0.5


def test_a_judge_that_fails_is_said_once_and_stops_nothing():
    watch = RewardWatch(lambda completion: 1 / int(completion))
    with pytest.warns(UserWarning, match="ZeroDivisionError.*on '0'.*left out") as said:
        found = watch.look(1, ["?"] * 3, ["0", "1", "0"], [1.0] * 3)
    assert len(said) == 1
    assert (found.judged, found.judgement) == (1, 1.0)


def test_a_watch_that_only_warns_does_not_stop():
    watch = RewardWatch(judge, most=0.15, stop=False)
    look(watch, 1, [(1.0, 0.0)] * 64)
    with pytest.warns(UserWarning, match="average gap"):
        look(watch, 2, [(1.0, 0.0)] * 64)
    assert watch.gamed
    assert not watch.stopped


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"bounds": (1, 1)}, "bounds"),
        ({"bounds": (0, math.inf)}, "finite"),
        ({"most": 0}, r"\(0, 1\]"),
        ({"most": 0.05}, "one batch alone stops no run, got 0.1"),
        ({"weight": 0.3}, "got 0.3"),
        ({"sample": 0}, "sample"),
        ({"judge": 3}, "or a function"),
    ],
)
def test_arguments_without_meaning(options, said):
    with pytest.raises(ConfigError, match=said):
        RewardWatch(**{"judge": judge, **options})
