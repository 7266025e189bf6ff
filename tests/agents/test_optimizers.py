"""Optimisers: which weights each has, one step by hand, and their state."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from agents.models.build import build_model  # noqa: E402
from agents.models.optimizers import keep_mean, make_optimizer, mean_weights, take_mean  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from agents.runs.config import PPOConfig  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402

ARCHITECTURES = ("gpt2", "gpt_neox", "llama")


def make(architecture, name="muon"):
    layout = TokenLayout(make_task("Arith")[0])
    config = PPOConfig(architecture=architecture, layers=2, width=16, heads=2, context=32)
    policy = Policy(build_model(config, layout.tokenizer), layout)
    policy.value_head.requires_grad_(False)
    return policy, make_optimizer(policy, name, 0.01, weight_decay=0.0)


def learn(policy, optimizer):
    policy.model(input_ids=torch.arange(10)[None]).logits.square().mean().backward()
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_muon_has_the_matrices_between_hidden_layers(architecture):
    policy, optimizer = make(architecture)
    names = {id(parameter): name for name, parameter in policy.named_parameters()}
    muon, adam = ({names[id(p)] for group in o.param_groups for p in group["params"]} for o in optimizer.optimizers)
    trained = {name for name, parameter in policy.named_parameters() if parameter.requires_grad}
    assert muon | adam == trained
    assert not muon & adam
    outer = ("wte", "wpe", "embed_in", "embed_tokens", "lm_head", "embed_out")
    assert muon == {name for name in trained if name.endswith("weight") and "norm" not in name and "ln_" not in name
                    and not any(part in name for part in outer)}  # fmt: skip


def test_a_step_of_muon_is_orthogonal_and_as_large_as_adams():
    policy, optimizer = make("llama")
    before = {name: parameter.detach().clone() for name, parameter in policy.named_parameters()}
    learn(policy, optimizer)
    after = dict(policy.named_parameters())
    step = (after["model.model.layers.0.mlp.up_proj.weight"] - before["model.model.layers.0.mlp.up_proj.weight"]) / 0.01
    singular = torch.linalg.svdvals(step) / (0.2 * max(step.shape) ** 0.5)
    assert 0.6 < singular.median() <= singular.max() < 1.3  # the iteration is stopped early
    assert 0.1 < step.square().mean().sqrt() < 0.3
    embedding = after["model.model.embed_tokens.weight"].detach() - before["model.model.embed_tokens.weight"]
    assert embedding[:10].abs().max() == pytest.approx(0.01, rel=0.01)  # Adam's first step is the rate


@pytest.mark.parametrize("name", ["adam", "muon"])
def test_training_goes_on_from_a_saved_state(tmp_path, name):
    policy, optimizer = make("llama", name)
    learn(policy, optimizer)
    torch.save((policy.state_dict(), optimizer.state_dict()), tmp_path / "state.pt")
    weights, state = torch.load(tmp_path / "state.pt", weights_only=True)
    other, its = make("llama", name)
    other.load_state_dict(weights)
    its.load_state_dict(state)
    for one, of_one in ((policy, optimizer), (other, its)):
        for group in of_one.param_groups:
            group["lr"] = 0.005
        learn(one, of_one)
    assert all(torch.equal(*pair) for pair in zip(policy.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("name", ["adam", "muon"])
def test_the_mean_of_the_weights_is_worked_out_step_by_step(name):
    policy, optimizer = make("llama", name)
    keep_mean(optimizer, 0.75)
    seen = []
    for _ in range(3):
        learn(policy, optimizer)
        seen.append([weight.detach().clone() for weight in policy.model.parameters()])
    means = [(9 * first + 3 * second + 4 * third) / 16 for first, second, third in zip(*seen, strict=True)]
    with mean_weights(policy, optimizer):
        for weight, mean in zip(policy.model.parameters(), means, strict=True):
            torch.testing.assert_close(weight, mean)
    assert all(map(torch.equal, policy.model.parameters(), seen[-1]))
    take_mean(policy, optimizer)
    for weight, mean in zip(policy.model.parameters(), means, strict=True):
        torch.testing.assert_close(weight, mean)
    with mean_weights(policy, make("llama", name)[1]):  # which keeps none
        torch.testing.assert_close(next(policy.model.parameters()), means[0])
