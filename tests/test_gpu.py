"""What ``make gpu`` counts and says, whatever the device."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from gpu.__main__ import run, shown  # noqa: E402
from gpu.flops import count_work  # noqa: E402
from tiny_models import tiny_causal  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from agents.models.build import build_model  # noqa: E402
from agents.models.noise import Noise  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from agents.models.texts import encode_prompts  # noqa: E402
from agents.runs.config import PPOConfig  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402
from formal_envs.tasks.streams import seeded_stream  # noqa: E402


@pytest.mark.parametrize("rank", [0, 2], ids=["whole", "adapters"])
@pytest.mark.parametrize("architecture", ["gpt2", "llama"])
def test_operations_are_those_that_torch_counts(tmp_path, architecture, rank):
    """torch counts no attention on the processor, which is a part of a hundredth here, nor what is not a product."""
    layout = TokenLayout(make_task("Arith", answer="chain")[0], "char", 6)
    path = tiny_causal(tmp_path, architecture)
    policy = Policy(build_model(PPOConfig(model=path, lora_rank=rank), layout.tokenizer), layout)
    policy.value_head.requires_grad_(False)
    ids, prompt_mask = encode_prompts(layout.tokenizer, ["1+2=", "3+4="], torch.device("cpu"))
    with FlopCounterMode(display=False) as sampling:
        done = policy.sample(ids, prompt_mask, 3, 6, Noise(np.uint64(seeded_stream(0)), 0, 2, 3, ids.device))
    with FlopCounterMode(display=False) as update:
        policy(ids, prompt_mask, done.tokens, done.mask).logp.sum().backward()
    assert done.mask.all()  # else there is padding, whose operations are none of the model's need
    work = count_work(policy, prompt_mask, done.mask)
    assert sampling.get_total_flops() == pytest.approx(work.forward, rel=0.05)
    below = 0.1 if rank else 0.05  # no gradient flows below the first adapter, a part of one layer in two
    assert update.get_total_flops() == pytest.approx(work.update, rel=below)


@pytest.mark.process
def test_a_part_that_fails_or_takes_too_long_says_so(tmp_path, monkeypatch):
    failed = run("no such part", 300, tmp_path, tmp_path)
    assert failed["status"] == "failed"
    assert "no such part" in failed["error"]
    monkeypatch.setattr("gpu.__main__.LEAST", 0)
    assert run("speed", 0.5, tmp_path, tmp_path)["status"] == "out of time"


def test_figures_are_shown_in_lines_and_curves_are_not():
    part = {"status": "passed", "seconds": 3.2, "a": {"x": 1234.5, "y": None, "curve": [1, 2]}, "b": 7, "curve": [[1]]}
    assert shown("name", part) == ["== name: passed, 3 s", "   a x: 1,234", "   b: 7"]
