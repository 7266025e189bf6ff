"""Checkpoints of policies of three architectures, whole and with adapters, as transformers and we read them."""

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("peft")

from tiny_models import tiny_causal  # noqa: E402
from tiny_runs import draw  # noqa: E402

from agents.models.build import build_model, load_model  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from agents.models.texts import encode_prompts  # noqa: E402
from agents.runs.checkpoint import restore, save_checkpoint  # noqa: E402
from agents.runs.config import PPOConfig  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402

CPU = torch.device("cpu")


def start(path, **settings):
    """A policy that its run begins with, its optimizer, its layout, and completions to learn from."""
    layout = TokenLayout(make_task("Arith", answer="chain")[0], path, 6)
    policy = Policy(build_model(PPOConfig(model=path, **settings), layout.tokenizer), layout)
    optimizer = torch.optim.Adam([p for p in policy.parameters() if p.requires_grad], 0.01)
    ids, mask = encode_prompts(layout.tokenizer, ["1+2=", "10+3+4="], CPU)
    done = policy.sample(ids, mask, 4, layout.max_tokens, draw(len(ids), 4))
    return policy, optimizer, layout, (ids, mask, done.tokens, done.mask)


def learn(policy, optimizer, batch):
    logp, _, values, *_ = policy(*batch)
    loss = -logp.sum() + (values - 1).square().sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def weights_of(policy):
    return {name: weights.detach().clone() for name, weights in policy.state_dict().items()}


@pytest.mark.train
@pytest.mark.parametrize("recompute", [False, True], ids=["", "recomputed"])
@pytest.mark.parametrize("rank", [0, 2], ids=["whole", "adapters"])
@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neox", "llama"])
def test_training_goes_on_from_a_checkpoint(tmp_path, architecture, rank, recompute):
    path = tiny_causal(tmp_path / "model", architecture)
    settings = {"lora_rank": rank, "gradient_checkpointing": recompute}
    policy, optimizer, layout, batch = start(path, **settings)
    reference = policy.reference()
    first, began = weights_of(policy), reference(*batch)

    learn(policy, optimizer, batch)
    learn(policy, optimizer, batch)  # an adapter's first half has no gradient before its second half moves
    learned = weights_of(policy)
    moved = {name for name in learned if not torch.equal(learned[name], first[name])}
    names = [name for name, _ in policy.named_parameters(remove_duplicate=False)]  # GPT-2's output layer has two
    assert moved == {name for name in names if "lora_" in name or "value_head" in name or not rank}
    assert torch.equal(reference(*batch).logp, began.logp)

    save_checkpoint(tmp_path / "checkpoint", policy, layout.tokenizer, optimizer, {"step": 2})
    fresh, its_optimizer, _, _ = start(path, **settings)
    assert restore(tmp_path / "checkpoint", fresh, its_optimizer) == {"step": 2}
    assert all(torch.equal(weights, learned[name]) for name, weights in weights_of(fresh).items())
    for one, its in ((policy, optimizer), (fresh, its_optimizer)):
        learn(one, its, batch)
    assert all(torch.equal(weights, weights_of(policy)[name]) for name, weights in weights_of(fresh).items())


@pytest.mark.parametrize("rank", [0, 2], ids=["whole", "adapters"])
@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neox", "llama"])
def test_transformers_reads_a_checkpoint(tmp_path, architecture, rank):
    path = tiny_causal(tmp_path / "model", architecture)
    policy, optimizer, layout, batch = start(path, lora_rank=rank)
    for _ in range(3):
        learn(policy, optimizer, batch)
    folder = tmp_path / "checkpoint"
    save_checkpoint(folder, policy, layout.tokenizer, optimizer, {})
    ids = batch[0][:, -3:]
    with torch.no_grad():
        expected = policy.model(ids).logits
        assert not torch.allclose(load_model(path)(ids).logits, expected, atol=0.01)
        for model in (transformers.AutoModelForCausalLM.from_pretrained(folder), load_model(str(folder))):
            assert torch.allclose(model(ids).logits, expected, atol=1e-5)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    assert tokenizer("12+30=").input_ids == layout.tokenizer.encode("12+30=")
    assert (folder / "adapter_model.safetensors").exists() == bool(rank)
    assert (folder / "model.safetensors").exists() == (not rank)
