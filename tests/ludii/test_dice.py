"""Dice and other chance: told, drawn from a seed, used."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from formal_envs.errors import ConfigError
from formal_envs.ludii import (
    GameError,
    apply,
    compile_game,
    evaluate_game,
    legal_moves,
    perft,
    with_pieces,
    with_rolls,
    with_seed,
)
from formal_envs.ludii.play.program import apply_with_actions
from formal_envs.ludii.play.report import random_game
from formal_envs.ludii.view.draw import board_svg

#: Two runners on a lane of eight places, 0 to 7; places 8 and 9 are the dice.
RACE = """(game "Lane" (players 2)
  (equipment {(board (rectangle 1 8) {(track "Lane" "0,E" P1 directed:True) (track "Lane" "7,W" P2 directed:True)})
    (dice DICE) (piece "Runner" Each (move (from) (to (trackSite Move steps:STEPS)
      if:(not (is Friend (who at:(to)))))))})
  (rules (start {(place "Runner1" 0) (place "Runner2" 7)})
    (play (do (roll) next:(forEach Piece)))
    (end (if (is In (last To) (sites {0 7})) (result Mover Win)))))"""
SUM = RACE.replace("DICE", "d:2 from:0 num:2").replace("STEPS", "(count Pips)")
#: Each die moves a piece; a turn goes on until both are used.
BOTH = """(game "Both" (players 2)
  (equipment {(board (rectangle 1 12) (track "Lane" "0,E" directed:True)) (dice d:6 num:2)
    (piece "Runner" Each (forEach Die OPTIONS if:(!= (pips) 0) (move (from) (to (trackSite Move steps:(pips))
      if:(is Empty (to))))))})
  (rules (start {(place "Runner1" 0) (place "Runner2" 1)})
    (play (do (if (not (is Prev Mover)) (roll)) next:(forEach Piece) (then (if (not (all DiceUsed)) (moveAgain)))))
    (end (if (is In (last To) (sites {11})) (result Mover Win)))))"""


def keys(state, faces=None):
    return sorted(move.key for move in legal_moves(with_rolls(state, faces) if faces is not None else state))


def play_key(state, key, faces=None, done=None):
    state = with_rolls(state, faces) if faces is not None else state
    found = [move for move in legal_moves(state) if move.key == key]
    for move in found:
        after, actions = apply_with_actions(state, move)
        if done is None or done in actions:
            return after, actions
    raise AssertionError(f"no {key} with {done} among {found}")


def test_dice_stand_behind_the_board_and_show_their_first_faces():
    program = compile_game(SUM)
    start = program.initial()
    assert [c.name for c in program.bytecode.components] == ["Die1", "Die2", "Runner1", "Runner2"]
    assert [(c.name, c.first, c.size, c.owner) for c in program.bytecode.containers[1:]] == [("Dice0", 8, 2, 3)]
    assert start.what.tolist() == [3, 0, 0, 0, 0, 0, 0, 4, 1, 2]
    assert start.dice[:2] == [0, 0]
    assert str(start) == "\n".join(["x . . . . . . o", "turn 1, player 1 to move"])
    assert "Dice" not in str(board_svg(start))


@pytest.mark.parametrize(
    ("dice", "values"),
    [
        ("num:1", (1, 2, 3, 4, 5, 6)),
        ("d:3 num:1", (1, 2, 3)),
        ("d:3 from:5 num:1", (5, 6, 7)),
        ("d:4 faces:{1 2 5 9} num:1", (1, 2, 5, 9)),
        ("facesByDie:{{4 8}} num:1", (4, 8)),
    ],
)
def test_values_of_faces(dice, values):
    program = compile_game(RACE.replace("DICE", dice).replace("STEPS", "(count Pips)"))
    assert program.bytecode.dice[0].faces == values


def test_what_is_rolled_decides_about_moves():
    start = compile_game(SUM).initial()
    assert keys(start, [1, 0]) == ["Move f0 t1"]
    assert keys(start, [1, 1]) == ["Move f0 t2"]
    after, done = play_key(start, "Move f0 t2", [1, 1])
    assert done == [
        "SetStateAndUpdateDice site=8 s1",
        "SetStateAndUpdateDice site=9 s1",
        "SetDiceAllEqual value=true",
        "Move f0 t2",
    ]
    assert after.dice[:2] == [1, 1]
    assert after.local_state[8:].tolist() == [1, 1]
    assert keys(after, [0, 1]) == ["Move f7 t6"]


def test_without_a_move_one_passes_with_the_roll():
    start = compile_game(SUM).initial()
    (move,) = legal_moves(with_rolls(start, [0, 0]))
    assert (move.key, move.forced) == ("Pass", True)
    after, done = play_key(start, "Pass", [0, 0])
    assert done[-1] == "Pass forced=true"
    assert done[:-1] == [*(f"SetStateAndUpdateDice site={site} s0" for site in (8, 9)), "SetDiceAllEqual value=true"]
    assert (after.mover, after.over) == (2, 0)


def test_told_rolls_are_for_one_ply():
    start = compile_game(SUM).initial(seed=5)
    after = apply(with_rolls(start, [1, 1]), legal_moves(with_rolls(start, [1, 1]))[0])
    assert after.n_told == 0
    assert after.seed == apply(with_rolls(start, [0, 1]), legal_moves(with_rolls(start, [0, 1]))[0]).seed


def test_rolls_that_the_dice_cannot_show():
    start = compile_game(SUM).initial()
    with pytest.raises(ConfigError, match="has 2 dice, got 1 faces"):
        with_rolls(start, [1])
    with pytest.raises(ConfigError, match="shows 0 to 1, got 2"):
        with_rolls(start, [0, 2])
    with pytest.raises(ConfigError, match="shows 0 to 1, got -1"):
        with_rolls(start, [-1, 0])


def test_each_die_is_used_once():
    start = compile_game(BOTH.replace("OPTIONS", "")).initial()
    assert keys(start, [2, 4]) == ["Move f0 t3", "Move f0 t5"]
    after, done = play_key(start, "Move f0 t5", [2, 4])
    assert done[-2:] == ["UseDie indexHandDice=0 indexDie=1 site=13", "SetNextPlayer p1"]
    assert after.dice[:2] == [3, 0]
    assert keys(after) == ["Move f5 t8"]
    after, done = play_key(after, "Move f5 t8")
    assert done == ["Move f5 t8", "UseDie indexHandDice=0 indexDie=0 site=12"]
    assert (after.mover, after.dice[:2]) == (2, [0, 0])
    assert keys(after, [0, 1]) == ["Move f1 t2", "Move f1 t3"]


def test_two_dice_as_one():
    start = compile_game(BOTH.replace("OPTIONS", "combined:True")).initial()
    assert keys(start, [1, 2]) == ["Move f0 t2", "Move f0 t3", "Move f0 t5"]
    after, done = play_key(start, "Move f0 t5", [1, 2])
    assert done[-2:] == [f"UseDie indexHandDice=0 indexDie={i} site={12 + i}" for i in (0, 1)]
    assert (after.mover, after.dice[:2]) == (2, [0, 0])


def test_a_double_is_played_twice():
    state = compile_game(BOTH.replace("OPTIONS", "replayDouble:True")).initial()
    seen = []
    state, done = play_key(state, "Move f0 t2", [1, 1])
    seen.append((done[-2:], state.dice[:2], state.mover))
    for key in ("Move f2 t4", "Move f4 t6", "Move f6 t8"):
        state, done = play_key(state, key)
        seen.append((done[-2:], sorted(state.dice[:2]), state.mover))
    again = [*(f"SetStateAndUpdateDice site={site} s1" for site in (12, 13)), "SetNextPlayer p1"]
    assert seen[0] == (["SetTemp temp=2", "SetNextPlayer p1"], [0, 2], 1)
    assert seen[1] == (again[-2:], [2, 2], 1)
    assert seen[2] == (["SetTemp temp=-1", "SetNextPlayer p1"], [0, 2], 1)
    assert seen[3][1:] == ([0, 0], 2)


def test_a_double_of_other_values_shows_the_face_of_its_number():
    """Twice 4 comes back as the fourth face, which has a 9."""
    text = BOTH.replace("OPTIONS", "replayDouble:True").replace("d:6", "d:4 faces:{1 2 4 9}")
    start = compile_game(text).initial()
    state, _ = play_key(start, "Move f0 t4", [2, 2])
    state, done = play_key(state, "Move f4 t8")
    assert done[-3:-1] == [f"SetStateAndUpdateDice site={site} s3" for site in (12, 13)]
    assert state.dice[:2] == [9, 9]
    state, _ = play_key(compile_game(text.replace("1 12)", "1 30)")).initial(), "Move f0 t9", [3, 3])
    state, done = play_key(state, "Move f9 t18")  # there is no ninth face
    assert done[-1].startswith("UseDie")
    assert (state.mover, state.dice[:2]) == (2, [0, 0])


def test_a_double_that_is_not_played_out_comes_back():
    """Player 1 is shut in after the first two moves of his double; player 2, who rolls no double, has its rest."""
    text = BOTH.replace("OPTIONS", "replayDouble:True").replace('(place "Runner2" 1)', '(place "Runner2" {5 6 7})')
    state = compile_game(text).initial()
    state, _ = play_key(state, "Move f0 t2", [1, 1])
    state, _ = play_key(state, "Move f2 t4")
    state, done = play_key(state, "Pass")
    assert (state.mover, state.temp) == (1, 2)  # the dice are not used yet
    text = text.replace(
        "(if (not (all DiceUsed)) (moveAgain))", "(if (and (not (all DiceUsed)) (not (was Pass))) (moveAgain))"
    )
    state = compile_game(text).initial()
    for key, faces in (("Move f0 t2", [1, 1]), ("Move f2 t4", None), ("Pass", None)):
        state, _ = play_key(state, key, faces)
    assert (state.mover, state.temp) == (2, 2)
    state, done = play_key(state, "Move f7 t8", [0, 4])
    assert done[-3:] == ["SetStateAndUpdateDice site=12 s1", "SetStateAndUpdateDice site=13 s1", "SetNextPlayer p2"]
    state, done = play_key(state, "Move f8 t10")
    assert done[-2:] == ["SetTemp temp=-1", "SetNextPlayer p2"]


def test_faces_stay_when_dice_are_used():
    text = BOTH.replace("OPTIONS", "").replace("(is In (last To) (sites {11}))", "(= 5 (face 13))")
    state, _ = play_key(compile_game(text).initial(), "Move f0 t5", [2, 4])
    assert (state.over, state.dice[:2]) == (1, [3, 0])
    text = text.replace("(face 13)", "(face 3)")  # no die stands there
    assert not play_key(compile_game(text).initial(), "Move f0 t5", [2, 4])[0].over


@pytest.mark.parametrize(
    ("condition", "faces"),
    [
        ("(all DiceEqual)", {(0, 0), (1, 1), (2, 2)}),
        ("(is AnyDie 2)", {(1, i) for i in range(3)} | {(i, 1) for i in range(3)}),
    ],
)
def test_conditions_on_a_roll(condition, faces):
    text = RACE.replace("DICE", "d:3 num:2").replace("STEPS", "1").replace("(is In (last To) (sites {0 7}))", condition)
    start = compile_game(text).initial()
    rolls = [(i, k) for i in range(3) for k in range(3)]
    assert {roll for roll in rolls if play_key(start, "Move f0 t1", roll)[0].over} == faces


def test_dice_are_fair_and_follow_the_seed():
    program = compile_game(SUM)
    n, rolls = 4000, Counter()
    for seed in range(n):
        (move,) = legal_moves(program.initial(seed))
        assert legal_moves(program.initial(seed)) == [move]
        rolls[move.actions[:2]] += 1
    assert len(rolls) == 4
    assert all(abs(count / n - 0.25) < 4 * (0.25 * 0.75 / n) ** 0.5 for count in rolls.values())


def test_a_position_and_a_seed_give_the_same_game():
    program = compile_game(BOTH.replace("OPTIONS", "replayDouble:True"))
    games = [random_game(program, np.random.default_rng(4), 60)[0] for _ in range(2)]
    assert games[0] == games[1]
    middle = games[0][len(games[0]) // 2]
    assert legal_moves(with_seed(middle, 9)) == legal_moves(with_seed(middle, 9))
    assert with_seed(middle, 9) != with_seed(middle, 10)
    board = compile_game(
        SUM.replace("(do (roll) next:(forEach Piece))", "(forEach Piece)").replace("(dice d:2 from:0 num:2)", "")
    )
    assert with_seed(board.initial(), 3) == board.initial(8)


def test_move_sequences_are_not_counted():
    with pytest.raises(ConfigError, match="games without chance"):
        perft(compile_game(SUM), 2)


def test_reports():
    found = evaluate_game(SUM, playouts=200, seed=1)
    assert found == evaluate_game(SUM, playouts=200, seed=1)
    assert found != evaluate_game(SUM, playouts=200, seed=2)
    assert found.playable
    assert sum(found.wins) == 200
    assert found.wins[0] > found.wins[1]  # the first to move has half a roll more


@pytest.mark.process
def test_other_processes_roll_the_same():
    code = f"from formal_envs.ludii import evaluate_game; print(evaluate_game({SUM!r}, playouts=50, seed=7).mean_turns)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == evaluate_game(SUM, playouts=50, seed=7).mean_turns


@pytest.mark.parametrize(
    ("dice", "stage", "message"),
    [
        ("num:2 biased:{1 2}", "unsupported", "biased"),
        ("P1 num:2", "unsupported", "dice of one player"),
        ("num:0", "unsupported", "0 dice"),
        ("num:99", "unsupported", "99 dice"),
        ("facesByDie:{{1 2}} num:2", "board", "describes 1 of 2 dice"),
        ("d:0 num:1", "board", "a die has a face or more"),
        ("num:1) (dice num:1", "unsupported", "several hands of dice"),
    ],
)
def test_dice_that_are_refused(dice, stage, message):
    with pytest.raises(GameError, match=message) as caught:
        compile_game(SUM.replace("d:2 from:0 num:2", dice))
    assert caught.value.stage == stage


def test_what_a_map_does_not_have_stands_for_itself():
    text = SUM.replace("(piece", '(map "Throw" {(pair 0 5)}) (piece').replace(
        "(count Pips)", '(mapEntry "Throw" (count Pips))'
    )
    start = compile_game(text).initial()
    assert keys(start, [0, 0]) == ["Move f0 t5"]
    assert keys(start, [1, 1]) == ["Move f0 t2"]


def test_beside_a_track_one_stands_behind_its_end():
    text = SUM.replace('"0,E"', '"3,E"')
    assert keys(compile_game(text).initial(), [1, 1]) == ["Pass"]
    assert keys(compile_game(text.replace('"3,E" P1', '"3,E" loop:True P1')).initial(), [1, 1]) == ["Move f0 t5"]


def test_a_consequence_with_nothing_next_is_done_with_a_pass():
    """In games with dice alone: what was done first counts though nothing follows it."""
    then = "(then (do (addScore Mover 1) next:(if (= 0 1) (moveAgain))))"
    state = compile_game(SUM.replace("next:(forEach Piece)", f"next:(forEach Piece) {then}")).initial()
    after, actions = play_key(state, "Move f0 t1", [1, 0])
    assert after.score[1:3] == [1, 0]
    assert actions[-1] == "Pass forced=true"


# ---------------------------------------------------------------- other chance
SCATTER = """(game "Scatter" (players 2)
  (equipment {(board (square 4)) (piece "Disc" Each) (piece "Stone" Neutral)})
  (rules (start {(place Random (sites Bottom) {"Stone"})
      (place "Disc1" (sites Random (intersection (sites Top) (sites Empty)) num:2))
      (place Random {"Disc1" "Disc2"} count:3 value:2)})
    (play (move Add (to (sites Empty)) (then (if (< 50 (value Random (range 1 100))) (moveAgain)))))
    (end (if (is Full) (result Mover Win)))))"""


def test_starts_at_random():
    program = compile_game(SCATTER)
    starts = [program.initial(seed) for seed in range(60)]
    assert all(sorted(start.what.tolist()) == [0] * 7 + [1] * 5 + [2] * 3 + [3] for start in starts)
    assert all(3 in start.what[:4] for start in starts)
    assert all((start.what[12:] == 1).sum() >= 2 for start in starts)
    assert {int(start.value[site]) for start in starts for site in np.flatnonzero(start.what == 2)} == {2}
    assert len({start.what.tobytes() for start in starts}) > 50
    assert starts[7] == program.initial(7)


def test_effects_at_random():
    start = compile_game(SCATTER).initial()
    again = Counter(
        apply(told, legal_moves(told)[0]).mover for told in (with_seed(start, seed) for seed in range(1000))
    )
    assert again[1] + again[2] == 1000
    assert abs(again[1] - 500) < 4 * 250**0.5


def test_pieces_are_told():
    start = compile_game(SCATTER).initial()
    told = with_pieces(start, dict.fromkeys(range(16), (0,)))
    told = with_pieces(told, {3: (2,), 5: (1, 1, 4, 0, 7)})
    assert told.what.tolist() == [0, 0, 0, 2, 0, 1, *[0] * 10]
    assert (told.local_state[5], told.value[5], told.who[3]) == (4, 7, 2)
    assert len(legal_moves(told)) == 14
    for site, what in ((16, 1), (-1, 1), (0, 9), (0, -1)):
        with pytest.raises(GameError, match="a place, a piece or a player"):
            with_pieces(start, {site: (what,)})


def test_a_stack_at_random():
    text = """(game "Pile" (players 2) (equipment {(board (square 3)) (piece "Disc" Each)})
      (rules (start (place Random {(count "Disc1" 3) (count "Disc2" 2)} 4))
        (play (forEach Piece (move Step (to if:(is Empty (to)))))) (end (if (no Moves Next) (result Mover Win)))))"""
    program = compile_game(text)
    stacks = Counter(tuple(piece.what for piece in program.initial(seed).stack(4)) for seed in range(400))
    assert {tuple(sorted(stack)) for stack in stacks} == {(1, 1, 1, 2, 2)}
    assert len(stacks) == 10
    assert all(count > 10 for count in stacks.values())


def test_everybodys_hand_holds_no_piece_of_a_player():
    """``"Hand"`` is each player's, neither the shared one nor that of the dice."""
    text = SUM.replace("(dice", "(hand Each) (hand Shared) (dice")
    text = text.replace('(place "Runner1" 0)', '(place "Runner" "Hand")')
    assert compile_game(text).initial().what.tolist() == [0] * 7 + [4, 3, 4, 0, 1, 2]


