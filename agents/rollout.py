"""Rollouts: ask the policy, let the reward score its completions, and work out advantages."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from agents.evaluation.diversity import distinct_ngrams
from agents.gaming import repeated_completions, signs_in_scores
from agents.models.completions import Completions, Reference, States
from agents.models.noise import Noise, widest_float
from agents.models.policy import Policy
from agents.models.texts import begin_masks, decode_completions, encode_prompts
from agents.objective.advantages import (
    by_position,
    credit_error_token,
    gae,
    group_centre,
    group_normalise,
    to_go,
    whiten,
)
from agents.objective.kl import full_kl, kl_of_samples
from agents.objective.losses import mean_batch_entropy, most_covariant
from agents.processes import Processes
from agents.runs.config import PPOConfig
from agents.runs.loop import moment_bar
from agents.scored import Scored, part_names, score, steps_of
from formal_envs.envs.token import TokenLayout
from formal_envs.score import Reward, Score, Step, Unscored
from formal_envs.tokenizers import Tokenizer


class Rollout(NamedTuple):
    """A batch of P prompts with G scored completions each, of at most T tokens.

    prompts, prompt_mask (P, S), left-padded; tokens, mask, logp, values, advantages, returns (P, G, T); scored
    (P, G, T), 1 on the tokens of completions that have a score; weights (P, G, T), 1 on those that the policy's loss is
    of; restrained (P, G, T), of KL-Cov, or None; allowed (P, G, T, B) or None, as of ``Completions``.
    """

    prompts: Tensor
    prompt_mask: Tensor
    tokens: Tensor
    mask: Tensor
    logp: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
    scored: Tensor
    weights: Tensor
    restrained: Tensor | None
    allowed: Tensor | None

    def select(self, rows: Tensor) -> Rollout:
        """The prompts of the given rows, with all their completions."""
        return Rollout._make(None if field is None else field[rows] for field in self)

    def split(self, prompts: int) -> list[Rollout]:
        """Parts of that many prompts each, the last of the rest; 0 is one part."""
        count = len(self.tokens)
        if prompts in (0, count):
            return [self]
        rows = torch.arange(count, device=self.tokens.device)
        return [self.select(part) for part in rows.split(prompts)]


class Batch(Protocol):
    """What is learned from: one ``Rollout``, or several."""

    def select(self, rows: Tensor) -> Batch:
        """The prompts of the given rows, with all that was written for them."""
        ...

    def split(self, prompts: int) -> list[Rollout]:
        """Parts of about that many prompts each; 0 is as few parts as may be."""
        ...


class Sampled(NamedTuple):
    """What ``collect`` brings: the batch to learn from, its figures, and what was written.

    rollout, texts, scores: of this process's P * G completions, prompt by prompt. states: as of ``Completions``.
    stats: means over the batch, of all processes, of the reward and of its parts, where there is a score; entropies
    and KL in nats, the latter a completion, over all completions; ``unscored``, the share of them without a score; and
    ``reward_seconds``, what scoring took.
    """

    rollout: Batch
    stats: dict[str, float]
    texts: list[str]
    scores: list[Score | Unscored]
    states: States | None


def collect(
    policy: Policy,
    reference: Reference | None,
    layout: TokenLayout,
    reward: Reward,
    prompts: Sequence[str],
    config: PPOConfig,
    kl_coef: float,
    noise: Noise,
    processes: Processes,
) -> Sampled:
    """Sample ``config.completions`` completions of each prompt, score them and estimate advantages.

    A completion that could not be scored is left out of what is learned, as if it had not been sampled: of the losses
    that are sums over tokens, of the baselines and of their spread. Batch entropy has all of them: it needs no scores,
    and of fewer texts it is less, so that a server that is away would look like a policy that repeats itself.

    Raises:
        Unscored: no completion of any process has a score.
    """
    inputs = encode_prompts(layout.tokenizer, prompts, processes.device)  # (P, S), (P, S)
    going = processes.longest if config.shard else int
    learned = config.epochs * config.minibatches == 1 and not config.micro_batch and not config.shard
    done, texts = sample(policy, layout, prompts, inputs, config.completions, noise, going, learned)
    done = as_long(done, processes.longest(done.tokens.shape[2]), policy.pad_id)
    began = time.perf_counter()
    scored = score(reward, prompts, texts)
    reward_seconds = time.perf_counter() - began
    names, scores = part_names(scored, processes), scored.each()
    kl = kl_to_reference(policy, reference, inputs, done, config)
    values = [result.value if isinstance(result, Score) else 0.0 for result in scores]
    earned = torch.tensor(values, device=kl.device).view(kl.shape[:2])  # (P, G)
    known = torch.from_numpy(scored.known()).to(kl.device).view(kl.shape[:2])  # (P, G)
    counted = done._replace(mask=done.mask * known[..., None])  # those without a score have no tokens
    if config.credit == "steps":
        found = steps_of(reward, prompts, texts, scores)
        steps = token_steps(found, layout.tokenizer, done, texts)
        advantages, returns = estimate_steps(counted, *steps, kl_coef * kl, config, processes)
    else:
        advantages, returns = estimate(counted, shape(done, earned, kl, kl_coef), config, processes)
    if config.credit == "error":
        advantages = credit_error_token(advantages, error_positions(layout.tokenizer, done, scores))
    weights, restrained = choose_tokens(counted, earned, advantages, config, processes)
    stats = summarise(done, scored, names, kl, reward_seconds, processes)
    stats |= signs_in_scores(scored.distinct, scored.places, config.completions, names, processes)
    if layout.max_tokens > 1:
        stats["distinct_2"] = distinct_ngrams(processes.gather_objects(texts), 2)
        stats["repeated_completions"] = repeated_completions(prompts, texts, processes)
    said = (done.tokens, done.mask, done.logp, done.values)
    rollout = Rollout(*inputs, *said, advantages, returns, counted.mask, weights, restrained, done.allowed)
    return Sampled(rollout, stats, texts, scores, done.states)


def sample(
    policy: Policy,
    layout: TokenLayout,
    prompts: Sequence[str],
    inputs: tuple[Tensor, Tensor],
    group: int,
    noise: Noise,
    going: Callable[[int], int] = int,
    learned: bool = False,
) -> tuple[Completions, list[str]]:
    """``group`` completions of each prompt, as tokens and as texts, prompt by prompt.

    Args: inputs, the tokens and the mask (P, S) of the prompts; going, learned, as of ``Policy.sample``.
    """
    masks = begin_masks(layout, prompts)
    with moment_bar("sampling", layout.max_tokens, "token") as bar:
        done = policy.sample(*inputs, group, layout.max_tokens, noise, masks, bar.update, going, learned)
    return done, decode_completions(layout.tokenizer, done.tokens.flatten(0, 1), done.mask.flatten(0, 1))


def as_long(done: Completions, length: int, pad_id: int) -> Completions:
    """The completions with so many positions, as the longest have, so that sums have one shape."""
    more = length - done.tokens.shape[2]
    if not more:
        return done
    pad = torch.nn.functional.pad
    tokens = pad(done.tokens, (0, more), value=pad_id)
    mask, logp, entropy, values = (pad(x, (0, more)) for x in (done.mask, done.logp, done.entropy, done.values))
    allowed = None if done.allowed is None else pad(done.allowed, (0, 0, 0, more))
    return Completions(tokens, mask, logp, entropy, values, pad(done.sums, (0, 0, 0, more)), allowed)


def shape(done: Completions, earned: Tensor, kl: Tensor, kl_coef: float) -> Tensor:
    """Rewards (P, G, T) of tokens: what a completion earned (P, G) at its last one, less the KL (P, G, T) at each."""
    last = done.mask.sum(dim=2, keepdim=True) - 1
    return torch.zeros_like(kl).scatter_(2, last, earned[..., None]) - kl_coef * kl


def estimate(done: Completions, rewards: Tensor, config: PPOConfig, processes: Processes) -> tuple[Tensor, Tensor]:
    """Advantages and returns (P, G, T) of tokens from their rewards (P, G, T), as ``config.advantage`` has them.

    Those of completions without tokens are 0, and nothing depends on them.
    """
    mask = done.mask.float()
    if config.advantage == "gae":
        rows, values, live = (x.flatten(0, 1) for x in (rewards, done.values, mask))  # (P * G, T)
        advantages = gae(rows, values, live, config.gamma, config.gae_lambda)
        returns = advantages.view_as(mask) + done.values * mask
        advantages = whiten(advantages, live, processes.total) if config.whiten else advantages
        return advantages.view_as(mask), returns
    whole, present = rewards.sum(dim=2), mask.amax(dim=2)  # (P, G)
    centred = config.advantage == "centred"
    within_group = group_centre(whole, present, processes.total) if centred else group_normalise(whole, present)
    return within_group[..., None] * mask, rewards.flip(2).cumsum(dim=2).flip(2) * mask


def estimate_steps(
    done: Completions, added: Tensor, ends: Tensor, costs: Tensor, config: PPOConfig, processes: Processes
) -> tuple[Tensor, Tensor]:
    """Advantages and returns (P, G, T) as of ``estimate``, of tokens that answer for their own step and later ones.

    Args: added, ends (P, G, T), as of ``token_steps``; costs (P, G, T), of tokens.
    """
    mask = done.mask.float()
    returns = to_go((added - costs) * mask, ends, config.gamma) * mask
    centred = config.advantage == "centred"
    within_group = partial(group_centre, total=processes.total) if centred else group_normalise
    return by_position(within_group, returns, mask), returns


def choose_tokens(
    done: Completions, earned: Tensor, advantages: Tensor, config: PPOConfig, processes: Processes
) -> tuple[Tensor, Tensor | None]:
    """The tokens (P, G, T) that the policy's loss is of, and those that KL-Cov holds back, None without it."""
    weights = done.mask.float()
    if config.filter_groups:
        absent = ~done.mask.any(dim=2)
        highest, lowest = earned.masked_fill(absent, -inf).amax(dim=1), earned.masked_fill(absent, inf).amin(dim=1)
        weights = weights * (highest > lowest)[:, None, None]
    if not config.kl_cov:
        return weights, None
    logp, advantages, mask = (processes.gather(x.contiguous()) for x in (done.logp, advantages, done.mask.float()))
    own = slice(processes.rank * len(weights), (processes.rank + 1) * len(weights))
    return weights, most_covariant(logp, advantages, mask, config.kl_cov)[own]


