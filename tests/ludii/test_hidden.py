"""Hidden information: the rules know all, players see what is theirs to see."""

import pickle

import pytest

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, apply, compile_game, legal_moves
from formal_envs.ludii.play.program import apply_with_actions

VEILED = """(game "Veil" (players 2) (equipment {(board (square 3)) (piece "Disc" Each)})
  (rules (play (move Add (to (sites Empty)) (then (set Hidden DATA at:(last To) to:Next))))
    (end (if (is Line 3) (result Mover Win)))))"""
#: Discs of player 1 are hidden as a whole from player 2 at the start, and step.
STEPS = """(game "Mist" (players 2) (equipment {(board (square 3)) (piece "Disc" Each (move Step (to if:CONDITION
      (apply (if (is Occupied (to)) (remove (to)))))))})
  (rules (start {(place "Disc1" (sites Bottom)) (place "Disc2" (sites Top)) (set Hidden DATA (sites Bottom) to:P2)})
    (play (forEach Piece)) (end (if (no Pieces Next) (result Mover Win)))))"""


def add(state, site):
    return apply(state, next(move for move in legal_moves(state) if move.key == f"Add t{site} w{state.mover}"))


def play(state, key):
    return apply(state, next(move for move in legal_moves(state) if move.key == key))


def test_what_is_hidden_of_a_piece():
    state = compile_game(VEILED.replace("DATA", "What")).initial()
    (first, *_), (after, done) = legal_moves(state), apply_with_actions(state, legal_moves(state)[0])
    assert (first.key, done) == ("Add t0 w1", ["Add t0 w1", "SetHiddenWhat t0 who=2 value=true"])
    state = add(after, 4)
    assert state.what.tolist() == [1, 0, 0, 0, 2, 0, 0, 0, 0]
    assert state.seen_by(1).what.tolist() == [1, 0, 0, 0, -1, 0, 0, 0, 0]
    assert state.seen_by(2).what.tolist() == [-1, 0, 0, 0, 2, 0, 0, 0, 0]
    assert state.seen_by(2).who.tolist() == [1, 0, 0, 0, 2, 0, 0, 0, 0]
    assert str(state.seen_by(1)).splitlines()[-3:] == ["1 x . .", "  A B C", "turn 3, player 1 to move"]
    assert str(state.seen_by(1)).splitlines()[-4] == "2 . ? ."
    assert pickle.loads(pickle.dumps(state)) == state


@pytest.mark.parametrize(
    ("data", "unseen"),
    [
        ("", {"what", "who", "count", "local_state", "rotation", "value"}),
        ("Who", {"who"}),
        ("{What Count}", {"what", "count"}),
        ("State", {"local_state"}),
        ("Rotation", {"rotation"}),
        ("Value", {"value"}),
    ],
)
def test_kinds_of_hidden_information(data, unseen):
    state = add(compile_game(VEILED.replace("DATA", data)).initial(), 8)
    for name in ("what", "who", "count", "local_state", "rotation", "value"):
        assert (getattr(state.seen_by(2), name)[8] == -1) == (name in unseen)
        assert getattr(state.seen_by(1), name)[8] != -1


def test_the_rules_play_on_all_of_it():
    state = compile_game(VEILED.replace("DATA", "")).initial()
    for site in (0, 3, 1, 4, 2):
        state = add(state, site)
    assert (state.over, state.winner) == (1, 1)


def test_hidden_information_moves_along():
    state = compile_game(STEPS.replace("DATA", "").replace("CONDITION", "(is Empty (to))")).initial()
    assert state.seen_by(2).what.tolist() == [-1, -1, -1, 0, 0, 0, 2, 2, 2]
    state = play(state, "Move f1 t4")
    assert state.seen_by(2).what.tolist() == [-1, 0, -1, 0, -1, 0, 2, 2, 2]
    state = play(state, "Move f6 t3")  # of player 2: nothing is hidden there, nor then
    assert state.seen_by(2).what.tolist() == [-1, 0, -1, 2, -1, 0, 0, 2, 2]
    assert state.seen_by(1).what.tolist() == state.what.tolist()


def test_conditions_on_what_is_hidden():
    text = STEPS.replace("DATA", "What").replace("CONDITION", "(not (is Hidden What at:(to) to:Mover))")
    state = play(compile_game(text).initial(), "Move f1 t4")
    assert {move.key for move in legal_moves(state) if move.key.startswith("Move f7")} == {
        *("Move f7 t3", "Move f7 t5", "Move f7 t6", "Move f7 t8")
    }
    text = text.replace("(is Hidden What at:(to) to:Mover)", "(is In (to) (sites Hidden What to:Mover))")
    assert legal_moves(play(compile_game(text).initial(), "Move f1 t4")) == legal_moves(state)
    text = text.replace("(sites Hidden What to:Mover)", "(sites Hidden to:Mover)")  # the site itself is not
    assert "Move f7 t4" in {move.key for move in legal_moves(play(compile_game(text).initial(), "Move f1 t4"))}


def test_what_is_shown_again():
    text = VEILED.replace(
        "(set Hidden DATA at:(last To) to:Next)", "(set Hidden Who (sites Occupied by:All) VALUE to:P2)"
    )
    state = add(add(compile_game(text.replace("VALUE", "(is Mover P1)")).initial(), 0), 5)
    assert state.seen_by(2).who.tolist() == [1, 0, 0, 0, 0, 2, 0, 0, 0]
    state = add(add(compile_game(text.replace("VALUE", "")).initial(), 0), 5)
    assert state.seen_by(2).who.tolist() == [-1, 0, 0, 0, 0, -1, 0, 0, 0]


def test_games_without_hidden_information_are_seen_whole():
    state = compile_game(VEILED.replace(" (then (set Hidden DATA at:(last To) to:Next))", "")).initial()
    assert str(state.seen_by(1)) == str(state)
    with pytest.raises(ConfigError, match="players are 1 to 2, got 3"):
        state.seen_by(3)


def test_single_levels_are_refused():
    text = VEILED.replace("DATA at:(last To)", "What at:(last To) level:1")
    with pytest.raises(GameError, match="hidden of one piece of a stack") as caught:
        compile_game(text)
    assert caught.value.stage == "unsupported"


def test_looking_ahead_shows_nothing():
    """What would be hidden after a move is not hidden by asking."""
    text = VEILED.replace("(move Add", "(do (move Add").replace(
        "(then (set Hidden DATA at:(last To) to:Next))))",
        "(then (set Hidden at:(last To) to:Next))) ifAfterwards:(= 1 1)))",
    )
    state = compile_game(text).initial()
    after = add(state, 4)
    assert after.seen_by(2).what.tolist() == [0, 0, 0, 0, -1, 0, 0, 0, 0]
    assert after.seen_by(1).what.tolist() == after.what.tolist()
