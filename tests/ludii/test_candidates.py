"""What the random games of a search draw: legal moves, each as likely as another, found by testing few of them."""

from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.ludii import GameError, State, apply, compile_game, legal_moves
from formal_envs.ludii.engine.library import library
from tests.support.game_files import GAME_FILES
from tests.support.playable_games import playable_games

CORPUS = Path(__file__).parents[2] / "formal_envs/tasks/game/games"
GO = (CORPUS / "go_5x5.lud").read_text()
WAITING = {
    path.stem: path.read_text()
    for path in sorted(CORPUS.glob("*.lud"))
    if "ifAfterwards" in path.read_text() or "no Repeat" in path.read_text()
}
#: A union of what waits, what does not, what is there twice, what another condition holds back, what has a consequence
#: of its own, and what is empty.
UNION = """(game "Union" (players 2) (equipment {(board (square 3)) (piece "A" Each
    (move Leap {{F} {F R}} (to if:(is Empty (to)))))})
  (rules (meta (no Repeat)) (start {(place "A1" {0 1}) (place "A2" {5 8})}) (play (or {
    (do (move Add (to (sites Empty)) (then (if (is In (last To) (sites Bottom)) (remove (last To)))))
      ifAfterwards:(> 7 (count Pieces All)) (then (addScore Mover 1)))
    (do (forEach Piece) ifAfterwards:(is Even (last To)))
    (do (or (do (forEach Piece) ifAfterwards:(is Even (last To))) (forEach Piece))
      ifAfterwards:(is In (last To) (sites Left)))
    (if (is Odd (count Moves)) (forEach Piece) (move Add (to (sites Top) if:(is Empty (to)))) (then (addScore Next 1)))
    (do (forEach Piece (move Leap {{F F R}} (to if:(is Empty (to))))) ifAfterwards:(is Odd (last To)))
    (if (< 3 (count Moves)) (do (move Pass) ifAfterwards:(is Mover P1)))
    (or (do (move Remove (sites Occupied by:Mover)) ifAfterwards:(= 1 2))
      (do (move Add (to (sites Right) if:(is Empty (to)))) ifAfterwards:(= 0 (score P2))) (then (addScore P2 2)))}))
    (end (if (= (count Moves) 30) (result Mover Draw)))))"""


def followers(state):
    """The positions to which legal moves lead: how many of them to each."""
    return Counter(apply(state, move) for move in legal_moves(state))


def drawn(state, seed, work=10**8):
    """The position to which a move drawn in a state leads; drawing it leaves the state as it is."""
    program, context = state.program, state.program.context()
    block, _ = context.legal(state)
    before, history = block.raw, context.history(block)
    index = context.check(library().context_draw(context.pointer, seed, work))
    assert (block.raw, context.history(block)) == (before, history)
    context.check(library().context_apply(context.pointer, index, work))
    return State(program, block.raw, context.history(block))


def assert_equally_likely(state, draws):
    """Chi-square of the moves drawn with so many seeds, five deviations from its mean at most."""
    legal, found = followers(state), Counter(drawn(state, seed) for seed in range(draws))
    assert set(found) <= set(legal)
    share = draws / legal.total()
    chi_square = sum((found[after] - n * share) ** 2 / (n * share) for after, n in legal.items())
    freedom = len(legal) - 1
    assert chi_square <= freedom + 5 * (2 * freedom) ** 0.5


@cache
def positions(text, plies=120, game=0):
    """Of a random game, up to its end."""
    state, found = compile_game(text).initial(), []
    for ply in range(plies):
        if state.over:
            break
        found.append(state)
        state = drawn(state, 1000 * game + ply)
    return found


def candidates(state):
    """How many moves a position of Go would have were nothing forbidden."""
    return int((state.what == 0).sum()) + 1


def without_repetition(text, state):
    """Those of the same game that may repeat positions: its program finds moves for a state of this one."""
    free = compile_game(text.replace("(meta (no Repeat))", "")).initial()
    return len(legal_moves(State(free.program, state._block, state._history)))


def test_suicides_and_repetition_are_not_drawn_in_go():
    """The games below have positions of both kinds, some with few legal moves among many others."""
    found = [state for game in range(3) for state in positions(GO, game=game)]
    suicides = [state for state in found if without_repetition(GO, state) < candidates(state)]
    repeats = [state for state in found if len(legal_moves(state)) < without_repetition(GO, state)]
    assert len(suicides) > 10
    assert len(repeats) > 1
    for state in [suicides[0], suicides[-1], *repeats]:
        assert_equally_likely(state, 1500)


@pytest.mark.parametrize("ply", range(8))
def test_each_move_of_a_union_is_equally_likely(ply):
    assert_equally_likely(positions(UNION)[ply], 1500)


NO_MOVE = """(game "Stuck" (players 2) (equipment {(board (square 2)) (piece "A" Each)})
  (rules META (play (do (move Add (to (sites Empty))) ifAfterwards:(< (count Moves) 2)))
    (end (if (= (count Moves) 4) (result Mover Draw)))))"""


@pytest.mark.parametrize(("meta", "played"), [("", ["Add", "Pass"]), ("(meta (swap))", ["Add", "Swap"])])
def test_who_has_no_legal_move_passes_or_swaps(meta, played):
    """The first player has four moves. The other's conditions all fail: he has a swap, or passes."""
    state = compile_game(NO_MOVE.replace("META", meta)).initial()
    for word in played:
        assert {move.key.split()[0] for move in legal_moves(state)} == {word}
        assert_equally_likely(state, 200)
        state = drawn(state, 0)


@pytest.mark.parametrize("name", [*GAME_FILES, *WAITING])
def test_what_is_drawn_in_whole_games_is_legal(name):
    text = {**GAME_FILES, **WAITING}[name]
    for state in positions(text, 60)[::6]:
        legal = followers(state)
        assert all(drawn(state, seed) in legal for seed in range(5))


@given(playable_games(), st.integers(0, 2**64 - 1))
def test_what_is_drawn_is_legal_in_games_of_all_kinds(text, seed):
    with suppress(GameError):
        state = compile_game(text).initial(seed)
        for ply in range(8):
            if state.over:
                break
            after = drawn(state, (seed + ply) % 2**64)
            assert after in followers(state)
            assert after == drawn(state, (seed + ply) % 2**64)
            state = after


def test_drawing_ends_where_the_work_does():
    with pytest.raises(GameError, match="too much work"):
        drawn(positions(GO)[20], 0, work=100)


@pytest.mark.parametrize("moves", ["(forEach Piece)", "(or (move Pass) (forEach Piece))"])
def test_a_piece_whose_moves_are_those_of_all_pieces_is_listed_and_fails(moves):
    text = f"""(game "Endless" (players 2) (equipment {{(board (square 2)) (piece "A" Each {moves})}})
      (rules (start (place "A1" 0)) (play (forEach Piece)) (end (if (no Moves Mover) (result Mover Loss)))))"""
    with pytest.raises(GameError) as caught:
        legal_moves(compile_game(text).initial())
    assert caught.value.stage == "play"
