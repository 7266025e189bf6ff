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
from agents.objective.advantages import blame, gae, group_centre, group_normalise, whiten
from agents.objective.kl import full_kl, kl_of_samples
from agents.objective.losses import entropy, masked_mean, weighted_mean
from agents.runs.config import PPOConfig
from formal_envs.envs.masks import GrammarMasks
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


def encode_prompts(tokenizer: Tokenizer, prompts: Sequence[str], device: torch.device) -> tuple[Tensor, Tensor]:
    """Token ids and mask (P, S) of the prompts, left-padded to the longest. An empty prompt becomes BOS."""
    rows = [tokenizer.encode(prompt) or [tokenizer.bos_id] for prompt in prompts]
    longest = max(map(len, rows))
    ids = torch.tensor([[tokenizer.pad_id] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    return ids.to(device), mask.to(device)


def begin_masks(layout: TokenLayout, prompts: Sequence[str]) -> GrammarMasks | None:
    """Masks of texts after the prompts, where the layout has masks."""
    masks = layout.masks(len(prompts))
    if masks is not None:
        masks.begin_all(range(len(prompts)), prompts)
    return masks


def decode_completions(tokenizer: Tokenizer, tokens: Tensor, mask: Tensor) -> list[str]:
    """Texts of completions: tokens, mask (N, T)."""
    if tokens.shape[1] == 1:  # few distinct ones
        texts = {token: tokenizer.decode([token]) for token in set(tokens[:, 0].tolist())}
        return [texts[token] for token in tokens[:, 0].tolist()]
    lengths = mask.sum(dim=1).tolist()
    return [tokenizer.decode(row[:length]) for row, length in zip(tokens.tolist(), lengths, strict=True)]


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
    ids, prompt_mask = encode_prompts(layout.tokenizer, prompts, generator.device)
    group = config.completions
    masks = begin_masks(layout, prompts)
    done = policy.sample(ids, prompt_mask, group, layout.max_tokens, generator, masks)
    texts = decode_completions(layout.tokenizer, done.tokens.flatten(0, 1), done.mask.flatten(0, 1))
    began = time.perf_counter()
    scores = _score_distinct(reward, [prompt for prompt in prompts for _ in range(group)], texts)
    reward_seconds = time.perf_counter() - began
    values = torch.tensor([score.value for score in scores], device=ids.device).view(len(prompts), group)

    mask = done.mask.float()
    token_rewards = torch.zeros_like(mask)  # (P, G, T)
    last = done.mask.sum(dim=2, keepdim=True) - 1
    token_rewards.scatter_(2, last, values[..., None])
    kl = torch.zeros_like(mask)
    if reference is not None:
        kl = _kl(policy, reference, ids, prompt_mask, done, config)
        token_rewards = token_rewards - kl_coef * kl

    if config.advantage != "gae":
        within_group = {"centred": group_centre, "group": group_normalise}[config.advantage]
        advantages = within_group(token_rewards.sum(dim=2))[..., None] * mask
        if config.credit == "error":
            places = torch.tensor(_error_tokens(layout.tokenizer, done, scores), device=ids.device).view_as(values)
            advantages = blame(advantages, places)
        returns = token_rewards.flip(2).cumsum(dim=2).flip(2) * mask
    else:
        flat = gae(
            token_rewards.flatten(0, 1), done.values.flatten(0, 1), mask.flatten(0, 1), config.gamma, config.gae_lambda
        )
        returns = flat.view_as(mask) + done.values * mask
        advantages = (whiten(flat, mask.flatten(0, 1)) if config.whiten else flat).view_as(mask)

    stats = {
        **mean_parts(scores),
        "reward_mean": values.mean().item(),
        "entropy": masked_mean(done.entropy, mask).item(),
        "batch_entropy": weighted_mean(entropy(done.mean_probs), mask.sum(dim=(0, 1))).item(),
        "kl": kl.sum(dim=2).mean().item(),
        "completion_tokens": mask.sum(dim=2).mean().item(),
        "reward_seconds": reward_seconds,
    }
    if layout.max_tokens > 1:
        stats["distinct_2"] = distinct_ngrams(texts, 2)
    sampled = done.tokens, done.mask, done.logp, done.values
    rollout = Rollout(ids, prompt_mask, *sampled, advantages, returns, done.allowed)
    return Sampled(rollout, stats, texts, scores)


@torch.no_grad()
def _kl(
    policy: Policy, reference: Reference, ids: Tensor, prompt_mask: Tensor, done: Completions, config: PPOConfig
) -> Tensor:
    """KL to the reference (P, G, T), a mini-batch at a time: distributions over large vocabularies take much memory."""
    kl = torch.zeros_like(done.logp)
    for rows in torch.arange(len(ids), device=ids.device).chunk(config.minibatches):
        tokens, mask = done.tokens[rows], done.mask[rows]
        inputs = (ids[rows], prompt_mask[rows], tokens, mask, None if done.allowed is None else done.allowed[rows])
        base = reference(*inputs).log_probs  # (N, V)
        live = mask.bool()
        if config.kl_estimator == "full":
            estimate = full_kl(policy(*inputs).log_probs, base)
        else:
            base_logp = base.gather(-1, tokens[live][:, None]).squeeze(-1)
            estimate = kl_of_samples(done.logp[rows][live], base_logp, config.kl_estimator)
        kl[rows] = kl[rows].masked_scatter(live, estimate)
    return kl


def _error_tokens(tokenizer: Tokenizer, done: Completions, scores: Sequence[Score]) -> list[int]:
    """The place of the token at which each of the P * G completions went wrong, by its score; -1 where it is unknown.

    Where a text ends too early it is the last token.
    """
    rows, lengths = done.tokens.flatten(0, 1).tolist(), done.mask.sum(dim=2).flatten().tolist()
    return [
        -1 if score.failed_at is None else _token_at(tokenizer, row[:length], score.failed_at)
        for row, length, score in zip(rows, lengths, scores, strict=True)
    ]


def _token_at(tokenizer: Tokenizer, ids: Sequence[int], offset: int) -> int:
    """The place of the token that holds the character at ``offset`` of the text of ``ids``, or else the last one."""
    return bisect_right(range(1, len(ids)), offset, key=lambda end: len(tokenizer.decode(ids[:end])))


def _score_distinct(reward: Reward, prompts: list[str], completions: list[str]) -> list[Score]:
    """Score each distinct pair once: a reward is pure, and a group's completions often agree."""
    pairs = list(zip(prompts, completions, strict=True))
    distinct = list(dict.fromkeys(pairs))
    scores = score_batch(reward, [prompt for prompt, _ in distinct], [completion for _, completion in distinct])
    by_pair = dict(zip(distinct, scores, strict=True))
    return [by_pair[pair] for pair in pairs]


def mean_parts(scores: Sequence[Score]) -> dict[str, float]:
    """Mean of each part that the first score has."""
    return {name: sum(score.parts[name] for score in scores) / len(scores) for name in scores[0].parts}
