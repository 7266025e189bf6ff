"""A policy as an agent: the bars of its evaluation after training."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from agents.evaluation.agent import evaluate  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent, held_out_results  # noqa: E402
from agents.models.build import new_model  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402


def test_a_bar_for_each_way_of_decoding(capsys):
    task, reward = make_task("Arith", split="test")
    layout = TokenLayout(task)
    torch.manual_seed(0)
    policy = Policy(new_model(layout.tokenizer, 1, 16, 2, 64), layout)
    results = held_out_results(policy, layout, task, reward, 200, 3)
    shown = capsys.readouterr()
    assert shown.out == ""
    for name, seed in (("greedy_test", None), ("sampled_test", 3)):
        assert f"{name}: 100%" in shown.err
        agent = PolicyAgent(policy, layout, seed)
        assert results[name] == evaluate(agent, task, reward, episodes=200, seed=3)
    assert shown.err.count("200/200") == 2
