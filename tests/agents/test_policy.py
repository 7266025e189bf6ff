"""The policy on real, tiny models of three architectures."""

import dataclasses
import inspect
import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from devices import DEVICE  # noqa: E402
from tiny_models import tiny_causal  # noqa: E402
from tiny_runs import draw  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from agents.models.build import load_model, new_model, recompute_activations  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from agents.models.texts import decode_completions, encode_prompts  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

ARCHITECTURES = ["gpt2", "gpt_neox", "llama"]


def chain_prompts():
    """The task of chains, and eight of its prompts, cut to different lengths."""
    task, _ = make_task("Arith", answer="chain", terms=None, operators="+*")
    problems = task.sample(problem_keys(seeded_stream(1), np.arange(8)))
    return task, [prompt[-(3 + n) :] for n, prompt in enumerate(problems.prompts)]


@pytest.fixture(params=ARCHITECTURES)
def chain(request, tmp_path):
    """A policy for chains in characters, whose completions are long, and eight prompts of different lengths.

    The model has far more embeddings than the tokenizer has tokens; most models have a few more.
    """
    task, prompts = chain_prompts()
    layout = TokenLayout(task, "char", 12)
    policy = Policy(load_model(tiny_causal(tmp_path, request.param)), layout).to(DEVICE)
    torch.manual_seed(0)
    torch.nn.init.normal_(policy.value_head.weight)
    return policy, layout, prompts


def arithmetic_policy():
    layout = TokenLayout(make_task("Arith")[0])
    torch.manual_seed(0)
    return Policy(new_model(layout.tokenizer, 1, 16, 2, 64), layout).to(DEVICE), layout


def sample(policy, layout, prompts, group=3, seed=0):
    ids, mask = encode_prompts(layout.tokenizer, prompts, DEVICE)
    noise = None if seed is None else draw(len(prompts), group, seed)
    return ids, mask, policy.sample(ids, mask, group, layout.max_tokens, noise)


def gradients(policy, batch):
    """The gradient of a loss on all that the policy says of a batch, by the parameter's name."""
    policy.zero_grad()
    evaluation = policy(*batch)
    said = evaluation.logp.sum() + evaluation.entropy.square().sum() + evaluation.values.square().sum()
    (said + evaluation.sums.square().sum()).backward()
    return {name: weights.grad.clone() for name, weights in policy.named_parameters() if weights.grad is not None}


def test_sampling_reports_what_forward_says_of_the_same_tokens(chain):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts, group=8)
    said = policy(ids, mask, done.tokens, done.mask, whole=True)
    live = done.mask.bool()
    assert 0 < live.float().mean() < 1
    assert torch.allclose(done.logp[live], said.logp, atol=1e-4)
    assert torch.equal(said.logp, said.log_probs.gather(1, done.tokens[live][:, None]).squeeze(1))
    assert torch.allclose(done.entropy[live], said.entropy, atol=1e-4)
    assert torch.allclose(said.entropy, -(said.log_probs.exp() * said.log_probs).sum(dim=1), atol=1e-5)
    assert torch.allclose(done.values[live], said.values, atol=1e-4)
    assert len(done.sums) == len(said.sums) == live.shape[2]
    assert torch.allclose(done.sums, said.sums, atol=1e-4)
    for place, summed in enumerate(said.sums):
        here = live.nonzero()[:, 2] == place
        assert torch.allclose(summed, said.log_probs.exp()[here].sum(dim=0), atol=1e-4)
    assert not any(figure[~live].any() for figure in (done.logp, done.entropy, done.values))


def test_sampling_is_watched_position_by_position(chain):
    policy, layout, prompts = chain
    ids, mask = encode_prompts(layout.tokenizer, prompts, DEVICE)
    calls = []
    done = policy.sample(ids, mask, 2, layout.max_tokens, draw(8, 2), watch=lambda: calls.append(1))
    assert len(calls) == done.tokens.shape[2] > 1


def test_reading_similar_lengths_together_changes_nothing(chain, monkeypatch):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts, group=3)
    batch = (ids, mask, done.tokens, done.mask)
    expected = gradients(policy, batch)
    at_once = policy(*batch)
    for limit in (1, 150):  # tokens: a prompt at a time, and some
        monkeypatch.setattr("agents.models.policy._READ_AT_ONCE", limit)
        in_parts = policy(*batch)
        assert all(torch.allclose(x, y, atol=1e-4) for x, y in zip(at_once[:4], in_parts[:4], strict=True))
        for name, gradient in gradients(policy, batch).items():
            assert (gradient - expected[name]).norm() <= 1e-4 * expected[name].norm(), name


class Largest(TorchDispatchMode):
    """Watches how many numbers the largest tensor has that is made."""

    numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            self.numbers = max(self.numbers, made.numel())
        return made


