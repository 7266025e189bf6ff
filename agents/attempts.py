"""Rollouts of episodes with several attempts: what was wrong is told and answered again, and all is learned from.

An attempt's return is what its episode earned, without the costs of the attempts before it. Its baseline is the mean of
those of the same prompt's attempts of the same number, so that a second attempt is compared with second attempts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from agents.evaluation.diversity import distinct_ngrams
from agents.evaluation.retries import shares
from agents.gaming import repeated_completions, signs_in_scores
from agents.models.completions import Completions, Reference
from agents.models.noise import Noise
from agents.models.policy import Policy
from agents.models.texts import encode_prompts, left_padded
from agents.objective.advantages import credit_error_token
from agents.processes import Processes
from agents.rollout import (
    Rollout,
    Sampled,
    as_long,
    choose_tokens,
    error_positions,
    estimate,
    kl_to_reference,
    sample,
    shape,
    summarise,
)
from agents.runs.config import PPOConfig, TrainingConfig
from agents.scored import Scored, part_names, score
from formal_envs.envs.attempts import Attempts, Episode
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.score import Reward, Score, Unscored
from formal_envs.tasks import Problems
from formal_envs.tokenizers import Tokenizer, VocabularyTokenizer


class Rollouts(NamedTuple):
    """Batches of one step, a ``Rollout`` of each attempt, and the prompts (R,) that their rows are of."""

    rollouts: list[Rollout]
    owners: list[Tensor]

    def select(self, rows: Tensor) -> Rollouts:
        """The prompts of the given rows, with all attempts at them."""
        kept = [torch.isin(owners.cpu(), rows.cpu()).nonzero().squeeze(1) for owners in self.owners]
        some = [
            (rollout.select(own), owners[own]) for rollout, owners, own in zip(*self, kept, strict=True) if len(own)
        ]
        return Rollouts([rollout for rollout, _ in some], [owners for _, owners in some])

    def split(self, prompts: int) -> list[Rollout]:
        """Parts of about that many prompts each, of one attempt each; 0 is a part for each attempt."""
        group = self.rollouts[0].tokens.shape[1]
        return [part for rollout in self.rollouts for part in rollout.split(prompts * group // rollout.tokens.shape[1])]


class _Tried(NamedTuple):
    """An attempt at some of the P * G episodes.

    rows (R,), which they are; inputs, prompts and mask, of P prompts or R; done and kl, of as many; scores (R,).
    """

    rows: Tensor
    inputs: tuple[Tensor, Tensor]
    done: Completions
    scores: list[Score | Unscored]
    kl: Tensor


def check_attempts(
    config: PPOConfig, policy: Policy, layout: TokenLayout, reward: Reward, processes: Processes
) -> None:
    """Raise a ConfigError where episodes of several attempts cannot be trained on with these settings."""
    check_room(config, policy, layout, reward)
    if config.attempts == 1:
        return
    if config.credit == "steps":
        raise ConfigError(
            f"credit='steps' is for one attempt, got attempts={config.attempts}: use 'completion' or 'error'"
        )
    if processes.count > 1:
        raise ConfigError(f"attempts must be 1 where several processes train, got {config.attempts}")


def check_room(config: TrainingConfig, policy: Policy, layout: TokenLayout, reward: Reward) -> None:
    """Raise a ConfigError where attempts cost more than a reward pays, or a model lacks the positions for them all."""
    config.all_attempts.range(reward)
    if config.attempts > 1 and isinstance(layout.tokenizer, VocabularyTokenizer):  # of others bounds are far too wide
        policy.check_length(layout.window - layout.max_tokens, layout.max_tokens)


def collect_attempts(
    policy: Policy,
    reference: Reference | None,
    layout: TokenLayout,
    reward: Reward,
    problems: Problems,
    config: PPOConfig,
    kl_coef: float,
    noise: Callable[[int], Noise],
    processes: Processes,
) -> Sampled:
    """Play ``config.completions`` episodes of each prompt, and estimate the advantages of all their attempts.

    An episode of which an answer could not be scored is left out of what is learned.

    Args: noise, of an attempt's number, for all episodes.
    Returns: texts and scores are those of the last attempts, with what the episodes earned for values. stats are per
        episode where those of ``collect`` are per completion, and hold ``attempts``, how many an episode had in the
        mean, and the shares that were right at the first attempt, ``right_first``, and at any, ``right_within``.

    Raises:
        Unscored: no episode has a score.
    """
    attempts, asked = config.all_attempts, list(problems.prompts)
    pairs = zip(asked, problems.solutions, strict=True)
    episodes = [Episode(attempts, *pair) for pair in pairs for _ in range(config.completions)]
    texts: list[str] = [""] * len(episodes)
    last: list[Score | Unscored] = [Unscored("")] * len(episodes)
    tried: list[_Tried] = []
    reward_seconds = 0.0
    rows, inputs = list(range(len(episodes))), encode_prompts(layout.tokenizer, asked, processes.device)
    while rows:
        prompts = asked if not tried else [episodes[row].prompt for row in rows]
        drawn = noise(len(tried) + 1).select(np.array(rows))
        done, said = sample(policy, layout, prompts, inputs, len(rows) // len(prompts), drawn)
        began = time.perf_counter()
        scores = score(reward, prompts, said).each()
        reward_seconds += time.perf_counter() - began
        kl = kl_to_reference(policy, reference, inputs, done, config)
        tried.append(_Tried(torch.tensor(rows, device=kl.device), inputs, done, scores, kl))
        going = []
        for place, (row, text, result) in enumerate(zip(rows, said, scores, strict=True)):
            texts[row], last[row] = text, result
            if isinstance(result, Score):
                earned, ended = episodes[row].answer(text, result)
                last[row] = result._replace(value=earned)
                if not ended:
                    going.append(place)
        rows = [rows[place] for place in going]
        if rows:
            again = _again(layout, tried[-1], going, [episodes[row].told[-1] for row in rows])
            inputs = left_padded(again, layout.tokenizer.pad_id, processes.device)
    final = Scored(last, np.arange(len(last)))
    names = part_names(final, processes)
    done, kl = _together(tried, policy.pad_id)
    stats = summarise(done, final, names, kl, reward_seconds, processes)
    stats |= signs_in_scores(final.distinct, final.places, config.completions, names, processes)
    if layout.max_tokens > 1:
        stats["distinct_2"] = distinct_ngrams(texts, 2)
        stats["repeated_completions"] = repeated_completions(asked, texts, processes)
    stats |= _shares(tried, last)
    learned = _learned(tried, last, layout.tokenizer, attempts, config, kl_coef, processes)
    return Sampled(learned, stats, texts, last, None)


def _again(layout: TokenLayout, tried: _Tried, going: Sequence[int], told: Sequence[str]) -> list[list[int]]:
    """The tokens before the next attempts: those before this one, its completion, and what is told of it.

    Args: going, the places (R,) of this attempt's completions that are followed by another one; told (R,).
    """
    done, group = tried.done, tried.done.tokens.shape[1]
    before = [ids[live.bool()].tolist() for ids, live in zip(*tried.inputs, strict=True)]
    said = [
        ids[live.bool()].tolist() for ids, live in zip(done.tokens.flatten(0, 1), done.mask.flatten(0, 1), strict=True)
    ]
    return [
        before[place // group] + said[place] + layout.retry(failure) for place, failure in zip(going, told, strict=True)
    ]


def _learned(
    tried: Sequence[_Tried],
    last: Sequence[Score | Unscored],
    tokenizer: Tokenizer,
    attempts: Attempts,
    config: PPOConfig,
    kl_coef: float,
    processes: Processes,
) -> Rollouts:
    """What is learned of the attempts, from what the episodes earned."""
    device, length = processes.device, max(each.done.tokens.shape[2] for each in tried)
    earned = torch.tensor(
        [score.value if isinstance(score, Score) else 0.0 for score in last], device=device
    )  # (P * G,)
    known = torch.tensor([isinstance(score, Score) for score in last], device=device)  # (P * G,)
    learned = Rollouts([], [])
    for number, (rows, inputs, short, scores, short_kl) in enumerate(tried):
        done, size = as_long(short, length, tokenizer.pad_id), short.tokens.shape[:2]
        kl = torch.nn.functional.pad(short_kl, (0, length - short_kl.shape[2]))
        ahead = (earned + attempts.cost * number)[rows].view(size)  # what was paid before is no fault of this attempt
        rewards = shape(done, ahead, kl, kl_coef)
        counted = done._replace(mask=done.mask * known[rows].view(size)[..., None])

        def whole(x: Tensor, rows: Tensor = rows) -> Tensor:  # for all episodes, (P, G, ...), 0 without this attempt
            spread = x.new_zeros(len(last), *x.shape[2:])
            spread[rows] = x.flatten(0, 1)
            return spread.view(-1, config.completions, *x.shape[2:])

        def own(x: Tensor, rows: Tensor = rows, size: torch.Size = size) -> Tensor:
            return x.flatten(0, 1)[rows].view(*size, *x.shape[2:])

        every = counted._replace(mask=whole(counted.mask), logp=whole(done.logp), values=whole(done.values))
        advantages, returns = estimate(every, whole(rewards), config, processes)
        if config.credit == "error":
            advantages = credit_error_token(advantages, whole(error_positions(tokenizer, done, scores)))
        weights, restrained = choose_tokens(every, whole(ahead), advantages, config, processes)
        said = (done.tokens, done.mask, done.logp, done.values)
        learned.rollouts.append(
            Rollout(
                *inputs,
                *said,
                own(advantages),
                own(returns),
                counted.mask,
                own(weights),
                None if restrained is None else own(restrained),
                done.allowed,
            )
        )
        learned.owners.append(rows.view(size)[:, 0] // config.completions)
    return learned


def _together(tried: Sequence[_Tried], pad_id: int) -> tuple[Completions, Tensor]:
    """The completions of all attempts as one batch, (N, 1, T), and their KL, for figures of it."""
    length = max(each.done.tokens.shape[2] for each in tried)
    dones = [as_long(each.done, length, pad_id) for each in tried]
    columns = zip(*(done[:5] for done in dones), strict=True)
    fields = [torch.cat([x.flatten(0, 1) for x in column])[:, None] for column in columns]
    sums = torch.stack([done.sums for done in dones]).sum(dim=0)
    return Completions._make([*fields, sums, None, None]), torch.cat([each.kl.flatten() for each in tried])


def _shares(tried: Sequence[_Tried], last: Sequence[Score | Unscored]) -> dict[str, float]:
    """How many attempts episodes had in the mean, and the shares of those with a score that were right."""
    return {"attempts": sum(len(each.scores) for each in tried) / len(last), **shares(tried[0].scores, last)}
