"""Completions that attend to prompts which are kept once, beside what a model says of each text by itself."""

from itertools import pairwise

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agents.models.cache import DynamicLayer  # noqa: E402
from agents.models.shared_prompts import Rows, SharedCache, attend, of_one_length  # noqa: E402
from agents.models.transformers_adapter import Reader  # noqa: E402

VOCABULARY = 20
LAYERS = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 16, "max_position_embeddings": 64}
SIZES = {
    "GPT2": {},
    "GPTNeoX": {"intermediate_size": 32},
    "Llama": {"intermediate_size": 32, "num_key_value_heads": 2},
    "OPT": {"ffn_dim": 32, "word_embed_proj_dim": 16, "init_std": 0.2},
    "Qwen2": {"intermediate_size": 32, "num_key_value_heads": 1},
    "Qwen3": {"intermediate_size": 32, "num_key_value_heads": 2, "head_dim": 8},
    "Mistral": {"intermediate_size": 32, "num_key_value_heads": 2, "sliding_window": 4},
    "Gemma2": {"intermediate_size": 32, "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 4},
    "Falcon": {"alibi": True},
}
SHARING = ("GPT2", "GPTNeoX", "Llama", "OPT", "Qwen2", "Qwen3")
shared = pytest.mark.skipif(DynamicLayer is object, reason="this release of transformers has caches without layers")


def model_of(name, adapted=False):
    config = getattr(transformers, f"{name}Config")(
        vocab_size=VOCABULARY, initializer_range=0.3, **LAYERS, **SIZES[name]
    )
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    if adapted:
        settings = peft.LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM", fan_in_fan_out=name == "GPT2")
        model = peft.get_peft_model(model, settings).eval()
        for parameter, weights in model.named_parameters():
            if "lora_B" in parameter:
                torch.nn.init.normal_(weights, std=0.3)
    return model


@torch.no_grad()
def alone(model, ids):
    """Logits (V,) behind the last of ids, read by themselves without a cache."""
    return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1]


@torch.no_grad()
def read_on(model, rounds):
    """Each token that is read of completions, and what is said behind it: (ids of all that was read, logits).

    Args: rounds, for each position the rows that are read on, of those of the position before.
    """
    reader, group = Reader(model), 3
    texts = [[3, 4, 5, 6, 7], [8, 9], [10, 11, 12]]
    longest = max(map(len, texts))
    ids = torch.tensor([[0] * (longest - len(text)) + text for text in texts])
    mask = torch.tensor([[0] * (longest - len(text)) + [1] * len(text) for text in texts])
    cache, order = reader.branch(reader.read(model, ids, mask, None, True, 1).cache, mask, group)
    so_far = [[*texts[row // group]] for row in order.tolist()]
    seen, said = mask[order // group], []
    for number, rows in enumerate(rounds):
        if len(rows) < len(so_far):
            cache.batch_select_indices(torch.tensor(rows))
            so_far, seen = [so_far[row] for row in rows], seen[rows]
        tokens = torch.arange(len(so_far)) * 7 + number
        tokens = (tokens % (VOCABULARY - 1) + 1)[:, None]
        seen = torch.cat((seen, torch.ones_like(tokens)), dim=1)
        logits = reader.logits(model, reader.read(model, tokens, seen, cache, True, 1).states)[:, 0]
        so_far = [[*text, int(token)] for text, token in zip(so_far, tokens[:, 0], strict=True)]
        said += zip(so_far, logits, strict=True)
    return cache, said


ROUNDS = [
    [*range(9)],  # all
    *[[*range(9)]] * 20,  # more than there was room for
    [0, 2, 3, 4, 5, 8],  # two, three and one of the prompts' three
    [*range(6)],
    [0, 1, 5],  # none of the second prompt
    [2],
    [0],
]


@shared
@pytest.mark.parametrize("adapted", [False, True])
@pytest.mark.parametrize("name", SHARING)
def test_prompts_that_are_shared_change_nothing(name, adapted, monkeypatch):
    """Prompts of one length alone, where there are no adapters; and all together."""
    monkeypatch.setattr("agents.models.shared_prompts._WORTH", 1000 if adapted else 0)
    model = model_of(name, adapted)
    usual = model.config._attn_implementation
    cache, said = read_on(model, ROUNDS)
    assert isinstance(cache, SharedCache)
    assert model.config._attn_implementation == usual
    for ids, logits in said:
        assert torch.allclose(logits, alone(model, ids), atol=1e-4), ids
    assert torch.stack([logits for _, logits in said]).std(dim=0).mean() > 0.1


@pytest.mark.parametrize("name", sorted(set(SIZES) - set(SHARING)))
def test_models_that_attend_in_ways_of_their_own_repeat_prompts(name):
    """Windows of four tokens, scores that are capped, and a bias that falls with the distance."""
    model = model_of(name)
    cache, said = read_on(model, ROUNDS)
    assert not isinstance(cache, SharedCache)
    for ids, logits in said:
        assert torch.allclose(logits, alone(model, ids), atol=1e-4), ids


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12).map(sorted), st.integers(0, 100))
def test_blocks_of_prompts_save_what_they_cost(lengths, worth):
    def padding(parts):
        return sum(max(part) * len(part) - sum(part) for part in parts)

    sizes = of_one_length(lengths, worth)
    assert sum(sizes) == len(lengths)
    assert min(sizes) > 0
    ends = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    parts = [lengths[begin:end] for begin, end in pairwise(ends)]
    assert padding([lengths]) - padding(parts) >= (worth + 1) * (len(parts) - 1)
    first = parts[0]
    assert all(padding([first]) - padding([first[:cut], first[cut:]]) <= worth for cut in range(1, len(first)))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5).filter(any))
def test_rows_come_back_from_where_they_were_put(counts):
    """And each stands beside its prompt's others."""
    prompts = torch.tensor([prompt for prompt, count in enumerate(counts) for _ in range(count)])
    rows = Rows(prompts, torch.ones(len(counts), 2))
    x = torch.arange(len(prompts) * 2 * 3 * 4.0).view(-1, 2, 3, 4)
    together = rows.together(x)
    assert together.shape == (len(counts), 2, max(counts) * 3, 4)
    assert torch.equal(rows.apart(together), x)
    for prompt in range(len(counts)):
        own = x[prompts == prompt].transpose(0, 1).flatten(1, 2)  # (2, count * 3, 4)
        assert torch.equal(together[prompt, :, : own.shape[1]], own)
        assert not together[prompt, :, own.shape[1] :].any()


def test_an_attention_with_more_to_it_is_refused():
    x = torch.ones(1, 1, 1, 2)
    with pytest.raises(NotImplementedError, match="sliding_window"):
        attend(None, x, x, x, None, sliding_window=4)
    with pytest.raises(NotImplementedError, match="other keys"):
        attend(None, x, x, x, None)
