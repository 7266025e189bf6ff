"""PPO on tokens: sample completions, score them with a program, learn. One loop, ``train``, top to bottom."""

from __future__ import annotations

import copy
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from agents.agent import TRAINING, evaluate
from agents.checkpoint import find_checkpoint, load_trainer_state, save_checkpoint
from agents.config import PPOConfig
from agents.losses import (
    clipped_policy_loss,
    clipped_value_loss,
    masked_mean,
    mean_batch_entropy,
    token_entropy,
)
from agents.policy import Policy, load_model, new_model
from agents.rollout import Rollout, RolloutStats, collect, decode_completions, encode_prompts
from agents.run import Run, RunLog, RunSpec
from agents.schedules import adapt_entropy_coef, adapt_kl_coef, interpolate, learning_rate
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.tasks.streams import problem_keys, seeded_stream

_SAMPLING = 3  # a purpose of seeds, beside those of problem streams in agents.agent


@dataclass
class Progress:
    """What changes from step to step beside the weights; saved in checkpoints."""

    step: int
    entropy_coef: float
    kl_coef: float
    reward_evaluations: int
    seconds: float


class PolicyAgent:
    """A policy as an Agent: greedy, or sampling from a seed."""

    def __init__(self, policy: Policy, layout: TokenLayout, sampling_seed: int | None = None):
        self.policy, self.layout = policy, layout
        self._device = policy.value_head.weight.device
        self._generator = None
        if sampling_seed is not None:
            self._generator = torch.Generator(self._device).manual_seed(sampling_seed)

    @classmethod
    def load(cls, run: Run, sampling_seed: int | None = None) -> PolicyAgent:
        """The agent of a run's newest checkpoint.

        Raises:
            ConfigError: the run has none.
        """
        checkpoint = find_checkpoint(run.checkpoint)
        if checkpoint is None:
            raise ConfigError(f"no checkpoint in {run.folder}: train it, or go on with it with --resume")
        layout = run.spec.layout()
        policy = Policy(load_model(str(checkpoint)), layout)
        device = Accelerator(cpu=run.spec.config.device == "cpu").device  # a run from a GPU can be looked at elsewhere
        return cls(policy.to(device), layout, sampling_seed)

    def act(self, prompts: Sequence[str]) -> list[str]:
        """A completion of each prompt."""
        ids, mask = encode_prompts(self.layout.tokenizer, prompts, self._device)
        done = self.policy.sample(ids, mask, 1, self.layout.max_tokens, self._generator)
        return decode_completions(self.layout.tokenizer, done.tokens.flatten(0, 1), done.mask.flatten(0, 1))