def test_distributions_that_do_not_fit_at_once_are_worked_out_in_parts(chain, monkeypatch):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts, group=6)
    batch = (ids, mask, done.tokens, done.mask)
    at_once, vocabulary = policy(*batch, whole=True), policy.forbidden.shape[1]
    with Largest() as held:
        expected = gradients(policy, batch)
    monkeypatch.setattr("agents.models.completions.HELD", 7 * vocabulary)
    in_parts = policy(*batch, whole=True)
    for said, whole in zip(in_parts, at_once, strict=True):
        assert torch.allclose(said, whole, atol=1e-4)
    with Largest() as largest:
        found = gradients(policy, batch)
    for name, gradient in found.items():
        assert (gradient - expected[name]).norm() <= 1e-4 * expected[name].norm(), name
    assert 2 * largest.numbers < held.numbers == vocabulary * int(done.mask[:, :, 1:].sum())  # distributions


def test_left_padding_changes_nothing(chain):
    policy, layout, prompts = chain
    ids, mask, together = sample(policy, layout, prompts)
    logp = policy(ids, mask, together.tokens, together.mask).logp
    of_row = together.mask.bool().nonzero()[:, 0]
    for row, prompt in enumerate(prompts):
        alone, alone_mask = encode_prompts(layout.tokenizer, [prompt], DEVICE)
        tokens, live = together.tokens[row : row + 1], together.mask[row : row + 1]
        again = policy(alone, alone_mask, tokens, live).logp
        assert torch.allclose(logp[of_row == row], again, atol=1e-4)
        _, _, greedy = sample(policy, layout, [prompt], group=1, seed=None)
        _, _, greedy_together = sample(policy, layout, prompts, group=1, seed=None)
        length = int(greedy.mask.sum())
        assert greedy_together.tokens[row, 0, :length].tolist() == greedy.tokens[0, 0].tolist()


def test_greedy_decoding_agrees_with_transformers(chain):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts, group=1, seed=None)
    first = done.tokens[:, 0, 0]
    with torch.no_grad():
        position = (mask.cumsum(1) - 1).clamp(min=0)
        logits = policy.model(input_ids=ids, attention_mask=mask, position_ids=position).logits[:, -1]
    allowed = torch.tensor(layout.first_mask, dtype=torch.bool, device=DEVICE)
    assert first.tolist() == logits[:, : len(allowed)].masked_fill(~allowed, -math.inf).argmax(-1).tolist()


def test_completions_hold_no_forbidden_token_and_stop_at_eos(chain):
    policy, layout, prompts = chain
    _, _, done = sample(policy, layout, prompts, group=16)
    tokenizer = layout.tokenizer
    tokens, mask = done.tokens.flatten(0, 1), done.mask.flatten(0, 1)
    for row, live in zip(tokens.tolist(), mask.tolist(), strict=True):
        length = sum(live)
        assert live == [1] * length + [0] * (len(row) - length)
        assert all(token < tokenizer.vocab_size for token in row)
        assert not {tokenizer.bos_id, tokenizer.pad_id} & set(row[:length])
        assert tokenizer.eos_id not in row[: length - 1]
        assert length == len(row) or row[length - 1] == tokenizer.eos_id
        assert set(row[length:]) <= {tokenizer.pad_id}
    assert (mask.sum(1) > 1).any()
    assert (mask.sum(1) < tokens.shape[1]).any()
    texts = decode_completions(tokenizer, tokens, mask)
    assert all(set(text) <= set("0123456789+*=") and text for text in texts)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_models_own_tokenizer_serves_as_well(tmp_path, architecture):
    task, prompts = chain_prompts()
    path = tiny_causal(tmp_path, architecture)
    layout = TokenLayout(task, path, 12)
    policy = Policy(load_model(path), layout).to(DEVICE)
    ids, mask, done = sample(policy, layout, prompts, group=32)
    logp = policy(ids, mask, done.tokens, done.mask).logp
    assert torch.allclose(done.logp[done.mask.bool()], logp, atol=1e-4)
    plain = transformers.AutoTokenizer.from_pretrained(path)
    for row, prompt in enumerate(prompts):
        assert plain.decode(ids[row][mask[row].bool()]) == prompt
    tokens, lengths = done.tokens.flatten(0, 1), done.mask.flatten(0, 1)
    ended = [row[:length].tolist() for row, length in zip(tokens, lengths.sum(1), strict=True) if length < 12]
    assert ended  # some end by themselves
    assert all(row[-1] == plain.eos_token_id for row in ended)
    texts = decode_completions(layout.tokenizer, tokens, lengths)
    assert plain.decode(tokens[0][lengths[0].bool()], skip_special_tokens=True) == texts[0]


