"""PettingZoo: any board game as an AEC environment, for self-play. It needs the extra pettingzoo."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete
from gymnasium.utils import seeding
from pettingzoo import AECEnv
from pettingzoo.utils.wrappers import OrderEnforcingWrapper

from formal_envs.errors import check_choice
from formal_envs.ludii.play.program import State
from formal_envs.playing.env import draw, draw_seed, end_info, read_actions
from formal_envs.playing.games import open_table

_ALL = np.ones(1, bool)


class PlayAEC(AECEnv):  # type: ignore[misc, type-arg, unused-ignore]  # a type only where PettingZoo is installed
    """A board game whose players are the agents ``player_1``, ``player_2`` ..; made by ``aec_env``.

    An observation is ``{"observation": planes, "action_mask": mask}``, float32 (planes, rows, columns) in [0, 1] as the
    agent sees the position, and int8 (actions,), zeros while another is to move. The mask is in ``infos`` too. Rewards
    come at the end, 1 for the first to -1 for the last; an illegal action makes who takes it the last. After a swap the
    agents keep their names and play each other's role.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012  (PettingZoo's own form)
        "render_modes": ["ansi", "svg", "rgb_array"],
        "name": "formal_play_v0",
        "is_parallelizable": False,
        "render_fps": 4,
    }

    def __init__(self, game: str | os.PathLike[str], max_moves: int, render_mode: str | None):
        super().__init__()
        if render_mode is not None:
            check_choice("render_mode", render_mode, self.metadata["render_modes"])
        self.render_mode = render_mode
        self._table = open_table(game, 1, None, 1, max_moves)
        self.numbering, self.layout = self._table.numbering, self._table.layout
        self.possible_agents = [f"player_{p}" for p in range(1, self._table.program.n_players + 1)]
        n, shape = self.numbering.n, self.layout.shape
        self.action_spaces = {agent: Discrete(n) for agent in self.possible_agents}
        self.observation_spaces = {
            agent: Dict({"observation": Box(0.0, 1.0, shape, np.float32), "action_mask": Box(0, 1, (n,), np.int8)})
            for agent in self.possible_agents
        }
        self._rng: np.random.Generator | None = None

    def observation_space(self, agent: str) -> Dict:
        """Of an agent: the same object each time."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Discrete:
        """Of an agent: the same object each time."""
        return self.action_spaces[agent]

    @property
    def position(self) -> State:
        """The position as the engine has it."""
        return self._table.state(0)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin the next game; all its chance follows from the seed."""
        if seed is not None or self._rng is None:
            self._rng = seeding.np_random(seed)[0]
            self._table.seed(0, draw_seed(self._rng))
        self._table.begin(_ALL)
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations, self.truncations = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, False)
        self._tell()

    def _tell(self) -> None:
        """Who is to move, and the masks."""
        mover = int(self._table.view["mover"][0])
        if mover:
            self.agent_selection = self.possible_agents[mover - 1]
        self.infos = {agent: {"action_mask": self._mask(agent)} for agent in self.agents}

    def _mask(self, agent: str) -> np.ndarray:
        mask: np.ndarray = self._table.view["mask"][0].copy()
        return mask if agent == self.agent_selection else np.zeros_like(mask)

    def observe(self, agent: str) -> dict[str, Any]:
        """What an agent sees, whether or not it is to move."""
        planes = self._table.planes(0, 1 + self.possible_agents.index(agent))
        return {"observation": planes, "action_mask": self._mask(agent)}

    def step(self, action: int | None) -> None:
        """Play the action of ``agent_selection``; None once its game is over.

        Raises:
            ConfigError: the action is no number of the action space.
        """
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._table.step(read_actions(action, (), self.numbering.n).reshape(1), again=False)
        self._cumulative_rewards[agent] = 0.0
        view = self._table.view
        for k, each in enumerate(self.possible_agents):
            self.rewards[each] = float(view["utilities"][0, k])
            self.terminations[each], self.truncations[each] = bool(view["terminated"][0]), bool(view["truncated"][0])
        self._accumulate_rewards()
        self._tell()
        if self.terminations[agent] or self.truncations[agent]:
            for each in self.agents:
                self.infos[each] |= end_info(self._table, 0)

    def render(self) -> str | np.ndarray | None:
        """The whole position, in letters or as a picture."""
        return None if self.render_mode is None else draw(self.position, self.render_mode, self.layout)

    def close(self) -> None:
        """Nothing stays open."""


def aec_env(
    game: str | os.PathLike[str], *, max_moves: int = 1000, render_mode: str | None = None
) -> OrderEnforcingWrapper:
    """A game for self-play by PettingZoo's AEC interface.

    Args:
        game: a text, or the path of a ``.lud`` file.
        max_moves: moves of all players together after which the game is truncated.
        render_mode: "ansi", the board in letters; "svg", a picture; "rgb_array", one of pixels.

    Raises:
        ConfigError: one of these has no meaning; GameError: the text is not a game that the engine plays.
    """
    return OrderEnforcingWrapper(PlayAEC(game, max_moves, render_mode))
