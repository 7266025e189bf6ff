"""Rules that nobody would think of, as Ludii has them: what texts that were never played before ask for.

Boards are small enough to work the answers out by hand; moves are written as in test_ludemes.py.
"""

# ruff: noqa: E501  (a case a line)

import pytest

from formal_envs.ludii import GameError, apply, compile_game, legal_moves
from tests.ludii.test_ludemes import NEVER, PITS, after, game, short

ADD = "(move Add (to (sites Empty)))"


def moves_of(text, played=""):
    return sorted(short(move) for move in legal_moves(after(text, played)))


class TestAllPassed:
    """Where nobody has moved or placed anything, a forced first pass is a pass of all."""

    def test_a_forced_first_pass_ends_the_game(self):
        state = after(game(), "Pass")
        assert (state.over, state.winner) == (1, 0)

    def test_not_where_a_piece_was_placed(self):
        text = game(start='(place "A1" 0)')
        assert not after(text, "Pass").over
        assert after(text, "Pass, Pass").over

    def test_not_where_one_may_pass(self):
        text = game(f"(or {ADD} (move Pass))")
        assert not after(text, "Pass").over
        assert after(text, "Pass, Pass").over


class TestTriggers:
    """A player is triggered or not, by whatever event; nothing ends it."""

    TEXT = game(
        '(move Add (to (sites Empty)) (then (if (= (last To) 0) (trigger "Early" Mover))))',
        end='{(if (is Triggered "Late" P1) (result P1 Win)) (if (is Triggered "Never" P2) (result P1 Win))}',
    )

    def test_by_another_name(self):
        assert after(self.TEXT, "+0").winner == 1

    def test_of_nobody_else(self):
        assert not after(self.TEXT, "+1").over

    def test_for_good(self):
        late = game(
            '(move Add (to (sites Empty)) (then (if (= (last To) 0) (trigger "X" Mover))))',
            end='(if (and (is Triggered "X" P1) (= (counter) 3)) (result P2 Win))',
        )
        assert after(late, "+0, +1, +2, +3, +4").winner == 2


class TestNames:
    """What a name that defines nothing, or another's piece, stands for."""

    @pytest.mark.parametrize(
        ("name", "sites"),
        [
            ('(id "A1")', [3]),
            ('(id "A" P2)', [4]),
            ('(id "A2" P2)', [4]),
            ('(id "A2" P1)', []),  # of another owner
            ('(id "C1")', []),  # -1, which is what stands nowhere, not even on empty sites
        ],
    )
    def test_id(self, name, sites):
        there = f"(forEach (sites Board) if:(= (what at:(site)) {name}))"
        items = '(piece "C" P2)'
        moves = f"(move Select (from {there}))"
        text = game("(forEach Piece)", moves=moves, items=items, start='(place "A1" 3) (place "A2" 4)')
        assert moves_of(text) == (sorted(f"Select f{site}" for site in sites) or ["Pass"])

    def test_a_name_without_its_number_adds_nothing(self):
        assert moves_of(game('(move Add (piece "A") (to (sites Empty)))', board="(square 1)")) == ["Pass"]
        assert moves_of(game('(move Add (piece "A1") (to (sites Empty)))', board="(square 1)")) == ["+0"]


class TestEffects:
    """What is done, and in which order."""

    @pytest.mark.parametrize(("start", "corner"), [(4, 8), (6, 4), (2, 4)])
    def test_a_step_as_an_effect_goes_clockwise_from_north(self, start, corner):
        """The first step takes the piece away; those after it find nothing."""
        text = game(f"(move Add (to {start}) (then (step (from (last To)) Diagonal (to if:True))))")
        state = after(text, f"+{start}")
        assert [int(site) for site in state.what.nonzero()[0]] == [corner]

    def test_a_slide_as_an_effect(self):
        text = game("(move Add (to 0) (then (slide (from (last To)) Orthogonal)))")
        assert [int(site) for site in after(text, "+0").what.nonzero()[0]] == [3]  # north before east, one site first

    def test_the_score_of_each_is_nobody_s(self):
        text = game("(move Add (to (sites Empty)) (then (set Score Each 7)))")
        assert after(text, "+0").score[1:3] == [0, 0]
        text = game("(move Add (to (sites Empty)) (then (set Score Next 7)))")
        assert after(text, "+0").score[1:3] == [0, 7]

    @pytest.mark.parametrize(("state", "flipped"), [(1, 3), (3, 1), (2, 2)])
    def test_flip_keeps_a_state_outside_its_pair(self, state, flipped):
        board = f'(game "F" (players 2) (equipment {{(board (square 1)) (piece "A" P1 (flips 1 3))}}) (rules (start (place "A1" 0 state:{state})) (play (move Select (from 0) (then (flip 0)))) (end (if (= 0 1) (result P1 Win)))))'
        first = compile_game(board).initial()
        assert apply(first, legal_moves(first)[0]).local_state[0] == flipped

    def test_nothing_to_forget_is_no_move(self):
        assert moves_of(game("(forget Value All)", start='(place "A1" 0)')) == ["Pass"]


