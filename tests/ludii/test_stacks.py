"""Pieces that stand on each other: what a site holds, what moves, what is counted, and what tells two stacks apart."""

import pickle
from contextlib import suppress
from random import Random

import pytest

from formal_envs.ludii import GameError, apply, compile_game, evaluate_game, legal_moves, perft
from formal_envs.ludii.conformance.snapshots import rest_digest, snapshot
from formal_envs.ludii.engine.interface import MAX_LEVELS, USES
from formal_envs.ludii.play.program import apply_with_actions

#: Six places in a row; what the pieces do, and what else there is, is filled in.
ROW = """(game "Row" (players 2) (equipment {{(board (rectangle 1 6))
  (piece "Man" Each {moves}) (piece "Stone" Each) {items}}}) (rules (start {{{start}}}) (play {play}) (end {end})))"""
NEVER = "(if (no Pieces All) (result Mover Draw))"


def row(play="(forEach Piece)", start="", moves="", items="", end=NEVER):
    return compile_game(ROW.format(play=play, start=start, moves=moves, items=items, end=end))


def kinds(state, site):
    return [piece.what for piece in state.stack(site)]


def keys(state):
    return sorted(move.key for move in legal_moves(state))


def played(state, *chosen):
    for key in chosen:
        state = apply(state, next(move for move in legal_moves(state) if move.key == key))
    return state


# ---------------------------------------------------------------- the start, and what a state shows
TOWERS = '(place Stack "Man1" 0 count:3 state:2) (place Stack items:{"Man1" "Stone2" "Man2"} 2) (place "Man2" 4)'


def test_a_stack_is_put_down_from_the_bottom_up():
    state = row(start=TOWERS).initial()
    assert [kinds(state, site) for site in range(6)] == [[1, 1, 1], [], [1, 4, 2], [], [2], []]
    assert [piece.state for piece in state.stack(0)] == [2, 2, 2]
    assert [piece.who for piece in state.stack(2)] == [1, 2, 2]
    assert list(state.what) == [1, 0, 2, 0, 2, 0]
    assert list(state.count) == [3, 0, 3, 0, 1, 0]


def test_each_site_of_a_stack_may_have_a_height_of_its_own():
    state = row(start='(place Stack "Man1" (sites {1 3 5}) counts:{2 3 4})').initial()
    assert list(state.count) == [0, 2, 0, 3, 0, 4]


def test_a_snapshot_has_a_number_for_each_level():
    shot = snapshot(row(start=TOWERS).initial())
    assert shot["w"] == "1 0 2 0 2 0"
    assert shot["k"] == "1.1.1 0 1.4.2 0 2 0"
    assert shot["ks"] == "2.2.2 0 0.0.0 0*3"
    assert "c" not in shot
    other = {**shot, "k": "1.1.1 0 4.1.2 0 2 0"}
    assert rest_digest(other) != rest_digest(shot)


def test_a_board_shows_heights_and_mixed_stacks():
    lines = str(row(start=TOWERS).initial()).splitlines()
    assert "M3" in lines[0]
    assert "C1: M s m" in lines


@pytest.mark.parametrize(
    ("play", "stacks"),
    [
        ("(move Add (to (sites Empty)))", False),
        ("(move Add (to (sites Board)) stack:True)", True),
        ("(forEach Piece (move (from (from) level:0) (to (sites Empty))))", True),
        ("(move Add (to (sites Empty) if:(= 0 (size Stack at:(to)))))", True),
        ("(forEach Piece (move Step (to if:(is Empty (to)))) top:True)", False),
    ],
)
def test_a_game_has_stacks_where_its_rules_speak_of_them(play, stacks):
    assert bool(row(play=play).bytecode.uses & USES["STACK"]) == stacks


