"""Numbers of decisions: fixed by the rules, enough for all legal moves, and readable."""

import numpy as np
import pytest
from game_files import GAME_FILES as GAMES
from hypothesis import given, settings
from hypothesis import strategies as st
from playable_games import playable_games

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, apply, compile_game, legal_moves
from formal_envs.playing.numbering import Numbering

LADDER = """(game "Ladder" (players 2) (equipment {(board (rectangle 1 3)) (piece "Disc" Each) (piece "Rook" Each)})
    (rules (play (or {(move Add (piece {"Disc" "Rook"}) (to (sites Empty)))
    (move Promote (last To) (piece "Rook") Mover)})) (end (if (is Full) (result Mover Win)))))"""


def random_states(program, seed, plies):
    """Positions of random games, and their legal moves."""
    rng, state = np.random.default_rng(seed), program.initial(seed)
    for _ in range(plies):
        if state.over:
            state = program.initial(int(rng.integers(1000)))
        moves = legal_moves(state)
        yield state, moves
        state = apply(state, moves[rng.integers(len(moves))])


def numbering_of(name):
    return Numbering(compile_game(GAMES[name]))


def test_a_game_that_only_adds_has_a_number_for_each_site_and_a_pass():
    numbering = numbering_of("tic_tac_toe")
    assert numbering.blocks == {"Pass": range(1), "Add": range(1, 10)}
    assert numbering.describe(0) == "Pass"
    assert [numbering.describe(number, 1) for number in (1, 3, 9)] == ["Add Cross A1", "Add Cross C1", "Add Cross C3"]
    assert numbering.describe(9, 2) == "Add Nought C3"


def test_moves_have_the_pairs_of_sites_that_pieces_can_go_between():
    # Breakthrough: a step in any of 8 directions at most; 64 sites have 4 * 3 + 24 * 5 + 36 * 8 = 420 neighbours.
    assert numbering_of("breakthrough").blocks == {"Pass": range(1), "Move": range(1, 421)}
    # Chess: a queen's moves and a knight's, 1456 + 336 ordered pairs of squares.
    chess = numbering_of("chess")
    assert len(chess.blocks["Move"]) == 1456 + 336
    state = chess.program.initial()
    opening = next(move for move in legal_moves(state) if move.key == "Move f12 t28")
    number = chess.encode(state, opening)
    assert chess.describe(number) == "Move E2-E4"
    assert chess.decode(state, number) == opening
    with pytest.raises(ConfigError, match="not legal here"):
        chess.decode(state, 0)


def test_pieces_are_counted_among_the_movers_own():
    numbering = Numbering(compile_game(LADDER.replace('{"Disc" "Rook"}', '{"Disc1" "Disc2" "Rook2"}')))
    assert len(numbering.blocks["Add"]) == 3 * 3
    assert len(numbering.blocks["Promote"]) == 1 * 3  # the mover's Rook
    first = numbering.blocks["Promote"][0]
    assert (numbering.meaning(first, 1).what, numbering.meaning(first, 2).what) == (3, 4)


SOWING = """(game "Sowing" (players 2) (equipment {(mancalaBoard 2 4 store:None {(track "CCW" "0,E,N,W" loop:True)
    (track "CW" "0,N,E,S" loop:True)}) (piece "Seed" Shared)}) (rules (start (set Count 2 to:(sites Track)))
    (play (or (move Select (from (sites Bottom) if:(< 0 (count at:(from)))) (then (sow "CCW")))
    (move Select (from (sites Bottom) if:(< 0 (count at:(from)))) (then (sow "CW")))))
    (end (if (> (count Moves) 9) (result Mover Win)))))"""
WRITING = """(game "Writing" (players 2) (equipment {(board (square 3)) (piece "Unit" Shared)}) (rules
    (play (forEach Value min:1 max:3 (move Add (piece "Unit" state:(value)) (to (sites Empty)))))
    (end (if (is Full) (result Mover Win)))))"""


def test_ways_to_sow_and_states_of_pieces_have_numbers_of_their_own():
    numbering = Numbering(compile_game(SOWING))
    assert numbering.blocks["Select"] == range(1, 1 + 2 * 8)
    numbers = numbering.numbers(numbering.program.initial())
    assert sorted(numbers) == [1, 2, 3, 4, 9, 10, 11, 12]
    assert [numbering.describe(number) for number in (1, 9)] == ["Select A1", "Select A1 way 2"]
    numbering = Numbering(compile_game(WRITING))
    assert len(numbering.blocks["Add"]) == 16 * 9
    numbers = numbering.numbers(numbering.program.initial())
    assert len(set(numbers)) == len(numbers) == 27
    assert {numbering.meaning(number).value for number in numbers} == {1, 2, 3}
    numbering = Numbering(
        compile_game(WRITING.replace(" state:(value)", "").replace("Empty))", "Empty)) count:(value)"))
    )
    numbers = numbering.numbers(numbering.program.initial())
    assert len(set(numbers)) == len(numbers) == 27
    assert numbering.describe(max(numbers)) == "Add Unit C3 +2"


