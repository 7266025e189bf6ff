"""Stable-Baselines3: a watch on the reward of a run, which stops it where it is gamed. It needs the extra sb3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from formal_envs.envs.token import TokenLayout
from formal_envs.testing import RewardWatch

Episode = tuple[str, str, Any]
"""Prompt, completion and solution of an episode; the solution is None where there is none."""


def read_tokens(layout: TokenLayout) -> Callable[[Mapping[str, Any]], Episode]:
    """What reads the episodes of a token environment, whose ``layout`` is ``env.unwrapped.layout``.

    They hold no solution: the judge has to do with prompt and completion, as the task's own reward "exact" does.
    """

    def read(info: Mapping[str, Any]) -> Episode:
        prompt = info["terminal_observation"][: layout.prompt_positions]
        return layout.tokenizer.decode(prompt.tolist()), info["completion"], None

    return read


class WatchCallback(BaseCallback):
    """Has a watch look at the episodes that end, logs what it finds under ``watch/``, and stops the run.

    A look waits for as many episodes as the watch samples, so that rollouts of few give no looks of few.

    Args:
        watch: looks; its step is the number of timesteps.
        read: the episode of the info of its last step.
    """

    def __init__(self, watch: RewardWatch, read: Callable[[Mapping[str, Any]], Episode]):
        super().__init__()
        self.watch, self._read = watch, read
        self._earned = np.zeros(0)
        self._ended: list[tuple[Episode, float]] = []

    def _on_training_start(self) -> None:
        self._earned = np.zeros(self.training_env.num_envs)

    def _on_step(self) -> bool:
        """Take in what has ended; False stops the run."""
        self._earned += self.locals["rewards"]
        for place in np.flatnonzero(self.locals["dones"]):
            info = self.locals["infos"][place]
            earned = info.get("episode", {}).get("r", self._earned[place])  # Monitor's is not normalised
            self._ended.append((self._read(info), float(earned)))
            self._earned[place] = 0.0
        if len(self._ended) >= self.watch.sample:
            self._look()
        return not self.watch.stopped

    def _look(self) -> None:
        episodes, rewards = zip(*self._ended, strict=True)
        prompts, completions, solutions = map(list, zip(*episodes, strict=True))
        found = self.watch.look(self.num_timesteps, prompts, completions, rewards, solutions)
        self._ended.clear()
        for name, value in (found.metrics() if found else {}).items():
            self.logger.record(name.replace("_", "/", 1), value)