# ---------------------------------------------------------------- moves
def test_a_piece_arrives_on_top_and_leaves_what_is_beneath():
    state = row(start=TOWERS, play="(move (from (sites Occupied by:Mover)) (to (sites {2 4})))").initial()
    assert keys(state) == ["Move f0 t2", "Move f0 t4"]
    state = played(state, "Move f0 t2")
    assert (kinds(state, 0), kinds(state, 2)) == ([1, 1], [1, 4, 2, 1])
    state = played(state, "Move f4 t2")
    assert (kinds(state, 2), kinds(state, 4)) == ([1, 4, 2, 1, 2], [])


def test_a_named_level_is_taken_out_of_the_stack():
    state = row(start=TOWERS, play="(move (from 2 level:1) (to 5) copy:True stack:True)").initial()
    assert keys(state) == ["Move f2 lf1 t5"]
    state = played(state, "Move f2 lf1 t5")
    assert (kinds(state, 2), kinds(state, 5)) == ([1, 2], [4])


def test_a_piece_may_be_put_beneath_others():
    state = row(start=TOWERS, play="(move (from 4) (to 2 level:0))").initial()
    assert kinds(played(state, "Move f4 t2 lt0"), 2) == [2, 1, 4, 2]
    state = row(start=TOWERS, play='(move Add (piece "Stone1") (to 2 level:1) stack:True)').initial()
    assert kinds(played(state, "Insert t2 l1 w3"), 2) == [1, 3, 4, 2]


def test_whole_stacks_and_their_upper_parts_move_in_their_order():
    whole = "(forEach Piece (move Step (to if:(is Empty (to))) stack:True) top:True)"
    state = row(start=TOWERS, play="(move (from (sites {2})) (to 4) stack:True)").initial()
    assert kinds(played(state, "Move f2 t4 stack=true"), 4) == [2, 1, 4, 2]
    state = row(start=TOWERS, play="(move (from (sites {2})) (to 4) count:2 stack:True)").initial()
    state = played(state, "StackMove f2 t4 numLevel=2")
    assert (kinds(state, 2), kinds(state, 4)) == ([1], [2, 4, 2])
    state = row(start=TOWERS, play=whole).initial()
    assert keys(state) == ["Move f0 t1 stack=true"]


def test_a_step_says_its_level_and_a_hop_does_not():
    step = row(start=TOWERS, moves="(move Step (to if:(is Empty (to))))", play="(forEach Piece top:True)").initial()
    assert keys(step) == ["Move f0 lf2 t1"]
    hop = row(
        start='(place Stack "Man1" 0 count:2) (place "Man2" 1)',
        moves="(move Hop (between if:(is Enemy (who at:(between)))) (to if:(is Empty (to))))",
        play="(forEach Piece top:True)",
    ).initial()
    assert keys(hop) == ["Move f0 t2"]


def test_every_level_has_its_moves_unless_the_tops_alone_do():
    step = "(move (from (from) level:(level)) (to 5))"
    state = row(start=TOWERS, moves=step).initial()
    assert keys(state) == ["Move f0 lf0 t5", "Move f0 lf1 t5", "Move f0 lf2 t5", "Move f2 lf0 t5"]
    state = row(start=TOWERS, moves=step, play="(forEach Piece top:True)").initial()
    assert keys(state) == ["Move f0 lf2 t5"]


def test_a_top_that_moves_takes_no_marks_along_but_one_of_a_named_level_does():
    state = row(start=TOWERS, play="(move (from 0) (to 5))").initial()
    assert [piece.state for piece in played(state, "Move f0 t5").stack(5)] == [0]
    state = row(start=TOWERS, play="(move (from 0 level:1) (to 5))").initial()
    assert [piece.state for piece in played(state, "Move f0 lf1 t5").stack(5)] == [2]


def test_a_move_to_the_same_stack_changes_nothing():
    state = row(start=TOWERS, play="(move (from 2 level:0) (to 2))").initial()
    assert kinds(played(state, "Move f2 lf0 t2"), 2) == [1, 4, 2]


def test_added_pieces_say_the_level_that_they_come_to():
    state = row(start=TOWERS, play='(move Add (piece "Stone1") (to (sites {2 3})) count:2 stack:True)').initial()
    assert keys(state) == ["Add t2 l3 w3", "Add t3 l0 w3"]
    state = played(state, "Add t2 l3 w3")
    assert kinds(state, 2) == [1, 4, 2, 3, 3]


