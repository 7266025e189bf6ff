"""Games for one player, and for three and more: names, the order of turns, passes, results."""

# ruff: noqa: E501  (a case a line)

import pytest

from formal_envs.ludii import GameError, apply, compile_game, evaluate_game, legal_moves
from tests.ludii.test_ludemes import FILL, after, game


def names(text):
    bytecode = compile_game(text).bytecode
    return [(c.name, c.owner) for c in bytecode.components], [c.name for c in bytecode.containers[1:]]


def movers(text, turns):
    """Who is to move, turn by turn, while everybody takes his first move."""
    state, found = compile_game(text).initial(), []
    for _ in range(turns):
        found.append(state.mover)
        state = apply(state, legal_moves(state)[0])
    return found


# ---------------------------------------------------------------- names
def test_a_lone_players_pieces_have_no_number():
    items = '(piece "B" P1) (piece "C" Neutral) (piece "D" Shared) (hand Each)'
    pieces, hands = names(game(players="1", items=items))
    assert pieces == [("A", 1), ("B", 1), ("C0", 0), ("D", 2)]
    assert hands == ["Hand1"]


def test_one_of_two_players_has_numbers():
    assert names(game(items='(piece "B" P1)'))[0] == [("A1", 1), ("A2", 2), ("B1", 1)]


@pytest.mark.parametrize(
    ("players", "expected"),
    [(1, [("Ball1", 1)]), (2, [("Ball11", 1), ("Ball22", 2)]), (3, [("Ball11", 1), ("Ball22", 2), ("Ball33", 3)])],
)
def test_a_game_without_pieces_has_a_ball_for_each_player(players, expected):
    text = f'(game "G" (players {players}) (equipment {{(board (square 2))}}) (rules (play {FILL}) (end (if (is Full) (result Mover Win)))))'
    assert names(text)[0] == expected
    assert [move.key for move in legal_moves(compile_game(text).initial())] == [f"Add t{site} w1" for site in range(4)]


# ---------------------------------------------------------------- who moves
@pytest.mark.parametrize("players", [3, 4, 16])
def test_turns_go_round(players):
    text = game(FILL, board="(square 6)", players=str(players))
    assert movers(text, 2 * players + 1) == [*range(1, players + 1), *range(1, players + 1), 1]


def test_who_is_out_moves_once_more_when_his_turn_was_next():
    text = game(FILL, players="3", end="(if (= 2 (count Moves)) (result P3 Win))")
    assert movers(text, 8) == [1, 2, 3, 1, 2, 1, 2, 1]


def test_who_is_out_is_left_out_when_his_turn_was_not_next():
    text = game(FILL, players="4", end="(if (= 2 (count Moves)) (result P1 Loss))")
    assert movers(text, 8) == [1, 2, 3, 4, 2, 3, 4, 2]


# ---------------------------------------------------------------- passes
# fmt: off
PASSES = [
    # (what is tried, game, moves, over, winner, ranking)
    ("three pass", game("(move Pass)", players="3"), "Pass, Pass, Pass", 1, 0, [2, 2, 2]),
    ("two of three pass", game("(move Pass)", players="3"), "Pass, Pass", 0, 0, [0, 0, 0]),
    ("as many turns as players, whoever is out", game("(move Pass)", players="3", end="(if (= 1 (count Moves)) (result P3 Win))"), "Pass, Pass", 0, 3, [0, 0, 1]),
    ("a third turn of the two left", game("(move Pass)", players="3", end="(if (= 1 (count Moves)) (result P3 Win))"), "Pass, Pass, Pass", 1, 3, [2.5, 2.5, 1]),
    ("a move between", game("(or (move Pass) (move Add (to (sites Empty))))", players="3"), "Pass, +0, Pass, Pass", 0, 0, [0, 0, 0]),
    ("one passes alone where he may", game("(or (move Add (to 0)) (move Pass))", "(rectangle 1 2)", players="1"), "Pass, Pass, +0", 0, 0, [0]),
    ("one passes alone", game(FILL, "(rectangle 1 2)", players="1"), "+0, +1, Pass", 1, 0, [0]),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "played", "over", "winner", "ranking"), [case[1:] for case in PASSES], ids=[case[0] for case in PASSES]
)
def test_passes(text, played, over, winner, ranking):
    state = after(text, played)
    assert (state.over, state.winner, state.ranking) == (over, winner, ranking)


