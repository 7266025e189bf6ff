"""Supervised training: a causal language model learns the task's own solved problems. One loop, top to bottom."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn

from agents.attempts import check_room
from agents.evaluation.agent import EVALUATION, evaluate
from agents.evaluation.policy_agent import PolicyAgent
from agents.models.optimizers import make_optimizer
from agents.processes import Processes
from agents.runs.config import SFTConfig
from agents.runs.keeping import PROMPTS
from agents.runs.loop import interruption, progress_bar
from agents.runs.session import Progress, Session
from agents.runs.spec import RunSpec
from agents.wrong_attempts import wrong_attempts
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.score import score_batch
from formal_envs.tasks import Problems
from formal_envs.tasks.streams import problem_keys, seeded_stream

EXAMPLES, ORDER, WRONG = 4, 5, 8
"""Purposes of seeds, beside those in agents/evaluation, agents/ppo.py, agents/evaluation/policy_agent.py."""
_IGNORED = -100  # what torch's cross entropy leaves out
_BLOCK = 256  # examples that are made at once


def train_supervised(spec: RunSpec, out: Path, *, resume: bool = False) -> dict[str, Any]:
    """Train a model on the solutions of ``spec``'s task into the folder ``out``; returns what summary.json holds.

    Every ``evaluate_every`` steps, at the start and at the end, the metrics have ``validation_loss`` on held-out
    problems and the mean reward and parts of completions sampled for them. ``resume`` and Ctrl-C are as in
    ``agents.ppo.train``, and so is the length. With several attempts half of the examples have wrong ones before the
    solution, and metrics the shares that are right at the first attempt and at any.

    Raises:
        ConfigError: the settings do not fit the task, or ``out`` holds another run.
    """
    config = spec.config
    if not isinstance(config, SFTConfig):
        raise ConfigError(f"{out} is a run of PPO: go on with it with formal-envs train --resume")
    run = Session.begin(spec, out, resume)
    config = run.share(config)
    policy, layout, accelerator = run.policy, run.layout, run.accelerator
    check_room(config, policy, layout, run.reward)
    policy.value_head.requires_grad_(False)  # it has nothing to learn from here
    run.place(policy)
    optimizer = make_optimizer(policy, config.optimizer, config.learning_rate, weight_decay=0.01)
    progress = run.restore(optimizer, Progress())
    model, optimizer = run.prepare(policy.model, optimizer)

    examples = _make_examples(run, config)
    processes = Processes(accelerator)
    batch = config.batch * processes.count  # of all processes
    passes = Passes([len(ids) for ids, _ in examples], batch, config.window, config.seed)
    unseen = run.held_out.sample(problem_keys(seeded_stream(config.seed, EVALUATION), np.arange(config.validation)))
    validation = encode_examples(layout, unseen, config.loss)
    pad_id = layout.tokenizer.pad_id

    def validate(step: int) -> dict[str, float]:
        loss = validation_loss(policy.model, validation, pad_id, config.batch)
        agent = PolicyAgent(policy, layout, config.seed)
        results = evaluate(
            agent,
            run.held_out,
            run.reward,
            episodes=config.validation,
            seed=config.seed,
            attempts=config.all_attempts,
        )
        prompts = unseen.prompts[:PROMPTS]
        texts = agent.act(prompts)
        log.write_samples(step, prompts, unseen.solutions, texts, score_batch(run.reward, prompts, texts))
        return {"validation_loss": loss, **{name: results[name] for name in results if name != "episodes"}}

    with (
        run.watch,
        run.log(progress) as log,
        run.bar(f"{spec.env} sft", progress) as bar,
        interruption() as interrupted,
    ):
        shown: dict[str, float] = {}
        if run.checkpoint is None:
            log.write({"step": 0, **validate(0), "seconds": 0.0})
        while progress.step < config.steps and not processes.any(interrupted.is_set()):
            step, began = progress.step, time.perf_counter()
            rate = run.set_rate(optimizer, step)
            chosen = passes.numbers(step * batch + processes.rank * config.batch, config.batch)
            optimizer.zero_grad()
            loss = accumulate(model, [examples[number] for number in chosen], pad_id, config, accelerator, processes)
            grad_norm = accelerator.clip_grad_norm_(model.parameters(), config.grad_clip)
            optimizer.step()

            progress.step += 1
            metrics = {"step": progress.step, "loss": loss, "grad_norm": float(grad_norm), "learning_rate": rate}
            progress.seconds += time.perf_counter() - began
            if progress.step == config.steps or progress.step % config.evaluate_every == 0:
                metrics |= validate(progress.step)
                shown = {"val": metrics["validation_loss"], "reward": metrics["reward_mean"]}
            log.write({**metrics, "seconds": progress.seconds})
            shown["loss"] = loss
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()}, refresh=False)
            bar.update()
            if progress.step % config.checkpoint_every == 0:
                run.save(optimizer, progress)
        run.save(optimizer, progress)
    loss_at_end = validation_loss(policy.model, validation, pad_id, config.batch)
    return run.finish(progress, validation_loss=loss_at_end)


class Example(NamedTuple):
    """Token ids of a prompt with its solution; ``begin`` is the position of the first one that is to be predicted."""

    ids: NDArray[np.int32]  # a quarter of a list's memory, of which long examples take much
    begin: int


def _make_examples(run: Session, config: SFTConfig) -> list[Example]:
    """The examples to learn from, in blocks, with a bar: a game takes its time, as each is played first."""
    keys, wrong = (
        problem_keys(seeded_stream(config.seed, purpose), np.arange(config.examples)) for purpose in (EXAMPLES, WRONG)
    )
    examples: list[Example] = []
    with progress_bar("examples", config.examples, unit="example") as bar:
        for start in range(0, config.examples, _BLOCK):
            problems, between = run.task.sample(keys[start : start + _BLOCK]), None
            if config.attempts > 1:
                own = wrong[start : start + _BLOCK]
                between = wrong_attempts(run.layout, run.reward, problems, own, config.attempts)
            block = encode_examples(run.layout, problems, config.loss, between)
            examples += block
            bar.update(len(block))
    return examples


def encode_examples(
    layout: TokenLayout, problems: Problems, loss: str, between: Sequence[Sequence[int]] | None = None
) -> list[Example]:
    """An example of each problem, on "all" tokens or on those of the "completion" alone.

    EOS follows where a completion may be longer than the solution, so that the model learns to stop. A prompt of no
    tokens becomes BOS, as in rollouts.

    Args: between, the tokens of wrong attempts between prompts and solutions, as of ``wrong_attempts``. Of an example
        that has some the solution alone is learned: what is wrong is not to be said.

    Raises:
        ParseFailure: the tokenizer has no token for a part of a text.
    """
    tokenizer = layout.tokenizer
    examples = []
    wrong = between or [()] * len(problems.prompts)
    for prompt, solution, tried in zip(problems.prompts, problems.solutions, wrong, strict=True):
        before = [*(tokenizer.encode(prompt) or [tokenizer.bos_id]), *tried]
        after = tokenizer.encode(solution)[: layout.max_tokens]
        if len(after) < layout.max_tokens:
            after = [*after, tokenizer.eos_id]
        ids = np.array(before + after, np.int32)
        examples.append(Example(ids, 1 if loss == "all" and not tried else len(before)))
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

    def numbers(self, first: int, count: int) -> list[int]:
        """The numbers of the ``count`` examples of the stream that begin with its ``first``."""
        found: list[int] = []
        while len(found) < count:
            turn, begin = divmod(first + len(found), len(self._lengths))
            found += self._order(turn)[begin : begin + count - len(found)].tolist()
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


def accumulate(
    model: nn.Module,
    examples: Sequence[Example],
    pad_id: int,
    config: SFTConfig,
    accelerator: Accelerator,
    processes: Processes,
) -> float:
    """Add the gradient of the mean loss on a batch, of which each process has a part, to the model's; returns the mean.

    It goes through the model ``micro_batch`` examples at a time; the result is the same.
    """
    size = config.micro_batch or len(examples)
    parts = [to_batch(examples[start : start + size], pad_id) for start in range(0, len(examples), size)]
    count = torch.tensor(sum(_count(labels) for _, _, labels in parts), device=processes.device)
    count, total = processes.total(count), torch.zeros((), device=processes.device)
    for number, part in enumerate(parts):
        with nullcontext() if number == len(parts) - 1 else accelerator.no_sync(model):
            with accelerator.autocast():
                loss = next_token_loss(model, *part) / count
            accelerator.backward(loss * processes.count)  # of which the mean over processes is taken
        total += loss.detach()
    return float(processes.total(total))


def _count(labels: Tensor) -> int:
    """The labels (B, S) that are predicted."""
    return int((labels[:, 1:] != _IGNORED).sum())


def next_token_loss(model: nn.Module, ids: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    """Sum () of the cross entropies in nats of the labels (B, S), each predicted from the tokens before it."""
    device = next(model.parameters()).device
    logits = model(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False).logits  # (B, S, V)
    targets = labels[:, 1:].flatten().to(device)
    predicted = logits[:, :-1].flatten(0, 1).float()
    return nn.functional.cross_entropy(predicted, targets, ignore_index=_IGNORED, reduction="sum")


@torch.no_grad()
def validation_loss(model: nn.Module, examples: Sequence[Example], pad_id: int, batch: int) -> float:
    """Mean cross entropy in nats per token over all of the examples."""
    total, count = 0.0, 0
    for start in range(0, len(examples), batch):
        ids, mask, labels = to_batch(examples[start : start + batch], pad_id)
        total += next_token_loss(model, ids, mask, labels).item()
        count += _count(labels)
    return total / count