def summarise(
    done: Completions, scored: Scored, names: Sequence[str], kl: Tensor, reward_seconds: float, processes: Processes
) -> dict[str, float]:
    """Figures of a batch, as ``Sampled.stats`` has them. Args: names, of the scores' parts.

    The mutual information of prompt and token, H_batch - H, is how much of a batch's variety is due to what was asked:
    the two terms of arXiv:2410.17126, subtracted. arXiv:2604.06268 finds that it follows performance better than
    entropy does.
    """
    count, known = len(scored.places), float(scored.known().sum())
    rewards = scored.sums(names)
    sums = {
        **rewards,
        "unscored": count - known,
        "entropy": done.entropy.sum().item(),
        "kl": kl.sum().item(),
        "completion_tokens": float(done.mask.sum()),
        "reward_seconds": reward_seconds * count,
    }
    floats = widest_float(processes.device)
    figures = torch.tensor([*sums.values(), known, count], dtype=floats, device=processes.device)
    *totals, known, whole = processes.total(figures).tolist()
    stats = {name: total / (known if name in rewards else whole) for name, total in zip(sums, totals, strict=True)}
    stats["entropy"] /= stats["completion_tokens"]
    counts = processes.total(done.mask.sum(dim=(0, 1)))
    stats["batch_entropy"] = mean_batch_entropy(processes.total(done.sums), counts).item()
    stats["mutual_information"] = stats["batch_entropy"] - stats["entropy"]
    return stats