def test_sampling_follows_the_distribution():
    policy, layout = arithmetic_policy()
    with torch.no_grad():
        policy.model.get_output_embeddings().weight.mul_(20)
    ids, mask = encode_prompts(layout.tokenizer, ["1+2="], DEVICE)
    done = policy.sample(ids, mask, 20_000, 1, draw(1, 20_000))
    shares = done.tokens.flatten().bincount(minlength=layout.tokenizer.vocab_size) / 20_000
    probabilities = done.sums[0] / 20_000  # of the only prompt
    assert probabilities.max() > 0.05  # not uniform
    assert (shares - probabilities).abs().max() < 0.015  # four standard deviations at most
    assert -done.logp.mean().item() == pytest.approx(done.entropy[0, 0, 0].item(), abs=0.05)


def test_activations_are_computed_again_for_the_same_gradients(chain):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts)
    batch = (ids, mask, done.tokens, done.mask)
    with torch.no_grad():
        plain = policy(*batch).logp
    expected = gradients(policy, batch)

    recompute_activations(policy.model)
    again = Policy(policy.model, layout).to(DEVICE)
    again.value_head.load_state_dict(policy.value_head.state_dict())
    norms = [module for module in again.model.modules() if "Norm" in type(module).__name__]
    calls = []
    handles = [norm.register_forward_hook(lambda *_: calls.append(torch.is_grad_enabled())) for norm in norms]
    found = gradients(again, batch)
    assert len(calls) == 2 * len(norms) - 1  # all but the last are in a layer, and run twice
    calls.clear()
    with torch.no_grad():
        assert torch.allclose(again(*batch).logp, plain, atol=1e-5)
    assert len(calls) == 2 * len(norms)  # once on prompts, once on completions
    for handle in handles:
        handle.remove()

    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert (found[name] - gradient).norm() <= 1e-4 * gradient.norm(), name
    assert torch.allclose(again(*batch).logp, plain, atol=1e-4)
    assert torch.equal(sample(again, layout, prompts)[2].tokens, done.tokens)


@pytest.mark.parametrize("recompute", [False, True])
def test_dropout_stays_off(recompute):
    """Falcon drops out in the layer itself, as its flag for training says."""
    task, prompts = chain_prompts()
    layout = TokenLayout(task, "char", 12)
    config = transformers.FalconConfig(
        vocab_size=layout.tokenizer.vocab_size,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        hidden_dropout=0.5,
        attention_dropout=0.5,
    )
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(config)
    if recompute:
        recompute_activations(model)
    policy = Policy(model, layout).to(DEVICE)
    ids, mask, done = sample(policy, layout, prompts)
    logp = policy(ids, mask, done.tokens, done.mask).logp
    assert logp.requires_grad
    assert torch.allclose(logp, done.logp[done.mask.bool()], atol=1e-4)


def test_the_reference_stays_as_the_policy_was(chain):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts)
    batch = (ids, mask, done.tokens, done.mask)
    with torch.no_grad():
        before = policy(*batch, whole=True)
    reference = policy.reference()
    optimizer = torch.optim.Adam(policy.parameters(), 0.01)
    for _ in range(3):
        gradients(policy, batch)
        optimizer.step()
    said = reference(*batch, whole=True)
    assert not said.log_probs.requires_grad
    assert torch.allclose(said.log_probs, before.log_probs, atol=1e-5)
    assert torch.allclose(said.values, before.values, atol=1e-5)
    assert (policy(*batch, whole=True).log_probs - said.log_probs).exp().sub(1).abs().max() > 0.1


def test_making_a_policy_draws_nothing():
    policy, layout = arithmetic_policy()
    before = torch.random.get_rng_state()
    Policy(policy.model, layout)
    assert torch.equal(before, torch.random.get_rng_state())


def test_what_exceeds_the_models_positions_is_refused():
    policy, _ = arithmetic_policy()  # of 64 positions
    tokens = torch.zeros(1, 60, dtype=torch.long, device=DEVICE)
    ones = torch.ones_like(tokens)
    fits = policy.sample(tokens, ones, 2, 5, draw(1, 2))  # the last token is not read
    policy(tokens, ones, fits.tokens, fits.mask)
    with pytest.raises(ConfigError, match=r"prompt of 60 tokens.* up to 6 .*64 positions.*max_tokens.*context"):
        policy.sample(tokens, ones, 2, 6, None)
    with pytest.raises(ConfigError, match="64 positions"):
        policy(tokens, ones, tokens[:, :12].view(1, 2, 6), ones[:, :12].view(1, 2, 6))


