"""Two processes of n prompts and one of 2n are the same run, step by step; and so is one in micro-batches."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from tiny_runs import SMALL, without_times

from agents.runs.folder import Run

ROOT = Path(__file__).parents[2]
STEPS = 4
FLOAT32, BFLOAT16 = 2e-4, 2e-2
"""How near figures are. torch's Muon makes updates orthogonal in bfloat16, of which 1e-7 can change the last bit."""
CHAIN = {"answer": "chain", "tokenizer": "char", "terms": 3, "batch_entropy_coef": 0.3}
GAE = {"advantage": "gae", "epochs": 2, "minibatches": 4, "batch_entropy_coef": 0.3}
PPO = {
    "centred": {},
    "group": {"advantage": "group", "minibatches": 2, "epochs": 2, "filter_groups": True},
    "gae": {**GAE, "entropy_target": 2.0, "kl_coef": 0.2, "kl_target": 6.0, "model": ""},
    "chains": {**CHAIN, "minibatches": 2, "epochs": 2, "kl_cov": 0.05, "clip_high": 0.3},
    "chains, gae": {**CHAIN, **GAE, "completions": 1, "whiten": False},
    "steps": {**CHAIN, "credit": "steps", "mask": "grammar", "epochs": 2},
    "muon": {"optimizer": "muon"},
    "parts": {"parts": "FormalArith-v0 terms=2..3 max_operand=3", "sampling": "success"},
    "unscored": {**CHAIN, **GAE},
    "unscored prompts": {"minibatches": 2, "epochs": 2, "batch_entropy_coef": 0.3},
    "masks": {**CHAIN, "mask": "grammar", "kl_coef": 0.1, "kl_estimator": "full", "epochs": 2},
}
SFT = {"chains": {"batch": 12, "window": 3}, "completions": {"batch": 12, "loss": "completion"}}


def cases(processes, **more):
    """The cases for that many processes: names, trainers and settings."""
    small = {name: value for name, value in SMALL.items() if name not in ("prompts", "completions")}
    small |= {"steps": STEPS, "learning_rate": 0.01, "warmup": 0, "optimizer": "adam", **more}
    ppo = {"prompts": 16 // processes, "completions": 4, "validation": 32, "evaluate_every": 2}
    sft = {"examples": 96, "validation": 32, "evaluate_every": 2}
    found = [(name, "ppo", {**small, **ppo, **own}) for name, own in PPO.items()]
    return found + [
        (f"sft {name}", "sft", {**small, **sft, **own, "batch": own["batch"] // processes}) for name, own in SFT.items()
    ]


def launch(processes, out, chosen):
    script = [str(ROOT / "tests" / "support" / "train_each.py"), str(out), json.dumps(chosen)]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, *script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {name: out / name for name, _, _ in chosen}


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return launch(1, tmp_path_factory.mktemp("one"), cases(1))


def assert_same(found, expected, precision):
    """The same metrics, and the same samples and results."""
    rows, others = without_times(Run.open(found)), without_times(Run.open(expected))
    assert len(rows) == len(others) >= STEPS
    for row, other in zip(rows, others, strict=True):
        assert row == pytest.approx(other, rel=precision, abs=precision / 20)
    assert len({row["loss"] for row in rows if "loss" in row}) == STEPS  # it does learn
    samples = [(run / "samples.jsonl").read_text().splitlines() for run in (found, expected)]
    assert samples[0]
    assert set(samples[0]) <= set(samples[1])  # rank 0 writes those of its own prompts
    summaries = [json.loads((run / "summary.json").read_text()) for run in (found, expected)]
    for name in ("greedy_test", "sampled_test"):
        assert summaries[0][name] == pytest.approx(summaries[1][name], rel=precision, abs=1e-6)


@pytest.mark.process
@pytest.mark.parametrize("way", ["two processes", "micro-batches", "two processes in micro-batches"])
def test_a_run_is_the_same_however_its_batch_is_shared_out(one, tmp_path, way):
    processes = 2 if "two" in way else 1
    more = {"micro_batch": 3} if "micro" in way else {}
    runs = launch(processes, tmp_path, cases(processes, **more))
    for name, folder in runs.items():
        assert_same(folder, one[name], BFLOAT16 if name == "muon" else FLOAT32)
