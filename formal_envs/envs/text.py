"""The text form of a task: a prompt is observed, a completion is the action, and the episode is over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gymnasium
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Text

from formal_envs.envs.prefetch import Stream
from formal_envs.envs.spaces import AnyText
from formal_envs.errors import ConfigError
from formal_envs.score import Reward, Score
from formal_envs.tasks import Problems, Task, make_task
from formal_envs.tasks.streams import new_streams


class TaskEnv(gymnasium.Env[Any, Any]):
    """What the single environments share: their task and reward, their stream of problems, and how they are shown.

    Attributes:
        task, reward: what asks and what scores.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(self, task: str, reward: str | Reward | None, render_mode: str | None, options: dict[str, Any]):
        self.task: Task
        self.reward: Reward
        self.task, self.reward = make_task(task, reward=reward, **options)
        # Gymnasium warns of a mode that is not in the metadata; SB3's make_vec_env asks for "rgb_array" of every one.
        self.render_mode = render_mode if render_mode in self.metadata["render_modes"] else None
        self._stream: Stream | None = None
        self._shown = ""

    def _read(self, problems: Problems) -> Iterable[Any]:
        """One item per problem, which ``_next_problem`` gives."""
        raise NotImplementedError

    def _next_problem(self, seed: int | None) -> Any:
        """The stream's next problem; a seed, or the first call, begins a new stream."""
        if seed is not None or self._stream is None:
            super().reset(seed=seed)
            self._stream = Stream(self.task, self._read, new_streams(self.np_random, 1)[0])
        return next(self._stream)

    def _show(self, prompt: str, completion: str = "", score: Score | None = None) -> None:
        self._shown = prompt + completion
        if score is not None:
            self._shown += f"\nreward {score.value:.4f}" + (f", {score.failure}" if score.failure else "")

    def render(self) -> Any:
        """The prompt; after the end the completion too, the reward and what it failed on. None without a mode."""
        return self._shown if self.render_mode == "ansi" else None


class TextEnv(TaskEnv):
    """One step an episode: the observation is the prompt, the action any string, the reward its score.

    The step's observation is the prompt again, and its info holds ``parts``, what the reward was made of, and
    ``failure``, why it is not the full one (None when it is). The info of ``reset`` is empty. ``reset(seed=...)``
    begins the stream of problems of that seed, ``reset()`` goes on with it.

    Under ``AsyncVectorEnv`` pass ``shared_memory=False``: Gymnasium's shared memory does not hold texts.

    Args:
        task: the name of a task.
        reward: the name of one of its rewards, any Reward object, or None for the task's default.
        render_mode: "ansi" or None.
        **options: the task's own.

    Raises:
        ConfigError: a name or an option that does not exist, or has no meaning.
    """

    def __init__(
        self, task: str, *, reward: str | Reward | None = None, render_mode: str | None = None, **options: Any
    ):
        super().__init__(task, reward, render_mode, options)
        self.observation_space = Text(self.task.max_prompt_length, charset=self.task.charset)
        self.action_space = AnyText(self.task.max_solution_length, charset=self.task.charset)
        self._prompt: str | None = None

    def _read(self, problems: Problems) -> Iterable[str]:
        return problems.prompts

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Ask the next problem; ``options`` are not used."""
        self._prompt = prompt = self._next_problem(seed)
        if self.render_mode:
            self._show(prompt)
        return prompt, {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Score ``action`` as the completion of the prompt.

        Raises:
            ConfigError: the action is not a string.
            ResetNeeded: no episode is under way.
            Unscored: the score could not be given. The problem stays asked, and the step can be taken again.
        """
        if not isinstance(action, str):
            raise ConfigError(f"the action must be a str, the completion of the prompt, got {type(action).__name__}")
        prompt = self._prompt
        if prompt is None:
            raise ResetNeeded("no episode is under way: call reset() before step()")
        score = self.reward.score(prompt, action)
        self._prompt = None
        if self.render_mode:
            self._show(prompt, action, score)
        return prompt, score.value, True, False, {"parts": dict(score.parts), "failure": score.failure}
