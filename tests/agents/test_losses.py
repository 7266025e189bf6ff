"""The formulas of the loss: numbers worked by hand, and laws."""

import math

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agents.objective import losses  # noqa: E402

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(2, 9), st.integers(0, 2**31))


def random_batch(sizes):
    """Logits (N, V) of the tokens of a few completions, and their positions (N,)."""
    batch, length, vocab, seed = sizes
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, length + 1, (batch, 1), generator=generator)
    positions = (torch.arange(length) < lengths).nonzero()[:, 1]
    return 3 * torch.randn(len(positions), vocab, generator=generator), positions


def sums_of(log_probs, positions):
    """The sums (T, V) of distributions at each position, and their counts (T,)."""
    live = positions.bincount()
    return log_probs.new_zeros(len(live), log_probs.shape[1]).index_add(0, positions, log_probs.exp()), live


def entropies(log_probs):
    return losses.entropy(log_probs.exp())


def test_masked_mean_by_hand():
    x, mask = torch.tensor([[1.0, 2.0], [3.0, 100.0]]), torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    assert losses.masked_mean(x, mask).item() == 2.0
    assert losses.masked_mean(x, torch.zeros_like(mask)).item() == 0.0


def test_entropies_of_a_constant_and_of_a_split_answer():
    certain = torch.tensor([[0.0, -1e9, -1e9, -1e9]]).expand(4, 4).log_softmax(-1)
    start = torch.zeros(4, dtype=torch.long)
    assert entropies(certain).abs().max().item() == 0.0
    assert losses.mean_batch_entropy(*sums_of(certain, start)).item() == pytest.approx(
        0.0, abs=1e-6
    )  # a constant answer

    varied = (torch.eye(4) * 1e9 - 1e9).log_softmax(-1)  # each row certain, all rows different
    assert entropies(varied).abs().max().item() == 0.0
    assert losses.mean_batch_entropy(*sums_of(varied, start)).item() == pytest.approx(math.log(4))
    assert losses.batch_entropy(*sums_of(varied, torch.tensor([0, 2, 2, 0]))).tolist() == pytest.approx(
        [math.log(2), 0, math.log(2)], abs=1e-6
    )
    weighted = losses.mean_batch_entropy(
        *sums_of(varied, torch.tensor([0, 0, 0, 1]))
    ).item()  # of three rows, and of one
    assert weighted == pytest.approx(0.75 * math.log(3))


@given(SIZES)
@settings(max_examples=60, deadline=None)
def test_batch_entropy_is_bounded_and_no_less_than_the_mean_entropy(sizes):
    logits, positions = random_batch(sizes)
    log_probs = losses.token_log_probs(logits)
    at_position = losses.batch_entropy(*sums_of(log_probs, positions))
    assert len(at_position) == positions.max() + 1
    assert (at_position >= -1e-5).all()
    assert (at_position <= math.log(logits.shape[-1]) + 1e-5).all()
    for place, of_batch in enumerate(at_position):
        mean = entropies(log_probs)[positions == place].mean()
        assert of_batch - mean >= -1e-5  # the gap is the mutual information of row and token


@given(SIZES, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_tokens_does_not_matter(sizes, random):
    logits, positions = random_batch(sizes)
    order = torch.tensor(random.sample(range(len(positions)), len(positions)))
    log_probs = losses.token_log_probs(logits)
    one, other = (losses.mean_batch_entropy(*sums_of(log_probs[x], positions[x])) for x in (order, order.sort()[0]))
    assert one.item() == pytest.approx(other.item(), abs=1e-5)


def test_gradients_are_finite_where_tokens_are_forbidden():
    logits = torch.zeros(3, 5).masked_fill(torch.arange(5) > 2, -1e9).requires_grad_()
    log_probs = losses.token_log_probs(logits)
    loss = losses.mean_batch_entropy(*sums_of(log_probs, torch.tensor([0, 1, 1]))) + entropies(log_probs).mean()
    loss.backward()
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize(
    ("ratio", "advantage", "expected"),
    [(1.0, 2.0, -2.0), (1.5, 1.0, -1.2), (0.5, 1.0, -0.5), (1.5, -1.0, 1.5), (0.5, -1.0, 0.8)],
)
def test_clipped_policy_loss_by_hand(ratio, advantage, expected):
    logp, advantages = torch.tensor([math.log(ratio), 0.0]), torch.tensor([advantage, 3.0])
    loss = losses.clipped_policy_loss(logp, torch.zeros(2), advantages, low=0.2, high=0.2)
    assert loss.tolist() == pytest.approx([expected, -3.0], rel=1e-5)


def test_clip_higher_by_hand():
    logp = torch.tensor([1.5, 1.25, 0.7]).log()
    loss = losses.clipped_policy_loss(logp, torch.zeros(3), torch.tensor([1.0, 1.0, -1.0]), low=0.2, high=0.28)
    assert loss.tolist() == pytest.approx([-1.28, -1.25, 0.8], rel=1e-5)


def test_the_most_covariant_tokens_by_hand():
    """Means are -2 and 0: covariances (1 * 3, 0 * -1, -1 * -2, -) and a token that is padding."""
    logp, mask = torch.tensor([[-1.0, -2.0, -3.0, 9.0]]), torch.tensor([[1.0, 1.0, 1.0, 0.0]])
    advantage = torch.tensor([[3.0, -1.0, -2.0, 9.0]])
    assert losses.most_covariant(logp, advantage, mask, 0.3).tolist() == [[True, False, False, False]]
    assert losses.most_covariant(logp, advantage, mask, 0.6).tolist() == [[True, False, True, False]]
    assert losses.most_covariant(logp, advantage, mask, 1.0).tolist() == [[True, False, True, False]]  # 0 is not one


@pytest.mark.parametrize(
    ("value", "old", "target", "expected"),
    [(1.0, 1.0, 0.0, 0.5), (1.0, 0.0, 1.0, 0.5 * 0.8**2), (0.1, 0.0, 1.0, 0.5 * 0.9**2), (2.0, 0.0, 0.0, 2.0)],
)
def test_clipped_value_loss_by_hand(value, old, target, expected):
    tokens = [torch.tensor([x]) for x in (value, old, target)]
    assert losses.clipped_value_loss(*tokens, clip=0.2).item() == pytest.approx(expected, rel=1e-5)
