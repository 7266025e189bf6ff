"""Training: real runs of seconds, killed and resumed, and what their folders hold."""

import json
import math
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from click.testing import CliRunner  # noqa: E402
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from killed_runs import whole_and_killed  # noqa: E402
from tiny_models import tiny_causal, tiny_classifier  # noqa: E402
from tiny_runs import SMALL, TIMES, alone, check_first_loss, make_policy, roll_out, terms_of, without_times  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.evaluation.agent import evaluate  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent  # noqa: E402
from agents.models.completions import Completions  # noqa: E402
from agents.ppo import train  # noqa: E402
from agents.rollout import choose_tokens, token_position  # noqa: E402
from agents.runs.config import PPOConfig  # noqa: E402
from agents.runs.files import find_checkpoint  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402
from formal_envs.tokenizers import VocabularyTokenizer  # noqa: E402


@given(st.lists(st.integers(0, 11), min_size=1, max_size=9), st.data())
def test_the_token_that_holds_a_character(ids, data):
    tokenizer = VocabularyTokenizer(["a", "bc", " def", "12", "345", "(", ")", "game", "x", "y z", "w"])
    text = tokenizer.decode(ids)  # 11 is BOS, of no character
    offset = data.draw(st.integers(0, len(text) + 2))
    place = token_position(tokenizer, ids, offset)
    before = len(tokenizer.decode(ids[:place]))
    if offset < len(text):
        assert before <= offset < before + len(tokenizer.decode(ids[place : place + 1]))
    else:
        assert place == len(ids) - 1


def test_the_loss_is_the_sum_of_its_terms_on_the_first_pass():
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "batch_entropy_coef": 0.3, "advantage": "gae", "completions": 1})
    policy, layout = make_policy(spec)
    rollout, stats = roll_out(spec, policy, layout)
    terms = check_first_loss(spec, policy, rollout, stats)
    assert terms["clip_fraction"] == 0.0
    assert terms["policy_loss"] == pytest.approx(0.0, abs=1e-5)  # whitened advantages at ratio 1


def test_kl_to_the_reference_lowers_the_return():
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "kl_coef": 0.5, "kl_estimator": "full"})
    policy, layout = make_policy(spec)
    same, same_stats = roll_out(spec, policy, layout, reference=policy, kl_coef=0.5)
    assert same_stats["kl"] == pytest.approx(0.0, abs=1e-5)
    other, _ = make_policy(spec)
    with torch.no_grad():
        other.model.get_output_embeddings().weight.mul_(30)
    far, far_stats = roll_out(spec, policy, layout, reference=other, kl_coef=0.5)
    assert far_stats["kl"] > 0.1
    assert (same.returns - far.returns).mean().item() == pytest.approx(0.5 * far_stats["kl"], rel=1e-3)


def done_of(tokens):
    """Completions of tokens that are all alive, with made-up log-probabilities."""
    shape = torch.tensor(tokens).shape
    ones, logp = torch.ones(shape, dtype=torch.long), -torch.arange(1.0, 1 + math.prod(shape)).view(shape)
    return Completions(torch.tensor(tokens), ones, logp, ones.float(), ones.float(), torch.ones(shape[2], 4))


def test_prompts_whose_completions_earn_the_same_are_left_out():
    done, earned = done_of([[[1], [2]], [[1], [1]]]), torch.tensor([[0.5, 1.0], [0.5, 0.5]])
    config = PPOConfig(prompts=2, completions=2, filter_groups=True)
    weights, restrained = choose_tokens(done, earned, torch.zeros(2, 2, 1), config, alone())
    assert weights.tolist() == [[[1], [1]], [[0], [0]]]
    assert restrained is None


def test_their_weight_leaves_the_gradient_of_the_others_alone():
    """The policy's loss on a batch is that of its prompts with spread; the entropies are of all."""
    bare = {**SMALL, "advantage": "group", "batch_entropy_coef": 0.0, "filter_groups": True}
    spec = RunSpec.parse("FormalArith-v0", bare)
    policy, layout = make_policy(spec)
    rollout, _ = roll_out(spec, policy, layout)
    rollout = rollout._replace(weights=rollout.weights.index_fill(0, torch.tensor([3, 5]), 0.0))
    kept = rollout.weights.amax(dim=(1, 2)).bool()
    found = []
    for batch in (rollout, rollout.select(kept.nonzero()[:, 0])):
        policy.zero_grad()
        terms_of(policy, batch, spec.config, entropy_coef=0.0)
        found.append(torch.cat([x.grad.flatten() for x in policy.parameters() if x.grad is not None]))
    assert found[0].norm() > 0
    assert torch.allclose(*found, atol=1e-6)