def test_a_swap_has_one_number():
    numbering = numbering_of("hex")
    state = numbering.program.initial()
    state = apply(state, legal_moves(state)[0])
    swap = next(move for move in legal_moves(state) if move.key.startswith("Swap"))
    assert numbering.describe(numbering.encode(state, swap)) == "Swap"


@pytest.mark.parametrize("name", sorted(GAMES))
def test_every_legal_move_of_the_games_has_a_number(name):
    program = compile_game(GAMES[name])
    numbering = Numbering(program)
    assert not numbering.blocks.get("Other")
    for state, moves in random_states(program, 0, 60):
        numbers = numbering.numbers(state)
        assert len(numbers) == len(moves)
        for move, number in zip(moves, numbers, strict=True):
            meaning = numbering.meaning(number, state.mover)
            assert numbering.blocks[meaning.kind][0] <= number <= numbering.blocks[meaning.kind][-1]
            assert meaning.kind == move.key.split()[0]
            if meaning.kind == "Move":
                assert move.key.startswith(f"Move f{meaning.source} t{meaning.to}")
            if meaning.kind == "Add":
                assert move.key.startswith(f"Add t{meaning.to} w{meaning.what}")
        assert numbering.mask(state).sum() == len(set(numbers))


@given(playable_games(), st.integers(0, 99))
@settings(max_examples=150)
def test_every_legal_move_of_any_game_has_a_number_that_means_it(text, seed):
    try:
        program = compile_game(text)
        numbering = Numbering(program)
        for state, moves in random_states(program, seed, 12):
            for move, number in zip(moves, numbering.numbers(state), strict=True):
                assert 0 <= number < numbering.n, move.actions
                kind, source, to, what, _ = numbering.meaning(number, state.mover)
                word, *rest = move.key.split()
                if kind != "Other" and word in ("Move", "Add", "Promote", "Remove", "Select"):
                    assert kind == word
                    assert source < 0 or kind == "Select" or f"f{source}" in rest
                    assert not what or f"w{what}" in rest
                    assert kind == "Select" or f"t{to}" in rest
                assert numbering.describe(number, state.mover).startswith(kind)
    except GameError as error:
        if error.stage != "play":
            raise


def test_more_decisions_than_a_million_are_refused():
    text = """(game "Vast" (players 2) (equipment {(board (square 40)) (piece "Disc" Each)}) (rules
        (play (move (from (sites Occupied by:Mover)) (to (sites Occupied by:Next))))
        (end (if (is Full) (result Mover Win)))))"""
    with pytest.raises(ConfigError, match="more than 1,048,576 decisions: take a smaller board"):
        Numbering(compile_game(text))


def test_numbers_and_players_that_there_are_not_are_refused():
    numbering = numbering_of("tic_tac_toe")
    for number, player in ((10, 1), (-1, 1), (0, 0), (0, 3)):
        with pytest.raises(ConfigError, match=r"expected an action in \[0, 9\] and a player in \[1, 2\]"):
            numbering.meaning(number, player)


@pytest.mark.parametrize("far", ["2147483647", "64"])
def test_turns_far_outside_share_the_most_numbers_there_are(far):
    text = f"""(game "Far" (players 2) (equipment {{(board (square 2)) (piece "Disc" Each)}}) (rules
        (start (place "Disc1" 0)) (play (move Set Rotation (to (sites Occupied by:All)) {{0 {far}}}))
        (end (if (no Moves Mover) (result Mover Loss)))))"""
    assert len(Numbering(compile_game(text)).blocks["Rotate"]) == 64 * 4


def test_a_range_of_bets_without_any_takes_no_numbers_from_others():
    text = """(game "Bets" (players 2) (equipment {(board (square 3)) (piece "Disc" Each)}) (rules
        (play (or (move Add (to (sites Empty))) (move Bet P1 (range 9 2)))) (end (if (is Full) (result Mover Win)))))"""
    numbering = Numbering(compile_game(text))
    assert numbering.blocks == {"Pass": range(1), "Add": range(1, 10), "Other": range(10, 266)}
