"""What the solver says is what a plain minimax over legal moves says: values and shortest distances."""

import random
import re
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.ludii import apply, compile_game, legal_moves
from formal_envs.ludii.engine.interface import MAX_SOLVED_PLIES
from formal_envs.ludii.players.solver import solve

EMPTY = "(sites Empty)"
NEAR_LAST = f"(intersection (sites Around (last To)) {EMPTY})"
#: Where one may put a piece; some ways depend on where the last one was put, on how many there were, or on a variable.
PLACES = [
    f"(to {EMPTY})",
    f"(to (if (is In (last To) (sites Board)) {NEAR_LAST} {EMPTY}))",
    f"(to {EMPTY} if:(!= (% (+ (to) (* 2 (last To))) 3) 1))",
    f"(to {EMPTY} if:(!= (% (+ (to) (count Moves)) 3) 1))",
    f"(to {EMPTY} if:(!= (% (+ (to) (last From)) 4) 1))",
    f'(to {EMPTY} if:(!= (var "Told") (to)))',
    f"(to {EMPTY} if:(or (= 0 (counter)) (!= (% (+ (to) (counter)) 3) 0)))",
    f"(to {EMPTY} if:(!= (% (+ (to) (score Mover)) 3) 0))",
    "(to (sites Board) if:(< (size Stack at:(to)) 3))",
]
THEN = [
    "",
    "(then (if (is Line 2) (moveAgain)))",
    "(then (custodial (from (last To)) (between if:(is Enemy (who at:(between))) (apply (remove (between))))))",
    '(then (set Var "Told" (last To)))',
    '(then (if (is Even (last To)) (set Var "Told" (last To))))',
    "(then (addScore Mover (count Neighbours at:(last To))))",
    "(then (if (is In (last To) (sites Corners)) (set Counter 0)))",
]
LINE = "(is Line 3)"
ENDS = [
    f"(if {LINE} (result Mover Win))",
    f"(if {LINE} (result Mover Loss))",
    "(if (no Moves Next) (result Mover Win))",
    "(if (no Moves Next) (result Next Win))",
    "(if (is Full) (byScore))",
    '(if (= (var "Told") (last To)) (result Mover Win))',
    "(if (= 2 (% (+ (* 3 (last To)) (* 5 (count Moves))) 7)) (result Mover Win))",
    "(if (= 2 (% (+ (* 3 (last From)) (count Turns)) 5)) (result Next Win))",
    "(if (= 0 (count Pieces Next)) (result Mover Win))",
]
STEPS = [
    "(move Step (to if:(is Empty (to))))",
    "(move Step Forward (to if:(not (is Friend (who at:(to)))) (apply (remove (to)))))",
    "(move Hop (between if:(is Enemy (who at:(between))) (apply (remove (between)))) (to if:(is Empty (to))))",
    "(move Step (to if:(and (is Empty (to)) (!= (to) (last From)))))",
    "(move Step (to if:(!= (% (+ (to) (last To)) 3) 0)))",
    "(move Step (to if:(!= (who at:(to)) (mover))))",
    "(move Slide (to if:(and (is Enemy (who at:(to))) (is Odd (count Turns))) (apply (remove (to)))))",
]


def small_game(seed):
    """A game of two on at most 9 sites: pieces are put down, or step, hop and take, with the rules above."""
    rng = random.Random(seed)
    columns, rows = rng.choice([(2, 2), (4, 1), (2, 3), (3, 2), (5, 1), (3, 3), (2, 4)])
    meta = rng.choice(["", "", "(meta (swap))", "(meta (no Repeat))", "(meta (no Repeat PositionalInTurn))"])
    end = " ".join(rng.sample(ENDS, rng.choice([1, 1, 2])))
    if rng.random() < 0.6:
        piece, start = '(piece "Disc" Each)', ""
        play = f"(move Add {rng.choice(PLACES)} {rng.choice(THEN)})"
    else:
        piece = f'(piece "Disc" Each {rng.choice(STEPS)})'
        start = '(start {(place "Disc1" (sites Bottom)) (place "Disc2" (sites Top))})'
        if rows == 1:
            start = f'(start {{(place "Disc1" 0) (place "Disc2" {columns - 1})}})'
        play = rng.choice(["(forEach Piece)", "(or (forEach Piece) (move Pass))"])
    return f"""(game "Small" (players {{(player N) (player S)}})
        (equipment {{(board (rectangle {rows} {columns})) {piece}}})
        (rules {meta} {start} (play {play}) (end {{{end}}})))"""


SMALL_GAMES = st.integers(0, 1_000_000).map(small_game)


def minimax(state, plies):
    """Who wins by force within so many plies, and in how many; (None, None) where nobody does."""

    @cache
    def wins(position, person, left):
        if position.over:
            return position.winner > 0 and position.agents[position.winner] == person
        if not left:
            return False
        after = (wins(apply(position, move), person, left - 1) for move in legal_moves(position))
        return any(after) if position.agents[position.mover] == person else all(after)

    for n in range(plies + 1):
        for person in (1, 2):
            if wins(state, person, n):
                return person, n
    return None, None