def test_kl_cov_by_hand():
    """Of four tokens those two pay whose distances from both means have the greatest product."""
    done, advantages = done_of([[[1], [2]], [[1], [1]]]), torch.tensor([[[3.0], [1.0]], [[-1.0], [-3.0]]])
    config = PPOConfig(prompts=2, completions=2, kl_cov=0.5)
    _, restrained = choose_tokens(done, torch.zeros(2, 2), advantages, config, alone())
    assert restrained.tolist() == [[[True], [False]], [[False], [True]]]  # 1.5 * 3, 0.5 * 1, -0.5 * -1, -1.5 * -3


def test_the_mutual_information_is_the_difference_of_the_entropies():
    spec = RunSpec.parse("FormalArith-v0", SMALL)
    policy, layout = make_policy(spec)
    _, stats = roll_out(spec, policy, layout)
    assert stats["mutual_information"] == pytest.approx(stats["batch_entropy"] - stats["entropy"])
    assert 0 <= stats["mutual_information"] < stats["batch_entropy"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"advantage": "group"},
        {"advantage": "gae", "completions": 1, "epochs": 2, "minibatches": 4, "kl_coef": 0.2, "kl_target": 6.0},
        {"answer": "chain", "tokenizer": "char", "terms": 3, "kl_coef": 0.1, "kl_estimator": "full", "minibatches": 2},
    ],
    ids=["centred", "groups", "the paper's", "chains"],
)
def test_a_run_leaves_a_whole_folder(tmp_path, settings):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 4, **settings})
    before = torch.random.get_rng_state(), random.getstate()
    summary = train(spec, tmp_path / "run")
    assert torch.equal(before[0], torch.random.get_rng_state())
    assert before[1] == random.getstate()

    run = Run.open(tmp_path / "run")
    assert run.spec == replace(spec, config=replace(spec.config, threads=1))
    rows = run.metrics()
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    needed = {
        "reward_mean",
        "exact",
        "entropy",
        "batch_entropy",
        "kl",
        "loss",
        "policy_loss",
        "learning_rate",
        "reward_seconds",
        "seconds",
    }
    for row in rows:
        assert needed <= set(row)
        assert all(np.isfinite(value) for value in row.values())
    assert rows[-1]["reward_evaluations"] == 4 * 16 * spec.config.completions
    assert summary == json.loads(run.summary_file.read_text())
    assert summary["finished"]

    model = transformers.AutoModelForCausalLM.from_pretrained(run.checkpoint)
    tokenizer = transformers.AutoTokenizer.from_pretrained(run.checkpoint)
    agent = PolicyAgent.load(run)
    task, (_, reward) = spec.task(split="test"), spec.build()
    assert evaluate(agent, task, reward, episodes=32, seed=0) == summary["greedy_test"]
    sampling = PolicyAgent.load(run, sampling_seed=0)
    assert evaluate(sampling, task, reward, episodes=32, seed=0) == summary["sampled_test"]
    samples = [json.loads(line) for line in run.samples_file.read_text().splitlines()]
    assert {row["step"] for row in samples} == {1, 2, 3, 4}
    for row in samples:
        assert reward.score(row["prompt"], row["completion"]).value == pytest.approx(row["reward"], abs=1e-4)
    prompt = task.sample(problem_keys(seeded_stream(9), np.arange(1))).prompts[0]
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    assert ids[0].tolist() == spec.layout().tokenizer.encode(prompt)
    logits = model(ids).logits[0, -1].masked_fill(~torch.tensor(spec.layout().first_mask, dtype=torch.bool), -1e9)
    assert agent.act([prompt])[0].startswith(tokenizer.decode(logits.argmax()))


@pytest.mark.parametrize("env", ["FormalArith-v0", pytest.param("FormalGame-v0", marks=pytest.mark.train)])
def test_a_run_whose_completions_several_processes_score_is_the_same_run(tmp_path, env):
    spec = {**SMALL, "steps": 2, "evaluate_every": 1, "validation": 16, "max_tokens": 8, "context": 2048}
    if "Game" in env:
        spec |= {"prompts": 2, "minibatches": 1, "test_episodes": 4, "validation": 4}
    runs, summaries = [], []
    for workers in (0, 2):
        summary = train(RunSpec.parse(env, {**spec, "workers": workers}), tmp_path / f"{workers}")
        summaries.append({name: value for name, value in summary.items() if name not in TIMES})
        runs.append(Run.open(tmp_path / f"{workers}"))
    assert without_times(runs[0]) == without_times(runs[1])
    assert runs[0].samples_file.read_text() == runs[1].samples_file.read_text()
    assert summaries[0] == summaries[1]
    assert runs[1].spec.config.workers == 2
    assert not multiprocessing.active_children()