@torch.no_grad()
def kl_to_reference(
    policy: Policy, reference: Reference | None, inputs: tuple[Tensor, Tensor], done: Completions, config: PPOConfig
) -> Tensor:
    """KL to the reference (P, G, T), 0 where there is none.

    It is worked out some prompts at a time: whole distributions over large vocabularies take much memory.
    """
    kl = torch.zeros_like(done.logp)
    if reference is None:
        return kl
    prompts, prompt_mask = inputs
    at_once = config.micro_batch or -(-len(kl) // config.minibatches)
    for rows in torch.arange(len(kl), device=kl.device).split(at_once):
        tokens, mask = done.tokens[rows], done.mask[rows]
        allowed = None if done.allowed is None else done.allowed[rows]
        asked = (prompts[rows], prompt_mask[rows], tokens, mask, allowed)
        live = mask.bool()
        if config.kl_estimator == "full":
            own, base = policy(*asked, whole=True).log_probs, reference(*asked, whole=True).log_probs  # (N, V)
            assert own is not None
            assert base is not None
            estimated = full_kl(own, base)
        else:
            estimated = kl_of_samples(done.logp[rows][live], reference(*asked).logp, config.kl_estimator)
        kl[rows] = kl[rows].masked_scatter(live, estimated)
    return kl


def token_steps(
    steps: Sequence[Sequence[Step]], tokenizer: Tokenizer, done: Completions, texts: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """What each step adds to the reward, at its last token (P, G, T), and where those are, bool (P, G, T).

    The first step adds its value, each later one its value less that of the step before.

    Args: steps, of each completion (P * G,), none where it has no score; texts (P * G,).
    """
    places = done.tokens.shape
    added, ends = np.zeros((len(texts), places[2]), np.float32), np.zeros((len(texts), places[2]), bool)
    rows, lengths = done.tokens.flatten(0, 1).tolist(), done.mask.sum(dim=2).flatten().tolist()
    for n, (own, row, length, text) in enumerate(zip(steps, rows, lengths, texts, strict=True)):
        before = 0.0
        for end, value in own:
            last = length - 1 if end == len(text) else token_position(tokenizer, row[:length], end - 1)
            added[n, last] += value - before
            ends[n, last], before = True, value
    device = done.tokens.device
    return torch.from_numpy(added).to(device).view(places), torch.from_numpy(ends).to(device).view(places)


def error_positions(tokenizer: Tokenizer, done: Completions, scores: Sequence[Score | Unscored]) -> Tensor:
    """The positions (P, G) of the tokens at which completions went wrong, by their scores; -1 where it is unknown.

    Where a text ends too early it is the last token.
    """
    rows, lengths = done.tokens.flatten(0, 1).tolist(), done.mask.sum(dim=2).flatten().tolist()
    positions = [
        -1
        if isinstance(score, Unscored) or score.failed_at is None
        else token_position(tokenizer, row[:length], score.failed_at)
        for row, length, score in zip(rows, lengths, scores, strict=True)
    ]
    return torch.tensor(positions, device=done.tokens.device).view(done.tokens.shape[:2])


def token_position(tokenizer: Tokenizer, ids: Sequence[int], offset: int) -> int:
    """Which token holds the character at ``offset`` of the text of ``ids``; the last one where none does."""
    return bisect_right(range(1, len(ids)), offset, key=lambda end: len(tokenizer.decode(ids[:end])))
