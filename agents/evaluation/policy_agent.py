"""A policy as an Agent."""

from __future__ import annotations

from collections.abc import Sequence

from accelerate import Accelerator
from torch import Tensor

from agents.evaluation.agent import ONE, evaluate
from agents.models.build import load_model
from agents.models.noise import Noise
from agents.models.policy import Policy
from agents.models.texts import begin_masks, decode_completions, encode_prompts, left_padded
from agents.runs.files import find_checkpoint
from agents.runs.folder import Run
from agents.runs.loop import progress_bar
from agents.runs.threads import share, use_threads
from formal_envs.envs.attempts import Attempts, Episode
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.score import Reward
from formal_envs.tasks import Task
from formal_envs.tasks.streams import seeded_stream

_ACTING = 7
"""A purpose of seeds, beside those in agents/evaluation/agent.py, agents/ppo.py and agents/sft.py."""


class PolicyAgent:
    """A policy as an Agent: greedy, or sampling from a seed."""

    def __init__(self, policy: Policy, layout: TokenLayout, sampling_seed: int | None = None):
        self.policy, self.layout = policy, layout
        self._device = policy.value_head.weight.device
        self._stream = None if sampling_seed is None else seeded_stream(sampling_seed, _ACTING)
        self._asked = 0

    @classmethod
    def load(cls, run: Run, sampling_seed: int | None = None) -> PolicyAgent:
        """The agent of a run's newest checkpoint.

        Raises:
            ConfigError: the run has none.
        """
        checkpoint = find_checkpoint(run.checkpoint)
        if checkpoint is None:
            raise ConfigError(f"no checkpoint in {run.folder}: train it, or go on with it with --resume")
        layout = run.spec.layout(checkpoint)
        policy = Policy(load_model(str(checkpoint), run.spec.config.context), layout)
        use_threads(min(run.spec.config.threads, share()), policy.value_head.in_features)
        device = Accelerator(cpu=run.spec.config.device == "cpu").device  # a run from a GPU can be looked at elsewhere
        return cls(policy.to(device), layout, sampling_seed)

    def act(self, prompts: Sequence[str]) -> list[str]:
        """A completion of each prompt."""
        return self._complete(prompts, *encode_prompts(self.layout.tokenizer, prompts, self._device))

    def act_again(self, episodes: Sequence[Episode]) -> list[str]:
        """The next completion of each episode's prompt, after those before it and what was told of them.

        They are read as the tokenizer cuts them, which may differ from the tokens that they were written with.
        """
        tokenizer, most = self.layout.tokenizer, self.layout.max_tokens
        rows = []
        for episode in episodes:
            row = tokenizer.encode(episode.prompt) or [tokenizer.bos_id]
            for said, told in zip(episode.said, episode.told, strict=True):
                row += [*tokenizer.encode(said), tokenizer.eos_id][:most] + self.layout.retry(told)
            rows.append(row)
        asked = left_padded(rows, tokenizer.pad_id, self._device)
        return self._complete([episode.prompt for episode in episodes], *asked)

    def _complete(self, prompts: Sequence[str], ids: Tensor, mask: Tensor) -> list[str]:
        """A completion of each row of tokens (P, S), under the masks of its prompt."""
        masks = begin_masks(self.layout, prompts)
        noise = None
        if self._stream is not None:
            noise = Noise(self._stream, self._asked, len(prompts), 1, self._device)
        self._asked += len(prompts)
        done = self.policy.sample(ids, mask, 1, self.layout.max_tokens, noise, masks)
        return decode_completions(self.layout.tokenizer, done.tokens.flatten(0, 1), done.mask.flatten(0, 1))


def held_out_results(
    policy: Policy,
    layout: TokenLayout,
    task: Task,
    reward: Reward,
    episodes: int,
    seed: int,
    attempts: Attempts = ONE,
) -> dict[str, dict[str, float]]:
    """``evaluate`` of the policy, decoding greedily and sampling, for a run's summary; a bar shows each."""
    results = {}
    for name, sampling_seed in (("greedy_test", None), ("sampled_test", seed)):
        agent = PolicyAgent(policy, layout, sampling_seed)
        with progress_bar(name, episodes, unit="episode") as bar:
            results[name] = evaluate(
                agent,
                task,
                reward,
                episodes=episodes,
                seed=seed,
                attempts=attempts,
                watch=lambda problems, *_: bar.update(len(problems.prompts)),
            )
    return results
