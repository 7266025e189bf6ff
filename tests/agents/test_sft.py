"""Supervised training: its examples and its loss by hand, real runs of seconds, and PPO from what they leave."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from killed_runs import whole_and_killed  # noqa: E402

from agents.evaluation.agent import evaluate  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent  # noqa: E402
from agents.ppo import train  # noqa: E402
from agents.runs.checkpoint import hugging_face_tokenizer  # noqa: E402
from agents.runs.config import PPOConfig, SFTConfig  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.recipes import recipe  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from agents.sft import (  # noqa: E402
    Example,
    Passes,
    encode_examples,
    next_token_loss,
    to_batch,
    train_supervised,
    validation_loss,
)
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

SMALL = {
    "examples": 64,
    "batch": 16,
    "layers": 1,
    "width": 16,
    "heads": 2,
    "warmup": 2,
    "validation": 32,
    "evaluate_every": 4,
    "test_episodes": 32,
    "device": "cpu",
}


def parse(env="FormalArith-v0", **changes):
    return RunSpec.parse(env, {**SMALL, **changes}, SFTConfig)


def without_times(run):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in run.metrics()]


@pytest.mark.parametrize(
    ("answer", "loss", "begin", "ends_with_eos"),
    [("number", "all", 1, False), ("number", "completion", None, False), ("chain", "completion", None, True)],
)
def test_examples_are_prompts_and_solutions(answer, loss, begin, ends_with_eos):
    spec = parse(answer=answer, terms=3)
    layout, task = spec.layout(), spec.task()
    problems = task.sample(problem_keys(seeded_stream(0), np.arange(20)))
    for prompt, solution, example in zip(
        problems.prompts, problems.solutions, encode_examples(layout, problems, loss), strict=True
    ):
        assert layout.tokenizer.decode(example.ids) == prompt + solution
        assert layout.tokenizer.decode(example.ids[example.begin :]).endswith(solution)
        assert example.begin == (begin or len(layout.tokenizer.encode(prompt)))
        # a chain of three statements may be as long as the longest one, and then there is no room for EOS
        assert (example.ids[-1] == layout.tokenizer.eos_id) == ends_with_eos


def example(ids, begin):
    return Example(np.array(ids, np.int32), begin)


def test_a_batch_by_hand():
    ids, mask, labels = to_batch([example([5, 6, 7], 2), example([8, 9], 1)], pad_id=0)
    assert ids.tolist() == [[5, 6, 7], [8, 9, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert labels.tolist() == [[-100, -100, 7], [-100, 9, -100]]


def test_the_loss_by_hand():
    class Uniform(torch.nn.Module):
        """Puts half of the weight on the token that came last, the rest on the other three."""

        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(math.log(3.0)))

        def forward(self, input_ids, attention_mask, use_cache):
            logits = self.scale * torch.nn.functional.one_hot(input_ids, 4).float()
            return type("Output", (), {"logits": logits})

    examples = [example([1, 1, 2], 1), example([3, 3], 1)]  # two tokens repeat the one before, one does not
    expected = -(2 * math.log(1 / 2) + math.log(1 / 6)) / 3
    assert next_token_loss(Uniform(), *to_batch(examples, 0)).item() == pytest.approx(3 * expected)
    for batch in (1, 2):  # a mean over tokens, not over batches
        assert validation_loss(Uniform(), examples, 0, batch) == pytest.approx(expected)


@given(st.integers(0, 200), st.integers(1, 50), st.integers(1, 20), st.integers(1, 3), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_every_pass_sees_each_example_once_however_it_is_cut_into_batches(first, count, examples, window, seed):
    passes = Passes([n % 7 for n in range(examples)], 3, window, seed)
    whole = passes.numbers(0, first + count)
    assert passes.numbers(first, count) == whole[first:]
    for start in range(0, len(whole) - examples + 1, examples):
        assert sorted(whole[start : start + examples]) == list(range(examples))


@given(st.lists(st.integers(1, 99), min_size=24, max_size=24), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_a_window_of_batches_is_shared_out_by_length(lengths, seed):
    order = Passes(lengths, 4, 3, seed).numbers(0, 24)
    for start in (0, 12):  # two windows of three batches
        batches = [[lengths[n] for n in order[place : place + 4]] for place in range(start, start + 12, 4)]
        batches.sort()
        assert batches[0][-1] <= batches[1][0] <= batches[1][-1] <= batches[2][0]


def test_a_run_leaves_a_whole_folder(tmp_path):
    spec = parse(steps=6)
    summary = train_supervised(spec, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert run.spec == replace(spec, config=replace(spec.config, threads=1))
    rows = run.metrics()
    assert [row["step"] for row in rows] == list(range(7))
    assert [row["step"] for row in rows if "validation_loss" in row] == [0, 4, 6]
    for row in rows:
        assert all(np.isfinite(value) for value in row.values())
        assert ("reward_mean" in row) == ("exact" in row) == ("validation_loss" in row)
    assert rows[0]["validation_loss"] == pytest.approx(math.log(spec.layout().tokenizer.vocab_size), rel=0.1)
    assert rows[-1]["validation_loss"] == pytest.approx(summary["validation_loss"])
    assert summary == json.loads(run.summary_file.read_text())
    agent = PolicyAgent.load(run, sampling_seed=0)
    assert evaluate(agent, spec.task(split="test"), spec.build()[1], episodes=32, seed=0) == summary["sampled_test"]
    samples = [json.loads(line) for line in run.samples_file.read_text().splitlines()]
    assert [row["step"] for row in samples] == [0] * 16 + [4] * 16 + [6] * 16
    transformers.AutoModelForCausalLM.from_pretrained(run.checkpoint)


@pytest.mark.train
@pytest.mark.parametrize("loss", ["all", "completion"])
def test_it_learns_and_ppo_starts_from_it(tmp_path, loss):
    spec = parse(steps=250, batch=32, width=32, learning_rate=5e-3, loss=loss, terms=2, max_operand=3, split="all")
    train_supervised(spec, tmp_path / "sft")

    def exact(folder):
        return evaluate(PolicyAgent.load(Run.open(folder)), *spec.build(), episodes=256, seed=1)["exact"]

    assert exact(tmp_path / "sft") > 0.9
    settings = {"steps": 2, "prompts": 16, "completions": 4, "device": "cpu", "entropy_coef": 0.5, "test_episodes": 8}
    ppo = RunSpec.parse("FormalArith-v0", {**settings, "model": str(tmp_path / "sft")})
    assert ppo.options == spec.options
    assert ppo.config.kl_coef > 0
    train(ppo, tmp_path / "ppo")
    rows = Run.open(tmp_path / "ppo").metrics()
    assert rows[0]["exact"] > 0.5
    assert rows[0]["kl"] == pytest.approx(0.0, abs=1e-4)  # the reference is the model that it starts from
    assert rows[1]["kl"] != 0.0
    assert exact(tmp_path / "ppo") > 0.8


@pytest.mark.process
def test_a_killed_run_resumes_exactly(tmp_path):
    whole, killed = whole_and_killed("sft", SMALL, tmp_path)
    assert without_times(Run.open(killed)) == without_times(Run.open(whole))
    assert (killed / "samples.jsonl").read_text() == (whole / "samples.jsonl").read_text()


@pytest.mark.process
def test_processes_share_a_run(tmp_path):
    options = {**SMALL, "attempts": 2, "context": 256}  # whose wrong attempts each process makes
    settings = [f"--set={name}={value}" for name, value in options.items()]
    command = ["-m", "formal_envs", "sft", "FormalArith-v0", "--out", str(tmp_path / "run"), "--steps", "3", *settings]
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([*launch, *command], check=True, env=environment)
    assert [row["step"] for row in Run.open(tmp_path / "run").metrics()] == [0, 1, 2, 3]


def test_a_run_of_the_other_kind_is_refused(tmp_path):
    Run.create(tmp_path / "sft", parse())
    Run.create(tmp_path / "ppo", RunSpec.parse("FormalArith-v0", {}))
    with pytest.raises(ConfigError, match="formal-envs sft --resume"):
        train(Run.open(tmp_path / "sft").spec, tmp_path / "sft", resume=True)
    with pytest.raises(ConfigError, match="formal-envs train --resume"):
        train_supervised(Run.open(tmp_path / "ppo").spec, tmp_path / "ppo", resume=True)


def test_settings_come_from_the_task_and_from_the_run_that_is_gone_on_with(tmp_path):
    settings = {"model": str(tmp_path / "sft"), "answer": "number"}
    run = Run.create(tmp_path / "sft", parse(terms=3, tokenizer="char", answer="chain", max_tokens=30))
    with pytest.raises(ConfigError, match="no checkpoint yet"):
        RunSpec.parse("FormalArith-v0", settings)
    hugging_face_tokenizer(run.spec.layout().tokenizer).save_pretrained(run.checkpoint)
    (run.checkpoint / "trainer.pt").touch()
    spec = RunSpec.parse("FormalArith-v0", settings)
    assert spec.layout().tokenizer.tokens == run.spec.layout().tokenizer.tokens == tuple(sorted("0123456789+="))
    assert spec.config.max_tokens == 30
    assert spec.options == {"terms": 3, "answer": "number"}
    assert RunSpec.parse("FormalArith-v0", {}).config == PPOConfig(**recipe("Arith", PPOConfig, warm=False))
    with pytest.raises(ConfigError, match="evaluate_every"):
        parse(evaluate_evry=3)
    with pytest.raises(ConfigError, match="completion"):
        parse(loss="completions")
