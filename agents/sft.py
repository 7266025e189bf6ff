"""Supervised training: a causal language model learns the task's own solved problems. One loop, top to bottom."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from agents.evaluation.agent import EVALUATION, evaluate
from agents.evaluation.policy_agent import PolicyAgent, held_out_results
from agents.models.build import build_model
from agents.models.optimizers import make_optimizer
from agents.models.policy import Policy
from agents.objective.schedules import learning_rate
from agents.runs.checkpoint import find_checkpoint, restore, save_checkpoint
from agents.runs.config import SFTConfig
from agents.runs.loop import all_means, interruption, make_accelerator, progress_bar
from agents.runs.run import Run, RunLog, RunSpec, sample_row
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.score import score_batch
from formal_envs.tasks import Problems
from formal_envs.tasks.streams import problem_keys, seeded_stream

EXAMPLES, ORDER = 4, 5
"""Purposes of seeds, beside those of agents/evaluation/agent.py and agents/ppo.py."""
_IGNORED = -100  # what torch's cross entropy leaves out
_SHOWN = 16  # completions that go into samples.jsonl
_BLOCK = 256  # examples that are made at once


@dataclass
class Progress:
    """What changes from step to step beside the weights; saved in checkpoints."""

    step: int
    seconds: float


def train_supervised(spec: RunSpec, out: Path, *, resume: bool = False) -> dict[str, Any]:
    """Train a model on the solutions of ``spec``'s task into the folder ``out``; returns what summary.json holds.

    Every ``evaluate_every`` steps, at the start and at the end, the metrics have ``validation_loss`` on held-out
    problems and the mean reward and parts of completions sampled for them. ``resume`` and Ctrl-C are as in
    ``agents.ppo.train``.

    Raises:
        ConfigError: the settings do not fit the task, or ``out`` holds another run.
    """
    config = spec.config
    if not isinstance(config, SFTConfig):
        raise ConfigError(f"{out} is a run of PPO: go on with it with formal-envs train --resume")
    task, reward = spec.build()
    held_out, layout = spec.task(split="test"), spec.layout(find_checkpoint(out / "checkpoint"))
    accelerator = make_accelerator(config)
    rank, world = accelerator.process_index, accelerator.num_processes
    policy = Policy(build_model(config, layout.tokenizer), layout).to(accelerator.device)
    run = Run.begin(out, spec, resume, accelerator)

    policy.value_head.requires_grad_(False)  # it has nothing to learn from here
    optimizer = make_optimizer(policy, config.optimizer, config.learning_rate, weight_decay=0.01)
    progress = Progress(0, 0.0)
    checkpoint = find_checkpoint(run.checkpoint)
    if checkpoint:
        progress = Progress(**restore(checkpoint, policy, optimizer, accelerator.device))
    model, optimizer = accelerator.prepare(policy.model, optimizer)

    keys = problem_keys(seeded_stream(config.seed, EXAMPLES), np.arange(config.examples))
    examples: list[Example] = []
    with progress_bar("examples", config.examples, 0, accelerator, "example") as made:
        for start in range(0, config.examples, _BLOCK):  # a game takes its time: each is played before it is learned
            block = encode_examples(layout, task.sample(keys[start : start + _BLOCK]), config.loss)
            examples += block
            made.update(len(block))
    passes = Passes([len(ids) for ids, _ in examples], config.batch, config.window, config.seed)
    unseen = held_out.sample(problem_keys(seeded_stream(config.seed, EVALUATION), np.arange(config.validation)))
    validation = encode_examples(layout, unseen, config.loss)
    log = RunLog(run, progress.step if checkpoint else -1, main=accelerator.is_main_process)
    bar = progress_bar(f"{spec.env} sft", config.steps, progress.step, accelerator)

    def validate(step: int) -> dict[str, float]:
        loss = validation_loss(policy.model, validation, layout.tokenizer.pad_id, config.batch)
        agent = PolicyAgent(policy, layout, config.seed)
        results = evaluate(agent, held_out, reward, episodes=config.validation, seed=config.seed)
        prompts = unseen.prompts[:_SHOWN]
        texts = agent.act(prompts)
        scores = score_batch(reward, prompts, texts)
        log.write_samples(step, [sample_row(*row) for row in zip(prompts, texts, scores, strict=True)])
        return {"validation_loss": loss, **{name: results[name] for name in results if name != "episodes"}}

    def save() -> None:
        accelerator.wait_for_everyone()
        if accelerator.is_main_process:
            save_checkpoint(run.checkpoint, policy, layout.tokenizer, optimizer.optimizer, asdict(progress))

    with log, bar, interruption() as interrupted:
        shown: dict[str, float] = {}
        if not checkpoint:
            log.write({"step": 0, **validate(0), "seconds": 0.0})
        while progress.step < config.steps and not interrupted.is_set():
            step, began = progress.step, time.perf_counter()
            rate = learning_rate(step, config.steps, config.learning_rate, config.warmup, config.schedule)
            for group in optimizer.param_groups:
                group["lr"] = rate

            first = (step * world + rank) * config.batch
            chosen = [examples[place] for place in passes.places(first, config.batch)]
            ids, mask, labels = to_batch(chosen, layout.tokenizer.pad_id)
            with accelerator.autocast():
                loss = next_token_loss(model, ids, mask, labels)
            optimizer.zero_grad()
            accelerator.backward(loss)
            grad_norm = accelerator.clip_grad_norm_(model.parameters(), config.grad_clip)
            optimizer.step()

            progress.step += 1
            means = all_means(accelerator, {"loss": loss.item(), "grad_norm": float(grad_norm)})
            metrics = {"step": progress.step, **means, "learning_rate": rate}
            progress.seconds += time.perf_counter() - began
            if progress.step == config.steps or progress.step % config.evaluate_every == 0:
                metrics |= validate(progress.step)
                shown = {"val": metrics["validation_loss"], "reward": metrics["reward_mean"]}
            log.write({**metrics, "seconds": progress.seconds})
            shown["loss"] = means["loss"]
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()}, refresh=False)
            bar.update()
            if progress.step % config.checkpoint_every == 0:
                save()
        save()

    summary = {
        "finished": progress.step == config.steps,
        **asdict(progress),
        "validation_loss": validation_loss(policy.model, validation, layout.tokenizer.pad_id, config.batch),
        **held_out_results(policy, layout, held_out, reward, config.test_episodes, config.seed),
    }
    if accelerator.is_main_process:
        run.write_summary(summary)
    return summary


class Example(NamedTuple):
    """Token ids of a prompt with its solution; ``begin`` is the place of the first one that is to be predicted."""

    ids: NDArray[np.int32]  # a quarter of a list's memory, of which long examples take much
    begin: int


def encode_examples(layout: TokenLayout, problems: Problems, loss: str) -> list[Example]:
    """An example of each problem, on "all" tokens or on those of the "completion" alone.

    EOS follows where a completion may be longer than the solution, so that the model learns to stop. A prompt of no
    tokens becomes BOS, as in rollouts.

    Raises:
        ParseFailure: the tokenizer has no token for a part of a text.
    """
    tokenizer = layout.tokenizer
    examples = []
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        before = tokenizer.encode(prompt) or [tokenizer.bos_id]
        after = tokenizer.encode(solution)[: layout.max_tokens]
        if len(after) < layout.max_tokens:
            after = [*after, tokenizer.eos_id]
        ids = np.array(before + after, np.int32)
        examples.append(Example(ids, 1 if loss == "all" else len(before)))
    return examples


class Passes:
    """The endless stream of passes through the examples, each in an order of its own.

    Args:
        lengths: of the examples, in tokens.
        batch, window: each run of ``batch * window`` examples of a pass is cut into batches of similar length.
        seed: decides the orders.
    """

    def __init__(self, lengths: Sequence[int], batch: int, window: int, seed: int):
        self._lengths = torch.tensor(lengths)
        self._batch, self._window, self._seed = batch, window, seed
        self._order = lru_cache(maxsize=2)(self._ordered)

    def places(self, first: int, count: int) -> list[int]:
        """Which examples come at ``count`` places of the stream, from ``first`` on."""
        found: list[int] = []
        while len(found) < count:
            turn, place = divmod(first + len(found), len(self._lengths))
            found += self._order(turn)[place : place + count - len(found)].tolist()
        return found

    def _ordered(self, turn: int) -> Tensor:
        """The order (examples,) of a pass."""
        generator = torch.Generator().manual_seed(int(seeded_stream(self._seed, ORDER, turn) >> np.uint64(1)))
        order = torch.randperm(len(self._lengths), generator=generator)
        if self._window == 1:
            return order
        parts: list[Tensor] = []
        for run in order.split(self._batch * self._window):
            batches = run[self._lengths[run].argsort(stable=True)].split(self._batch)
            whole = len(run) // self._batch  # a shorter batch stays last, so that the others start at their places
            shuffled = torch.randperm(whole, generator=generator).tolist()
            parts += [batches[n] for n in [*shuffled, *range(whole, len(batches))]]
        return torch.cat(parts)


def to_batch(examples: Sequence[Example], pad_id: int) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, mask and labels (B, S) of examples, right-padded; a label is ``_IGNORED`` where nothing is to be learned."""
    longest = max(len(ids) for ids, _ in examples)
    ids = torch.full((len(examples), longest), pad_id)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, _IGNORED)
    for row, (tokens, begin) in enumerate(examples):
        ids[row, : len(tokens)] = torch.as_tensor(tokens)
        mask[row, : len(tokens)] = 1
        labels[row, begin : len(tokens)] = ids[row, begin : len(tokens)]
    return ids, mask, labels


def next_token_loss(model: nn.Module, ids: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy () in nats of the labels (B, S), each predicted from the tokens before it."""
    device = next(model.parameters()).device
    logits = model(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False).logits  # (B, S, V)
    targets = labels[:, 1:].flatten().to(device)
    return nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1).float(), targets, ignore_index=_IGNORED)


@torch.no_grad()
def validation_loss(model: nn.Module, examples: Sequence[Example], pad_id: int, batch: int) -> float:
    """Mean cross entropy in nats a token over all of the examples."""
    total, count = 0.0, 0
    for start in range(0, len(examples), batch):
        ids, mask, labels = to_batch(examples[start : start + batch], pad_id)
        tokens = int((labels[:, 1:] != _IGNORED).sum())
        total += next_token_loss(model, ids, mask, labels).item() * tokens
        count += tokens
    return total / count