def test_the_longest_way_is_that_of_a_named_player():
    best = "(max Distance OPTIONS (forEach Piece)) (then"
    text = BOTH.replace("OPTIONS", "").replace("next:(forEach Piece) (then", f"next:{best}")
    assert keys(compile_game(text.replace("OPTIONS", '"Lane" Mover')).initial(), [2, 4]) == ["Move f0 t5"]
    text = text.replace('(track "Lane" "0,E" directed:True)', '(track "Lane" "0,E" P1 directed:True)')
    assert keys(compile_game(text.replace("OPTIONS", '"Lane" Mover')).initial(), [2, 4]) == ["Move f0 t5"]
    assert keys(compile_game(text.replace("OPTIONS", "")).initial(), [2, 4]) == ["Move f0 t3", "Move f0 t5"]


def test_the_sum_of_the_dice_is_what_was_rolled_though_they_are_used():
    play = BOTH.replace("OPTIONS", "").replace(
        "(then (if (not (all DiceUsed))", "(then (and (set Score Mover (count Pips)) (if (not (all DiceUsed))"
    )
    state = compile_game(play.replace("(moveAgain)))))", "(moveAgain))))))")).initial()
    state, _ = play_key(state, "Move f0 t3", [2, 3])
    assert state.score[1] == 7