def train(spec: RunSpec, out: Path, *, resume: bool = False, evaluation_episodes: int = 4096) -> dict[str, Any]:
    """Train on ``spec``'s environment into the folder ``out``; returns what summary.json holds.

    With ``resume`` a run that was stopped, killed even, goes on from its last checkpoint (from its start, where it came
    to none), and its metrics come out the same as without the stop. The first Ctrl-C ends the run after its current
    step, with a checkpoint.

    Raises:
        ConfigError: the settings do not fit the task, or ``out`` holds another run.
    """
    config = spec.config
    accelerator = _accelerator(config)
    rank, world = accelerator.process_index, accelerator.num_processes
    if accelerator.is_main_process and not resume:
        Run.create(out, spec)
    accelerator.wait_for_everyone()
    run = Run.open(out)
    task, reward = spec.build()
    layout = spec.layout()

    policy = _new_policy(config, layout).to(accelerator.device)
    reference = None
    if config.kl_coef > 0:
        reference = copy.deepcopy(policy).requires_grad_(False)
    policy.value_head.requires_grad_(config.advantage == "gae")
    optimizer = torch.optim.Adam(policy.parameters(), config.learning_rate)
    progress = Progress(0, config.entropy_coef, config.kl_coef, 0, 0.0)
    checkpoint = find_checkpoint(run.checkpoint)
    if checkpoint:
        saved = load_trainer_state(checkpoint, accelerator.device)
        policy.model.load_state_dict(load_model(str(checkpoint)).state_dict())
        policy.value_head.load_state_dict(saved["value_head"])
        optimizer.load_state_dict(saved["optimizer"])
        progress = Progress(**saved["progress"])
    model, optimizer = accelerator.prepare(policy, optimizer)

    stream = seeded_stream(config.seed, TRAINING)
    generator = torch.Generator(accelerator.device)
    log = RunLog(run, progress.step, main=accelerator.is_main_process)
    bar = tqdm(
        total=config.steps,
        initial=progress.step,
        unit="step",
        disable=not accelerator.is_main_process,
        desc=spec.env,
        dynamic_ncols=True,
        mininterval=0.1 if sys.stderr.isatty() else 10,
    )

    def save() -> None:
        accelerator.wait_for_everyone()
        if accelerator.is_main_process:
            save_checkpoint(run.checkpoint, policy, layout.tokenizer, optimizer.optimizer, asdict(progress))

    with log, bar, _interruption() as interrupted:
        while progress.step < config.steps and not interrupted.is_set():
            step, began = progress.step, time.perf_counter()
            rate = learning_rate(step, config.steps, config.learning_rate, config.warmup, config.schedule)
            for group in optimizer.param_groups:
                group["lr"] = rate

            first = (step * world + rank) * config.prompts
            prompts = task.sample(problem_keys(stream, np.arange(first, first + config.prompts))).prompts
            generator.manual_seed(int(seeded_stream(config.seed, _SAMPLING, rank, step) >> np.uint64(1)))
            with accelerator.autocast():
                rollout, local = collect(
                    policy, reference, layout, reward, prompts, config, progress.kl_coef, generator
                )
            stats = RolloutStats(*accelerator.reduce(torch.tensor(local, device=accelerator.device), "mean").tolist())
            sampled = time.perf_counter()

            losses: list[dict[str, float]] = []
            for _ in range(config.epochs):
                order = torch.randperm(config.prompts, generator=generator, device=accelerator.device)
                for rows in order.chunk(config.minibatches):
                    batch = rollout if config.minibatches == 1 else rollout.select(rows)
                    with accelerator.autocast():
                        loss, terms = ppo_loss(model, batch, config, progress.entropy_coef)
                    optimizer.zero_grad()
                    accelerator.backward(loss)
                    terms["grad_norm"] = accelerator.clip_grad_norm_(model.parameters(), config.grad_clip)
                    means = accelerator.reduce(torch.stack(list(terms.values())), "mean").tolist()
                    losses.append(dict(zip(terms, means, strict=True)))
                    if losses[-1]["ratio"] <= config.max_ratio:  # the same on every process
                        optimizer.step()
            updated = time.perf_counter()

            target = interpolate(config.entropy_target, config.entropy_target_end, step / config.steps)
            completions = config.prompts * config.completions * world
            metrics = {
                "step": step + 1,
                **stats._asdict(),
                **{name: float(np.mean([terms[name] for terms in losses])) for name in losses[0]},
                "learning_rate": rate,
                "entropy_coef": progress.entropy_coef,
                "kl_coef": progress.kl_coef,
                "reward_evaluations": progress.reward_evaluations + completions,
                "sample_seconds": sampled - began,
                "update_seconds": updated - sampled,
                "seconds": progress.seconds + updated - began,
            }
            progress.step += 1
            progress.reward_evaluations += completions
            progress.seconds += time.perf_counter() - began
            if config.entropy_target >= 0:
                progress.entropy_coef = adapt_entropy_coef(
                    progress.entropy_coef, stats.entropy, target, config.entropy_rate, config.entropy_limit
                )
            if config.kl_target > 0:
                progress.kl_coef = adapt_kl_coef(
                    progress.kl_coef, stats.kl, config.kl_target, config.kl_horizon, completions
                )
            log.write(metrics)
            shown = {"reward": stats.reward_mean, "exact": stats.exact, "H": stats.entropy}
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()}, refresh=False)
            bar.update()
            if progress.step % config.checkpoint_every == 0:
                save()
        save()

    agent = PolicyAgent(policy, layout)
    summary = {
        "finished": progress.step == config.steps,
        **asdict(progress),
        "greedy_test": evaluate(agent, *spec.build(split="test"), episodes=evaluation_episodes, seed=config.seed),
    }
    if accelerator.is_main_process:
        run.write_summary(summary)
    return summary


def ppo_loss(
    model: torch.nn.Module, batch: Rollout, config: PPOConfig, entropy_coef: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """The paper's loss on a mini-batch: L_clip + value_coef * L_value - b_ENT * H - b_BENT * H_batch.

    Returns: the loss (), and its terms and diagnostics () by name.
    """
    log_probs, values = model(batch.prompts, batch.prompt_mask, batch.tokens, batch.mask)
    log_probs = log_probs.flatten(0, 1)  # (B, T, V), B completions
    tokens, mask = batch.tokens.flatten(0, 1), batch.mask.flatten(0, 1).float()  # (B, T)
    old_logp, advantages = batch.logp.flatten(0, 1), batch.advantages.flatten(0, 1)
    logp = log_probs.gather(-1, tokens[..., None]).squeeze(-1)

    policy_loss = clipped_policy_loss(logp, old_logp, advantages, mask, config.clip)
    entropy = masked_mean(token_entropy(log_probs), mask)
    of_batch = mean_batch_entropy(log_probs, mask)
    loss = policy_loss - entropy_coef * entropy - config.batch_entropy_coef * of_batch
    terms = {"policy_loss": policy_loss}
    if config.advantage == "gae":
        old_values, returns = batch.values.flatten(0, 1), batch.returns.flatten(0, 1)
        value_loss = clipped_value_loss(values.flatten(0, 1), old_values, returns, mask, config.value_clip)
        loss = loss + config.value_coef * value_loss
        terms["value_loss"] = value_loss
    with torch.no_grad():
        ratio = (logp - old_logp).exp()
        terms["loss"] = loss
        terms["ratio"] = masked_mean(ratio, mask)
        terms["clip_fraction"] = masked_mean(((ratio - 1).abs() > config.clip).float(), mask)
    return loss, {name: term.detach() for name, term in terms.items()}


def _accelerator(config: PPOConfig) -> Accelerator:
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device is 'cuda' and this machine has no GPU that torch can use: use device='cpu' or 'auto'")
    return Accelerator(cpu=config.device == "cpu", mixed_precision="bf16" if config.bf16 else "no")


def _new_policy(config: PPOConfig, layout: TokenLayout) -> Policy:
    if config.model:
        return Policy(load_model(config.model), layout)
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        return Policy(new_model(layout.tokenizer, config.layers, config.width, config.heads, config.context), layout)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one interrupts as ever. Only the main thread can catch it."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    previous = signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: Any) -> None:
        event.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, stop)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
