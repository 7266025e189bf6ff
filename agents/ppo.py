"""PPO on tokens: sample completions, score them with a program, learn. One loop, ``train``, top to bottom."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.attempts import check_attempts, collect_attempts
from agents.evaluation.agent import TRAINING, evaluate
from agents.evaluation.policy_agent import PolicyAgent
from agents.evaluation.reward_watch import look
from agents.gaming import length_drift
from agents.models.noise import Noise
from agents.models.optimizers import keep_mean, make_optimizer, mean_weights, take_mean
from agents.objective.schedules import adapt_kl_coef, entropy_bonus, interpolate
from agents.parts import ask
from agents.parts import look as look_at_parts
from agents.processes import Processes
from agents.rollout import collect
from agents.runs.config import PPOConfig
from agents.runs.keeping import is_kept
from agents.runs.loop import ScoringBar, interruption
from agents.runs.session import Progress, Session
from agents.runs.spec import RunSpec
from agents.update import accumulate, cut
from formal_envs.errors import ConfigError
from formal_envs.score import Unscored
from formal_envs.tasks.protocol import Parted
from formal_envs.tasks.streams import problem_keys, seeded_stream

if TYPE_CHECKING:
    from formal_envs.testing import RewardWatch

SAMPLING, PARTS = 3, 6
"""Purposes of seeds, beside those in agents/evaluation/agent.py and agents/sft.py."""


@dataclass(kw_only=True)
class PPOProgress(Progress):
    """Progress with the coefficient that adapts, the run's cost, a watch's average, the first lengths, and parts."""

    kl_coef: float
    reward_evaluations: int = 0
    watch_mean: float = 0.0
    watch_variance: float = 0.0
    first_tokens: float = 0.0
    first_steps: int = 0
    part_scored: list[float] = field(default_factory=list)
    part_right: list[float] = field(default_factory=list)


def train(spec: RunSpec, out: Path, *, resume: bool = False, watch: RewardWatch | None = None) -> dict[str, Any]:
    """Train on ``spec``'s environment into the folder ``out``; returns what summary.json holds.

    With ``resume`` a run that was stopped, killed even, goes on from its last checkpoint (from its start, where it came
    to none), and its metrics come out the same as without the stop. The first Ctrl-C ends the run after its current
    step, with a checkpoint, and so does a ``watch`` that finds the reward gamed. Of several processes each watches its
    own completions.

    It is longer than other functions: a step is to be read from top to bottom, in one place.

    Raises:
        ConfigError: the settings do not fit the task, or ``out`` holds another run.
        Unscored: no completion of a step could be scored. There is a checkpoint of the step before it.
    """
    config = spec.config
    if not isinstance(config, PPOConfig):
        raise ConfigError(f"{out} is a run of supervised training: go on with it with formal-envs sft --resume")
    if config.sampling != "uniform" and not isinstance(spec.task(), Parted):
        raise ConfigError(f"sampling must be 'uniform' on {spec.env}, which has no parts to choose: use FormalMix-v0")
    run = Session.begin(spec, out, resume)
    config = run.share(config)
    policy, layout, accelerator = run.policy, run.layout, run.accelerator
    reference = policy.reference(run.place) if config.kl_coef > 0 or config.model else None
    policy.value_head.requires_grad_(config.advantage == "gae")
    run.place(policy)
    optimizer = make_optimizer(policy, config.optimizer, config.learning_rate, weight_decay=0.0)
    if config.ema_decay:
        keep_mean(optimizer, config.ema_decay)
    progress = run.restore(optimizer, PPOProgress(kl_coef=config.kl_coef))
    model, optimizer = run.prepare(policy, optimizer)

    stream = seeded_stream(config.seed, TRAINING)
    processes = Processes(accelerator)
    check_attempts(config, policy, layout, run.reward, processes)
    reward = ScoringBar(run.reward, 4 * run.task.problems_ahead)
    if watch is not None:
        watch.mean, watch.variance = progress.watch_mean, progress.watch_variance
    with run.watch, run.log(progress) as log, run.bar(spec.env, progress) as bar, interruption() as interrupted:
        while progress.step < config.steps and not processes.any(interrupted.is_set() or bool(watch and watch.stopped)):
            step, began = progress.step, time.perf_counter()
            rate = run.set_rate(optimizer, step)
            first = (step * processes.count + processes.rank) * config.prompts  # of the prompts of all processes
            keys = problem_keys(stream, np.arange(first, first + config.prompts))
            problems = ask(run.task, keys, config.sampling, progress)
            prompts = problems.prompts

            def noise(attempt: int, first: int = first) -> Noise:
                sampling = seeded_stream(config.seed, SAMPLING, *([attempt] if attempt > 1 else []))
                return Noise(sampling, first, config.prompts, config.completions, processes.device)

            settings = config, progress.kl_coef
            try:
                with accelerator.autocast():
                    if config.attempts == 1:
                        sampled = collect(policy, reference, layout, reward, prompts, *settings, noise(1), processes)
                    else:
                        sampled = collect_attempts(
                            policy, reference, layout, reward, problems, *settings, noise, processes
                        )
            except Unscored:  # on all processes
                if step:
                    run.save(optimizer, progress)
                raise
            stats = sampled.stats
            target = interpolate(config.entropy_target, config.entropy_target_end, (step / config.steps) ** 2)
            entropy_coef = config.entropy_coef + entropy_bonus(stats["entropy"], target, config.entropy_gain)
            collected = time.perf_counter()

            losses: list[dict[str, float]] = []
            for epoch in range(config.epochs):
                for rows in cut(seeded_stream(config.seed, PARTS, epoch), first, config.prompts, config.minibatches):
                    batch = sampled.rollout if config.minibatches == 1 else sampled.rollout.select(rows)
                    optimizer.zero_grad()
                    terms = accumulate(model, batch, config, entropy_coef, accelerator, processes, sampled.states)
                    terms["grad_norm"] = float(accelerator.clip_grad_norm_(model.parameters(), config.grad_clip))
                    losses.append(terms)
                    if 0 < terms["ratio"] <= config.max_ratio:  # the same on every process; 0 where there are no scores
                        optimizer.step()
            updated = time.perf_counter()

            completions = config.prompts * config.completions * processes.count
            metrics = {
                "step": step + 1,
                **stats,
                **{name: float(np.mean([terms[name] for terms in losses])) for name in losses[0]},
                "learning_rate": rate,
                "entropy_coef": entropy_coef,
                "kl_coef": progress.kl_coef,
                "reward_evaluations": progress.reward_evaluations + completions,
                "sample_seconds": collected - began,
                "update_seconds": updated - collected,
                "seconds": progress.seconds + updated - began,
            }
            if layout.max_tokens > 1:
                metrics["length_drift"] = length_drift(progress, stats["completion_tokens"])
            metrics |= look_at_parts(run.task, problems, sampled.scores, config.sampling, progress, processes)
            if watch is not None:
                metrics |= look(watch, step + 1, problems, sampled.texts, sampled.scores)
                progress.watch_mean, progress.watch_variance = watch.mean, watch.variance
            progress.step += 1
            progress.reward_evaluations += completions
            progress.seconds += time.perf_counter() - began
            if config.kl_target > 0:
                progress.kl_coef = adapt_kl_coef(
                    progress.kl_coef, stats["kl"], config.kl_target, config.kl_horizon, completions
                )
            last = progress.step == config.steps
            if config.evaluate_every and (last or progress.step % config.evaluate_every == 0):
                agent = PolicyAgent(policy, layout)
                with mean_weights(policy, optimizer.optimizer):
                    results = evaluate(
                        agent,
                        run.held_out,
                        run.reward,
                        episodes=config.validation,
                        seed=config.seed,
                        attempts=config.all_attempts,
                    )
                metrics |= {f"greedy_{name}": value for name, value in results.items() if name != "episodes"}
            log.write(metrics)
            if is_kept(progress.step, config.steps):
                log.write_samples(progress.step, prompts, problems.solutions, sampled.texts, sampled.scores)
            figures = {"reward": "reward_mean", "exact": "exact", "H": "entropy", "KL": "kl"}
            bar.set_postfix({name: f"{stats[key]:.3f}" for name, key in figures.items() if key in stats}, refresh=False)
            bar.update()
            if progress.step % config.checkpoint_every == 0:
                run.save(optimizer, progress)
        if progress.step == config.steps:
            take_mean(policy, optimizer.optimizer)
        run.save(optimizer, progress)
    return run.finish(progress)