def test_a_tokenizer_with_more_tokens_than_embeddings_is_refused():
    layout = TokenLayout(make_task("Arith")[0])
    small = TokenLayout(chain_prompts()[0], "char").tokenizer
    sizes = f"{layout.tokenizer.vocab_size} tokens.*{small.vocab_size}:"
    with pytest.raises(ConfigError, match=sizes):
        Policy(new_model(small, 1, 16, 2, 64), layout)


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ("Mamba", r"MambaForCausalLM .*takes no position_ids\. Choose .*GPT-2"),
        ("Bert", r"BertLMHeadModel .*gives and takes no cache.*tried, 4"),  # reads in both directions
    ],
)
def test_a_model_that_cannot_be_trained_is_refused(model, fault):
    config = getattr(transformers, f"{model}Config")(
        vocab_size=200, hidden_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    with pytest.raises(ConfigError, match=fault):
        Policy(transformers.AutoModelForCausalLM.from_config(config), TokenLayout(make_task("Arith")[0]))


def test_a_model_that_fails_is_refused_with_its_reason():
    policy, layout = arithmetic_policy()
    policy.model.register_forward_hook(lambda *_: 1 / 0)
    with pytest.raises(ConfigError, match=r"GPT2LMHeadModel .*failed on one token: ZeroDivisionError"):
        Policy(policy.model, layout)


@pytest.mark.parametrize("model", ["OPT", "GPTNeo", "Mistral", "Gemma2"])
def test_other_architectures_read_on_from_a_cache(model):
    """OPT learns positions with an offset, the others have windows of four tokens."""
    task, prompts = chain_prompts()
    layout = TokenLayout(task, "char", 12)
    size = {"vocab_size": layout.tokenizer.vocab_size, "hidden_size": 16, "max_position_embeddings": 64}
    layers = {"num_hidden_layers": 2, "num_attention_heads": 2}
    size |= {
        "OPT": {**layers, "ffn_dim": 32, "word_embed_proj_dim": 16, "init_std": 0.2},
        "GPTNeo": {"num_layers": 2, "num_heads": 2, "attention_types": [[["global", "local"], 1]], "window_size": 4},
        "Mistral": {**layers, "intermediate_size": 32, "num_key_value_heads": 1, "sliding_window": 4},
        "Gemma2": {**layers, "intermediate_size": 32, "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 4},
    }[model]
    torch.manual_seed(0)
    config = getattr(transformers, f"{model}Config")(**size, initializer_range=0.2)
    policy = Policy(transformers.AutoModelForCausalLM.from_config(config), layout).to(DEVICE)
    ids, mask, done = sample(policy, layout, prompts, group=8)
    logp = policy(ids, mask, done.tokens, done.mask).logp
    live = done.mask.bool()
    assert done.logp[live].std() > 0.1
    assert torch.allclose(done.logp[live], logp, atol=1e-4)
    recompute_activations(policy.model)
    whole = Policy(policy.model, layout).to(DEVICE)(ids, mask, done.tokens, done.mask).logp  # without a cache
    assert torch.allclose(logp, whole, atol=1e-4)


@dataclasses.dataclass
class Said(transformers.utils.ModelOutput):
    logits: torch.Tensor | None = None
    states: object = None
    hidden_states: tuple | None = None


def test_a_cache_is_known_by_what_it_does_whatever_its_name(chain):
    """And the logits of the last tokens are taken where a model cannot leave out the others."""
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts)
    expected = policy(ids, mask, done.tokens, done.mask)
    forward = policy.model.forward
    own = {"cache", "past_key_values"} & set(inspect.signature(forward).parameters)
    given = []

    def renamed(input_ids, attention_mask, position_ids, states=None, **named):
        given.append(states is not None)
        named |= dict.fromkeys(own, states)
        said = forward(input_ids, attention_mask=attention_mask, position_ids=position_ids, **named)
        return Said(said.logits, said.get(*own), said.hidden_states)

    policy.model.forward = renamed
    again = Policy(policy.model, layout).to(DEVICE)
    again.value_head.load_state_dict(policy.value_head.state_dict())
    assert torch.equal(sample(again, layout, prompts)[2].tokens, done.tokens)
    found = again(ids, mask, done.tokens, done.mask)
    assert torch.allclose(found.logp, expected.logp, atol=1e-5)
    assert torch.allclose(found.values, expected.values, atol=1e-5)
    assert any(given)


def test_prompts_are_padded_on_the_left():
    task, _ = make_task("Arith")
    tokenizer = TokenLayout(task).tokenizer
    ids, mask = encode_prompts(tokenizer, ["12+3=", "4=", ""], DEVICE)
    pad = tokenizer.pad_id
    equals = tokenizer.encode("=")[0]
    assert ids.tolist() == [
        [12, tokenizer.encode("+")[0], 3, equals],
        [pad, pad, 4, equals],
        [pad] * 3 + [tokenizer.bos_id],
    ]
    assert mask.tolist() == [[1] * 4, [0, 0, 1, 1], [0, 0, 0, 1]]
