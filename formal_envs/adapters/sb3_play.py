"""Board games for Stable-Baselines3 and sb3-contrib: many games in one call of the engine. It needs the extra sb3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices

from formal_envs.playing.vector import PlayVectorEnv


class GamesVecEnv(VecEnv):
    """``PlayVectorEnv`` as the trainers take it; MaskablePPO finds its ``action_masks``.

    Observations are (n, planes, rows, columns) in [0, 1]. ``infos`` of a game that has ended have ``final_info``, with
    the winner and the length, and ``terminal_observation``.

    Args:
        games: the environment; ``PlayVectorEnv(64, "game.lud", opponent="one-ply", seat="in turn")``.
    """

    def __init__(self, games: PlayVectorEnv):
        self.games = games
        self._actions: NDArray[np.int64] = np.zeros(games.num_envs, np.int64)
        super().__init__(games.num_envs, games.single_observation_space, games.single_action_space)

    def reset(self) -> NDArray[np.float32]:
        """Begin a game in each slot; seeds that ``seed`` has set are used once."""
        given: list[int] = [seed for seed in self._seeds if seed is not None]
        observations, _ = self.games.reset(seed=given if len(given) == self.num_envs else None)
        self._reset_seeds()
        return observations

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Keep (n,) actions for ``step_wait``."""
        self._actions = actions

    def step_wait(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Play them: observations, (n,) rewards, (n,) whether the game ended, and infos."""
        observations, rewards, terminated, truncated, told = self.games.step(self._actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        ended = terminated | truncated
        for slot in np.flatnonzero(ended).tolist():
            infos[slot] = {
                "terminal_observation": told["final_obs"][slot],
                "TimeLimit.truncated": bool(truncated[slot] and not terminated[slot]),
                "final_info": {name: values[slot] for name, values in told["final_info"].items() if name[0] != "_"},
            }
        return observations, rewards.astype(np.float32), ended, infos

    def close(self) -> None:
        """Nothing is held."""

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """An attribute of the games, for each slot."""
        if attr_name == "action_masks":
            return [self.games.action_masks] * len(self._slots(indices))
        return [getattr(self.games, attr_name)] * len(self._slots(indices))

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of all games."""
        setattr(self.games, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **method_kwargs: Any
    ) -> list[Any]:
        """``action_masks``, for each slot (actions,): no game has other methods of its own.

        Raises:
            AttributeError: another method was asked for.
        """
        if method_name != "action_masks":
            raise AttributeError(f"games side by side have no method {method_name!r} each; action_masks is one")
        masks = self.games.action_masks()
        return [masks[slot] for slot in self._slots(indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: VecEnvIndices = None) -> list[bool]:
        """No game is wrapped."""
        return [False] * len(self._slots(indices))

    def _slots(self, indices: VecEnvIndices) -> Sequence[int]:
        if indices is None:
            return range(self.num_envs)
        return [*indices] if isinstance(indices, Iterable) else [indices]