def ends_within(state, plies):
    """Whether every game from here has ended by then."""
    return state.over or (plies > 0 and all(ends_within(apply(state, m), plies - 1) for m in legal_moves(state)))


@given(text=SMALL_GAMES, depth=st.integers(0, 5), data=st.data())
@settings(max_examples=300)
def test_the_solver_agrees_with_a_plain_minimax(text, depth, data):
    state = compile_game(text).initial()
    for _ in range(data.draw(st.integers(0, 3))):
        if moves := legal_moves(state):
            state = apply(state, data.draw(st.sampled_from(moves)))
    before = state.copy()
    found = solve(state, max_plies=depth)
    assert state == before
    assert found == solve(state, max_plies=depth)
    winner, plies = minimax(state, depth)
    assert (found.winner or None, found.plies) == (winner, plies)
    if found.winner is None:
        assert found.depth == depth
    for move in found.line:
        assert move in legal_moves(state)
        state = apply(state, move)
    if found.winner:
        assert len(found.line) == found.plies
        assert state.over
        assert state.agents[state.winner] == found.winner


@given(text=SMALL_GAMES, work=st.integers(1, 60_000))
@settings(max_examples=200)
def test_a_small_budget_leaves_more_unknown_and_nothing_wrong(text, work):
    program = compile_game(text)
    small, large = solve(program, work=work, max_plies=12), solve(program, max_plies=12)
    assert small.winner in (None, large.winner)
    if small.winner is None:
        assert small.work >= min(work, large.work)
        assert small.why
    else:
        assert (small.plies, small.depth) == (large.plies, large.depth)


@given(text=SMALL_GAMES)
@settings(max_examples=100)
def test_a_draw_is_told_where_all_games_end_and_nobody_wins(text):
    state = compile_game(text).initial()
    found = solve(state, max_plies=8)
    if found.winner == 0:
        assert minimax(state, 6) == (None, None)
    elif found.winner is None:
        assert not ends_within(state, 4)


@pytest.mark.parametrize(
    ("told", "tell"),
    [
        ("(last To)", ""),
        ('(var "Told")', '(then (set Var "Told" (last To)))'),
        ("(var)", "(then (set Var (last To)))"),
        ("(value Player Prev)", "(then (set Value Mover (last To)))"),
        ("(- (score Prev) 1)", "(then (set Score Mover (+ 1 (last To))))"),
        ("(counter)", "(then (set Counter (- (last To) 1)))"),
        ("(value Pending)", "(then (set Pending (last To)))"),
        ("(- (state at:0) 1)", "(then (set State at:0 (+ 1 (last To))))"),
    ],
)
def test_what_a_rule_can_read_tells_positions_apart(told, tell):
    """Equal pieces, put down in another order: where one may go next depends on the last place, told in many ways."""
    text = f"""(game "Told" (players {{(player N) (player S)}})
        (equipment {{(board (rectangle 2 3)) (piece "Disc" Each)}})
        (rules (play (move Add (to (sites Empty) if:(!= (% (+ (to) (* 2 {told})) 3) 1)) {tell}))
            (end (if (no Moves Next) (result Next Win)))))"""
    state = compile_game(text).initial()
    found = solve(state, max_plies=5)
    assert (found.winner, found.plies) == minimax(state, 5) == (2, 5)


def test_only_last_move_says_what_the_last_move_was():
    """The solver leaves it out of what tells positions apart, where the moves did not ask: c->asked_last tells."""
    told = "last_from|last_to|last_level_from|last_level_to|last_what|last_pass|last_decision|after_from|after_to"
    read = re.compile(rf"(?<!last_move\(c\))->({told}|previous_from|previous_to|arrived|between_last)\b(?! = )")
    readers = set()
    for file in files("formal_envs.ludii.engine").iterdir():
        if file.name.endswith((".c", ".h")):
            for line in file.read_text().splitlines():
                if read.search(line) and "= last_move(c)" not in line:
                    readers.add((file.name, line.strip()))
    assert {name for name, _ in readers} <= {"actions.c", "keys.c", "numbers.c", "planes.c", "ply.c", "regions.c"}
    assert {line for name, line in readers if name in ("actions.c", "numbers.c", "regions.c")} == {
        "if ((c->g->uses & USES_ARRIVED) && is_site(c, a.to)) region_add(c->arrived, a.to);",
        "return bool_or(c, ARG(last_from, afterConsequence), 0) ? s->after_from : s->last_from;",
        "return bool_or(c, ARG(last_to, afterConsequence), 0) ? s->after_to : s->last_to;",
        "region_copy(c, out, c->arrived);",
        "last_move(c), region_copy(c, out, c->between_last);",
    }


@pytest.mark.parametrize("arguments", [{"work": 0}, {"max_plies": -1}, {"max_plies": MAX_SOLVED_PLIES + 1}])
def test_arguments_out_of_range(arguments):
    text = """(game "One" (players 2) (equipment {(board (square 1)) (piece "Disc" Each)})
        (rules (play (move Pass)) (end (if (all Passed) (result Mover Draw)))))"""
    program = compile_game(text)
    with pytest.raises(ConfigError, match=next(iter(arguments))):
        solve(program, **arguments)
