"""TRL: a watch on the reward of a GRPOTrainer, which stops the run where it is gamed. It needs the extra trl."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from torch import distributed, tensor
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from formal_envs.adapters.trl import prompt_of, text_of
from formal_envs.errors import ConfigError
from formal_envs.testing import RewardWatch


class WatchCallback(TrainerCallback):
    """Has a watch look at each batch that is scored, logs what it finds, and stops the run.

    ::

        watched = WatchCallback(RewardWatch(same_value), my_reward)
        GRPOTrainer(..., reward_funcs=watched.reward, callbacks=[watched])

    Of several processes each watches its own completions; all stop where one has to.

    Args:
        watch: looks.
        reward: the function that would be given for ``reward_funcs``; it may be async.
        solution: the column of the dataset that the judge is given as the solution, where it is there.

    Attributes:
        reward: the same function, watched.

    Raises:
        ConfigError: the reward is no function.
    """

    def __init__(self, watch: RewardWatch, reward: Callable[..., Any], *, solution: str = "solution"):
        if not inspect.isroutine(reward) and not hasattr(reward, "func"):
            raise ConfigError(f"expected a function for reward_funcs, got {reward!r}")
        self.watch, self._solution = watch, solution
        self._reward: Any = reward
        self._step = 0
        self.reward = self._watched_async() if inspect.iscoroutinefunction(reward) else self._watched()
        self.reward.__name__ = getattr(reward, "__name__", None) or self._reward.func.__name__  # by which TRL logs it

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> TrainerControl:
        """Stop the run where the watch says so, on every process."""
        self._step = state.global_step
        control.should_training_stop |= _anywhere(self.watch.stopped, args.device)
        return control

    def _watched(self) -> Any:
        def watched(prompts: Sequence[Any], completions: Sequence[Any], **given: Any) -> Any:
            rewards = self._reward(prompts=prompts, completions=completions, **given)
            self._look(prompts, completions, rewards, given)
            return rewards

        return watched

    def _watched_async(self) -> Any:
        async def watched(prompts: Sequence[Any], completions: Sequence[Any], **given: Any) -> Any:
            rewards = await self._reward(prompts=prompts, completions=completions, **given)
            self._look(prompts, completions, rewards, given)
            return rewards

        return watched

    def _look(
        self, prompts: Sequence[Any], completions: Sequence[Any], rewards: Sequence[float | None], given: dict[str, Any]
    ) -> None:
        asked, said = list(map(prompt_of, prompts)), list(map(text_of, completions))
        found = self.watch.look(self._step + 1, asked, said, rewards, given.get(self._solution))
        log = given.get("log_metric") or (lambda name, value: None)
        for name, value in (found.metrics() if found else {}).items():
            log(name.replace("_", "/", 1), value)


def _anywhere(stopped: bool, device: Any) -> bool:
    if not (distributed.is_available() and distributed.is_initialized()):
        return stopped
    any_stopped = tensor(float(stopped), device=device)
    distributed.all_reduce(any_stopped, distributed.ReduceOp.MAX)
    return bool(any_stopped.item())
