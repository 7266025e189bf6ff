"""Weights that processes share out: the same runs, and checkpoints that any number of processes go on from."""

import signal
import time

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")
pytest.importorskip("peft")

import torch
from ranks import start_ranks
from tiny_models import tiny_causal
from tiny_runs import SMALL, without_times
from transformers import AutoModelForCausalLM

from agents.runs.folder import Run
from agents.runs.spec import RunSpec
from formal_envs.errors import ConfigError

SHARED = {**SMALL, "prompts": 4, "layers": 2, "tokenizer": "char", "test_episodes": 8, "checkpoint_every": 2}
SHARED["optimizer"] = "adam"  # Muon works in bfloat16
SUPERVISED = {name: SHARED[name] for name in SHARED if name not in ("prompts", "completions")}


def command(trainer, folder, steps, settings):
    given = [f"--set={name}={value}" for name, value in settings.items()]
    return ["-m", "formal_envs", trainer, "FormalArith-v0", "--steps", steps, "--out", folder, *given]


def finish(processes):
    said = [process.communicate(timeout=600) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said
    return said


def check_same(one, other):
    """The metrics of two runs, to the precision of floats."""
    assert len(one) == len(other)
    for row, its in zip(one, other, strict=True):
        assert row.keys() == its.keys()
        for name, value in row.items():
            assert its[name] == pytest.approx(value, rel=1e-3, abs=2e-5), (row["step"], name)


def weights(run):
    return AutoModelForCausalLM.from_pretrained(run.checkpoint).state_dict()


MEAN = {"ema_decay": 0.8, "evaluate_every": 2, "validation": 8}
ONE_EACH = {"prompts": 1, "completions": 1, "advantage": "gae", "kl_coef": 0.05, **MEAN}
"""Of 30 steps some have a process whose completion ends before that of the other."""
RECOMPUTED = {"completions": 40, "micro_batch": 3, "gradient_checkpointing": "true", "architecture": "llama"}


@pytest.mark.process
@pytest.mark.parametrize(
    ("trainer", "steps", "settings"),
    [
        ("train", 30, {**SHARED, **ONE_EACH}),
        ("train", 4, {**SHARED, **RECOMPUTED}),
        ("train", 4, {**SHARED, "model": "tiny", "lora_rank": 4, "tokenizer": ""}),
        ("sft", 4, {**SUPERVISED, "examples": 64, "batch": 8, "validation": 8, "optimizer": "muon"}),
    ],
)
def test_a_run_whose_weights_are_shared_out_is_the_same_run(tmp_path, trainer, steps, settings):
    if "model" in settings:
        settings = {**settings, "model": tiny_causal(tmp_path / "tiny")}
    runs = {}
    for shard in ("true", "false"):
        finish(start_ranks(2, *command(trainer, tmp_path / shard, steps, {**settings, "shard": shard})))
        runs[shard] = Run.open(tmp_path / shard)
    check_same(*(without_times(run) for run in runs.values()))
    if "lora_rank" not in settings:
        theirs = weights(runs["false"])
        assert weights(runs["true"]).keys() == theirs.keys()
        for name, weight in weights(runs["true"]).items():
            torch.testing.assert_close(weight, theirs[name], rtol=1e-2, atol=1e-4)
    parts = [(tmp_path / "true" / "checkpoint" / "shards" / f"__{rank}_0.distcp").stat().st_size for rank in (0, 1)]
    assert min(parts) > 0.6 * max(parts)


@pytest.mark.process
@pytest.mark.parametrize(("begun", "resumed"), [(2, 1), (1, 2)])
def test_a_killed_run_goes_on_with_another_number_of_processes(tmp_path, begun, resumed):
    settings = {**SHARED, "prompts": 8 // begun, "advantage": "gae", "shard": "true", **MEAN}
    finish(start_ranks(begun, *command("train", tmp_path / "whole", 20, settings)))
    killed = tmp_path / "killed"
    processes = start_ranks(begun, *command("train", killed, 20, settings))
    while not (killed / "metrics.jsonl").exists() or len((killed / "metrics.jsonl").read_text().splitlines()) < 5:
        assert all(process.poll() is None for process in processes)
        time.sleep(0.005)
    for process in processes:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert len((killed / "metrics.jsonl").read_text().splitlines()) < 20
    finish(start_ranks(resumed, "-m", "formal_envs", "train", "--out", killed, "--resume"))
    check_same(without_times(Run.open(tmp_path / "whole")), without_times(Run.open(killed)))
    assert Run.open(killed).spec == Run.open(tmp_path / "whole").spec


def test_a_batch_is_cut_into_equal_parts():
    config = RunSpec.parse("FormalArith-v0", {"prompts": 6, "completions": 2}).config
    assert [config.shared_out(2, now).prompts for now in (1, 2, 3, 4, 12)] == [12, 6, 4, 3, 1]
    with pytest.raises(ConfigError, match="prompts=6 on each of 2 processes, which 5 cannot share"):
        config.shared_out(2, 5)