class TestStart:
    """The placements count as moves."""

    @pytest.mark.parametrize(
        ("start", "last"),
        [('(place "A1" {5 2})', 2), ('(place "A1" (sites {5 2}))', 5), ('(place "A2" {"C3" "A1"})', 0)],
    )
    def test_the_last_one_is_the_last_move(self, start, last):
        assert moves_of(game("(move Select (from (last To)))", start=start)) == [f"Select f{last}"]

    def test_a_score_is_set_nowhere(self):
        assert moves_of(game("(move Select (from (last To)))", start='(place "A1" 5) (set Score P1 2)')) == ["Pass"]

    def test_counts_follow_the_order_of_the_text(self):
        text = game(start='(place "A1" {5 2} counts:{3 1})', items="(hand Each)")
        assert [int(compile_game(text).initial().count[site]) for site in (5, 2)] == [3, 1]


def refusal(text):
    with pytest.raises(GameError) as caught:
        compile_game(text)
    return caught.value.stage


class TestWhereLudiiStops:
    """A text that compiles in Ludii and cannot be played there is not played here either."""

    @pytest.mark.parametrize(
        "start",
        [
            '(place "A1" coord:"D4")',
            '(place "A1" {0 9})',
            '(place "A1" (sites {0 9}))',
            '(place "A1" -1)',
            '(place "A" 0)',  # a piece of Each is called A1 or A2
            '(place "N" 0)',  # and one of nobody N0
        ],
    )
    def test_at_the_start(self, start):
        assert refusal(game(start=start, items='(piece "N" Neutral)')) == "play"

    @pytest.mark.parametrize(
        "start", ['(place "A1" {"A1" "D4"})', '(place "A1" (sites {"A1" "D4"}))', '(place "N0" 0)']
    )
    def test_lists_leave_out_coordinates_off_the_board(self, start):
        state = compile_game(game(start=start, items='(piece "N" Neutral)')).initial()
        assert state.what.nonzero()[0].tolist() == [0]

    @pytest.mark.parametrize(
        ("text", "played"),
        [
            (game("(move Add (piece 3) (to (sites Empty)))"), ""),
            (
                f'(game "Lone" (players 2) (equipment {{(board (square 2)) (piece "A" P1)}}) (rules (play {ADD}) (end {NEVER})))',
                "+0",
            ),
            (game(moves="(move Step (to (apply if:(is Empty (to)))))", start='(place "A1" 4)'), ""),
        ],
    )
    def test_in_play(self, text, played):
        state = after(text, played)
        with pytest.raises(GameError) as caught:
            legal_moves(state)
        assert caught.value.stage == "play"

    def test_at_a_phase_that_is_not_there(self):
        state = compile_game(game(rules=f'phases:{{(phase "One" (play {ADD}) (nextPhase "OneMore"))}}')).initial()
        move = legal_moves(state)[0]
        with pytest.raises(GameError) as caught:
            apply(state, move)
        assert caught.value.stage == "play"

    def test_at_a_connection_of_all_players(self):
        state = after(game(ADD, end="(if (is Connected 2 All) (result Mover Win))"))
        move = legal_moves(state)[0]
        with pytest.raises(GameError) as caught:
            apply(state, move)
        assert caught.value.stage == "play"

    def test_a_slide_may_end_where_an_effect_would_be_allowed(self):
        text = game(moves="(move Slide Orthogonal (to (apply if:(!= (to) 4))))", start='(place "A1" 1)')
        assert moves_of(text) == ["1>0", "1>2", "1>7"]

    @pytest.mark.parametrize("name", ['"A3"', '"B"'])
    def test_pieces_of_no_player_are_no_pieces(self, name):
        assert refusal(game(f"(move Add (piece {name}) (to (sites Empty)))")) == "names"

    @pytest.mark.parametrize("mode", ["Simultaneous", "Simulation"])
    def test_players_who_do_not_take_turns_are_not_played(self, mode):
        assert refusal(game(ADD, players=f"2) (mode {mode}")) == "unsupported"
        assert moves_of(game(ADD, players="2) (mode Alternating", board="(square 1)")) == ["+0"]


