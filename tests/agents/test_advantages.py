"""Advantages, KL estimators and schedules: numbers worked by hand, and laws."""

import math

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agents.objective.advantages import (  # noqa: E402
    by_position,
    credit_error_token,
    gae,
    group_centre,
    group_normalise,
    to_go,
    whiten,
)
from agents.objective.kl import full_kl, kl_of_samples  # noqa: E402
from agents.objective.schedules import adapt_kl_coef, entropy_bonus, interpolate, learning_rate  # noqa: E402


def test_the_error_token_pays_alone_by_hand():
    mask = torch.tensor([[[1.0, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 0]]])
    advantages = torch.tensor([[[2.0], [-1.0], [-3.0], [0.5]]]) * mask
    positions = torch.tensor([[-1, -1, 2, 1]])
    assert credit_error_token(advantages, positions).tolist() == [
        [[2, 2, 2, 0], [-1, -1, 0, 0], [0, 0, -3, 0], [0, 0, 0, 0]]  # better than its group, but not for its error
    ]


def test_what_is_earned_from_a_step_on_by_hand():
    # Steps of 2, 1 and 2 tokens, which earn 8, 4 and 2: from the second step on 4 + 0.5 * 2 = 5, from the first 10.5.
    rewards = torch.tensor([[0.0, 8.0, 4.0, 0.0, 2.0]])
    ends = torch.tensor([[False, True, True, False, True]])
    assert to_go(rewards, ends, 0.5).tolist() == [[10.5, 10.5, 5, 2, 2]]
    assert to_go(rewards, ends, 0.0).tolist() == [[8, 8, 4, 2, 2]]


@given(st.lists(st.tuples(st.floats(-2, 2), st.booleans()), min_size=1, max_size=9))
def test_without_discount_steps_do_not_matter(tokens):
    rewards = torch.tensor([reward for reward, _ in tokens], dtype=torch.float64)
    ends = torch.tensor([end for _, end in tokens])
    expected = [sum(rewards[n:].tolist()) for n in range(len(tokens))]
    assert to_go(rewards, ends, 1.0).tolist() == pytest.approx(expected, abs=1e-9)


def test_tokens_are_compared_at_their_position_by_hand():
    returns = torch.tensor([[[3.0, 1.0], [1.0, 0.0], [2.0, 5.0]]])
    mask = torch.tensor([[[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]]])  # the second completion has one token
    squares = (1 + 1 + 0 + 4 + 4) / 5
    expected = torch.tensor([[[1.0, -2], [-1, 0], [0, 2]]]) / squares**0.5
    torch.testing.assert_close(by_position(group_centre, returns, mask), expected, atol=1e-5, rtol=0)


def test_gae_by_hand():
    # delta_1 = 1 + 0.5 * 4 - 2 = 1, delta_0 = 0 + 0.5 * 2 - 3 = -2; A_1 = 1, A_0 = -2 + 0.5 * 0.8 * 1 (the value 4 is
    # of a third token that was generated too, with delta_2 = 6 - 4 = 2, so that A_1 = 1 + 0.4 * 2 = 1.8)
    rewards, values = torch.tensor([[0.0, 1.0, 6.0]]), torch.tensor([[3.0, 2.0, 4.0]])
    expected = [[-2 + 0.4 * 1.8, 1.8, 2.0]]
    assert gae(rewards, values, torch.ones(1, 3), gamma=0.5, lam=0.8).tolist()[0] == pytest.approx(expected[0])


def test_gae_ends_with_the_mask():
    rewards, values = torch.tensor([[0.0, 1.0, 99.0]]), torch.tensor([[0.5, 0.25, 99.0]])
    short = gae(rewards[:, :2], values[:, :2], torch.ones(1, 2), 1.0, 0.95)
    padded = gae(rewards, values, torch.tensor([[1.0, 1.0, 0.0]]), 1.0, 0.95)
    assert padded[:, :2].tolist() == short.tolist()
    assert padded[0, 2] == 0


@given(st.integers(0, 2**31), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_gae_with_lambda_1_is_return_minus_value(seed, length):
    generator = torch.Generator().manual_seed(seed)
    rewards, values = torch.randn(2, 3, length, generator=generator)
    returns = rewards.flip(1).cumsum(1).flip(1)
    assert torch.allclose(gae(rewards, values, torch.ones(3, length), 1.0, 1.0), returns - values, atol=1e-5)


def test_group_normalise_by_hand():
    advantages = group_normalise(torch.tensor([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]]), torch.ones(2, 3))
    assert advantages[0].tolist() == pytest.approx([-1, 0, 1], abs=1e-5)  # the sample's standard deviation is 1
    assert advantages[1].tolist() == [0, 0, 0]


@given(st.integers(0, 2**31), st.floats(0.1, 10), st.floats(-5, 5))
@settings(max_examples=40, deadline=None)
def test_group_normalise_ignores_shift_and_scale_of_a_prompts_rewards(seed, scale, shift):
    returns = torch.randn(4, 8, generator=torch.Generator().manual_seed(seed))
    ones = torch.ones(4, 8)
    assert torch.allclose(group_normalise(returns, ones), group_normalise(returns * scale + shift, ones), atol=1e-3)