@pytest.mark.parametrize(
    ("removal", "key", "left"),
    [
        ("(move Remove 2)", "Remove t2", [1, 4]),
        ("(move Remove 2 level:0)", "Remove t2 l0", [4, 2]),
        ("(move Remove 2 level:2)", "Remove t2", [1, 4]),
        ("(move Remove 2 count:2)", "Remove t2", [1]),
        ("(move Remove 2 count:(size Stack at:2))", "Remove t2", []),
    ],
)
def test_a_removal_takes_the_top_a_level_or_so_many(removal, key, left):
    state = row(start=TOWERS, play=removal).initial()
    assert keys(state) == [key]
    assert kinds(played(state, key), 2) == left


def test_a_selection_says_the_tops():
    state = row(start=TOWERS, play="(move Select (from (sites {0 1})))").initial()
    assert keys(state) == ["Select f0 lf2", "Select f1"]
    state = row(start=TOWERS, play="(move Select (from (sites {4})) (to (sites {0 1})))").initial()
    assert keys(state) == ["Select f4 lf0 t0 lt2", "Select f4 lf0 t1"]


def test_effects_go_over_levels_from_either_end():
    effect = "(move Select (from 2) (then (forEach Level 2 {} (remember Value (what at:2 level:(level))))))"
    for way, expected in (("", [1, 4, 2]), ("FromBottom", [1, 4, 2]), ("FromTop", [2, 4, 1])):
        state = row(start=TOWERS, play=effect.format(way)).initial()
        _after, done = apply_with_actions(state, legal_moves(state)[0])
        assert done[1:] == [f"RememberValue v{what}" for what in expected]


def test_the_last_level_is_that_of_the_move():
    play = "(move (from 0 level:1) (to 2 level:2) (then (set Var (+ (* 10 (last LevelFrom)) (last LevelTo)))))"
    state = row(start=TOWERS, play=play).initial()
    assert apply(state, legal_moves(state)[0]).temp == 12


def test_a_level_that_is_gone_has_no_state_to_set():
    play = "(move Select (from 0) (then (and (remove 0) (set State at:0 level:2 5))))"
    state = row(start=TOWERS, play=play).initial()
    assert [piece.state for piece in apply(state, legal_moves(state)[0]).stack(0)] == [2, 2]
    play = "(move Select (from 0) (then (set State at:0 level:0 5)))"
    state = row(start=TOWERS, play=play).initial()
    assert [piece.state for piece in apply(state, legal_moves(state)[0]).stack(0)] == [5, 2, 2]


# ---------------------------------------------------------------- numbers and conditions
@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("(size Stack at:2)", 3),
        ("(size Stack at:3)", 0),
        ("(size Stack in:(sites Board))", 7),
        ("(topLevel at:0)", 2),
        ("(count at:2)", 3),
        ("(count Pieces P1)", 4),
        ("(count Pieces P2)", 3),
        ("(count Pieces All)", 7),
        ('(count Pieces P2 "Stone")', 1),
        ("(count Pieces P1 in:(sites {2}))", 1),
        ("(count Sites in:(sites Occupied by:P1))", 1),
        ("(count Sites in:(sites Occupied by:P1 top:False))", 2),
        ('(count Sites in:(sites Occupied by:P2 component:"Stone" top:False))', 1),
        ("(what at:2)", 1),  # the lowest, though all else is asked of the top
        ("(who at:2)", 2),
        ("(what at:2 level:0)", 1),
        ("(who at:2 level:1)", 2),
        ("(what at:2 level:3)", 0),
        ("(what at:2 level:-1)", 2),
        ("(state at:0 level:0)", 2),
        ('(where "Stone" P2)', 2),
        ('(where Level "Stone" P2 at:2)', 1),
        ('(where Level "Man" P1 at:0)', 2),
        ('(where Level "Man" P1 at:0 fromTop:False)', 0),
        ('(where Level "Stone" P1 at:2)', -1),
        ("(count Stack at:2)", 3),
        ("(count Stack at:2 if:(= (who at:(to) level:(level)) P2))", 2),
        ("(count Stack FromTop at:2 if:True stop:(= 4 (what at:(to) level:(level))))", 2),
        ("(if (no Pieces P1 in:(sites {2})) 1 0)", 0),
        ("(if (no Pieces P1 in:(sites {4})) 1 0)", 1),
        ("(if (is Target {1 4 2} 2) 1 0)", 1),
        ("(if (is Target {2 4 1} 2) 1 0)", 0),
    ],
)
def test_numbers_of_stacks(number, value):
    start = f"{TOWERS} (set RememberValue {number})"
    assert row(start=start, play="(move Add (to (sites Empty)) stack:True)").initial().remembered[1] == value


