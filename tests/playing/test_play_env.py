"""The single environment: Gymnasium's contract, the rewards, what is refused."""

import warnings

import gymnasium
import numpy as np
import pytest
from game_files import GAME_FILES as GAMES
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError

TIC_TAC_TOE = GAMES["tic_tac_toe"]


def make(game=TIC_TAC_TOE, **options):
    return gymnasium.make("formal_envs:FormalPlay-v0", game=game, **options)


def play_first(env, seed):
    """The rewards of a game in which the first legal action is taken each time, and its last info."""
    _, info = env.reset(seed=seed)
    rewards, ended = [], False
    while not ended:
        _, reward, terminated, truncated, info = env.step(int(np.flatnonzero(info["action_mask"])[0]))
        rewards.append(reward)
        ended = terminated or truncated
    return rewards, info


@pytest.mark.parametrize("name", ["tic_tac_toe", "mancala", "nine_mens_morris", "hex"])
@pytest.mark.parametrize("opponent", ["random", "one-ply", None])
def test_the_contract_of_gymnasium_holds(name, opponent):
    seat = "random" if opponent else 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(make(GAMES[name], opponent=opponent, seat=seat).unwrapped)


def test_the_checker_of_stable_baselines_passes():
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(make().unwrapped, warn=False)


def test_a_win_is_1_and_an_illegal_action_loses():
    env = make()
    rewards, info = play_first(env, 3)
    assert rewards[:-1] == [0.0] * (len(rewards) - 1)
    assert rewards[-1] == {1: 1.0, 0: 0.0, 2: -1.0}[info["winner"]]
    env.reset(seed=0)
    env.step(5)
    _, reward, terminated, truncated, info = env.step(5)
    assert (reward, terminated, truncated, info["illegal"]) == (-1.0, True, False, True)
    with pytest.raises(ResetNeeded):
        env.unwrapped.step(1)


def test_the_outcomes_are_all_met():
    env = make()
    assert {play_first(env, seed)[0][-1] for seed in range(60)} == {-1.0, 0.0, 1.0}


def test_a_seat_may_be_the_second_or_another_in_each_game():
    env = make(seat=2).unwrapped
    env.reset(seed=1)
    assert (env.seat, env.player, env.state.n_moves) == (2, 2, 1)
    env = make(seat="in turn").unwrapped
    seats = [env.reset(seed=None if k else 1) and env.seat for k in range(4)]
    assert seats == [1, 2, 1, 2]
    env = make(seat="random").unwrapped
    assert {env.reset(seed=seed) and env.seat for seed in range(20)} == {1, 2}


def test_the_same_seed_is_the_same_game_and_neighbours_differ():
    env = make(seat="random")
    games = []
    for seed in (7, 7, 8, 9, 10):
        first, info = env.reset(seed=seed)
        games.append([first.tobytes()])
        for _ in range(3):
            observation, *_, info = env.step(int(np.flatnonzero(info["action_mask"])[-1]))
            games[-1].append(observation.tobytes())
            if not info["action_mask"].any():
                break
    assert games[0] == games[1]
    assert len({tuple(game) for game in games}) > 2


def test_without_a_seed_the_games_go_on():
    env = make(seat=2)
    env.reset(seed=0)
    assert len({env.reset()[0].tobytes() for _ in range(20)}) > 3


def test_a_long_game_is_truncated():
    env = make(max_moves=4)
    env.reset(seed=0)
    _, _, terminated, truncated, _ = env.step(5)
    assert not terminated
    assert not truncated
    legal = np.flatnonzero(env.unwrapped.action_masks())
    _, reward, terminated, truncated, info = env.step(legal[0])
    assert (reward, terminated, truncated, info["length"]) == (0.0, False, True, 4)


THREE = """(game "Three" (players 3) (equipment {(board (rectangle 1 5)) (piece "Disc" Each)})
    (rules (play (move Add (to (sites Empty)))) (end (if (= (count Moves) 3) (byScore {(score P1 5) (score P2 1)
    (score P3 3)})))))"""


def test_of_three_players_the_ranks_count():
    rewards = []
    for seat in (1, 2, 3):
        env = make(THREE, seat=seat)
        env.reset(seed=0)
        rewards.append(env.step(int(np.flatnonzero(env.unwrapped.action_masks())[0]))[1])
    assert rewards == [1.0, -1.0, 0.0]


def test_an_opponent_that_thinks_a_ply_ahead_beats_one_that_does_not():
    results = {
        name: [play_first(make(opponent=name), seed)[0][-1] for seed in range(60)] for name in ("random", "one-ply")
    }
    assert np.mean(results["one-ply"]) < np.mean(results["random"])


def test_the_position_is_rendered_as_the_seat_sees_it(tmp_path):
    path = tmp_path / "game.lud"
    path.write_text(TIC_TAC_TOE)
    env = make(str(path), render_mode="ansi", seat=2)
    env.reset(seed=0)
    assert "player 2 to move" in env.render()
    env = make(path, render_mode="svg")
    env.reset(seed=0)
    assert env.render().startswith("<svg")
    env = make(path, render_mode="rgb_array")
    env.reset(seed=0)
    empty = env.render()
    assert (empty.shape, empty.dtype) == ((72, 72, 3), np.uint8)
    env.step(1)  # A1, at the bottom left
    assert (env.render()[60, 12] != empty[60, 12]).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"game": "/etc/passwd"}, "expected a game's text or the path of a .lud file"),
        ({"game": "no such.lud"}, "cannot read the game"),
        ({"game": "a\0.lud"}, "cannot read the game"),
        ({"game": 3}, "game must be a text or the path"),
        ({"seat": 3}, "seat must be 1 to 2, 'random' or 'in turn', got 3"),
        ({"seat": True}, "seat must be"),
        ({"opponent": "wise"}, "player"),
        ({"opponent": ["random", "random"]}, "expected 1 opponents, got 2"),
        ({"max_moves": 0}, "max_moves must be an integer"),
        ({"render_mode": "human"}, "unknown render_mode"),
    ],
)
def test_what_has_no_meaning_is_refused(options, message):
    from formal_envs.playing.env import PlayEnv

    with pytest.raises(ConfigError, match=message):
        PlayEnv(**{"game": TIC_TAC_TOE, **options})


def test_texts_and_files_that_are_no_games_are_refused(tmp_path):
    with pytest.raises(GameError):
        make("(game)")
    path = tmp_path / "long.lud"
    path.write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(ConfigError, match="no game is as long"):
        make(path)


@pytest.mark.parametrize("action", [10, -1, 1.5, "1", None, [1]])
def test_actions_that_there_are_not_are_refused(action):
    env = make().unwrapped
    env.reset(seed=0)
    with pytest.raises(ConfigError):
        env.step(action)


VAIN = """(game "Vain" (players 2) (equipment {(board (rectangle 1 3)) (piece "Disc" Each)})
    (rules (play (move Add (to (sites Empty)))) (end (if (= (count Moves) 1) (result Mover Win)))))"""


def test_a_seat_that_never_comes_to_move_is_refused():
    env = make(VAIN, seat=2)
    with pytest.raises(ConfigError, match="never comes to move"):
        env.reset(seed=0)