def test_group_centre_by_hand():
    advantages = group_centre(torch.tensor([[1.0, 3.0], [5.0, 5.0], [0.0, 4.0]]), torch.ones(3, 2))
    root_mean_square = math.sqrt((1 + 1 + 0 + 0 + 4 + 4) / 6)
    expected = [-1, 1, 0, 0, -2, 2]
    assert (advantages.flatten() * root_mean_square).tolist() == pytest.approx(expected, abs=1e-4)
    assert group_centre(torch.ones(3, 2), torch.ones(3, 2)).abs().max() == 0


def test_whiten_has_mean_0_and_variance_1_within_the_mask():
    x, mask = torch.tensor([[1.0, 3.0, 1000.0]]), torch.tensor([[1.0, 1.0, 0.0]])
    assert whiten(x, mask)[0].tolist() == pytest.approx([-1, 1, 0], abs=1e-5)


def test_kl_estimators_by_hand():
    policy, reference = torch.tensor([[0.75, 0.25]]).log(), torch.tensor([[0.5, 0.5]]).log()
    token = torch.tensor([1])
    ratio = math.log(0.25 / 0.5)
    expected = {
        "log_ratio": ratio,
        "absolute": -ratio,
        "squared": ratio**2 / 2,
    }
    for estimator, value in expected.items():
        estimate = kl_of_samples(policy[0, token], reference[0, token], estimator)
        assert estimate.item() == pytest.approx(value, rel=1e-5)
    assert full_kl(policy, reference).item() == pytest.approx(0.75 * math.log(1.5) + 0.25 * ratio, rel=1e-5)


@given(st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_the_log_ratio_is_unbiased_and_the_full_kl_not_negative(seed):
    policy, reference = torch.randn(2, 5, generator=torch.Generator().manual_seed(seed)).log_softmax(-1)
    full = full_kl(policy, reference)
    every = kl_of_samples(policy, reference, "log_ratio")
    assert (every * policy.exp()).sum().item() == pytest.approx(full.item(), abs=1e-5)
    assert full.item() >= -1e-6


def test_learning_rate_schedules_by_hand():
    assert [learning_rate(n, 100, 1.0, 4, "constant") for n in (0, 1, 3, 4, 99)] == [0.25, 0.5, 1.0, 1.0, 1.0]
    assert learning_rate(50, 100, 1.0, 0, "linear") == pytest.approx(0.05 + 0.95 * 0.5)
    assert learning_rate(50, 100, 1.0, 0, "cosine") == pytest.approx(0.05 + 0.95 * 0.5)
    assert [learning_rate(n, 100, 1.0, 4, "inverse_sqrt") for n in (1, 4, 16, 64)] == [0.5, 1.0, 0.5, 0.25]
    assert [learning_rate(n, 100, 1.0, 0, "inverse_sqrt") for n in (0, 1, 4)] == [1.0, 1.0, 0.5]
    assert learning_rate(81, 100, 1.0, 4, "inverse_sqrt") == pytest.approx(2 / 9 * 0.95)  # the last fifth
    assert learning_rate(99, 100, 1.0, 4, "inverse_sqrt") == pytest.approx(2 / 99**0.5 * 0.05)
    assert learning_rate(25, 100, 1.0, 0, "cosine") == pytest.approx(0.05 + 0.95 * (1 + math.sqrt(0.5)) / 2)


def test_interpolate_clips_progress():
    assert [interpolate(0.6, 0.0, p) for p in (-1, 0, 0.5, 1, 2)] == [0.6, 0.6, 0.3, 0.0, 0.0]


def test_entropy_bonus_is_a_share_of_what_is_missing():
    assert entropy_bonus(entropy=0.4, target=0.6, gain=0.5) == pytest.approx(0.1)
    assert entropy_bonus(entropy=0.6, target=0.6, gain=0.5) == 0.0
    assert entropy_bonus(entropy=0.9, target=0.6, gain=0.5) == 0.0
    assert entropy_bonus(entropy=0.0, target=-1.0, gain=0.5) == 0.0  # no target


def overshoot(steps, pull, bonus):
    """By how much an entropy that begins at 0.1 passes a target of 1; it falls by ``pull``, rises by the bonus."""
    entropy, highest = 0.1, 0.0
    for _ in range(steps):
        entropy = max(0.0, entropy + 0.1 * (bonus(entropy) - pull))
        highest = max(highest, entropy)
    return highest - 1.0


@given(pull=st.floats(0, 1), gain=st.floats(0.1, 5))
def test_entropy_bonus_brings_entropy_back_without_passing_the_target(pull, gain):
    assert overshoot(200, pull, lambda entropy: entropy_bonus(entropy, 1.0, gain)) <= 1e-9


def test_adding_up_shortfalls_would_pass_the_target():
    added = 0.0

    def bonus(entropy):
        nonlocal added
        added = max(0.0, added + 0.05 * (1.0 - entropy))
        return added

    assert overshoot(200, 0.3, bonus) > 0.1


def test_kl_coef_by_hand():
    assert adapt_kl_coef(0.2, kl=12, target=6, horizon=10_000, samples=100) == pytest.approx(0.2 * (1 + 0.2 * 0.01))
    assert adapt_kl_coef(0.2, kl=5.4, target=6, horizon=10_000, samples=100) == pytest.approx(0.2 * (1 - 0.1 * 0.01))