def test_a_hop_over_whatever_is_between():
    """Where a hop says nothing of what is between, an empty place is hopped over as well."""
    text = """(game "Boat" (players 2) (equipment {(board (square 5)) (piece "Boat" Each
        (move Hop Orthogonal BETWEEN (to if:(not (is Friend (who at:(to)))))))})
      (rules (start {(place "Boat1" {12 13}) (place "Boat2" 10)}) (play (forEach Piece)) (end (if (= 0 1) (result Mover Win)))))"""
    said = {
        move.key
        for move in legal_moves(compile_game(text.replace("BETWEEN", "(between if:(is Occupied (between)))")).initial())
    }
    assert said == {"Move f12 t14", "Move f13 t11"}
    unsaid = {move.key for move in legal_moves(compile_game(text.replace("BETWEEN", "")).initial())}
    assert unsaid == said | {"Move f12 t10", "Move f12 t2", "Move f12 t22", "Move f13 t3", "Move f13 t23"}


class TestWhatStackGamesAskFor:
    """Ludemes that the first games with stacks brought, and that have nothing to do with stacks."""

    @pytest.mark.parametrize(("index", "value"), [(0, 3), (2, 7), (3, -1), (-1, -1)])
    def test_a_value_of_an_array(self, index, value):
        text = game(f"{ADD[:-1]} (then (set Var (arrayValue (array {{3 5 7}}) index:{index}))))")
        assert after(text, "+0").temp == value

    @pytest.mark.parametrize(("role", "scores"), [("All", [4, 4]), ("Each", [0, 0]), ("P2", [0, 4])])
    def test_a_score_of_all(self, role, scores):
        text = game(f"{ADD[:-1]} (then (set Score {role} 4)))")
        assert after(text, "+0").score[1:3] == scores

    def test_what_the_last_move_went_over(self):
        hop = "(move Hop (from 0) E (between if:True) (to if:(is Empty (to))) (then (set Pending (last Between))))"
        text = game(hop, start='(place "A1" 0) (place "A2" 1)')
        state = after(text, "0>2")
        assert state.pending[: state.n_pending] == [1]


def test_what_follows_a_capture_of_sowing_comes_from_the_hole_captured():
    """Seeds of 0 go to 1 and 2; hole 2 is emptied, then 5 behind it, and not 1 behind the hole that was chosen."""
    behind = "(trackSite Move from:(last From) steps:1)"
    take = "(fromTo (from {0}) (to (handSite Mover)) count:(count at:{0}){1})"
    capture = take.format("(to)", f" (then {take.format(behind, '')})")
    text = game(
        f"(move Select (from 0) (then (sow apply:{capture})))",
        PITS,
        "(set Count 2 to:(sites Board))",
        items="(hand Each)",
    )
    state = after(text, "Select f0")
    assert list(state.count[:7]) == [0, 3, 0, 2, 2, 0, 5]


def test_the_longest_line_is_played_against_the_next_player():
    """From 0 over 1 and 3; from 5 over 6 alone."""
    over = "(between if:(= (who at:(between)) (next)) (apply (remove (between))))"
    hop = f"(move Hop E {over} (to if:(is Empty (to))) (then (if (= (last To) 2) (moveAgain))))"
    start = '(place "A1" {0 5}) (place "A2" {1 3 6})'
    assert moves_of(game("(max Moves (forEach Piece))", "(square 5)", start, hop)) == ["0>2"]
    assert moves_of(game("(forEach Piece)", "(square 5)", start, hop)) == ["0>2", "5>7"]


def test_steps_of_a_distance_go_on_the_way_the_first_one_faces():
    """North over the other's piece on 3, which faces south."""
    sites = "(sites Distance (step Forward (to if:True)) from:0 (range 1 2))"
    players = "{(player N) (player S)}"
    text = game(f"(move Add (to {sites} if:(is Empty (to))))", start='(place "A1" 0) (place "A2" 3)', players=players)
    assert moves_of(text) == ["+6"]


