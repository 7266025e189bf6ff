"""Rollouts: ask the policy, let the reward score its completions, and work out advantages."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from agents.evaluation.diversity import distinct_ngrams
from agents.models.policy import Completions, Policy, Reference
from agents.models.texts import begin_masks, decode_completions, encode_prompts
from agents.objective.advantages import credit_error_token, gae, group_centre, group_normalise, whiten
from agents.objective.kl import full_kl, kl_of_samples
from agents.objective.losses import entropy, masked_mean, weighted_mean
from agents.runs.config import PPOConfig
from agents.runs.loop import moment_bar
from formal_envs.envs.token import TokenLayout
from formal_envs.score import Reward, Score, score_batch
from formal_envs.tokenizers import Tokenizer


class Rollout(NamedTuple):
    """A batch of P prompts with G scored completions each, of at most T tokens.

    prompts, prompt_mask (P, S), left-padded; tokens, mask, logp, values, advantages, returns (P, G, T); allowed
    (P, G, T, B) or None, as of ``Completions``.
    """

    prompts: Tensor
    prompt_mask: Tensor
    tokens: Tensor
    mask: Tensor
    logp: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
    allowed: Tensor | None

    def select(self, rows: Tensor) -> Rollout:
        """The prompts of the given rows, with all their completions."""
        return Rollout._make(None if field is None else field[rows] for field in self)


class Sampled(NamedTuple):
    """What ``collect`` brings: the batch to learn from, its figures, and what was written.

    stats: means over the batch of the reward and of its parts; entropies and KL in nats, the latter a completion; and
    ``reward_seconds``, what scoring took. texts, scores: of the P * G completions, prompt by prompt.
    """

    rollout: Rollout
    stats: dict[str, float]
    texts: list[str]
    scores: list[Score]


def collect(
    policy: Policy,
    reference: Reference | None,
    layout: TokenLayout,
    reward: Reward,
    prompts: Sequence[str],
    config: PPOConfig,
    kl_coef: float,
    generator: torch.Generator,
) -> Sampled:
    """Sample ``config.completions`` completions of each prompt, score them and estimate advantages."""
    inputs = encode_prompts(layout.tokenizer, prompts, generator.device)  # (P, S), (P, S)
    done, texts = sample(policy, layout, prompts, inputs, config.completions, generator)
    began = time.perf_counter()
    scores = score(reward, prompts, texts)
    reward_seconds = time.perf_counter() - began
    kl = kl_to_reference(policy, reference, inputs, done, config)
    rewards = shape(done, scores, kl, kl_coef)
    advantages, returns = estimate(done, rewards, config)
    if config.credit == "error":
        advantages = credit_error_token(advantages, error_positions(layout.tokenizer, done, scores))
    stats = {**summarise(done, scores, kl), "reward_seconds": reward_seconds}
    if layout.max_tokens > 1:
        stats["distinct_2"] = distinct_ngrams(texts, 2)
    rollout = Rollout(*inputs, done.tokens, done.mask, done.logp, done.values, advantages, returns, done.allowed)
    return Sampled(rollout, stats, texts, scores)


def sample(
    policy: Policy,
    layout: TokenLayout,
    prompts: Sequence[str],
    inputs: tuple[Tensor, Tensor],
    group: int,
    generator: torch.Generator,
) -> tuple[Completions, list[str]]:
    """``group`` completions of each prompt, as tokens and as texts, prompt by prompt.

    Args: inputs, the tokens and the mask (P, S) of the prompts.
    """
    masks = begin_masks(layout, prompts)
    with moment_bar("sampling", layout.max_tokens, "token") as bar:
        done = policy.sample(*inputs, group, layout.max_tokens, generator, masks, bar.update)
    return done, decode_completions(layout.tokenizer, done.tokens.flatten(0, 1), done.mask.flatten(0, 1))


def score(reward: Reward, prompts: Sequence[str], completions: Sequence[str]) -> list[Score]:
    """Scores of the same number of completions of each prompt, prompt by prompt.

    Each distinct pair is scored once: a reward is pure, and the completions of a prompt often agree.
    """
    group = len(completions) // len(prompts)
    pairs = list(zip((prompt for prompt in prompts for _ in range(group)), completions, strict=True))
    distinct = list(dict.fromkeys(pairs))
    scores = score_batch(reward, [prompt for prompt, _ in distinct], [completion for _, completion in distinct])
    by_pair = dict(zip(distinct, scores, strict=True))
    return [by_pair[pair] for pair in pairs]


def shape(done: Completions, scores: Sequence[Score], kl: Tensor, kl_coef: float) -> Tensor:
    """Rewards (P, G, T) of tokens: the score at a completion's last token, less the KL (P, G, T) at each."""
    values = torch.tensor([score.value for score in scores], device=kl.device).view(kl.shape[:2])  # (P, G)
    last = done.mask.sum(dim=2, keepdim=True) - 1
    return torch.zeros_like(kl).scatter_(2, last, values[..., None]) - kl_coef * kl


