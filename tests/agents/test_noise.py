"""The noise of sampling: who draws it does not matter, and what it chooses has its probability."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agents.models.noise import Noise, choose  # noqa: E402

CPU = torch.device("cpu")


@given(st.integers(0, 2**64 - 1), st.integers(0, 1000), st.integers(1, 6), st.integers(1, 6), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_number_depends_on_its_prompt_its_completion_and_its_position_alone(stream, first, prompts, group, position):
    stream = np.uint64(stream)
    together = Noise(stream, first, prompts, group, CPU)(position).view(prompts, group)
    assert ((together >= 0) & (together < 1)).all()
    for row in range(prompts):
        alone = Noise(stream, first + row, 1, group + 3, CPU)(position)
        assert torch.equal(alone[:group], together[row])


def test_numbers_are_uniform_and_not_correlated():
    stream = np.uint64(7)
    numbers = torch.stack([Noise(stream, 0, 200, 50, CPU)(t) for t in range(4)])  # (4, 10,000)
    shares = torch.histc(numbers.float(), 20, 0, 1) / numbers.numel()
    assert (shares - 0.05).abs().max() < 0.005  # five standard deviations
    centred = (numbers - 0.5).view(4, 200, 50)
    for other in (centred.roll(1, 0), centred.roll(1, 1), centred.roll(1, 2)):
        assert (12 * centred * other).mean().abs() < 0.025  # five standard deviations
    assert len(numbers.unique()) == numbers.numel()


@given(
    st.lists(st.sampled_from([0.0, 1e-9, 0.1, 0.25, 0.5, 1.0]), min_size=1, max_size=8).filter(any),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=5),
)
@settings(max_examples=200, deadline=None)
def test_a_token_of_no_probability_is_never_chosen(weights, uniform):
    probs = torch.tensor([weights])
    probs = probs / probs.sum()
    for numbers in (torch.tensor([uniform], dtype=torch.float64), torch.tensor([[0.0, np.nextafter(1.0, 0.0)]])):
        chosen = choose(probs, numbers)
        assert (probs[0, chosen] > 0).all()


def test_inversion_by_hand():
    probs = torch.tensor([[0.25, 0.0, 0.5, 0.25]])
    uniform = torch.tensor([[0.0, 0.2499, 0.25, 0.7499, 0.75, 0.9999]], dtype=torch.float64)
    assert choose(probs, uniform).tolist() == [[0, 0, 2, 2, 3, 3]]
