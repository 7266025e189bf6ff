"""The vector form equals the single one, slot by slot, and no slot knows of another."""

import gymnasium
import numpy as np
import pytest
from game_files import GAME_FILES as GAMES
from gymnasium.error import ResetNeeded
from hypothesis import given, settings
from hypothesis import strategies as st
from playable_games import playable_games

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, compile_game, legal_moves
from formal_envs.playing.env import PlayEnv
from formal_envs.playing.vector import PlayVectorEnv

DICE = """(game "Race" (players 2) (equipment {(board (rectangle 1 9)) (piece "Disc" Each) (dice d:3 num:2)})
    (rules (start {(place "Disc1" 0) (place "Disc2" 8)}) (play (do (roll) next:(or (move Pass) (forEach Die
    (move (from (sites Occupied by:Mover)) (to (sites Empty) if:(= (abs (- (from) (to))) (pips)))))))) 
    (end (if (> (count Moves) 12) (result Mover Win)))))"""
KO = """(game "Ko" (players 2) (equipment {(board (rectangle 1 5)) (piece "Disc" Each)})
    (rules (meta (no Repeat PositionalInTurn)) (play (or {(move Add (to (sites Empty)))
    (move Remove (sites Occupied by:Next)) (move Pass)})) (end (if (> (count Moves) 20) (result Mover Loss)))))"""
TEXTS = {
    **{name: GAMES[name] for name in ("tic_tac_toe", "hex", "mancala", "nine_mens_morris", "breakthrough")},
    "dice": DICE,
    "ko": KO,
}


def chosen(masks, rng):
    """A legal action for each slot, now and then an illegal one."""
    actions = np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])
    illegal = rng.random(len(masks)) < 0.02
    return np.where(illegal, rng.integers(masks.shape[1], size=len(masks)), actions)


def run_beside(text, seeds, steps, **options):
    """Asserts that slots and single environments of the same seeds see, earn and end alike."""
    vector, singles = PlayVectorEnv(len(seeds), text, **options), [PlayEnv(text, **options) for _ in seeds]
    rng = np.random.default_rng(0)
    observations, infos = vector.reset(seed=list(seeds))
    ends = 0
    for env, seed, observation, mask in zip(singles, seeds, observations, infos["action_mask"], strict=True):
        single, info = env.reset(seed=seed)
        assert (single == observation).all()
        assert (info["action_mask"] == mask).all()
    for _ in range(steps):
        actions = chosen(infos["action_mask"], rng)
        observations, rewards, terminated, truncated, infos = vector.step(actions)
        assert vector.observation_space.contains(observations)
        for slot, env in enumerate(singles):
            single, reward, *ended, info = env.step(actions[slot])
            assert (reward, ended) == (rewards[slot], [terminated[slot], truncated[slot]])
            if any(ended):
                ends += 1
                assert (single == infos["final_obs"][slot]).all()
                final = {key: infos["final_info"][key][slot] for key in ("winner", "length", "illegal", "failure")}
                assert {key: info[key] for key in final} == final
                single, info = env.reset()
            assert (single == observations[slot]).all()
            assert (info["action_mask"] == infos["action_mask"][slot]).all()
            assert env.player == infos["player"][slot]
    return ends


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize(
    "options", [{"seat": "random"}, {"opponent": "one-ply", "seat": "in turn"}, {"opponent": None}]
)
def test_slots_equal_single_environments(name, options):
    ends = run_beside(TEXTS[name], (5, 6, 2**40), 40, max_moves=60, **options)
    assert ends or name in ("nine_mens_morris", "hex")


@pytest.mark.parametrize("name", ["dice", "ko", "tic_tac_toe"])
def test_slots_equal_single_environments_against_players_that_search(name):
    run_beside(TEXTS[name], (1, 2), 8, opponent="uct:8", seat=2, max_moves=30)


@given(playable_games(), st.integers(0, 99))
@settings(max_examples=60)
def test_slots_equal_single_environments_in_any_game(text, seed):
    try:
        run_beside(text, (seed, seed + 1), 12, opponent=None, max_moves=9)
    except GameError as error:
        if error.stage != "play":
            raise


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_masks_are_the_legal_moves_and_self_play_is_zero_sum(name):
    env = PlayVectorEnv(3, TEXTS[name], opponent=None, max_moves=60)
    rng = np.random.default_rng(1)
    _, infos = env.reset(seed=1)
    for _ in range(50):
        for slot in range(3):
            state = env._table.state(slot)
            assert (env.numbering.mask(state) == infos["action_mask"][slot]).all()
            assert state.agents[state.mover] == infos["player"][slot]
        actors = infos["player"].copy()
        _, rewards, *_, infos = env.step(chosen(infos["action_mask"], rng))
        utilities = env.utilities()
        assert np.abs(utilities.sum(axis=1)).max() < 1e-9
        assert (rewards == utilities[np.arange(3), actors - 1]).all()


