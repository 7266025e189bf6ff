"""A last layer that works for the last token alone, beside a model as it is."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tiny_runs import SMALL, accelerator, alone, draw, make_policy  # noqa: E402

from agents.models.last_token import LastToken  # noqa: E402
from agents.models.transformers_adapter import Reader  # noqa: E402
from agents.rollout import collect  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from agents.update import accumulate  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402
from tests.agents.test_shared_prompts import SIZES, VOCABULARY, model_of  # noqa: E402

NARROW = ("GPT2", "GPTNeoX", "Llama", "OPT", "Qwen2", "Qwen3")


def read(model, reader, ids, mask, want_cache):
    """States behind the last of each text, and the gradients of the sum of their squares."""
    heard = reader.read(model, ids, mask, None, want_cache, 1)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return heard, torch.autograd.grad(heard.states.square().sum(), weights, allow_unused=True)


@pytest.mark.parametrize("adapted", [False, True])
@pytest.mark.parametrize("name", NARROW)
@settings(max_examples=5)
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4), want_cache=st.booleans())
def test_the_last_token_says_the_same_alone(name, adapted, lengths, want_cache):
    model = model_of(name, adapted)
    reader = Reader(model)
    assert reader.narrows
    mask = torch.tensor([[0] * (max(lengths) - length) + [1] * length for length in lengths])
    ids = (torch.arange(mask.numel()).view_as(mask) * 7 + 3) % (VOCABULARY - 1) + 1
    narrow, gradients = read(model, reader, ids, mask, want_cache)
    reader.narrows = False
    usual, expected = read(model, reader, ids, mask, want_cache)
    torch.testing.assert_close(narrow.states, usual.states, rtol=1e-4, atol=1e-5)
    for own, other in zip(gradients, expected, strict=True):
        assert (own is None) == (other is None)
        if own is not None:
            torch.testing.assert_close(own, other, rtol=1e-3, atol=1e-4 * (1 + float(other.abs().max())))
    if want_cache:  # completions attend to what was kept of a prompt
        later = torch.full((len(ids), 1), 5)
        seen = torch.cat((mask, torch.ones_like(later)), dim=1)
        said = [reader.read(model, later, seen, heard.cache, True, 1).states for heard in (narrow, usual)]
        torch.testing.assert_close(*said, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", sorted(set(SIZES) - set(NARROW)))
def test_models_that_attend_in_ways_of_their_own_are_read_as_usual(name):
    model = model_of(name)
    assert not Reader(model).narrows
    assert model.config._attn_implementation != "formal_envs_last_token"


def test_a_model_is_left_as_it_was():
    model = model_of("GPT2")
    hooks = [len(module._forward_pre_hooks) + len(module._forward_hooks) for module in model.modules()]
    usual = model.config._attn_implementation
    with LastToken(model).reading():
        model(torch.tensor([[1, 2, 3]]))
    assert model.config._attn_implementation == usual
    assert [len(module._forward_pre_hooks) + len(module._forward_hooks) for module in model.modules()] == hooks


def test_a_model_without_layers_in_a_list_is_refused():
    class Bare(torch.nn.Module):
        config = model_of("GPT2").config

    with pytest.raises(ValueError, match="the last layer of Bare has no norm"):
        LastToken(Bare())


@pytest.mark.parametrize("apart", [{}, {"minibatches": 2}, {"epochs": 2}, {"micro_batch": 8}, {"max_tokens": 2}])
def test_what_is_read_for_sampling_is_learned_from_as_if_read_again(apart):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "batch_entropy_coef": 0.3, **apart})
    policy, layout = make_policy(spec)
    task, reward = spec.build()
    prompts = task.sample(problem_keys(seeded_stream(0), np.arange(16))).prompts
    sampled = collect(policy, None, layout, reward, prompts, spec.config, 0.0, draw(16, 4), alone())
    assert (sampled.states is None) == bool(apart)  # else the weights may change, or the model has to read on
    if apart:
        return
    found = []
    for states in (sampled.states, None):
        policy.zero_grad()
        terms = accumulate(policy, sampled.rollout, spec.config, 0.2, accelerator(), alone(), states)
        found.append((terms, {name: weight.grad for name, weight in policy.model.named_parameters()}))
    (kept, gradients), (again, expected) = found
    assert kept == pytest.approx(again, rel=1e-5, abs=1e-6)
    for name, gradient in gradients.items():
        assert float(gradient.norm()) > 0, name
        torch.testing.assert_close(gradient, expected[name], rtol=1e-4, atol=1e-6)
