"""Pieces on tracks that come by a site twice: each goes on from the place where it is."""

import pickle

import pytest

from formal_envs.ludii import apply, compile_game, legal_moves

#: Up the lane, back, and on to 4: 0 1 2 3 2 1 4. Each player has a track of that course.
THERE_AND_BACK = "{0 1 2 3 2 1 4}"
LANE = """(game "Lane" (players 2) (equipment {
  (board (rectangle 1 5) {(track "T1" TRACK LOOP P1) (track "T2" TRACK LOOP P2)}) (hand Each)
  (piece "Runner" Each (move (from) (to STEP if:(!= (to) -1))))})
  (rules (start START) (play (if (is Mover P2) (move Pass) (forEach Piece)))
    (end (if (= END (last To)) (result Mover Win)))))"""


def lane(
    track=THERE_AND_BACK, loop="", step="(trackSite Move steps:1)", start='{(place "Runner1" 0) (place "Runner2" 3)}'
):
    text = (
        LANE.replace("TRACK", track)
        .replace("LOOP", loop)
        .replace("STEP", step)
        .replace("START", start)
        .replace("END", "-9" if "from:2" in step else "4")
    )
    return compile_game(text).initial()


def run(state, moves):
    """Where the runner comes to with each first move of player 1."""
    found = []
    while len(found) < moves and not state.over:
        first = legal_moves(state)[0]
        if state.mover == 1:
            found.append(int(first.key.rpartition("t")[2]))
        state = apply(state, first)
    return found


@pytest.mark.parametrize("step", ["(trackSite Move steps:1)", "(trackSite Move from:(from) steps:1)"])
def test_a_runner_comes_back_the_same_way(step):
    assert run(lane(step=step), 9) == [1, 2, 3, 2, 1, 4]


def test_a_loop_takes_the_first_of_its_places():
    assert run(lane(loop="loop:True"), 5) == [1, 2, 3, 2, 3]


def test_a_place_where_one_stays_is_the_next_of_its_site():
    assert run(lane("{0 1 1 2 1 4}"), 9) == [1, 1, 2, 1, 4]


def test_a_site_without_a_piece_is_its_first_place():
    """After 2, that nobody stands on, comes 3, though the runner has been there twice."""
    track = "{0 2 3 2 4}"
    assert run(lane(track, step="(if (= 4 (from)) (trackSite Move from:2 steps:1) (trackSite Move steps:1))"), 5) == [
        2,
        3,
        2,
        4,
        3,
    ]


def test_what_is_imagined_moves_nobody():
    """Looking ahead puts the runner back on its place."""
    text = LANE.replace(
        "(forEach Piece)", "(do (forEach Piece) ifAfterwards:(= (trackSite Move from:(last To) steps:0) (last To)))"
    )
    text = (
        text.replace("TRACK", THERE_AND_BACK)
        .replace("LOOP", "")
        .replace("START", '(place "Runner1" 0)')
        .replace("END", "4")
    )
    assert run(compile_game(text.replace("STEP", "(trackSite Move steps:1)")).initial(), 9) == [1, 2, 3, 2, 1, 4]


def test_places_are_part_of_a_state():
    state = lane()
    for _ in range(9):
        state = apply(state, legal_moves(state)[0])
    again = pickle.loads(pickle.dumps(state))
    assert again == state
    assert [move.key for move in legal_moves(again)] == [move.key for move in legal_moves(state)]


def test_a_runner_taken_begins_anew():
    """From its hand it enters at the first place of the site, as at its first time."""
    text = """(game "Again" (players 2) (equipment {(board (rectangle 1 5) (track "T1" {0 1 2 1 3} P1)) (hand Each)
      (piece "Runner" Each)}) (rules (start (place "Runner1" "Hand1"))
      (play (if (is Mover P2) (move Pass)
        (if (is Occupied (handSite P1)) (move (from (handSite P1)) (to 0))
          (move (from (sites Occupied by:Mover))
            (to (if (= 3 (from)) (handSite P1) (trackSite Move steps:1)))))))
      (end (if (= 9 (count Turns)) (result P2 Win)))))"""
    assert run(compile_game(text).initial(), 12)[:5] == [0, 1, 2, 1, 3]
    text = text.replace("(= 9 (count Turns))", "(= 30 (count Turns))")
    assert run(compile_game(text).initial(), 12) == [0, 1, 2, 1, 3, 5, 0, 1, 2, 1, 3, 5]