#: Four in a row on one level, or one above the other, or up a slope.
DROP = """(game "Drop" (players 2) (equipment {(board (rectangle 1 5)) (piece "Disc" Each)})
  (rules (play (move Add (to (sites Board)) stack:True)) (end (if (is Line LENGTH OPTION) (result Mover Win)))))"""


def winner(option, *sites, length=3):
    state = compile_game(DROP.replace("LENGTH", str(length)).replace("OPTION", option)).initial()
    for site in sites:
        assert not state.over
        state = apply(state, next(move for move in legal_moves(state) if move.key.startswith(f"Add t{site} ")))
    return state.winner


@pytest.mark.parametrize(
    ("sites", "wins"),
    [
        ((0, 4, 0, 4, 0), 1),  # upwards
        ((0, 4, 1, 4, 2), 1),  # on the ground
        ((0, 1, 1, 2, 4, 2, 2), 1),  # a slope: levels 0, 1, 2
        ((2, 1, 1, 0, 4, 0, 0), 1),  # the other way
        ((0, 1, 1, 2, 2, 4), 0),  # levels 0, 1, 1
    ],
)
def test_lines_by_level(sites, wins):
    assert winner("byLevel:True", *sites) == wins


def test_lines_see_every_level_unless_tops_alone_count():
    sites = 0, 0, 1, 1, 2  # player 1 stands beneath player 2 on two of three places
    assert winner("", *sites) == 1
    assert winner("top:True", *sites) == 0


# ---------------------------------------------------------------- positions
def test_positions_differ_by_what_is_beneath():
    play = '(move Add (piece {"Man1" "Stone1"}) (to (sites {0})) stack:True)'
    game = ROW.format(play=play, start="", moves="", items="", end="(if (is Repeat) (result Mover Win))")
    state = compile_game(game).initial()
    for _ in range(6):  # a stack that grows is always another position
        state = apply(state, legal_moves(state)[0])
        assert not state.over


def test_a_position_may_come_again():
    play = "(move (from (sites Occupied by:All)) (to (sites {0 1}) if:(!= (from) (to))) stack:True)"
    game = ROW.format(
        play=play, start='(place Stack "Man1" 0 count:2)', moves="", items="", end="(if (is Repeat) (result Mover Win))"
    )
    state = played(compile_game(game).initial(), "Move f0 t1 stack=true", "Move f1 t0 stack=true")
    assert state.over
    assert state.winner == 2


def test_equal_stacks_are_equal_states_whatever_was_in_between():
    play = "(or (move (from 2) (to 5) stack:True) (move (from 5) (to 2) stack:True))"
    state = row(start=TOWERS, play=play).initial()
    there = played(state, "Move f2 t5 stack=true")
    back = played(there, "Move f5 t2 stack=true")
    again = played(back, "Move f2 t5 stack=true", "Move f5 t2 stack=true")
    assert [back.stack(site) for site in range(6)] == [state.stack(site) for site in range(6)]
    assert [again.stack(site) for site in range(6)] == [state.stack(site) for site in range(6)]
    assert pickle.loads(pickle.dumps(there)) == there
    assert kinds(pickle.loads(pickle.dumps(there)), 5) == [1, 4, 2]


