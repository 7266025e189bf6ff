"""Rollouts: ask the policy, let the reward score its completions, and work out advantages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from agents.advantages import gae, group_centre, group_normalise, whiten
from agents.config import PPOConfig
from agents.kl import kl_per_token
from agents.losses import masked_mean, mean_batch_entropy, token_entropy
from agents.policy import Policy
from formal_envs.envs.token import TokenLayout
from formal_envs.score import Reward, Score, score_batch
from formal_envs.tokenizers import Tokenizer


class Rollout(NamedTuple):
    """A batch of P prompts with G scored completions each, of at most T tokens.

    prompts, prompt_mask (P, S), left-padded; tokens, mask, logp, values, advantages, returns (P, G, T).
    """

    prompts: Tensor
    prompt_mask: Tensor
    tokens: Tensor
    mask: Tensor
    logp: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor

    def select(self, rows: Tensor) -> Rollout:
        """The prompts of the given rows, with all their completions."""
        return Rollout(*(field[rows] for field in self))


class RolloutStats(NamedTuple):
    """Means over a rollout; entropies and KL in nats, the latter a completion."""

    reward_mean: float
    exact: float
    entropy: float
    batch_entropy: float
    kl: float
    completion_tokens: float


def encode_prompts(tokenizer: Tokenizer, prompts: Sequence[str], device: torch.device) -> tuple[Tensor, Tensor]:
    """Token ids and mask (P, S) of the prompts, left-padded to the longest. An empty prompt becomes BOS."""
    rows = [tokenizer.encode(prompt) or [tokenizer.bos_id] for prompt in prompts]
    longest = max(map(len, rows))
    ids = torch.tensor([[tokenizer.pad_id] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    return ids.to(device), mask.to(device)


def decode_completions(tokenizer: Tokenizer, tokens: Tensor, mask: Tensor) -> list[str]:
    """Texts of completions: tokens, mask (N, T)."""
    if tokens.shape[1] == 1:  # few distinct ones
        texts = {token: tokenizer.decode([token]) for token in set(tokens[:, 0].tolist())}
        return [texts[token] for token in tokens[:, 0].tolist()]
    lengths = mask.sum(dim=1).tolist()
    return [tokenizer.decode(row[:length]) for row, length in zip(tokens.tolist(), lengths, strict=True)]


def collect(
    policy: Policy,
    reference: Policy | None,
    layout: TokenLayout,
    reward: Reward,
    prompts: Sequence[str],
    config: PPOConfig,
    kl_coef: float,
    generator: torch.Generator,
) -> tuple[Rollout, RolloutStats]:
    """Sample ``config.completions`` completions of each prompt, score them and estimate advantages."""
    ids, prompt_mask = encode_prompts(layout.tokenizer, prompts, generator.device)
    group = config.completions
    done = policy.sample(ids, prompt_mask, group, layout.max_tokens, generator)
    texts = decode_completions(layout.tokenizer, done.tokens.flatten(0, 1), done.mask.flatten(0, 1))
    scores = _score_distinct(reward, [prompt for prompt in prompts for _ in range(group)], texts)
    values = torch.tensor([score.value for score in scores], device=ids.device).view(len(prompts), group)

    mask = done.mask.float()
    token_rewards = torch.zeros_like(mask)  # (P, G, T)
    last = done.mask.sum(dim=2, keepdim=True) - 1
    token_rewards.scatter_(2, last, values[..., None])
    kl = torch.zeros_like(mask)
    if reference is not None:
        with torch.no_grad():
            base = reference(ids, prompt_mask, done.tokens, done.mask).log_probs
        kl = kl_per_token(done.log_probs, base, done.tokens, config.kl_estimator) * mask
        token_rewards = token_rewards - kl_coef * kl

    if config.advantage != "gae":
        within_group = {"centred": group_centre, "group": group_normalise}[config.advantage]
        advantages = within_group(token_rewards.sum(dim=2))[..., None] * mask
        returns = token_rewards.flip(2).cumsum(dim=2).flip(2) * mask
    else:
        flat = gae(
            token_rewards.flatten(0, 1), done.values.flatten(0, 1), mask.flatten(0, 1), config.gamma, config.gae_lambda
        )
        returns = flat.view_as(mask) + done.values * mask
        advantages = (whiten(flat, mask.flatten(0, 1)) if config.whiten else flat).view_as(mask)

    logp = done.log_probs.gather(-1, done.tokens[..., None]).squeeze(-1)
    stats = RolloutStats(
        reward_mean=values.mean().item(),
        exact=_mean_part(scores, "exact"),
        entropy=masked_mean(token_entropy(done.log_probs), mask).item(),
        batch_entropy=mean_batch_entropy(done.log_probs.flatten(0, 1), mask.flatten(0, 1)).item(),
        kl=kl.sum(dim=2).mean().item(),
        completion_tokens=mask.sum(dim=2).mean().item(),
    )
    return Rollout(ids, prompt_mask, done.tokens, done.mask, logp, done.values, advantages, returns), stats


def _score_distinct(reward: Reward, prompts: list[str], completions: list[str]) -> list[Score]:
    """Score each distinct pair once: a reward is pure, and a group's completions often agree."""
    pairs = list(zip(prompts, completions, strict=True))
    distinct = list(dict.fromkeys(pairs))
    scores = score_batch(reward, [prompt for prompt, _ in distinct], [completion for _, completion in distinct])
    by_pair = dict(zip(distinct, scores, strict=True))
    return [by_pair[pair] for pair in pairs]


def _mean_part(scores: Sequence[Score], name: str) -> float:
    """Mean of a part over the scores; that of scores without it is 0."""
    return sum(score.parts.get(name, 0.0) for score in scores) / len(scores)
