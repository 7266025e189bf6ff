"""What the training loops share, from the set-up to the summary."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from accelerate import Accelerator
from torch import nn

from agents.evaluation.policy_agent import held_out_results
from agents.models.build import build_model
from agents.models.policy import Policy
from agents.models.shards import share_out
from agents.objective.schedules import learning_rate
from agents.runs.checkpoint import restore, save_checkpoint, save_shared_checkpoint
from agents.runs.config import TrainingConfig
from agents.runs.files import find_checkpoint
from agents.runs.folder import Run
from agents.runs.log import RunLog
from agents.runs.loop import make_accelerator, progress_bar
from agents.runs.spec import RunSpec
from agents.runs.threads import use_threads
from agents.runs.trackers import check_trackers
from agents.runs.watch import Watch
from formal_envs.envs.token import TokenLayout
from formal_envs.pool import ScoringPool
from formal_envs.score import Reward
from formal_envs.tasks import Task


@dataclass(kw_only=True)
class Progress:
    """What changes from step to step beside the weights; saved in checkpoints."""

    step: int = 0
    seconds: float = 0.0


_Progress = TypeVar("_Progress", bound=Progress)
_Config = TypeVar("_Config", bound=TrainingConfig)


@dataclass(frozen=True)
class Session:
    """A run that is trained now: what its spec makes, and where what becomes of it goes.

    Attributes:
        spec, run: what is trained, and its folder.
        task, reward, held_out: what is learned from, and the task's problems of the test split.
        layout: the tokens of completions.
        accelerator: the processes and the device.
        watch: of the processes; training happens in it.
        policy: as training finds it; ``place`` brings it to the device, and ``restore`` to the last checkpoint.
        checkpoint: where the run goes on from; None where it is at its start.
    """

    spec: RunSpec
    run: Run
    task: Task
    reward: Reward
    held_out: Task
    layout: TokenLayout
    accelerator: Accelerator
    watch: Watch
    policy: Policy
    checkpoint: Path | None

    @classmethod
    def begin(cls, spec: RunSpec, out: Path, resume: bool) -> Session:
        """Build all that a run needs, then make its folder, or with ``resume`` take the one that is there.

        Raises:
            ConfigError: the settings do not fit the task, or ``out`` holds another run, or none to resume.
        """
        check_trackers(spec.config)
        task, reward = spec.build()
        held_out, checkpoint = spec.task(split="test"), find_checkpoint(out / "checkpoint")
        layout = spec.layout(checkpoint)
        if spec.config.workers:  # before the model is there, whose threads and memory they would share
            reward = ScoringPool(reward, spec.config.workers)
        accelerator = make_accelerator(spec.config)
        watch = Watch(accelerator.process_index, accelerator.num_processes)
        policy = Policy(build_model(spec.config, layout.tokenizer), layout)
        threads = use_threads(spec.config.threads, policy.value_head.in_features)
        spec = replace(spec, config=replace(spec.config, threads=threads))
        try:
            run = Run.begin(out, spec, resume, accelerator)
        except RuntimeError as error:
            watch.name(error)
            raise
        return cls(spec, run, task, reward, held_out, layout, accelerator, watch, policy, checkpoint)

    def share(self, config: _Config) -> _Config:
        """This process's settings: a batch stays as large with another number of processes than began the run.

        Raises:
            ConfigError: so many processes cannot share it.
        """
        now = self.accelerator.num_processes
        return config.shared_out(self.run.begun_by() or now, now)

    def place(self, policy: Policy) -> None:
        """Bring a policy to the device, or its part of it where the processes share it out.

        Raises:
            ConfigError: they cannot.
        """
        if self.spec.config.shard and self.accelerator.num_processes > 1:
            share_out(policy, self.accelerator.device, self.accelerator.num_processes)
        policy.to(self.accelerator.device)

    def prepare(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, Any]:
        """A model that averages its gradients over the processes, and the optimizer, for the accelerator."""
        if self.spec.config.shard:  # what is shared out averages them by itself
            return model, self.accelerator.prepare(optimizer)
        prepared: tuple[nn.Module, Any] = self.accelerator.prepare(model, optimizer)
        return prepared

    def restore(self, optimizer: torch.optim.Optimizer, start: _Progress) -> _Progress:
        """The progress at the last checkpoint, which goes into policy and optimizer; ``start`` where there is none.

        Raises:
            ConfigError: the checkpoint is damaged.
        """
        if self.checkpoint is None:
            return start
        return replace(start, **restore(self.checkpoint, self.policy, optimizer))

    def log(self, progress: Progress) -> RunLog:
        """The log of the run, without what a killed process wrote behind its last checkpoint.

        Raises:
            ConfigError: another process trains the run, or lines are missing.
        """
        return RunLog(self.run, progress.step if self.checkpoint else -1, self.accelerator.is_main_process)

    def bar(self, name: str, progress: Progress) -> Any:
        """A bar of all steps."""
        return progress_bar(name, self.spec.config.steps, progress.step)

    def set_rate(self, optimizer: Any, step: int) -> float:
        """Set the learning rate to that of a step, and return it."""
        config = self.spec.config
        rate = learning_rate(step, config.steps, config.learning_rate, config.warmup, config.schedule)
        for group in optimizer.param_groups:
            group["lr"] = rate
        return rate

    def save(self, optimizer: Any, progress: Progress) -> None:
        """Write a checkpoint.

        Args: optimizer, as the accelerator has prepared it.
        """
        self.accelerator.wait_for_everyone()
        save = save_shared_checkpoint if self.spec.config.shard else save_checkpoint
        if self.spec.config.shard or self.accelerator.is_main_process:
            save(self.run.checkpoint, self.policy, self.layout.tokenizer, optimizer.optimizer, asdict(progress))

    def finish(self, progress: Progress, **figures: float) -> dict[str, Any]:
        """Try the policy on held-out problems, write summary.json, and return what it holds."""
        config = self.spec.config
        asked = self.held_out, self.reward, config.test_episodes, config.seed, self.spec.attempts
        with self.watch:
            results = held_out_results(self.policy, self.layout, *asked)
        self.watch.close()
        summary = {"finished": progress.step == config.steps, **asdict(progress), **figures, **results}
        if isinstance(self.reward, ScoringPool):
            self.reward.close()
        if self.accelerator.is_main_process:
            self.run.write_summary(summary)
        return summary