def test_looking_ahead_leaves_every_level_as_it_was():
    play = """(do (move (from (sites Occupied by:All)) (to (sites Board) if:(!= (from) (to))) count:2 stack:True)
      ifAfterwards:(<= (size Stack at:(last To)) 4))"""
    state = row(start=TOWERS, play=play).initial()
    before = [state.stack(site) for site in range(6)]
    moves = legal_moves(state)
    assert {move.key for move in moves} == {
        f"StackMove f{source} t{to} numLevel=2"
        for source in (0, 2, 4)
        for to in range(6)
        if to != source and not (to in (0, 2) and source in (0, 2))
    }
    assert [state.stack(site) for site in range(6)] == before
    assert perft(state, 2) == sum(len(legal_moves(apply(state, move))) for move in moves)


def test_a_walk_of_pieces_keeps_their_number():
    program = row(start=TOWERS, play="(move (from (sites Occupied by:All)) (to (sites Board) if:(!= (from) (to))))")
    rng = Random(1)
    state = program.initial()
    for _ in range(200):
        state = apply(state, rng.choice(legal_moves(state)))
        assert sum(state.count) == 7
        assert [len(state.stack(site)) for site in range(6)] == list(state.count)
        assert [kinds(state, site)[-1:] for site in range(6)] == [[w] if w else [] for w in state.what]


# ---------------------------------------------------------------- bounds
def test_too_many_levels_end_the_game_with_a_reason():
    play = f'(move Add (piece "Man1") (to (sites {{0}})) count:{MAX_LEVELS // 2} stack:True)'
    state = row(play=play).initial()
    state = played(state, *(move.key for move in legal_moves(state)))
    assert state.count[0] == MAX_LEVELS // 2
    state = apply(state, legal_moves(state)[0])
    assert state.count[0] == MAX_LEVELS // 2 * 2
    with pytest.raises(GameError, match="memory"):
        apply(state, legal_moves(state)[0])


@pytest.mark.parametrize("level", ["-1", "7", "65536", "2147483647", "-2147483647"])
@pytest.mark.parametrize(
    "play",
    [
        "(move Remove 2 level:{})",
        "(move (from 2 level:{}) (to 3))",
        "(move (from 2) (to 3 level:{}))",
        '(move Add (piece "Man1") (to 2 level:{}) stack:True)',
        "(move Select (from 2 level:{}) (then (set State at:2 level:{} 1)))",
        "(move Remove 2 count:{})",
        "(move (from 2) (to 3) count:{} stack:True)",
    ],
)
def test_levels_and_counts_that_there_are_not_lead_nowhere(play, level):
    program = row(start=TOWERS, play=play.replace("{}", level) if play.count("{}") > 1 else play.format(level))
    state = program.initial()
    with suppress(GameError):  # too much, not there: the game ends, with its reason
        for _ in range(3):
            state = apply(state, legal_moves(state)[0])
    assert all(1 <= piece.what <= 4 for site in range(6) for piece in state.stack(site))


@pytest.mark.parametrize(
    "play",
    [
        "(move Select (from (sites Occupied by:Mover)) (then (sow)))",
        "(move Select (from (sites Occupied by:Mover)) (then (set Count at:(last To) 2)))",
        "(move Remove (sites Occupied by:Next) at:EndOfTurn)",
    ],
)
def test_what_has_no_known_meaning_on_stacks_is_unsupported(play):
    text = ROW.format(play=play, start=TOWERS, moves="", items="", end=NEVER)
    report = evaluate_game(text, playouts=1)
    assert report.compiles
    assert not report.supported
    assert "stacks" in str(report.error)


def test_random_games_with_stacks_are_played_to_their_report():
    report = evaluate_game(DROP.replace("LENGTH", "3").replace("OPTION", "byLevel:True"), playouts=50)
    assert report.supported
    assert report.completion == 1.0