def test_runs_repeat_from_their_seed_and_differ_between_seeds(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 3, "seed": seed}), tmp_path / name)
    a, b, c = (without_times(Run.open(tmp_path / name)) for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.process
def test_a_killed_run_resumes_exactly(tmp_path):
    whole, killed = whole_and_killed(
        "train", {**SMALL, "ema_decay": 0.8, "evaluate_every": 2, "validation": 8}, tmp_path
    )
    assert without_times(Run.open(killed)) == without_times(Run.open(whole))
    assert (killed / "samples.jsonl").read_text() == (whole / "samples.jsonl").read_text()
    weights = [
        transformers.AutoModelForCausalLM.from_pretrained(run / "checkpoint").state_dict() for run in (whole, killed)
    ]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_the_mean_of_the_weights_is_what_is_evaluated_and_kept(tmp_path):
    results = {}
    for decay in (0.9, 0.0):
        settings = {**SMALL, "ema_decay": decay, "steps": 6, "evaluate_every": 6, "validation": 64, "test_episodes": 64}
        summary = train(RunSpec.parse("FormalArith-v0", settings), tmp_path / str(decay))
        evaluated = list(Run.open(tmp_path / str(decay)).metrics())[-1]
        results[decay] = summary["greedy_test"]
        assert evaluated["greedy_error"] == results[decay]["error"]
    assert results[0.9] != results[0.0]


@pytest.mark.process
def test_ctrl_c_leaves_a_checkpoint(tmp_path):
    settings = [f"--set={name}={value}" for name, value in {**SMALL, "checkpoint_every": 100000}.items()]
    command = [sys.executable, "-m", "formal_envs", "train", "FormalArith-v0", "--out", str(tmp_path / "run")]
    process = subprocess.Popen([*command, "--steps", "100000", *settings], stdout=subprocess.PIPE, text=True)
    metrics = tmp_path / "run" / "metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (metrics.exists() and metrics.stat().st_size):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "--resume" in out
    assert not json.loads((tmp_path / "run" / "summary.json").read_text())["finished"]
    assert find_checkpoint(tmp_path / "run" / "checkpoint")


def test_a_kill_between_the_renames_of_a_checkpoint_loses_nothing(tmp_path):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 1})
    train(spec, tmp_path / "run")
    checkpoint = tmp_path / "run" / "checkpoint"
    checkpoint.rename(checkpoint.with_name("checkpoint.old"))
    assert find_checkpoint(checkpoint) == checkpoint.with_name("checkpoint.old")
    before = without_times(Run.open(tmp_path / "run"))
    train(spec, tmp_path / "run", resume=True)
    assert without_times(Run.open(tmp_path / "run")) == before


def test_a_run_that_came_to_no_checkpoint_resumes_from_its_start(tmp_path):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 2})
    run = Run.create(tmp_path / "killed", spec)
    run.metrics_file.write_text('{"step": 1}\n')
    with pytest.raises(ConfigError, match="no checkpoint"):
        PolicyAgent.load(run)
    train(spec, tmp_path / "killed", resume=True)
    train(spec, tmp_path / "whole")
    assert without_times(run) == without_times(Run.open(tmp_path / "whole"))


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, "steps": 1})
    Run.create(tmp_path, spec)
    with pytest.raises(ConfigError, match="--resume"):
        Run.create(tmp_path, spec)


@pytest.mark.train
def test_it_learns_a_small_task(tmp_path):
    settings = {**SMALL, "terms": 2, "max_operand": 3, "split": "all", "steps": 200, "width": 32, "completions": 16}
    rate = {"learning_rate": 5e-3, "schedule": "cosine"}
    spec = RunSpec.parse("FormalArith-v0", {**settings, **rate, "batch_entropy_coef": 0.3})
    train(spec, tmp_path / "run")
    rows = Run.open(tmp_path / "run").metrics()
    assert rows[0]["exact"] < 0.1
    late = np.mean([row["exact"] for row in rows[-20:]])
    assert late > 0.4  # the best constant answer, 3, is right in a quarter of the cases


