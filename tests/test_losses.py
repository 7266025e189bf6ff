"""The formulas of the loss: numbers worked by hand, and laws."""

import math

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agents import losses  # noqa: E402

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(2, 9), st.integers(0, 2**31))


def random_batch(sizes):
    batch, length, vocab, seed = sizes
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(batch, length, vocab, generator=generator)
    lengths = torch.randint(1, length + 1, (batch, 1), generator=generator)
    return logits, (torch.arange(length) < lengths).float()


def test_masked_mean_by_hand():
    x, mask = torch.tensor([[1.0, 2.0], [3.0, 100.0]]), torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    assert losses.masked_mean(x, mask).item() == 2.0
    assert losses.masked_mean(x, torch.zeros_like(mask)).item() == 0.0


def test_entropies_of_a_constant_and_of_a_split_answer():
    certain = torch.tensor([[[0.0, -1e9, -1e9, -1e9]]]).expand(4, 1, 4).log_softmax(-1)
    mask = torch.ones(4, 1)
    assert losses.token_entropy(certain).abs().max().item() == 0.0
    assert losses.mean_batch_entropy(certain, mask).item() == pytest.approx(0.0, abs=1e-6)  # a constant answer

    varied = (torch.eye(4)[:, None, :] * 1e9 - 1e9).log_softmax(-1)  # each row certain, all rows different
    assert losses.token_entropy(varied).abs().max().item() == 0.0
    assert losses.mean_batch_entropy(varied, mask).item() == pytest.approx(math.log(4))


@given(SIZES)
@settings(max_examples=60, deadline=None)
def test_batch_entropy_is_bounded_and_no_less_than_the_mean_entropy(sizes):
    logits, mask = random_batch(sizes)
    log_probs = losses.token_log_probs(logits)
    at_position = losses.batch_entropy(log_probs, mask)
    live = mask.sum(0) > 0
    assert (at_position >= -1e-5).all()
    assert (at_position <= math.log(logits.shape[-1]) + 1e-5).all()
    mean = (losses.token_entropy(log_probs) * mask).sum(0) / mask.sum(0).clamp(min=1)
    assert (at_position - mean)[live].min() >= -1e-5  # the gap is the mutual information of row and token
    assert at_position[~live].abs().sum() == 0


@given(SIZES)
@settings(max_examples=40, deadline=None)
def test_places_outside_the_mask_do_not_matter(sizes):
    logits, mask = random_batch(sizes)
    other = torch.where(mask[..., None] > 0, logits, torch.zeros_like(logits))
    for formula in (
        lambda x: losses.masked_mean(losses.token_entropy(losses.token_log_probs(x)), mask),
        lambda x: losses.mean_batch_entropy(losses.token_log_probs(x), mask),
    ):
        assert formula(logits).item() == pytest.approx(formula(other).item(), abs=1e-6)


def test_gradients_are_finite_where_tokens_are_forbidden():
    logits = torch.zeros(3, 2, 5).masked_fill(torch.arange(5) > 2, -1e9).requires_grad_()
    log_probs = losses.token_log_probs(logits)
    mask = torch.ones(3, 2)
    (losses.mean_batch_entropy(log_probs, mask) + losses.token_entropy(log_probs).mean()).backward()
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize(
    ("ratio", "advantage", "expected"),
    [(1.0, 2.0, -2.0), (1.5, 1.0, -1.2), (0.5, 1.0, -0.5), (1.5, -1.0, 1.5), (0.5, -1.0, 0.8)],
)
def test_clipped_policy_loss_by_hand(ratio, advantage, expected):
    logp = torch.tensor([[math.log(ratio), 7.0]])
    loss = losses.clipped_policy_loss(
        logp, torch.zeros(1, 2), torch.tensor([[advantage, 9.0]]), torch.tensor([[1.0, 0.0]]), clip=0.2
    )
    assert loss.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "old", "target", "expected"),
    [(1.0, 1.0, 0.0, 0.5), (1.0, 0.0, 1.0, 0.5 * 0.8**2), (0.1, 0.0, 1.0, 0.5 * 0.9**2), (2.0, 0.0, 0.0, 2.0)],
)
def test_clipped_value_loss_by_hand(value, old, target, expected):
    row = [torch.tensor([[x]]) for x in (value, old, target)]
    assert losses.clipped_value_loss(*row, torch.ones(1, 1), clip=0.2).item() == pytest.approx(expected, rel=1e-5)