# ---------------------------------------------------------------- results
# fmt: off
RESULTS = [
    # (what is tried, players, end, moves, over, winner, ranking)
    ("two win one after the other", 3, "{(if (= 1 (count Moves)) (result P2 Win)) (if (= 2 (count Moves)) (result P1 Win))}", "+0, +1", 1, 2, [2, 1, 3]),
    ("two lose one after the other", 3, "{(if (= 1 (count Moves)) (result P2 Loss)) (if (= 2 (count Moves)) (result P1 Loss))}", "+0, +1", 1, 3, [2, 3, 1]),
    ("one wins, one loses", 4, "{(if (= 1 (count Moves)) (result P4 Win)) (if (= 2 (count Moves)) (result P1 Loss))}", "+0, +1", 0, 4, [4, 0, 0, 1]),
    ("the others draw", 4, "{(if (= 1 (count Moves)) (result P4 Win)) (if (= 2 (count Moves)) (result P1 Draw))}", "+0, +1", 1, 4, [3, 3, 3, 1]),
    ("alone a draw has no rank", 1, "(if (= 2 (count Moves)) (result P1 Draw))", "+0, +1", 1, 0, [0]),
    ("who is out cannot win", 3, "{(if (= 1 (count Moves)) (result P1 Loss)) (if (= 2 (count Moves)) (result P1 Win))}", "+0, +1", 0, 0, [3, 0, 0]),
]
# fmt: on


@pytest.mark.parametrize(
    ("players", "end", "played", "over", "winner", "ranking"),
    [case[1:] for case in RESULTS],
    ids=[case[0] for case in RESULTS],
)
def test_results(players, end, played, over, winner, ranking):
    state = after(game(FILL, players=str(players), end=end), played)
    assert (state.over, state.winner, state.ranking) == (over, winner, ranking)


# ---------------------------------------------------------------- what lone players' games were found to need
def test_a_swap_of_pieces_leaves_the_second_ones_state():
    text = game(
        "(move Swap Pieces 0 1)",
        start='(place "A" 0 state:1) (place "B" 1 state:2)',
        players="1",
        items='(piece "B" P1)',
    )
    state = after(text, "0>1")
    assert list(state.what[:2]) == [2, 1]
    assert list(state.local_state[:2]) == [0, 1]


@pytest.mark.parametrize("count", ["", "(hand P1)"])
def test_a_piece_keeps_its_state_where_its_own_kind_stands(count):
    state = after(game("(move (from 0) (to 1))", start='(place "A1" 0 state:1) (place "A1" 1)', items=count), "0>1")
    assert list(state.local_state[:2]) == [0, 1]


# ---------------------------------------------------------------- teams
PAIRS = "(set Team 1 {P1 P3}) (set Team 2 {P2 P4})"
# fmt: off
TEAMS = [
    # (what is tried, end, over, winner, ranking)
    ("a team wins, the other is left", "(if (= 1 (count Moves)) (result Team2 Win))", 1, 2, [3, 1, 3, 1]),
    ("the mover's team wins", "(if (= 1 (count Moves)) (result TeamMover Win))", 1, 1, [1, 3, 1, 3]),
    ("a team loses", "(if (= 1 (count Moves)) (result Team1 Loss))", 1, 2, [4, 1, 4, 1]),
    ("one of a team wins, the rest go on", "(if (= 1 (count Moves)) (result Mover Win))", 0, 1, [1, 0, 0, 0]),
    ("nobody's team", "(if (= 1 (count Moves)) (result Team3 Win))", 0, 0, [0, 0, 0, 0]),
    ("who is no enemy", "(if (is Enemy P3) (result P1 Win))", 0, 0, [0, 0, 0, 0]),
    ("an enemy", "(if (is Enemy P4) (result P1 Win))", 0, 1, [1, 0, 0, 0]),
    ("a friend", "(if (is Friend P3) (result P1 Win))", 0, 1, [1, 0, 0, 0]),
    ("an ally", "(if (is Friend P3) (result Ally Win))", 0, 3, [0, 0, 1, 0]),
    ("nobody is his own ally", "(if (= 1 (count Pieces Ally)) (result P1 Win))", 0, 1, [1, 0, 0, 0]),
    ("enemies' pieces", "(if (= 2 (count Pieces Enemy)) (result P1 Win))", 0, 1, [1, 0, 0, 0]),
    ("friends' pieces", "(if (= 2 (count Pieces Friend)) (result P1 Win))", 0, 1, [1, 0, 0, 0]),
    ("a team's pieces", "(if (no Pieces Team2) (result P1 Win))", 0, 0, [0, 0, 0, 0]),
]
# fmt: on