@pytest.mark.train
@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neox", "llama"])
@pytest.mark.parametrize("memory_saved", [False, True], ids=["whole", "adapters"])
def test_real_architectures_learn_with_their_own_tokenizer(tmp_path, architecture, memory_saved):
    model = tiny_causal(tmp_path / "model", architecture)
    saving = {"lora_rank": 2, "gradient_checkpointing": True} if memory_saved else {}
    settings = {**SMALL, **saving, "steps": 2, "max_tokens": 5, "learning_rate": 0.05, "warmup": 0}
    settings |= {"model": model, "kl_estimator": "full"}
    run = ["--out", str(tmp_path / "run"), *(f"--set={name}={json.dumps(value)}" for name, value in settings.items())]
    result = CliRunner().invoke(main, ["train", "FormalSentiment-v0", *run])
    assert result.exit_code == 0, result.output
    rows = Run.open(tmp_path / "run").metrics()
    assert rows[0]["kl"] == pytest.approx(0.0, abs=1e-5)
    assert rows[1]["kl"] > 1e-4  # of a model that has moved, to one that has not
    assert rows[0]["vader"] == pytest.approx(rows[0]["reward_mean"])
    assert ((tmp_path / "run" / "checkpoint" / "adapter_config.json").exists()) == memory_saved
    rate = CliRunner().invoke(main, ["eval", str(tmp_path / "run"), "--episodes", "8", "--json"])
    assert json.loads(rate.output)["distinct_words"] >= 0


@pytest.mark.process
def test_without_a_hub_the_error_names_what_needs_none(tmp_path):
    command = [sys.executable, "-m", "formal_envs", "train", "FormalSentiment-v0", "--model", "lvwerra/gpt2-imdb"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [*command, "--out", tmp_path / "run"], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for words in ("'lvwerra/gpt2-imdb'", "the model hub cannot be reached", "leave out --model", "formal-envs sft"):
        assert words in done.stderr
    assert not (tmp_path / "run").exists()


def test_what_is_watched_is_logged_whichever_is_optimised(tmp_path):
    classifier = tiny_classifier(tmp_path / "model")
    for reward in ("vader", "classifier"):
        settings = {**SMALL, "steps": 1, "reward": reward, "classifier": classifier}
        train(RunSpec.parse("FormalSentiment-v0", settings), tmp_path / reward)
        (row,) = Run.open(tmp_path / reward).metrics()
        assert row["reward_mean"] == pytest.approx(row[reward])
        assert {"vader", "classifier", "repetition", "distinct_words", "distinct_2"} <= set(row)


@pytest.mark.process
def test_bfloat16(tmp_path):
    settings = [f"--set={name}={value}" for name, value in {**SMALL, "bf16": "true", "advantage": "gae"}.items()]
    command = [sys.executable, "-m", "formal_envs", "train", "FormalArith-v0", "--out", tmp_path / "run", "--steps=3"]
    subprocess.run([*command, *settings], check=True)  # accelerate fixes the precision once a process
    rows = Run.open(tmp_path / "run").metrics()
    assert all(np.isfinite(value) for row in rows for value in row.values())
    assert rows[0]["ratio"] == pytest.approx(1.0, abs=0.02)  # 8 bits of mantissa


def test_bad_settings_name_the_fix():
    for settings, pattern in (
        ({"learning_rat": 1e-3}, "learning_rate"),
        ({"term": 3}, "terms"),
        ({"clip": 1.5}, r"clip must lie in \(0, 1\), got 1.5"),
        ({"steps": "many"}, "steps must be of type int"),
        ({"schedule": "cosin"}, "cosine"),
        ({"completions": 1}, "gae"),
        ({"width": 30}, "multiple of heads"),
        ({"terms": 9, "max_operand": 50}, "tokenizer='char'"),
    ):
        with pytest.raises(ConfigError, match=pattern):
            RunSpec.parse("FormalArith-v0", settings)
    with pytest.raises(ConfigError, match="FormalArith-v0"):
        RunSpec.parse("FormalAritt-v0", {})
    assert PPOConfig.from_dict({"learning_rate": 1}).learning_rate == 1.0


def test_evaluations_on_the_way_change_nothing_else_and_are_those_of_the_model(tmp_path):
    settings = {**SMALL, "steps": 5}
    rows = []
    for every in (0, 3):
        run = Run(tmp_path / str(every), RunSpec.parse("FormalArith-v0", {**settings, "evaluate_every": every}))
        summary = train(run.spec, run.folder)
        rows.append(without_times(run))
    plain, evaluated = rows
    added = {name for name in evaluated[2] if name not in plain[2]}
    assert {"greedy_exact", "greedy_reward_mean", "greedy_mode_share"} <= added
    assert [{name: row[name] for name in row if name not in added} for row in evaluated] == plain
    assert [bool(added & row.keys()) for row in evaluated] == [False, False, True, False, True]
    agent = PolicyAgent.load(run)
    task, reward = run.spec.task(split="test"), run.spec.build()[1]
    found = evaluate(agent, task, reward, episodes=run.spec.config.validation, seed=0)
    assert found["exact"] == evaluated[-1]["greedy_exact"]
    assert summary["finished"]