class TestPartsOfNames:
    """(where ..) finds the piece whose name holds the one given, if no piece is called so and one alone is meant.

    Pieces' own moves may use such a name; in the rules it is refused.
    """

    @staticmethod
    def found(*names, sought="Tower"):
        items = " ".join(f'(piece "{name}" Each)' for name in names)
        start = '(place "A1" 0)' + " ".join(f'(place "{name}2" {i + 3})' for i, name in enumerate(names))
        step = f'(move Step E (to) (then (set Var (where "{sought}" P2))))'
        return after(game(moves=step, items=items, start=start), "0>1").temp

    def test_by_a_part_of_its_name(self):
        assert self.found("Pawn", "Tower_old") == 4
        assert self.found("Pawn", "OldTower") == 4

    def test_the_whole_name_goes_before(self):
        assert self.found("OldTower", "Tower") == 4

    def test_of_two_neither(self):
        assert self.found("OldTower", "NewTower") == -1

    def test_by_no_other_name(self):
        assert self.found("Pawn", "Rook") == -1


class TestLoopsOnPoints:
    """On the points of a square board a ring may touch at corners, if two of its pieces are neighbours."""

    TEXT = game(ADD, board="(square 6) use:Vertex", end="(if (is Loop) (result Mover Win))")

    @staticmethod
    def played(ring):
        """Player 1 takes these points in turn, player 2 points of the bottom row."""
        return ", ".join(f"+{site}" for pair in zip(ring, range(6), strict=False) for site in pair)[: -len(", +0")]

    def test_one_place_shut_in_is_none(self):
        """Around 21: 15, 20, 22, 27 touch at corners alone."""
        assert not after(self.TEXT, self.played([15, 20, 22, 27])).over

    def test_two_places_shut_in_are_one(self):
        """Around 20 and 21: 14 and 15 are neighbours, so are 26 and 27."""
        state = after(self.TEXT, self.played([14, 15, 19, 22, 26, 27]))
        assert (state.over, state.winner) == (1, 1)


def test_a_next_phase_of_who_does_not_move_is_nobodys():
    rules = 'phases:{{(phase "A" (play (move Add (to 0))) (nextPhase {} "B")) (phase "B" (play (move Add (to 1))))}}'
    assert moves_of(game(rules=rules.format("NonMover")), "+0, +0") == ["+0"]
    assert moves_of(game(rules=rules.format("Next")), "+0") == ["+1"]


def test_a_region_called_as_a_remembered_value_has_no_sites():
    then = '(then (and (remember Value "Marks" (last To)) (forEach Site (sites "Marks") (remove (site)))))'
    text = game(f"(move Add (to (sites Empty)) {then})")
    assert after(text, "+2").what[2] == 1
    with pytest.raises(GameError, match="no region is called 'Marks'"):
        compile_game(text.replace('Value "Marks"', 'Value "Others"'))


@pytest.mark.parametrize("other", ['(is Proposed "X")', '(is Decided "X")'])
def test_what_is_proposed_is_asked_for_or_voted_on(other):
    """Ludii knows no proposal that only (move Propose ..) names."""
    text = game(f'(if {other} (move Pass) (move Propose "X"))')
    assert moves_of(text) == ["Propose proposition=X propositionInt=0"]
    with pytest.raises(GameError, match="no proposal is called 'Y'"):
        compile_game(text.replace('Propose "X"', 'Propose "Y"'))
    assert compile_game(text.replace("(move Pass)", '(move Vote "Y")').replace('Propose "X"', 'Propose "Y"'))


def test_constraints_of_puzzles_are_unsupported_not_wrong():
    with pytest.raises(GameError) as caught:
        compile_game(game("(satisfy {(is Unique) (is Unique Cell)})"))
    assert caught.value.stage == "unsupported"


@pytest.mark.parametrize(("skipped", "full", "mover"), [(5, "{0}", 1), (1, "{0 4}", 2)])
def test_what_consequences_reach_is_known_once_all_are_done(skipped, full, mover):
    """Within them the last move reached hole 0, which was chosen, and hole 1 is the next; seeds go to 1 2, or 2 5."""
    again = "(if (is Occupied (trackSite Move from:(last To afterConsequence:True) steps:1)) (moveAgain))"
    text = game(
        f"(move Select (from 0) (then (sow skipIf:(= (to) {skipped}) (then {again}))))",
        PITS,
        f"(set Count 2 to:(sites {full}))",
        end=f"(if (!= (last To afterConsequence:True) {2 if mover == 1 else 5}) (result Mover Loss))",
    )
    state = after(text, "Select f0")
    assert (state.mover, state.over) == (mover, 0)
