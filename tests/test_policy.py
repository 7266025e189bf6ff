"""The policy on real, tiny models of three architectures."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from agents.policy import Policy, load_model, new_model  # noqa: E402
from agents.rollout import decode_completions, encode_prompts  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

CPU = torch.device("cpu")


def tiny_model(architecture, vocab):
    sizes = {"vocab_size": vocab, "max_position_embeddings": 128}
    if architecture == "gpt2":
        config = transformers.GPT2Config(vocab_size=vocab, n_positions=128, n_embd=16, n_layer=2, n_head=2)
    elif architecture == "gpt_neox":
        config = transformers.GPTNeoXConfig(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, **sizes
        )
    else:
        config = transformers.LlamaConfig(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, **sizes
        )
    torch.manual_seed(0)
    return transformers.AutoModelForCausalLM.from_config(config).eval()


@pytest.fixture(params=["gpt2", "gpt_neox", "llama"])
def chain(request):
    """A policy for chains in characters, whose completions are long, and eight prompts of different lengths."""
    task, _ = make_task("Arith", answer="chain", terms=None, operators="+*")
    layout = TokenLayout(task, "char", 12)
    model = tiny_model(request.param, layout.tokenizer.vocab_size + 5)  # as models pad their embedding
    problems = task.sample(problem_keys(seeded_stream(1), np.arange(8)))
    prompts = [prompt[-(3 + n) :] for n, prompt in enumerate(problems.prompts)]
    return Policy(model, layout), layout, prompts


def sample(policy, layout, prompts, group=3, seed=0):
    ids, mask = encode_prompts(layout.tokenizer, prompts, CPU)
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    return ids, mask, policy.sample(ids, mask, group, layout.max_tokens, generator)


def test_forward_gives_the_distributions_that_were_sampled_from(chain):
    policy, layout, prompts = chain
    torch.nn.init.normal_(policy.value_head.weight)
    ids, mask, done = sample(policy, layout, prompts)
    again = policy(ids, mask, done.tokens, done.mask)
    live = done.mask.bool()
    assert torch.allclose(again.log_probs[live], done.log_probs[live], atol=1e-4)
    assert torch.allclose(again.values[live], done.values[live], atol=1e-4)
    assert 0 < live.float().mean() <= 1


def test_left_padding_changes_nothing(chain):
    policy, layout, prompts = chain
    _, _, together = sample(policy, layout, prompts, group=1, seed=None)
    for row, prompt in enumerate(prompts):
        _, _, alone = sample(policy, layout, [prompt], group=1, seed=None)
        length = int(alone.mask.sum())
        assert together.tokens[row, 0, :length].tolist() == alone.tokens[0, 0, :length].tolist()
        assert torch.allclose(together.log_probs[row, 0, :length], alone.log_probs[0, 0, :length], atol=1e-4)


def test_greedy_decoding_agrees_with_transformers(chain):
    policy, layout, prompts = chain
    ids, mask, done = sample(policy, layout, prompts, group=1, seed=None)
    first = done.tokens[:, 0, 0]
    with torch.no_grad():
        position = (mask.cumsum(1) - 1).clamp(min=0)
        logits = policy.model(input_ids=ids, attention_mask=mask, position_ids=position).logits[:, -1]
    allowed = torch.tensor(layout.first_mask, dtype=torch.bool)
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


def test_sampling_follows_the_distribution():
    task, _ = make_task("Arith")
    layout = TokenLayout(task)
    torch.manual_seed(0)
    policy = Policy(new_model(layout.tokenizer, 1, 16, 2, 64), layout)
    with torch.no_grad():
        policy.model.get_output_embeddings().weight.mul_(20)
    ids, mask = encode_prompts(layout.tokenizer, ["1+2="], CPU)
    done = policy.sample(ids, mask, 20_000, 1, torch.Generator().manual_seed(0))
    shares = done.tokens.flatten().bincount(minlength=layout.tokenizer.vocab_size) / 20_000
    probabilities = done.log_probs[0, 0, 0].exp()
    assert probabilities.max() > 0.05  # not uniform
    assert (shares - probabilities).abs().max() < 0.015  # four standard deviations at most


def test_prompts_are_padded_on_the_left():
    task, _ = make_task("Arith")
    tokenizer = TokenLayout(task).tokenizer
    ids, mask = encode_prompts(tokenizer, ["12+3=", "4=", ""], CPU)
    pad = tokenizer.pad_id
    equals = tokenizer.encode("=")[0]
    assert ids.tolist() == [
        [12, tokenizer.encode("+")[0], 3, equals],
        [pad, pad, 4, equals],
        [pad] * 3 + [tokenizer.bos_id],
    ]
    assert mask.tolist() == [[1] * 4, [0, 0, 1, 1], [0, 0, 0, 1]]


def test_a_missing_model_names_what_was_sought():
    with pytest.raises(ConfigError, match="no-such-folder"):
        load_model("./no-such-folder")
