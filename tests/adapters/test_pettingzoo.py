"""Any game as an AEC environment passes PettingZoo's own tests."""

import numpy as np
import pytest
from game_files import GAME_FILES as GAMES

pytest.importorskip("pettingzoo")

from pettingzoo.test import api_test, seed_test

from formal_envs.adapters.pettingzoo import aec_env
from formal_envs.errors import ConfigError

THREE = """(game "Three" (players 3) (equipment {(board (rectangle 1 5)) (piece "Disc" Each)})
    (rules (play (move Add (to (sites Empty)))) (end (if (= (count Moves) 3) (byScore {(score P1 5) (score P2 1)
    (score P3 3)})))))"""
DICE = """(game "Race" (players 2) (equipment {(board (rectangle 1 9)) (piece "Disc" Each) (dice d:3 num:2)})
    (rules (start {(place "Disc1" 0) (place "Disc2" 8)}) (play (do (roll) next:(or (move Pass) (forEach Die
    (move (from (sites Occupied by:Mover)) (to (sites Empty) if:(= (abs (- (from) (to))) (pips))))))))
    (end (if (> (count Moves) 12) (result Mover Win)))))"""
TEXTS = {"three": THREE, "dice": DICE, **{name: GAMES[name] for name in ("tic_tac_toe", "hex", "mancala")}}


@pytest.mark.filterwarnings("ignore:Observation")
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_tests_of_pettingzoo_pass(name):
    api_test(aec_env(TEXTS[name]), num_cycles=60, verbose_progress=False)
    seed_test(lambda: aec_env(TEXTS[name]), num_cycles=30)


def finish(env, seed, choose):
    """The sums of rewards of one game."""
    env.reset(seed=seed)
    earned = dict.fromkeys(env.possible_agents, 0.0)
    for agent in env.agent_iter():
        observation, reward, terminated, truncated, info = env.last()
        earned[agent] += reward
        legal = np.flatnonzero(observation["action_mask"])
        assert (info["action_mask"] == observation["action_mask"]).all()
        env.step(None if terminated or truncated else int(choose(legal)))
    return earned


def test_ranks_are_rewards_and_a_player_that_is_not_to_move_has_no_actions():
    env = aec_env(THREE)
    assert finish(env, 0, min) == {"player_1": 1.0, "player_2": -1.0, "player_3": 0.0}
    env.reset(seed=0)
    assert env.agent_selection == "player_1"
    assert env.observe("player_1")["action_mask"].sum() == 5
    assert env.observe("player_2")["action_mask"].sum() == 0


def test_an_illegal_action_makes_its_player_the_last():
    env = aec_env(THREE)
    env.reset(seed=0)
    env.step(1)
    env.step(1)
    assert env.unwrapped.rewards == {"player_1": 0.5, "player_2": -1.0, "player_3": 0.5}
    assert all(env.unwrapped.terminations.values())
    assert env.unwrapped.infos["player_2"]["illegal"]


def test_after_a_swap_agents_keep_their_names():
    env = aec_env(GAMES["hex"])
    env.reset(seed=0)
    env.step(int(np.flatnonzero(env.last()[0]["action_mask"])[0]))
    swap = env.unwrapped.numbering.blocks["Swap"][0]
    assert env.agent_selection == "player_2"
    env.step(swap)
    assert env.agent_selection == "player_1"
    assert env.unwrapped.position.mover == 2


def test_games_are_drawn_as_asked_and_what_has_no_meaning_is_refused():
    env = aec_env(GAMES["tic_tac_toe"], render_mode="ansi")
    env.reset(seed=0)
    assert "player 1 to move" in env.render()
    assert aec_env(GAMES["tic_tac_toe"]).unwrapped.render() is None
    with pytest.raises(ConfigError, match="render_mode"):
        aec_env(GAMES["tic_tac_toe"], render_mode="human")