@pytest.mark.parametrize(
    ("end", "over", "winner", "ranking"), [case[1:] for case in TEAMS], ids=[case[0] for case in TEAMS]
)
def test_teams(end, over, winner, ranking):
    start = PAIRS + ' (place "A2" 4) (place "A3" 5) (place "A4" 6)'
    state = after(game(FILL, players="4", start=start, end=end), "+0")
    assert (state.over, state.winner, state.ranking) == (over, winner, ranking)


def test_players_of_a_team_are_a_list():
    play = "(move Add (to (sites (players Team2))))"
    state = compile_game(game(play, players="4", start=PAIRS)).initial()
    assert [move.key for move in legal_moves(state)] == ["Add t2 w1", "Add t4 w1"]


def test_allies_of_a_player_are_a_list_without_him():
    play = "(move Add (to (sites (players Ally of:2))))"
    state = compile_game(game(play, players="4", start=PAIRS)).initial()
    assert [move.key for move in legal_moves(state)] == ["Add t4 w1"]


def test_the_members_of_each_team():
    """A score of ten for each member that one's team has."""
    each = "(forEach Team (forEach (team) (addScore (player (player)) (* 10 (size Array (team))))))"
    state = after(
        game(f"{FILL[:-1]} (then {each}))", players="3", start="(set Team 1 {P1 P3}) (set Team 2 {P2})"), "+0"
    )
    assert list(state.score[1:4]) == [20, 10, 20]


def test_regions_of_each_team():
    play = "(move Add (to (forEach Team (if (= 2 (size Array (team))) (sites (team))))))"
    state = compile_game(game(play, players="3", start="(set Team 1 {P1 P3}) (set Team 2 {P2})")).initial()
    assert [move.key for move in legal_moves(state)] == ["Add t1 w1", "Add t3 w1"]


# ---------------------------------------------------------------- money and votes
def test_a_bet_is_kept_and_paid_into_the_pot():
    play = "(if (< (count Moves) 2) (move Bet Mover (range 3 5)) (move Add (to (sites Empty)) (then (set Pot (+ (pot) (amount Mover))))))"
    text = game(play, end="(if (= 9 (pot)) (result Mover Win))")
    assert [move.key for move in legal_moves(compile_game(text).initial())] == [
        "Bet p1 bet=3",
        "Bet p1 bet=4",
        "Bet p1 bet=5",
    ]
    state = after(text, "Bet p1 bet=4, Bet p2 bet=5, +0")
    assert (state.pot, state.over) == (4, 0)
    assert after(text, "Bet p1 bet=4, Bet p2 bet=5, +0, +1").winner == 2


def test_money_at_the_start():
    state = compile_game(game(FILL, start="(set Amount 7) (set Amount P2 9)")).initial()
    assert state.amount[1:3] == [7, 9]


@pytest.mark.parametrize(("second", "third", "winner"), [("X", "X", 3), ("X", "Y", 3), ("Y", "X", 3), ("Y", "Y", 0)])
def test_more_than_half_decide(second, third, winner):
    play = '(if (is Proposed "X") (or (move Vote "X") (move Vote "Y")) (move Propose "X"))'
    votes = [f"Vote vote={name} voteInt={'XY'.index(name)}" for name in ("X", second, third)]
    text = game(play, players="3", end='(if (is Decided "X") (result P3 Win))')
    state = after(text, ", ".join(["Propose proposition=X propositionInt=0", *votes]))
    assert (state.proposed, state.n_votes, state.winner) == (-1, 0, winner)


