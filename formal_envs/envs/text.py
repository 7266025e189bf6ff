"""The text form of a task: a prompt is observed, a completion is the action, and it is scored."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import gymnasium
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Text

from formal_envs.envs.attempts import ATTEMPT_COST, Attempts, Episode, longest_conversation
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
        attempts: how many an episode has, and what they cost.
        reward_range: the least and the greatest that an episode earns.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(
        self,
        task: str,
        reward: str | Reward | None,
        render_mode: str | None,
        attempts: Attempts,
        options: dict[str, Any],
    ):
        self.task: Task
        self.reward: Reward
        self.task, self.reward = make_task(task, reward=reward, **options)
        self.attempts = attempts
        self.reward_range = attempts.range(self.reward)
        # Gymnasium warns of a mode that is not in the metadata; SB3's make_vec_env asks for "rgb_array" of every one.
        self.render_mode = render_mode if render_mode in self.metadata["render_modes"] else None
        self._stream: Stream | None = None
        self._episode: Episode | None = None
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

    def _solutions(self, problems: Problems) -> Iterable[str]:
        """The solutions, without which nothing can be told of a wrong answer; empty texts where nothing is."""
        return problems.solutions if self.attempts.most > 1 else repeat("", len(problems.prompts))

    def _under_way(self) -> Episode:
        if self._episode is None:
            raise ResetNeeded("no episode is under way: call reset() before step()")
        return self._episode

    def _answer(self, episode: Episode, completion: str, score: Score) -> tuple[float, bool, dict[str, Any]]:
        """What an answer earns, whether it ends the episode, and the info of it."""
        info: dict[str, Any] = {"parts": dict(score.parts), "failure": score.failure}
        if self.attempts.most > 1:
            info["attempt"] = episode.number
        reward, ended = episode.answer(completion, score)
        if ended:
            self._episode = None
        if self.render_mode and ended:
            self._show(episode.observation, completion, score._replace(value=reward))
        elif self.render_mode:
            self._show(episode.observation)
        return reward, ended, info

    def _show(self, observed: str, completion: str = "", score: Score | None = None) -> None:
        self._shown = observed + completion
        if score is not None:
            self._shown += f"\nreward {score.value:.4f}" + (f", {score.failure}" if score.failure else "")

    def render(self) -> Any:
        """What is asked; after the end the completion too, the reward and what it failed on. None without a mode."""
        return self._shown if self.render_mode == "ansi" else None


class TextEnv(TaskEnv):
    """One step per attempt: the observation is the prompt, the action any string, the reward its score.

    An episode has one attempt, and its step's observation is the prompt again. With more of them a wrong answer earns
    0, and is observed with what it failed on, before the prompt once more (``attempts.conversation``); the right one,
    or the last, ends the episode and earns its score less the costs.

    The info of a step holds ``parts``, what the reward was made of, ``failure``, why it is not the full one (None when
    it is), and where there are several attempts ``attempt``, which of them it was, from 1. The info of ``reset`` is
    empty. ``reset(seed=...)`` begins the stream of problems of that seed, ``reset()`` goes on with it.

    Under ``AsyncVectorEnv`` pass ``shared_memory=False``: Gymnasium's shared memory does not hold texts.

    Args:
        task: the name of a task.
        reward: the name of one of its rewards, any Reward object, or None for the task's default.
        attempts: of an episode, at most.
        attempt_cost: what each attempt after the first costs, in the reward's units.
        render_mode: "ansi" or None.
        **options: the task's own.

    Raises:
        ConfigError: a name or an option that does not exist, or has no meaning.
    """

    def __init__(
        self,
        task: str,
        *,
        reward: str | Reward | None = None,
        attempts: int = 1,
        attempt_cost: float = ATTEMPT_COST,
        render_mode: str | None = None,
        **options: Any,
    ):
        super().__init__(task, reward, render_mode, Attempts(attempts, attempt_cost), options)
        self.observation_space = text_space(self.task, self.attempts)
        self.action_space = AnyText(self.task.max_solution_length, charset=self.task.charset)

    def _read(self, problems: Problems) -> Iterable[tuple[str, str]]:
        return zip(problems.prompts, self._solutions(problems), strict=True)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Ask the next problem; ``options`` are not used."""
        self._episode = Episode(self.attempts, *self._next_problem(seed))
        prompt = self._episode.prompt
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
        episode = self._under_way()
        reward, ended, info = self._answer(episode, action, self.reward.score(episode.prompt, action))
        return episode.observation, reward, ended, False, info


def text_space(task: Task, attempts: Attempts) -> Text:
    """What is observed in the text form: prompts, and after wrong answers, which may be any text, what is told."""
    if attempts.most == 1:
        return Text(task.max_prompt_length, charset=task.charset)
    return AnyText(longest_conversation(task.max_prompt_length, attempts.most), charset=task.charset)