def test_a_kept_list_and_one_that_is_too_long_to_be_kept_play_alike():
    # 19 x 19 with two kinds: 722 moves do not fit in a slot's list; the engine's own list is what both are held to.
    text = """(game "Wide" (players 2) (equipment {(board (square 19)) (piece "Disc" Each) (piece "Rook" Each)})
        (rules (play (move Add (piece {"Disc1" "Rook1" "Disc2" "Rook2"}) (to (sites Empty))
        (then (addScore Mover (last To))))) (end (if (= (count Moves) 12) (byScore)))))"""
    env, rng = PlayVectorEnv(2, text, opponent=None), np.random.default_rng(0)
    _, infos = env.reset(seed=0)
    program = compile_game(text)
    states = [program.initial(), program.initial()]
    from formal_envs.ludii import apply

    for _ in range(11):
        actions = chosen(infos["action_mask"][:, :], rng)
        if not all(infos["action_mask"][k, a] for k, a in enumerate(actions)):
            continue
        states = [apply(s, env.numbering.decode(s, int(a))) for s, a in zip(states, actions, strict=True)]
        *_, infos = env.step(actions)
        assert [env._table.state(slot) for slot in range(2)] == states
        assert len(legal_moves(states[0])) > 700


def test_slots_are_independent():
    few, many = PlayVectorEnv(2, TEXTS["dice"]), PlayVectorEnv(5, TEXTS["dice"])
    (a, info), (b, _) = few.reset(seed=[3, 4]), many.reset(seed=[3, 4, 5, 6, 7])
    assert (a == b[:2]).all()
    rng = np.random.default_rng(0)
    for _ in range(20):
        actions = chosen(info["action_mask"], rng)
        a, _, _, _, info = few.step(actions)
        b, *_ = many.step(np.concatenate([actions, [0, 0, 0]]))
        assert (a == b[:2]).all()


def test_a_seed_of_all_slots_gives_each_its_own_games_and_neighbours_share_none():
    env = PlayVectorEnv(64, TEXTS["dice"], seat=2)
    assert len({row.tobytes() for row in env.reset(seed=1)[0]}) > 10
    again, other = env.reset(seed=1)[0], env.reset(seed=2)[0]
    assert (env.reset(seed=1)[0] == again).all()
    assert (again != other).any()


def test_some_slots_can_be_reset_and_none_before_the_first_reset():
    env = PlayVectorEnv(3, TEXTS["tic_tac_toe"], opponent=None)
    mask = np.array([True, False, False])
    with pytest.raises(ResetNeeded):
        env.step([1, 1, 1])
    with pytest.raises(ResetNeeded):
        env.reset(options={"reset_mask": mask})
    env.reset(seed=0)
    env.step([1, 2, 3])
    _, infos = env.reset(options={"reset_mask": mask})
    assert infos["player"].tolist() == [1, 2, 2]
    with pytest.raises(ConfigError, match="boolean array of shape"):
        env.reset(options={"reset_mask": mask[:2]})
    with pytest.raises(ConfigError, match="a seed for each of the 3 slots, got 2"):
        env.reset(seed=[1, 2])
    with pytest.raises(ConfigError, match="shape"):
        env.step([1, 2])


def test_it_is_made_by_its_id_and_without_copies_is_written_over():
    env = gymnasium.make_vec("formal_envs:FormalPlay-v0", num_envs=2, game=TEXTS["tic_tac_toe"], copy=False)
    assert isinstance(env.unwrapped, PlayVectorEnv)
    first, _ = env.reset(seed=0)
    second, *_ = env.step(np.array([1, 1]))
    assert second is first
    kept = PlayVectorEnv(2, TEXTS["tic_tac_toe"])
    first, _ = kept.reset(seed=0)
    assert kept.step(np.array([1, 1]))[0] is not first


#: From the third move on a piece goes to the place of the die, to which no number belongs.
BLIND = """(game "Blind" (players 2) (equipment {(board (square 3)) (piece "Disc" Each) (dice d:2 num:1)})
    (rules (play (if (< (count Moves) 2) (move Add (to (sites Empty))) (move Add (to 9))))
    (end (if (= (count Moves) 9) (result Mover Draw)))))"""


@pytest.mark.parametrize("opponent", [None, "random", "uct:4"])
def test_a_game_without_a_numbered_move_is_cut_and_followed_by_the_next(opponent):
    assert run_beside(BLIND, (1, 2), 6, opponent=opponent) >= 2
    env = PlayEnv(BLIND, opponent=opponent)
    _, info = env.reset(seed=1)
    while "failure" not in info:
        *_, terminated, truncated, info = env.step(int(np.flatnonzero(info["action_mask"])[0]))
    assert (terminated, truncated) == (False, True)
    assert (info["failure"], info["illegal"], info["length"]) == ("no legal move has a number", False, 2)
    assert not info["action_mask"].any()


def test_games_that_begin_without_a_numbered_move_are_refused():
    env = PlayVectorEnv(2, BLIND.replace("Moves) 2", "Moves) 0"))
    for _ in range(2):
        with pytest.raises(ConfigError, match="its seat never comes to move"):
            env.reset(seed=1)
        with pytest.raises(ConfigError, match="no game is under way there"):
            env.step([1, 1])