def test_half_decides_nothing():
    play = '(if (is Proposed "X") (or (move Vote "X") (move Vote "Y")) (move Propose "X"))'
    text = game(play, end='(if (is Decided "X") (result P1 Win))')
    split = "Propose proposition=X propositionInt=0, Vote vote=X voteInt=0, Vote vote=Y voteInt=1"
    state = after(text, split)
    assert (state.over, [move.key for move in legal_moves(state)]) == (0, ["Propose proposition=X propositionInt=0"])
    assert after(text, split.replace("vote=Y voteInt=1", "vote=X voteInt=0")).winner == 1


# ---------------------------------------------------------------- what is not played has a name
UNSUPPORTED = [
    ('(match "M" (players 2) (games {(subgame "A" next:1)}) (end (if (= 2 (count Trials)) (result P1 Win))))', "match"),
    (game(FILL, players="0"), "without players"),
    (game(FILL).replace("(players 2)", "(players 2) (mode Simultaneous)"), "mode Simultaneous"),
    (game(FILL, players="1", start="(set {{0 3} {4 1}})"), "set"),
    (game("(satisfy (all Different))", players="1"), "satisfy"),
    (game("(move Add (to (sites Empty)) (then (take Domino)))"), "take Domino"),
    (game("(move Add (to (intersection (sites Around 4) (sites Empty Edge))))"), "sites of two types"),
    (game(FILL, end="(if (is Threatened) (result P1 Win))"), "is Threatened of nothing named"),
    (game(FILL, end="(if (is Full) (result All Loss))"), "result All Loss"),
]


@pytest.mark.parametrize(("text", "what"), UNSUPPORTED, ids=[case[1] for case in UNSUPPORTED])
def test_what_is_not_played_is_named(text, what):
    with pytest.raises(GameError, match=f"unsupported: .*{what}") as caught:
        compile_game(text)
    assert caught.value.stage == "unsupported"


def test_alternating_players_may_be_said():
    assert compile_game(game(FILL).replace("(players 2)", "(players 2) (mode Alternating)")).n_players == 2


# ---------------------------------------------------------------- measures
def test_measures_of_three_players():
    """The third always wins; the others draw a move later."""
    end = "{(if (= 3 (count Moves)) (result P3 Win)) (if (= 4 (count Moves)) (result P1 Draw))}"
    report = evaluate_game(game(FILL, players="3", end=end), playouts=10)
    assert (report.wins, report.draws, report.mean_turns) == ((0, 0, 10), 0, 4)
    assert (report.balance, report.completion, report.drawishness, report.playable) == (0, 1, 1, True)
    assert report.reward == pytest.approx(2 / 3)


def test_a_lone_player_has_one_turn_and_no_game():
    report = evaluate_game(game(FILL, players="1", end="(if (= 3 (count Moves)) (result P1 Win))"), playouts=10)
    assert (report.wins, report.mean_turns, report.mean_moves, report.balance) == ((10,), 1, 3, 1)
    assert (report.playable, report.reward) == (False, 0.05)


def test_the_limit_of_turns_is_for_each_player():
    report = evaluate_game(
        game("(or (move Pass) (move Pass))", players="4", meta="(passEnd NoEnd)"), playouts=2, max_turns=5
    )
    assert (report.timeouts, report.mean_turns) == (2, 20)


# ---------------------------------------------------------------- edges
@pytest.mark.parametrize(
    ("ends", "found"), [("3 1", ["Add t1E w1"]), ("1 3", ["Add t1E w1"]), ("0 3", ["Pass"]), ("0 9", ["Pass"])]
)
def test_the_edge_between_two_points(ends, found):
    board = "(graph vertices:{{0 0} {2 0} {2 2} {0 2}} edges:{{0 1} {1 3} {1 2}}) use:Vertex"
    state = compile_game(game(f"(move Add (to Edge (edge {ends})))", board)).initial()
    assert [move.key for move in legal_moves(state)] == found


def test_when_a_team_has_won_the_turn_passes_on_before_the_end():
    end = "(if (= 1 (count Moves)) (result {} Win))"
    assert after(game(FILL, end=end.format("P1")), "+0").turn == 1
    state = after(game(FILL, players="4", start=PAIRS, end=end.format("Team1")), "+0")
    assert (state.over, state.turn, state.mover, state.next) == (1, 2, 2, 4)