def estimate(done: Completions, rewards: Tensor, config: PPOConfig) -> tuple[Tensor, Tensor]:
    """Advantages and returns (P, G, T) of tokens from their rewards (P, G, T), as ``config.advantage`` has them."""
    mask = done.mask.float()
    if config.advantage == "gae":
        rows, values, live = (x.flatten(0, 1) for x in (rewards, done.values, mask))  # (P * G, T)
        advantages = gae(rows, values, live, config.gamma, config.gae_lambda)
        returns = advantages.view_as(mask) + done.values * mask
        return (whiten(advantages, live) if config.whiten else advantages).view_as(mask), returns
    within_group = {"centred": group_centre, "group": group_normalise}[config.advantage]
    advantages = within_group(rewards.sum(dim=2))[..., None] * mask
    return advantages, rewards.flip(2).cumsum(dim=2).flip(2) * mask


def summarise(done: Completions, scores: Sequence[Score], kl: Tensor) -> dict[str, float]:
    """Figures of a batch, as ``Sampled.stats`` has them."""
    mask = done.mask.float()
    return {
        **mean_parts(scores),
        "reward_mean": torch.tensor([score.value for score in scores]).mean().item(),
        "entropy": masked_mean(done.entropy, mask).item(),
        "batch_entropy": weighted_mean(entropy(done.mean_probs), mask.sum(dim=(0, 1))).item(),
        "kl": kl.sum(dim=2).mean().item(),
        "completion_tokens": mask.sum(dim=2).mean().item(),
    }


@torch.no_grad()
def kl_to_reference(
    policy: Policy, reference: Reference | None, inputs: tuple[Tensor, Tensor], done: Completions, config: PPOConfig
) -> Tensor:
    """KL to the reference (P, G, T), 0 where there is none.

    It is worked out a mini-batch at a time: distributions over large vocabularies take much memory.
    """
    kl = torch.zeros_like(done.logp)
    if reference is None:
        return kl
    prompts, prompt_mask = inputs
    for rows in torch.arange(len(kl), device=kl.device).chunk(config.minibatches):
        tokens, mask = done.tokens[rows], done.mask[rows]
        allowed = None if done.allowed is None else done.allowed[rows]
        asked = (prompts[rows], prompt_mask[rows], tokens, mask, allowed)
        base = reference(*asked).log_probs  # (N, V)
        live = mask.bool()
        if config.kl_estimator == "full":
            estimated = full_kl(policy(*asked).log_probs, base)
        else:
            base_logp = base.gather(-1, tokens[live][:, None]).squeeze(-1)
            estimated = kl_of_samples(done.logp[rows][live], base_logp, config.kl_estimator)
        kl[rows] = kl[rows].masked_scatter(live, estimated)
    return kl


def error_positions(tokenizer: Tokenizer, done: Completions, scores: Sequence[Score]) -> Tensor:
    """The positions (P, G) of the tokens at which completions went wrong, by their scores; -1 where it is unknown.

    Where a text ends too early it is the last token.
    """
    rows, lengths = done.tokens.flatten(0, 1).tolist(), done.mask.sum(dim=2).flatten().tolist()
    positions = [
        -1 if score.failed_at is None else token_position(tokenizer, row[:length], score.failed_at)
        for row, length, score in zip(rows, lengths, scores, strict=True)
    ]
    return torch.tensor(positions, device=done.tokens.device).view(done.tokens.shape[:2])


def token_position(tokenizer: Tokenizer, ids: Sequence[int], offset: int) -> int:
    """Which token holds the character at ``offset`` of the text of ``ids``; the last one where none does."""
    return bisect_right(range(1, len(ids)), offset, key=lambda end: len(tokenizer.decode(ids[:end])))


def mean_parts(scores: Sequence[Score]) -> dict[str, float]:
    """Mean of each part that the first score has."""
    return {name: sum(score.parts[name] for score in scores) / len(scores) for name in scores[0].parts}
