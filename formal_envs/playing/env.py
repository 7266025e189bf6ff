"""``FormalPlay-v0``: one seat of a board game against players of the engine, for learners of numbered actions."""

from __future__ import annotations

import os
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice
from formal_envs.ludii.engine.interface import FAULTS
from formal_envs.ludii.play.hidden import Seen
from formal_envs.ludii.play.program import State
from formal_envs.ludii.view.draw import board_svg
from formal_envs.playing.games import Opponents, open_table
from formal_envs.playing.pixels import position_pixels
from formal_envs.playing.planes import PlaneLayout
from formal_envs.playing.table import Table

Planes = NDArray[np.float32]
_ALL = np.ones(1, bool)


class PlayEnv(gymnasium.Env[Planes, np.int64]):
    """A game in which one seat is the learner's; the others' moves are the engine's players'.

    An observation is (planes, rows, columns) float32 in [0, 1], as ``numbering`` and ``planes`` of this folder say. An
    action is a number of ``env.unwrapped.numbering``. The reward is 0 until the game ends: then 1 for the first, -1 for
    the last and in between by rank, so 0 for a draw. An action that is not legal loses the game. ``info`` has
    ``action_mask`` (n,) int8 and, at the end, ``winner`` (0 nobody), ``length`` in moves, ``illegal`` and ``failure``,
    why the engine gave a game up, or None.

    Args:
        game: a text, or the path of a ``.lud`` file.
        opponent: who plays the other seats: "random", "one-ply", "uct:200" or the like; a list of them, by seat; None:
            the caller plays all seats, the observation is that of who is to move, the reward of who moved.
        seat: the learner's, from 1 on; "random" or "in turn": another in each game.
        max_moves: moves of all players together after which the game is truncated.
        render_mode: "ansi", the board in letters; "svg", a picture; "rgb_array", one of coloured discs as pixels.

    Raises:
        ConfigError: one of these has no meaning; GameError: the text is not a game that the engine plays.
    """

    metadata = {"render_modes": ["ansi", "svg", "rgb_array"], "render_fps": 4}  # noqa: RUF012  (Gymnasium's own form)

    def __init__(
        self,
        game: str | os.PathLike[str],
        *,
        opponent: Opponents = "random",
        seat: int | str = 1,
        max_moves: int = 1000,
        render_mode: str | None = None,
    ):
        if render_mode is not None:
            check_choice("render_mode", render_mode, self.metadata["render_modes"])
        self.render_mode = render_mode
        self._table = open_table(game, 1, opponent, seat, max_moves)
        self.numbering, self.layout = self._table.numbering, self._table.layout
        self.observation_space = Box(0.0, 1.0, self.layout.shape, np.float32)
        self.action_space = Discrete(self.numbering.n)
        self._seeded = self._running = False

    @property
    def state(self) -> State:
        """The position."""
        if not self._seeded:
            raise ResetNeeded("no game is under way: call reset()")
        return self._table.state(0)

    @property
    def player(self) -> int:
        """The player who is to move, by seat; 0 once the game is over."""
        return int(self._table.view["mover"][0])

    @property
    def seat(self) -> int:
        """The learner's seat in this game; 0 where the caller plays all of them."""
        return int(self._table.view["seat"][0])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Planes, dict[str, Any]]:
        """Begin the next game: chance, the opponents and a drawn seat follow from the seed.

        Raises:
            GameError: stage "play": the game fails before the seat is to move.
        """
        super().reset(seed=seed)
        if seed is not None or not self._seeded:
            self._table.seed(0, draw_seed(self.np_random))
        self._seeded = self._running = True
        self._table.begin(_ALL)
        return self._observation(), {"action_mask": self._mask()}

    def step(self, action: int | np.int64) -> tuple[Planes, float, bool, bool, dict[str, Any]]:
        """Play the action, and the opponents' moves up to the seat's next one.

        Raises:
            ConfigError: the action is no number of the action space.
            ResetNeeded: no game is under way.
        """
        if not self._running:
            raise ResetNeeded("no game is under way: call reset() before step()")
        self._table.step(read_actions(action, (), self.numbering.n).reshape(1), again=False)
        view = self._table.view
        terminated, truncated = bool(view["terminated"][0]), bool(view["truncated"][0])
        self._running = not (terminated or truncated)
        info: dict[str, Any] = {"action_mask": self._mask()}
        if not self._running:
            info |= end_info(self._table, 0)
        return self._observation(), float(view["reward"][0]), terminated, truncated, info

    def action_masks(self) -> NDArray[np.bool_]:
        """(n,) whether each action is legal, as MaskablePPO asks."""
        return np.asarray(self._table.view["mask"][0], bool)

    def _mask(self) -> NDArray[np.int8]:
        return np.array(self._table.view["mask"][0])

    def _observation(self) -> Planes:
        planes: Planes = self._table.view["planes"][0].copy()
        return planes

    def render(self) -> str | NDArray[np.uint8] | None:
        """The position as the seat sees it."""
        if self.render_mode is None:
            return None
        state = self.state
        return draw(state.seen_by(self._role(state)) if self.seat else state, self.render_mode, self.layout)

    def _role(self, state: State) -> int:
        """The role that the seat plays, another one after a swap."""
        return int(state.agents.index(self.seat, 1))


def draw(position: State | Seen, mode: str, layout: PlaneLayout) -> str | NDArray[np.uint8]:
    """A position in one of the render modes."""
    if mode == "rgb_array":
        return position_pixels(position, layout)
    return str(position) if mode == "ansi" else board_svg(position)


def draw_seed(rng: np.random.Generator) -> int:
    """The seed of a slot's games."""
    return int(rng.integers(1 << 63))


def read_actions(actions: Any, shape: tuple[int, ...], n: int) -> NDArray[np.int64]:
    """Actions as numbers in [0, n).

    Raises:
        ConfigError: they are no integers, not as many, or beyond the action space.
    """
    numbers = np.asarray(actions)
    if numbers.dtype.kind not in "iu" or numbers.shape != shape:
        raise ConfigError(
            f"expected {'actions of shape ' + str(shape) if shape else 'an integer'}, got {actions!r:.80}"
        )
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < n):
        raise ConfigError(f"actions lie in [0, {n - 1}], got {actions!r:.80}")
    return np.ascontiguousarray(numbers, np.int64)


def end_info(table: Table, slot: int) -> dict[str, Any]:
    """What is told of a game that has ended in the last step."""
    view = table.view
    return {
        "winner": int(view["winner"][slot]),
        "length": int(view["length"][slot]),
        "illegal": bool(view["fault"][slot] == FAULTS["FAULT_ILLEGAL"]),
        "failure": table.fault(slot),
    }
