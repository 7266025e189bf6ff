"""The vector form of ``FormalPlay-v0``: thousands of games, a ply in each by one call of the engine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box, Discrete
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.interface import FAULTS
from formal_envs.playing.env import draw_seed, read_actions
from formal_envs.playing.games import Opponents, open_table

Planes = NDArray[np.float32]
Info = dict[str, Any]


class PlayVectorEnv(VectorEnv[Planes, NDArray[np.int64], NDArray[Any]]):
    """``PlayEnv`` in n slots, with SAME_STEP autoreset: a game that ends is followed by the next one in the same step.

    The last observation of a game that ended is in ``infos["final_obs"]``, its end in ``infos["final_info"]``.
    ``infos["action_mask"]`` (n, actions) int8 and ``infos["player"]`` (n,), who is to move, are of the next step. A
    seed draws the games of all slots; a list of seeds gives each slot those of the single environment with that seed,
    None among them goes on. ``options={"reset_mask": mask}``, (n,) bool, resets the slots where it is true.

    Args:
        num_envs: n.
        game, opponent, seat, max_moves: as of ``PlayEnv``; opponent None: every ply is the caller's, each observation
            that of who is to move, each reward of who moved.
        copy: whether what is returned stays as it is; False: the next step writes over observations and masks.

    Raises: as ``PlayEnv``.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(
        self,
        num_envs: int,
        game: str | os.PathLike[str],
        *,
        opponent: Opponents = "random",
        seat: int | str = 1,
        max_moves: int = 1000,
        copy: bool = True,
    ):
        self._table = open_table(game, num_envs, opponent, seat, max_moves)
        self.num_envs, self._copy = num_envs, copy
        self.numbering, self.layout = self._table.numbering, self._table.layout
        self.single_observation_space = Box(0.0, 1.0, self.layout.shape, np.float32)
        self.single_action_space = Discrete(self.numbering.n)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._all = np.ones(num_envs, bool)
        self._seeded = False

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: Info | None = None
    ) -> tuple[Planes, Info]:
        """Begin a game in each slot.

        Raises:
            ConfigError: ``seed`` is a list and has not n entries, or the ``reset_mask`` is not (n,) bool with a True.
            GameError: stage "play": a game fails before its seat is to move.
        """
        slots = self._all
        if options is not None and options.get("reset_mask") is not None:
            slots = self._checked(options["reset_mask"])
        if not self._seeded and not slots.all():
            raise ResetNeeded("the first reset() must be of all slots, without a reset_mask")
        if seed is None or isinstance(seed, (int, np.integer)):
            if seed is not None or not self._seeded:
                super().reset(seed=None if seed is None else int(seed))
                for slot in range(self.num_envs):
                    drawn = draw_seed(self.np_random)
                    if slots[slot]:
                        self._table.seed(slot, drawn)
        else:
            self._seed_each(seed)
        self._seeded = True
        self._table.begin(slots)
        return self._told("planes"), self._info(slots)

    def _seed_each(self, seeds: Sequence[int | None]) -> None:
        if len(seeds) != self.num_envs:
            raise ConfigError(f"expected a seed for each of the {self.num_envs} slots, got {len(seeds)}")
        for slot, seed in enumerate(seeds):
            if seed is not None or not self._seeded:
                rng = self.np_random if seed is None else seeding.np_random(int(seed))[0]
                self._table.seed(slot, draw_seed(rng))

    def _checked(self, mask: Any) -> NDArray[np.bool_]:
        given = isinstance(mask, np.ndarray) and mask.dtype == np.bool_
        if not (given and mask.shape == (self.num_envs,) and mask.any()):
            expected = f"a boolean array of shape ({self.num_envs},) with at least one True"
            raise ConfigError(f"options['reset_mask'] must be {expected}, got {mask!r}")
        checked: NDArray[np.bool_] = mask
        return checked

    def step(
        self, actions: Sequence[int] | NDArray[np.int64]
    ) -> tuple[Planes, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Play ``actions[i]`` in slot i, and the opponents' moves up to the seat's next one.

        Raises:
            ConfigError: the actions are not n integers of the action space.
            ResetNeeded: there was no reset.
            GameError: stage "play": a next game fails before its seat is to move.
        """
        if not self._seeded:
            raise ResetNeeded("no game is under way: call reset() before step()")
        self._table.step(read_actions(actions, (self.num_envs,), self.numbering.n), again=True)
        view = self._table.view
        terminated, truncated = view["terminated"].astype(bool), view["truncated"].astype(bool)
        ended = terminated | truncated
        infos = self._info(self._all)
        if ended.any():
            infos |= self._ends(ended)
        return self._told("planes"), view["reward"].copy(), terminated, truncated, infos

    def _told(self, name: str) -> NDArray[Any]:
        array = self._table.view[name]
        return array.copy() if self._copy else array

    def _info(self, slots: NDArray[np.bool_]) -> Info:
        view = self._table.view
        return {
            **{"action_mask": self._told("mask"), "_action_mask": slots.copy()},
            **{"player": view["mover"].copy(), "_player": slots.copy()},
        }

    def _ends(self, ended: NDArray[np.bool_]) -> Info:
        """The last observations and infos of the games that ended, as Gymnasium makes them of the single ones."""
        view, slots = self._table.view, np.flatnonzero(ended)
        rows = np.empty(len(slots), object)
        rows[:] = list(view["last_planes"][slots])
        final = np.full(self.num_envs, None, object)
        final[slots] = rows
        failures = np.full(self.num_envs, None, object)
        for slot in np.flatnonzero(ended & (view["fault"] != 0)).tolist():
            failures[slot] = self._table.fault(slot)
        columns = {
            "winner": np.where(ended, view["winner"], 0),
            "length": np.where(ended, view["length"], 0),
            "illegal": ended & (view["fault"] == FAULTS["FAULT_ILLEGAL"]),
            "failure": failures,
        }
        info = {**columns, **{f"_{name}": ended for name in columns}}
        return {"final_info": info, "_final_info": ended, "final_obs": final, "_final_obs": ended}

    def utilities(self) -> NDArray[np.float64]:
        """(n, players) what the last step was worth to each player, by seat: 0 where the game goes on."""
        return np.array(self._table.view["utilities"])

    def action_masks(self) -> NDArray[np.bool_]:
        """(n, actions) whether each action is legal."""
        return np.asarray(self._table.view["mask"], bool)
