"""PPO on tokens: sample completions, score them with a program, learn. One loop, ``train``, top to bottom."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.evaluation.agent import TRAINING, evaluate
from agents.evaluation.policy_agent import PolicyAgent
from agents.models.optimizers import make_optimizer
from agents.objective.losses import (
    clipped_policy_loss,
    clipped_value_loss,
    mean_batch_entropy,
    token_entropy,
)
from agents.objective.schedules import adapt_entropy_coef, adapt_kl_coef, interpolate
from agents.rollout import Rollout, collect
from agents.runs.config import PPOConfig
from agents.runs.loop import ScoringBar, all_means, interruption
from agents.runs.session import Progress, Session
from agents.runs.spec import RunSpec
from formal_envs.errors import ConfigError
from formal_envs.tasks.streams import problem_keys, seeded_stream

SAMPLING = 3
"""A purpose of seeds, beside those of problem streams in agents/evaluation/agent.py."""
_LOGGED = 16  # completions of a batch that go into samples.jsonl, each of another prompt


@dataclass(kw_only=True)
class PPOProgress(Progress):
    """Progress with the coefficients that adapt, and what the run has cost."""

    entropy_coef: float
    kl_coef: float
    reward_evaluations: int = 0


def train(spec: RunSpec, out: Path, *, resume: bool = False) -> dict[str, Any]:
    """Train on ``spec``'s environment into the folder ``out``; returns what summary.json holds.

    With ``resume`` a run that was stopped, killed even, goes on from its last checkpoint (from its start, where it came
    to none), and its metrics come out the same as without the stop. The first Ctrl-C ends the run after its current
    step, with a checkpoint.

    It is longer than other functions: a step is to be read from top to bottom, in one place.

    Raises:
        ConfigError: the settings do not fit the task, or ``out`` holds another run.
    """
    config = spec.config
    if not isinstance(config, PPOConfig):
        raise ConfigError(f"{out} is a run of supervised training: go on with it with formal-envs sft --resume")
    run = Session.begin(spec, out, resume)
    policy, layout, accelerator = run.policy, run.layout, run.accelerator
    reference = policy.reference() if config.kl_coef > 0 or config.model else None
    policy.value_head.requires_grad_(config.advantage == "gae")
    optimizer = make_optimizer(policy, config.optimizer, config.learning_rate, weight_decay=0.0)
    progress = run.restore(optimizer, PPOProgress(entropy_coef=config.entropy_coef, kl_coef=config.kl_coef))
    model, optimizer = accelerator.prepare(policy, optimizer)

    stream = seeded_stream(config.seed, TRAINING)
    generator = torch.Generator(accelerator.device)
    reward = ScoringBar(run.reward, 4 * run.task.problems_ahead)
    rank, world = accelerator.process_index, accelerator.num_processes
    with run.watch, run.log(progress) as log, run.bar(spec.env, progress) as bar, interruption() as interrupted:
        while progress.step < config.steps and not interrupted.is_set():
            step, began = progress.step, time.perf_counter()
            rate = run.set_rate(optimizer, step)
            first = (step * world + rank) * config.prompts
            prompts = run.task.sample(problem_keys(stream, np.arange(first, first + config.prompts))).prompts
            generator.manual_seed(int(seeded_stream(config.seed, SAMPLING, rank, step) >> np.uint64(1)))
            with accelerator.autocast():
                sampled = collect(policy, reference, layout, reward, prompts, config, progress.kl_coef, generator)
            rollout, stats = sampled.rollout, all_means(accelerator, sampled.stats)
            collected = time.perf_counter()

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
                **stats,
                **{name: float(np.mean([terms[name] for terms in losses])) for name in losses[0]},
                "learning_rate": rate,
                "entropy_coef": progress.entropy_coef,
                "kl_coef": progress.kl_coef,
                "reward_evaluations": progress.reward_evaluations + completions,
                "sample_seconds": collected - began,
                "update_seconds": updated - collected,
                "seconds": progress.seconds + updated - began,
            }
            progress.step += 1
            progress.reward_evaluations += completions
            progress.seconds += time.perf_counter() - began
            if config.entropy_target >= 0:
                progress.entropy_coef = adapt_entropy_coef(
                    progress.entropy_coef, stats["entropy"], target, config.entropy_rate, config.entropy_limit
                )
            if config.kl_target > 0:
                progress.kl_coef = adapt_kl_coef(
                    progress.kl_coef, stats["kl"], config.kl_target, config.kl_horizon, completions
                )
            last = progress.step == config.steps
            if config.evaluate_every and (last or progress.step % config.evaluate_every == 0):
                agent = PolicyAgent(policy, layout)
                results = evaluate(agent, run.held_out, run.reward, episodes=config.validation, seed=config.seed)
                metrics |= {f"greedy_{name}": value for name, value in results.items() if name != "episodes"}
            log.write(metrics)
            if progress.step in (1, config.steps) or progress.step % config.checkpoint_every == 0:
                firsts = slice(0, _LOGGED * config.completions, config.completions)  # of each prompt
                log.write_samples(progress.step, prompts[:_LOGGED], sampled.texts[firsts], sampled.scores[firsts])
            figures = {"reward": "reward_mean", "exact": "exact", "H": "entropy", "KL": "kl"}
            bar.set_postfix({name: f"{stats[key]:.3f}" for name, key in figures.items() if key in stats}, refresh=False)
            bar.update()
            if progress.step % config.checkpoint_every == 0:
                run.save(optimizer, progress)
        run.save(optimizer, progress)
    return run.finish(progress)


def ppo_loss(
    model: torch.nn.Module, batch: Rollout, config: PPOConfig, entropy_coef: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """The paper's loss on a mini-batch: L_clip + value_coef * L_value - b_ENT * H - b_BENT * H_batch.

    Returns: the loss (), and its terms and diagnostics () by name.
    """
    log_probs, values = model(batch.prompts, batch.prompt_mask, batch.tokens, batch.mask, batch.allowed)  # (N, V), (N,)
    live = batch.mask.bool()
    positions = live.nonzero()[:, 2]
    old_logp, advantages = batch.logp[live], batch.advantages[live]
    logp = log_probs.gather(-1, batch.tokens[live][:, None]).squeeze(-1)

    policy_loss = clipped_policy_loss(logp, old_logp, advantages, config.clip)
    loss = policy_loss
    if entropy_coef > 0:
        loss = loss - entropy_coef * token_entropy(log_probs).mean()
    if config.batch_entropy_coef > 0:
        loss = loss - config.batch_entropy_coef * mean_batch_entropy(log_probs, positions)
    terms = {"policy_loss": policy_loss}
    if config.advantage == "gae":
        value_loss = clipped_value_loss(values, batch.values[live], batch.returns[live], config.value_clip)
        loss = loss + config.value_coef * value_loss
        terms["value_loss"] = value_loss
    with torch.no_grad():
        ratio = (logp - old_logp).exp()
        terms["loss"] = loss
        terms["ratio"] = ratio.mean()
        terms["clip_fraction"] = ((ratio - 1).abs() > config.clip).float().mean()
    return loss, {name: term.detach() for name, term in terms.items()}
