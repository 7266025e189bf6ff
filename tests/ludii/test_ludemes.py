"""What ludemes mean, on boards small enough to work the answer out by hand.

Sites are numbered from the bottom left: on (square 3) the rows are 0 1 2, 3 4 5, 6 7 8. Player 1 moves first and looks
north. Moves are written short: ``4>7`` goes from site 4 to 7, ``+4`` adds a piece, ``-4`` removes one; others as they are.
"""

# ruff: noqa: E501  (a case a line)

import re

import pytest

from formal_envs.ludii import GameError, apply, compile_game, legal_moves

ROW = "(rectangle 1 5)"
PITS = '(mancalaBoard 2 3 store:None (track "T" "0,E,N,W" loop:True))'  # round by 0 1 2 5 4 3
ANY = "(to if:(is Empty (to)))"
FOE = "(to if:(is Enemy (who at:(to))) (apply (remove (to))))"
#: 6 . 7 b 8 .
#: 3 b 4 b 5 .
#: 0 a 1 a 2 a
SIX = '(place "A1" {0 1 2}) (place "A2" {3 4 7})'


NEVER = "(if (= 0 1) (result Mover Draw))"


def game(
    play="(forEach Piece)",
    board="(square 3)",
    start="",
    moves="",
    items="",
    end=NEVER,
    players="2",
    meta="",
    rules="",
):
    pieces = f'(piece "A" Each {moves})'
    board = board if board.startswith("(mancala") else f"(board {board})"
    start = f"(start {{{start}}})" if start else ""
    meta = f"(meta {meta})" if meta else ""
    play = rules or f"(play {play})"
    return f'(game "G" (players {players}) (equipment {{{board} {pieces} {items}}}) (rules {meta} {start} {play} (end {end})))'


def short(move):
    """A move as it is written here."""
    key = move.key
    key = re.sub(r"^Move f(\d+) t(\d+)$", r"\1>\2", key)
    key = re.sub(rf"^Add t(\d+) w{move.mover}$", r"+\1", key)
    return re.sub(r"^Remove t(\d+)$", r"-\1", key)


def after(text, played=""):
    """The position after the moves, each written short."""
    state = compile_game(text).initial()
    for wanted in filter(None, played.split(", ")):
        moves = {short(move): move for move in legal_moves(state)}
        assert wanted in moves, (wanted, list(moves))
        state = apply(state, moves[wanted])
    return state


def keys(state):
    return sorted(short(move) for move in legal_moves(state))


def arrows(site, targets):
    return [f"{site}>{target}" for target in targets.split()]


def pieces(move, start, **others):
    """A game in which every piece moves in the one way."""
    return game(moves=move, start=start, **others)


CENTRE = '(place "A1" 4)'
# fmt: off
MOVES = [
    # (what is tried, game, moves played before, the legal moves then)
    ("step", pieces(f"(move Step {ANY})", CENTRE), "", arrows(4, "0 1 2 3 5 6 7 8")),
    ("step in a corner", pieces(f"(move Step {ANY})", '(place "A1" 0)'), "", arrows(0, "1 3 4")),
    ("step orthogonal", pieces(f"(move Step Orthogonal {ANY})", CENTRE), "", arrows(4, "1 3 5 7")),
    ("step diagonal", pieces(f"(move Step Diagonal {ANY})", CENTRE), "", arrows(4, "0 2 6 8")),
    ("step north-east", pieces(f"(move Step NE {ANY})", CENTRE), "", ["4>8"]),
    ("step two ways", pieces(f"(move Step (directions {{N E}}) {ANY})", CENTRE), "", arrows(4, "5 7")),
    ("step forward", pieces(f"(move Step Forward {ANY})", CENTRE), "", ["4>7"]),
    ("step forward, facing south", pieces(f"(move Step Forward {ANY})", CENTRE, players="{(player S) (player N)}"), "", ["4>1"]),
    ("step backward", pieces(f"(move Step Backward {ANY})", CENTRE), "", ["4>1"]),
    ("step leftward", pieces(f"(move Step Leftward {ANY})", CENTRE), "", ["4>3"]),
    ("step forward left and right", pieces(f"(move Step (directions {{FL FR}}) {ANY})", CENTRE), "", arrows(4, "6 8")),
    ("step forwards", pieces(f"(move Step Forwards {ANY})", CENTRE), "", arrows(4, "6 7 8")),
    ("step backwards", pieces(f"(move Step Backwards {ANY})", CENTRE), "", arrows(4, "0 1 2")),
    ("step forwards by a side", pieces(f"(move Step (directions Forwards of:Orthogonal) {ANY})", CENTRE), "", ["4>7"]),
    ("step onto an enemy", pieces(f"(move Step {FOE})", CENTRE + '(place "A2" 7) (place "A1" 1)'), "", ["4>7"]),
    ("step onto an occupied place", pieces("(move Step (to if:(is Occupied (to))))", CENTRE + '(place "A1" 5)'), "", ["4>5", "5>4"]),
    ("step on a hexagon's cells", pieces(f"(move Step {ANY})", '(place "A1" 3)', board="(hex 2)"), "", arrows(3, "0 1 2 4 5 6")),
    ("step on vertices", pieces(f"(move Step Orthogonal {ANY})", '(place "A1" 0)', board="(square 3) use:Vertex"), "", arrows(0, "1 3")),
    ("step from elsewhere", game("(move Step (from 0) N (to))", start=CENTRE + '(place "A1" 0)'), "", ["0>3"]),
    ("step, then again", pieces(f"(move Step N {ANY} (then (moveAgain)))", '(place "A1" 0) (place "A2" 2)'), "0>3", ["3>6"]),
    ("slide", pieces("(move Slide)", '(place "A1" 0)'), "", arrows(0, "1 2 3 4 6 8")),
    ("slide up to a piece", pieces("(move Slide Orthogonal)", '(place "A1" 0) (place "A2" 2)'), "", arrows(0, "1 3 6")),
    ("slide onto an enemy", pieces(f"(move Slide Orthogonal {FOE})", '(place "A1" 0) (place "A2" 2)'), "", arrows(0, "1 2 3 6")),
    ("slide exactly two", pieces("(move Slide Orthogonal (between (exact 2)))", '(place "A1" 0)'), "", arrows(0, "2 6")),
    ("slide one at most", pieces("(move Slide Orthogonal (between (max 1)))", '(place "A1" 0)'), "", arrows(0, "1 3")),
    ("slide two at least", pieces("(move Slide E (between (min 2)))", '(place "A1" 0)', board=ROW), "", arrows(0, "2 3 4")),
    ("slide through pieces", pieces("(move Slide E (between if:(is Occupied (between))) (to))", '(place "A1" {0 1})', board=ROW), "", ["0>1"]),
    ("hop", pieces(f"(move Hop (between if:(is Occupied (between))) {ANY})", '(place "A1" 0) (place "A2" {1 4})'), "", arrows(0, "2 8")),
    ("hop orthogonal", pieces(f"(move Hop Orthogonal (between if:(is Occupied (between))) {ANY})", '(place "A1" 0) (place "A2" {1 4})'), "", ["0>2"]),
    ("hop over enemies alone", pieces(f"(move Hop (between if:(is Enemy (who at:(between)))) {ANY})", '(place "A1" {0 1}) (place "A2" 4)'), "", ["0>8", "1>7"]),
    ("hop over whatever there is", pieces(f"(move Hop {ANY})", '(place "A1" 0) (place "A2" 1)'), "", arrows(0, "2 6 8")),
    ("hop over nothing", pieces(f"(move Hop (between if:(is Occupied (between))) {ANY})", '(place "A1" 0)'), "", ["Pass"]),
    ("hop from afar", pieces(f"(move Hop (between before:1 if:(is Occupied (between))) {ANY})", '(place "A1" 0) (place "A2" 2)', board=ROW), "", ["0>3"]),
    ("hop to afar", pieces(f"(move Hop (between after:2 if:(is Occupied (between))) {ANY})", '(place "A1" 0) (place "A2" 1)', board=ROW), "", arrows(0, "2 3 4")),
    ("hop over one", pieces(f"(move Hop {ANY})", '(place "A1" 0) (place "A2" {1 2})', board=ROW), "", ["Pass"]),
    ("hop over two", pieces(f"(move Hop (between (range 1 2) if:(is Occupied (between))) {ANY})", '(place "A1" 0) (place "A2" {1 2})', board=ROW), "", ["0>3"]),
    ("leap", pieces("(move Leap {{F F R F} {F F L F}} (to))", '(place "A1" 12)', board="(square 5)"), "", arrows(12, "1 3 5 9 15 19 21 23")),
    ("leap from a corner", pieces("(move Leap {{F F R F} {F F L F}} (to))", '(place "A1" 0)', board="(square 5)"), "", arrows(0, "7 11")),
    ("leap ahead", pieces("(move Leap {{F F R F} {F F L F}} forward:True (to))", '(place "A1" 12)', board="(square 5)"), "", arrows(12, "15 19 21 23")),
    ("leap without turning", pieces("(move Leap {{F F}} rotations:False (to))", '(place "A1" 12)', board="(square 5)"), "", ["12>22"]),
    ("leap any way", pieces("(move Leap {{F F}} (to))", '(place "A1" 12)', board="(square 5)"), "", arrows(12, "2 10 14 22")),
    ("from here to there", game("(move (from (sites Occupied by:Mover)) (to (sites Empty)))", ROW, '(place "A1" {0 2}) (place "A2" 4)'), "", ["0>1", "0>3", "2>1", "2>3"]),
    ("from the hand", game("(move (from (handSite Mover)) (to (sites Empty)))", "(square 2)", '(place "A" "Hand" count:2) (place "A1" 0)', items="(hand Each)"), "", arrows(4, "1 2 3")),
    ("from the other's hand", game("(move (from (handSite Mover)) (to (sites Empty)))", "(square 2)", '(place "A" "Hand" count:2)', items="(hand Each)"), "4>0", arrows(5, "1 2 3")),
    ("from an empty hand", game("(move (from (handSite Mover)) (to (sites Empty)))", "(square 2)", '(place "A1" "Hand1")', items="(hand Each)"), "4>0, Pass", ["Pass"]),
    ("add", game("(move Add (to (sites Empty)))", start='(place "A1" {0 1 2 3 4})'), "", ["+5", "+6", "+7", "+8"]),
    ("add where it is allowed", game("(move Add (to (sites Board) if:(is In (to) (sites Corners))))"), "", ["+0", "+2", "+6", "+8"]),
    ("add a kind", game('(move Add (piece {"A1" "B1"}) (to 0))', items='(piece "B" Each)'), "", ["+0", "Add t0 w3"]),
    ("remove", game("(move Remove (sites Occupied by:Next))", start=SIX), "", ["-3", "-4", "-7"]),
    ("promote", pieces('(move Promote (from) (piece "B") Mover)', CENTRE, items='(piece "B" Each)'), "", ["Promote t4 w3"]),
    ("pass", game("(move Pass)"), "", ["Pass"]),
    ("select", game("(move Select (from (sites Top)))"), "", ["Select f6", "Select f7", "Select f8"]),
    ("select two", game("(move Select (from (sites Occupied by:Mover)) (to (sites Centre)))", start='(place "A1" 0)'), "", ["Select f0 t4"]),
    ("shoot", game('(move Shoot (piece "X0") (from 1))', ROW, items='(piece "X" Neutral)'), "", ["Add t0 w3", "Add t2 w3", "Add t3 w3", "Add t4 w3"]),
    ("set rotation", game("(move Set Rotation (to 0) {0 2})", start='(place "A1" 0)'), "", ["SetRotation t0 r0", "SetRotation t0 r2"]),
    ("name the next player", game("(move Set NextPlayer (player 1))"), "", ["SetNextPlayer p1"]),
    ("swap pieces", game("(move Swap Pieces 0 2)", start='(place "A1" 0) (place "A2" 2)'), "", ["0>2"]),
    ("vote", game('(move Vote {"A" "B"})'), "", ["Vote vote=A voteInt=0", "Vote vote=B voteInt=1"]),
    ("or", game("(or (move Add (to 0)) (move Remove 4))", start=CENTRE), "", ["+0", "-4"]),
    ("or of many", game("(or {(move Add (to 0)) (move Pass) (move Add (to 1))})"), "", ["+0", "+1", "Pass"]),
    ("priority, the first", game("(priority {(move Remove 4) (move Pass)})", start=CENTRE), "", ["-4"]),
    ("priority, the second", game("(priority {(move Remove 5) (move Pass)})", start=CENTRE), "", ["Pass"]),
    ("if", game("(if (is Mover P2) (move Add (to 0)) (move Add (to 1)))"), "", ["+1"]),
    ("if, the other player", game("(if (is Mover P2) (move Add (to 0)) (move Add (to 1)))"), "+1", ["+0"]),
    ("if without else", game("(if (is Mover P2) (move Add (to 0)))"), "", ["Pass"]),
    ("forEach Value", game("(forEach Value min:2 max:4 (move Add (to (value))))"), "", ["+2", "+3", "+4"]),
    ("forEach Value, none", game("(forEach Value min:4 max:2 (move Add (to (value))))"), "", ["Pass"]),
    ("forEach Value of an array", game("(forEach Value (array {7 1}) (move Add (to (value))))"), "", ["+1", "+7"]),
    ("forEach Site", game("(forEach Site (sites Top) (move Add (to (site))))"), "", ["+6", "+7", "+8"]),
    ("forEach Site, else", game("(forEach Site (sites Top) (move Remove (site)) noMoveYet:(move Pass))"), "", ["Pass"]),
    ("forEach Player", game("(forEach Player (move Add (to (player))))"), "", ["+1", "+2"]),
    ("forEach Direction", game("(forEach Direction (from 4) Orthogonal (move Add (to (to))))"), "", ["+1", "+3", "+5", "+7"]),
    ("forEach Piece of a name", game('(forEach Piece "B" (move Remove (from)))', start='(place "A1" 0) (place "B1" 8)', items='(piece "B" Each)'), "", ["-8"]),
    ("forEach Piece of the other", game("(forEach Piece (move Remove (from)) Next)", start=SIX), "", ["-3", "-4", "-7"]),
    ("forEach Group", game("(forEach Group Orthogonal (move Add (to (regionSite (sites) index:0))))", start='(place "A1" {0 1 8})'), "", ["+0", "+8"]),
    ("do, kept if", game("(do (move Add (to (sites Empty))) ifAfterwards:(is In (last To) (sites Top)))"), "", ["+6", "+7", "+8"]),
    ("max Captures", game("(max Captures (or (move Pass) (move Remove 4)))", start='(place "A2" 4)'), "", ["-4"]),
    ("max Moves", game("(max Moves (or (move Pass) (move Add (to 0) (then (if (is Empty 1) (seq {(add (to 1)) (moveAgain)}))))))"), "", ["+0"]),
    ("append", game("(append (forEach Site (sites Top) (move Add (to (site)))))"), "", ["+6"]),
    ("no repetition", game("(or (move Remove 0) (move Add (to 0)))", ROW, meta="(no Repeat)", start='(place "A1" 4)'), "+0", ["Pass"]),
    ("swap", game("(move Add (to (sites Empty)))", "(square 2)", meta="(swap)"), "+0", ["+1", "+2", "+3", "Swap p2 q1"]),
    ("no swap later", game("(move Add (to (sites Empty)))", "(square 2)", meta="(swap)"), "+0, +1", ["+2", "+3"]),
    ("after a swap nothing is the last place", game("(if (= 0 (count Moves)) (move Add (to 0)) (move Add (to (sites Around (last To)))))", "(square 2)", meta="(swap)"), "+0, Swap p2 q1", ["Pass"]),
    ("another phase", game(rules='phases:{(phase "A" (play (move Add (to 0))) (nextPhase (= 2 (count Turns)) "B")) (phase "B" (play (move Add (to 1))))}'), "+0, +0", ["+1"]),
    ("a phase of one player", game(rules='phases:{(phase "A" (play (move Add (to 0))) (nextPhase Mover "B")) (phase "B" (play (move Add (to 1))))}'), "+0", ["+0"]),
]
# fmt: on


@pytest.mark.parametrize(("text", "played", "expected"), [case[1:] for case in MOVES], ids=[case[0] for case in MOVES])
def test_moves(text, played, expected):
    assert keys(after(text, played)) == sorted(expected or ["Pass"])


def added(effect, **others):
    """A game of adding a piece, with a consequence."""
    return game(f"(move Add (to (sites Empty)) (then {effect}))", **others)


LINE = {"board": ROW}
CUSTODY = "(custodial (from (last To)) Orthogonal (between {} if:(is Enemy (who at:(between))) (apply (remove (between)))) (to if:(is Friend (who at:(to)))))"
SOW = "(move Select (from (sites Board)) (then (sow{})))"
# fmt: off
EFFECTS = [
    # (what is tried, game, moves, field, its value)
    ("a step", pieces(f"(move Step {ANY})", '(place "A1" 0)', **LINE), "0>1", "what", [0, 1, 0, 0, 0]),
    ("a capture by replacement", pieces(f"(move Step {FOE})", '(place "A1" 0) (place "A2" 1)', **LINE), "0>1", "what", [0, 1, 0, 0, 0]),
    ("a capture by a hop", pieces(f"(move Hop (between if:(is Enemy (who at:(between))) (apply (remove (between)))) {ANY})", '(place "A1" 0) (place "A2" 1)', **LINE), "0>2", "what", [0, 0, 1, 0, 0]),
    ("a hop without one", pieces(f"(move Hop {ANY})", '(place "A1" 0) (place "A2" 1)', **LINE), "0>2", "what", [0, 2, 1, 0, 0]),
    ("custodial", added(CUSTODY.format("(max 1)"), start='(place "A1" 0) (place "A2" 1)', **LINE), "+2", "what", [1, 0, 1, 0, 0]),
    ("custodial, too many", added(CUSTODY.format("(max 1)"), start='(place "A1" 0) (place "A2" {1 2})', **LINE), "+3", "what", [1, 2, 2, 1, 0]),
    ("custodial, two", added(CUSTODY.format("(max 2)"), start='(place "A1" 0) (place "A2" {1 2})', **LINE), "+3", "what", [1, 0, 0, 1, 0]),
    ("custodial, nobody beyond", added(CUSTODY.format("(max 1)"), start='(place "A2" 1)', **LINE), "+2", "what", [0, 2, 1, 0, 0]),
    ("custodial on both sides", added("(custodial)", start='(place "A1" {0 4}) (place "A2" {1 3})', **LINE), "+2", "what", [1, 0, 1, 0, 1]),
    ("intervene", added("(intervene)", start='(place "A2" {0 2 3})', **LINE), "+1", "what", [0, 1, 0, 2, 0]),
    ("surround", added("(surround (from (last To)) Orthogonal (between if:(is Enemy (who at:(between)))) (to if:(is Friend (who at:(to)))))", start='(place "A1" {0 2}) (place "A2" 1)'), "+4", "what", [1, 0, 1, 0, 1, 0, 0, 0, 0]),
    ("surround, not all round", added("(surround (from (last To)) Orthogonal (between if:(is Enemy (who at:(between)))) (to if:(is Friend (who at:(to)))))", start='(place "A1" 0) (place "A2" 1)'), "+4", "what", [1, 2, 0, 0, 1, 0, 0, 0, 0]),
    ("enclose", added("(enclose (from (last To)) Orthogonal (between if:(is Enemy (who at:(between)))))", start='(place "A1" {3 4}) (place "A2" {0 1})'), "+2", "what", [0, 0, 1, 1, 1, 0, 0, 0, 0]),
    ("enclose, a liberty left", added("(enclose (from (last To)) Orthogonal (between if:(is Enemy (who at:(between)))))", start='(place "A1" 3) (place "A2" {0 1})'), "+2", "what", [2, 2, 1, 1, 0, 0, 0, 0, 0]),
    ("enclose, a liberty allowed", added("(enclose (from (last To)) Orthogonal (between if:(is Enemy (who at:(between)))) numException:1)", start='(place "A1" {3 5 7}) (place "A2" {0 1})'), "+2", "what", [0, 0, 1, 1, 0, 1, 0, 1, 0]),
    ("directional", added("(directional (from (last To)) E)", start='(place "A2" {2 3})', **LINE), "+1", "what", [0, 1, 0, 0, 0]),
    ("push", game("(move Select (from (sites Occupied by:Mover)) (then (push (from (last To)) E)))", ROW, '(place "A1" 0) (place "A2" 1)'), "Select f0", "what", [0, 1, 2, 0, 0]),
    ("attract", added("(attract (from (last To)) E)", start='(place "A2" 3)', **LINE), "+0", "what", [1, 2, 0, 0, 0]),
    ("attract, all of them in their order", added("(attract (from (last To)) E)", start='(place "A2" {1 4}) (place "A1" 3)', **LINE), "+0", "what", [1, 2, 1, 2, 0]),
    ("attract, nothing to come", added("(attract (from (last To)) E)", start='(place "A2" 1)', **LINE), "+0", "what", [1, 2, 0, 0, 0]),
    ("remove", added("(remove (sites Occupied by:Next))", start='(place "A2" {3 4})', **LINE), "+0", "what", [1, 0, 0, 0, 0]),
    ("promote", added('(promote (last To) (piece "B") Mover)', items='(piece "B" Each)', **LINE), "+0", "what", [3, 0, 0, 0, 0]),
    ("promote to the other's", added('(promote (last To) (piece "A") Next)', **LINE), "+0", "who", [2, 0, 0, 0, 0]),
    ("take control", added("(takeControl of:Next by:Mover)", start='(place "A2" {3 4})', **LINE), "+0", "what", [1, 0, 0, 1, 1]),
    ("swap pieces", game("(move Swap Pieces 0 2)", ROW, '(place "A1" 0) (place "A2" 2)'), "0>2", "what", [2, 0, 1, 0, 0]),
    ("and", added("(and (remove 3) (remove 4))", start='(place "A2" {3 4})', **LINE), "+0", "what", [1, 0, 0, 0, 0]),
    ("if in a consequence", added("(if (is In (last To) (sites {0 1})) (remove 3) (remove 4))", start='(place "A2" {3 4})', **LINE), "+2", "what", [0, 0, 1, 2, 0]),
    ("add in a consequence", added("(add (to 4))", **LINE), "+0", "what", [1, 0, 0, 0, 1]),
    ("forEach Value in a consequence", added("(forEach Value min:3 max:4 (remove (value)))", start='(place "A2" {2 3 4})', **LINE), "+0", "what", [1, 0, 2, 0, 0]),
    ("move again", added("(moveAgain)"), "+0", "mover", 1),
    ("the turn passes", added("(set Counter 5)"), "+0", "mover", 2),
    ("name the next player", added("(set NextPlayer (player 3))", players="3"), "+0", "mover", 3),
    ("after the third player", added("(set Counter 5)", players="3"), "+0, +1, +2", "mover", 1),
    ("counter", added("(set Counter 5)"), "+0", "counter", 6),
    ("state", added("(set State at:(last To) 3)", **LINE), "+2", "local_state", [0, 0, 3, 0, 0]),
    ("value", added("(set Value at:(last To) 7)", **LINE), "+2", "value", [0, 0, 7, 0, 0]),
    ("flip", game("(move Select (from (sites Occupied by:Mover)) (then (flip (last To))))", ROW, '(place "B1" 0 state:1)', items='(piece "B" Each (flips 1 2))'), "Select f0", "local_state", [2, 0, 0, 0, 0]),
    ("score", added("(addScore Mover 4)"), "+0, +1, +2", "score", [0, 8, 4]),
    ("score set", added("(set Score Next 4)"), "+0", "score", [0, 0, 4]),
    ("scores of all", added("(addScore {P1 P2} {3 5})"), "+0, +1", "score", [0, 6, 10]),
    ("variable", added('(set Var "X" (+ 1 (last To)))'), "+4", "variables", {"X": 5}),
    ("value of a player", added("(set Value Mover 9)"), "+4", "player_value", [0, 9, -1]),
    ("pending", added("(set Pending 7)"), "+4", "n_pending", 1),
    ("remember", added("(remember Value (last To))"), "+4, +5", "n_remembered", 2),
    ("remember once", added("(remember Value 4 unique:True)"), "+4, +5", "n_remembered", 1),
    ("forget", added("(if (is Mover P2) (forget Value 4) (remember Value 4))"), "+4, +5", "n_remembered", 0),
    ("swap players", game("(move Add (to (sites Empty)))", meta="(swap)"), "+0, Swap p2 q1", "agents", [0, 2, 1]),
    ("a hand empties", game("(move (from (handSite Mover)) (to (sites Empty)))", "(square 2)", '(place "A" "Hand" count:2)', items="(hand Each)"), "4>0", "count", [1, 0, 0, 0, 1, 2]),
    ("sow", game(SOW.format(""), PITS, "(set Count 2 to:(sites Board))"), "Select f0", "count", [0, 3, 3, 2, 2, 2]),
    ("sow round a corner", game(SOW.format(""), PITS, "(set Count 2 to:(sites Board))"), "Select f2", "count", [2, 2, 0, 2, 3, 3]),
    ("sow once round", game(SOW.format(""), PITS, "(set Count 7 to:(sites Board))"), "Select f0", "count", [1, 9, 8, 8, 8, 8]),
    ("sow past oneself", game(SOW.format(" includeSelf:False"), PITS, "(set Count 6 to:(sites Board))"), "Select f0", "count", [0, 8, 7, 7, 7, 7]),
    ("sow from oneself on", game(SOW.format(" origin:True"), PITS, "(set Count 2 to:(sites Board))"), "Select f0", "count", [1, 3, 2, 2, 2, 2]),
    ("sow two a hole", game(SOW.format(" numPerHole:2"), PITS, "(set Count 4 to:(sites Board))"), "Select f0", "count", [0, 6, 6, 4, 4, 4]),
    ("sow some", game(SOW.format(" count:1"), PITS, "(set Count 4 to:(sites Board))"), "Select f0", "count", [3, 5, 4, 4, 4, 4]),
    ("sow, skipping", game(SOW.format(" skipIf:(= (to) 1)"), PITS, "(set Count 2 to:(sites Board))"), "Select f0", "count", [0, 2, 3, 2, 2, 3]),
    ("sow and capture", game(SOW.format(" if:(= 3 (count at:(to))) apply:(remove (to))"), PITS, "(set Count 2 to:(sites Board))"), "Select f0", "count", [0, 3, 0, 2, 2, 2]),
    ("sow and capture none", game(SOW.format(" if:(= 4 (count at:(to))) apply:(remove (to))"), PITS, "(set Count 2 to:(sites Board))"), "Select f0", "count", [0, 3, 3, 2, 2, 2]),
    ("sow and capture backwards", game(SOW.format(" if:(= 3 (count at:(to))) apply:(remove (to)) backtracking:True"), PITS, "(set Count 2 to:(sites Board))"), "Select f0", "count", [0, 0, 0, 2, 2, 2]),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "played", "field", "expected"), [case[1:] for case in EFFECTS], ids=[case[0] for case in EFFECTS]
)
def test_effects(text, played, field, expected):
    found = getattr(after(text, played), field)
    if hasattr(found, "tolist"):
        found = found.tolist()
    assert (found[: len(expected)] if isinstance(expected, list) else found) == expected


REGIONS = [
    *[("(sites Top)", "6 7 8"), ("(sites Bottom)", "0 1 2"), ("(sites Left)", "0 3 6"), ("(sites Right)", "2 5 8")],
    *[
        ("(sites Corners)", "0 2 6 8"),
        ("(sites Centre)", "4"),
        ("(sites Inner)", "4"),
        ("(sites Outer)", "0 1 2 3 5 6 7 8"),
    ],
    *[
        ("(sites Board)", "0 1 2 3 4 5 6 7 8"),
        ("(sites Empty)", "5 6 8"),
        ("(sites Row 1)", "3 4 5"),
        ("(sites Column 1)", "1 4 7"),
    ],
    *[
        ("(sites Phase 0)", "0 2 4 6 8"),
        ("(sites Phase 1)", "1 3 5 7"),
        ("(sites Side N)", "6 7 8"),
        ("(sites Side W)", "0 3 6"),
    ],
    *[
        ("(sites Around 4)", "0 1 2 3 5 6 7 8"),
        ("(sites Around 0 Orthogonal)", "1 3"),
        ("(sites Around 0 Diagonal)", "4"),
    ],
    *[
        ("(sites Around 0 includeSelf:True)", "0 1 3 4"),
        ("(sites Around 4 Empty)", "5 6 8"),
        ("(sites Around (sites Top))", "3 4 5"),
    ],
    *[
        ("(sites Direction from:0 N)", "3 6"),
        ("(sites Direction from:0 N included:True)", "0 3 6"),
        ("(sites Direction from:0 NE)", "4 8"),
    ],
    *[
        ("(sites Direction from:0 E distance:1)", "1"),
        ("(sites Between from:0 to:8)", "4"),
        ("(sites Between from:0 to:5)", ""),
    ],
    *[("(sites Between from:0 fromIncluded:True to:2 toIncluded:True)", "0 1 2"), ("(expand origin:0)", "0 1 3 4")],
    *[
        ("(expand origin:0 Orthogonal)", "0 1 3"),
        ("(expand origin:0 steps:2 Orthogonal)", "0 1 2 3 4 6"),
        ("(expand (sites Top))", "3 4 5 6 7 8"),
    ],
    *[("(union (sites Top) (sites Left))", "0 3 6 7 8"), ("(intersection (sites Top) (sites Left))", "6")],
    *[
        ("(difference (sites Board) (sites Outer))", "4"),
        ("(difference (sites Top) 7)", "6 8"),
        ("(union {(sites {0}) (sites Centre)})", "0 4"),
    ],
    *[
        ("(sites Occupied by:P1)", "0 1 2"),
        ("(sites Occupied by:Next)", "3 4 7"),
        ("(sites Occupied by:All)", "0 1 2 3 4 7"),
    ],
    *[
        ('(sites Occupied by:P1 component:"A")', "0 1 2"),
        ("(sites {1 5})", "1 5"),
        ('(sites {"A1" "C3"})', "0 8"),
        ('(sites "Home")', "1 8"),
    ],
    *[("(sites P1)", "1 8"), ("(sites P2)", "0"), ("(sites Group at:4)", "3 4 7"), ("(sites Group at:0)", "0 1 2")],
    *[
        ("(sites Group at:4 Diagonal)", "4"),
        ("(sites Distance from:0 (exact 2))", "2 5 6 7 8"),
        ("(sites Distance Orthogonal from:0 (exact 2))", "2 4 6"),
    ],
    *[
        ("(forEach (sites Board) if:(is Even (site)))", "0 2 4 6 8"),
        ("(sites (array {1 2}))", "1 2"),
        ("(sites 4 {{F}})", "1 3 5 7"),
    ],
    *[
        ("(sites 0 {{F R F}})", "4"),
        ("(if (is Mover P1) (sites Top) (sites Left))", "6 7 8"),
        ("(sites From (move Remove (sites Top)))", "7"),
    ],
    *[
        ("(sites To (forEach Piece Mover))", "5"),
        ("(forEach of:(sites {0 8}) (sites Around (site) Orthogonal))", "1 3 5 7"),
    ],
    *[
        ("(sites LineOfSight Piece at:5)", "1 2 4 7"),
        ("(sites LineOfSight Empty at:5)", "8"),
        ("(sites LineOfSight Farthest at:5)", "8"),
    ],
    *[('(sites Start (piece "A1"))', "0 1 2"), ("(sites Pending)", ""), ('(sites Track "T")', "0 1 2 5")],
]
SETTING = {
    "start": SIX,
    "moves": "(move Step (to if:(is Empty (to))))",
    "items": '(regions "Home" P1 {1 8}) (regions P2 {0}) (map "M" {(pair 1 8) (pair P2 6)})',
    "board": '(square 3) (track "T" "0,E,N1" loop:False)',
    "end": NEVER,
}


@pytest.mark.parametrize(("region", "expected"), REGIONS)
def test_regions(region, expected):
    found = keys(after(game(f"(move Add (to {region}))", **SETTING)))
    assert found == ([f"+{site}" for site in expected.split()] or ["Pass"])


NUMBERS = [
    *[
        ("(+ 2 3)", 5),
        ("(- 2 3)", -1),
        ("(- 3)", -3),
        ("(* 4 -5)", -20),
        ("(/ 7 2)", 3),
        ("(/ -7 2)", -3),
        ("(/ 7 0)", 0),
        ("(% 7 3)", 1),
    ],
    *[
        ("(% 7 0)", 0),
        ("(^ 2 10)", 1024),
        ("(abs -4)", 4),
        ("(max 3 9)", 9),
        ("(min 3 9)", 3),
        ("(+ {1 2 3})", 6),
        ("(* {2 3 4})", 24),
    ],
    *[
        ("(max (array {3 9 4}))", 9),
        ("(min (array {3 9 4}))", 3),
        ("(* 2147483647 2)", 2147483647),
        ("(if (= 1 2) 5 6)", 6),
    ],
    *[
        ("(mover)", 1),
        ("(next)", 2),
        ("(count Moves)", 0),
        ("(count Players)", 2),
        ("(count Cells)", 9),
        ("(count Vertices)", 16),
        ("(count Edges)", 24),
    ],
    *[
        ("(count Rows)", 3),
        ("(count Columns)", 3),
        ("(count Pieces P1)", 3),
        ("(count Pieces All)", 6),
        ("(count Pieces Next in:(sites Top))", 1),
    ],
    *[
        ("(count Sites in:(sites Empty))", 3),
        ("(count Sites Vertex)", 16),
        ("(count Sites Edge)", 24),
        ("(size Group at:0)", 3),
        ("(size Group at:4 Diagonal)", 1),
        ("(count Liberties at:0 Orthogonal)", 1),
    ],
    *[
        ("(count Liberties at:4 Orthogonal)", 3),
        ("(what at:0)", 1),
        ("(what at:4)", 2),
        ("(what at:5)", 0),
        ("(who at:4)", 2),
        ("(count at:0)", 1),
    ],
    *[
        ("(state at:0)", 0),
        ("(row of:5)", 1),
        ("(column of:5)", 2),
        ("(ahead 0 N)", 3),
        ("(ahead 0 steps:2 E)", 2),
        ('(coord "B2")', 4),
    ],
    *[
        ("(coord row:2 column:1)", 7),
        ("(regionSite (sites Top) index:1)", 7),
        ("(count Steps 0 8)", 2),
        ("(count Steps Orthogonal 0 8)", 4),
    ],
    *[
        ("(count Steps 0 (sites Top))", 2),
        ("(centrePoint)", 4),
        ('(id "A" P2)', 2),
        ('(where "A" P2)', 3),
        ("(size Array (array {1 1}))", 2),
    ],
    *[
        ("(count Neighbours at:4)", 8),
        ("(count Orthogonal at:0)", 2),
        ("(count Diagonal at:0)", 1),
        ("(count Adjacent at:0)", 3),
    ],
    *[
        ("(count Value 3 in:(array {3 4 3}))", 2),
        ("(score P1)", 0),
        ('(mapEntry "M" 1)', 8),
        ('(mapEntry "M" P2)', 6),
        ("(+ (results from:(sites Top) to:1 (from)))", 21),
    ],
    *[
        ("(max (sizes Group P1))", 3),
        ("(size Array (sizes Group P1 min:4))", 0),
        ("(size Array (players All))", 2),
        ("(trackSite Move from:0 steps:2)", 2),
    ],
    *[
        ("(trackSite EndSite)", 5),
        ("(count Sites in:(sites Incident Vertex of:Cell at:0))", 4),
        ("(count Sites in:(sites Incident Cell of:Vertex at:0))", 1),
    ],
    *[("(size Territory P1)", 0), ('(var "X")', -1), ("(value Player P1)", -1), ("(counter)", -1), ("(last To)", 7)],
    *[
        ("(size Array (array (sites Top)))", 3),
        ("(phase of:1)", 1),
        ("(ahead 4 Forward)", 7),
        ("(value Random (range 3 3))", 3),
    ],
]


@pytest.mark.parametrize(("number", "expected"), NUMBERS)
def test_numbers(number, expected):
    for wanted, move in ((expected, "Pass"), (expected + 1 if expected < 2**31 - 1 else 0, "+5")):
        assert keys(after(game(f"(if (= {number} {wanted}) (move Pass) (move Add (to 5)))", **SETTING))) == [move]


CONDITIONS = [
    *[
        ("(is In 1 (intersection (sites Incident Cell of:Cell at:0) (sites Incident Cell of:Cell at:4)))", 1),
        ("(is In 5 (intersection (sites Incident Cell of:Cell at:0) (sites Incident Cell of:Cell at:4)))", 0),
        ("(is In 3 (intersection (sites Incident Cell of:Cell at:0) (sites Top)))", 0),
        ("(is In 1 (sites Incident Cell of:Vertex at:1))", 1),
        ("(is In 2 (sites Incident Cell of:Vertex at:1))", 0),
    ],
    *[
        ("(is Line 3 through:0)", 1),
        ("(is Line 3 through:4)", 0),
        ("(is Line 2 through:4)", 1),
        ("(is Line 3 Orthogonal through:1)", 1),
    ],
    *[
        ("(is Line 3 Diagonal through:0)", 0),
        ("(is Line 2 through:0 exact:True)", 0),
        ("(is Line 3 through:0 exact:True)", 1),
    ],
    *[
        ("(is Line 3 throughAny:(sites Top))", 0),
        ("(is Line 3 throughAny:(sites Left))", 1),
        ("(is Line 2 through:7)", 1),
    ],
    *[
        ("(is Line 2 Diagonal through:7)", 1),
        ("(is Line 3 through:5)", 0),
        ("(is Line 3 through:0 what:2)", 0),
        ("(is Line 3)", 0),
    ],
    *[("(is Connected at:0 {(sites Left) (sites Right)})", 1), ("(is Connected at:4 {(sites Top) (sites Left)})", 1)],
    *[
        ("(is Connected at:4 {(sites Left) (sites Right)})", 0),
        ("(is Connected 3 at:0 Sides)", 1),
        ("(is Connected at:0 Sides)", 0),
    ],
    *[
        ("(is Connected at:0 Corners)", 0),
        ("(is Connected 2 at:0 Corners)", 1),
        ("(is Connected at:4 Diagonal {(sites Top) (sites Left)})", 0),
    ],
    *[
        ("(is Empty 5)", 1),
        ("(is Empty 0)", 0),
        ("(is Occupied 0)", 1),
        ("(is In 0 (sites Bottom))", 1),
        ("(is In 4 (sites Corners))", 0),
    ],
    *[
        ("(is In {0 2} (sites Corners))", 1),
        ("(is In {0 1} (sites Corners))", 0),
        ("(is In 5 (array {4 5}))", 1),
        ("(is In -1 (sites Board))", 0),
    ],
    *[
        ("(is Related Adjacent 0 4)", 1),
        ("(is Related Orthogonal 0 4)", 0),
        ("(is Related Diagonal 0 4)", 1),
        ("(is Related Adjacent 0 8)", 0),
    ],
    *[
        ('(is Within (id "A" P1) in:(sites Bottom))', 1),
        ('(is Within (id "A" P1) in:(sites Top))', 0),
        ('(is Within (id "A" P2) at:7)', 1),
    ],
    *[
        ("(is Pattern {F R F} from:7)", 1),
        ("(is Pattern {F R F} from:3)", 0),
        ("(is Pattern {F F} from:0)", 1),
        ("(is Pattern {F F} from:3)", 0),
    ],
    *[
        ("(no Pieces P1)", 0),
        ("(no Pieces Neutral)", 1),
        ("(no Pieces Next in:(sites Bottom))", 1),
        ("(is Full)", 0),
        ("(all Passed)", 0),
    ],
    *[
        ("(all Sites (sites Bottom) if:(is Friend (who at:(site))))", 1),
        ("(all Sites (sites Left) if:(is Friend (who at:(site))))", 0),
    ],
    *[
        ("(all Values (array {1 2}) if:(< (value) 3))", 1),
        ("(all Values (array {1 3}) if:(< (value) 3))", 0),
        ("(all Groups if:(= 3 (count Sites in:(sites))))", 1),
    ],
    *[
        ("(is Mover P1)", 1),
        ("(is Mover Next)", 0),
        ("(is Next P2)", 1),
        ("(is Enemy (who at:4))", 1),
        ("(is Enemy (who at:5))", 0),
        ("(is Enemy P1)", 0),
    ],
    *[
        ("(is Friend (who at:0))", 1),
        ("(is Active P2)", 1),
        ("(is Even 4)", 1),
        ("(is Odd 4)", 0),
        ("(not (= 1 1))", 0),
        ("(and (= 1 1) (= 1 2))", 0),
    ],
    *[
        ("(or (= 1 1) (= 1 2))", 1),
        ("(xor (= 1 1) (= 2 2))", 0),
        ("(xor (= 1 1) (= 1 2))", 1),
        ("(if (= 1 2) (= 1 1) (= 2 2))", 1),
        ("(< 1 2)", 1),
    ],
    *[
        ("(<= 2 2)", 1),
        ("(> 1 2)", 0),
        ("(>= 2 3)", 0),
        ("(!= 2 3)", 1),
        ("(= (sites Top) (sites {8 7 6}))", 1),
        ("(!= (sites Top) (sites Row 2))", 0),
    ],
    *[
        ("(can Move (forEach Piece))", 1),
        ("(can Move (move Remove (sites Empty)))", 0),
        ("(no Moves Next)", 0),
        ("(was Pass)", 0),
        ("(is Pending)", 0),
    ],
    *[
        ('(is Threatened (id "A" P1) at:0 (move Step (from 4) SW (to if:(is Occupied (to)))))', 1),
        ("(is Blocked {(sites Left) (sites Right)})", 0),
    ],
    *[("(is Visited 0)", 0), ("(toBool 3)", 1), ("(toBool 0)", 0), ("(all Different (sites Bottom) if:(= 1 1))", 0)],
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_conditions(condition, expected):
    found = keys(after(game(f"(if {condition} (move Pass) (move Add (to 5)))", **SETTING)))
    assert found == ["Pass" if expected else "+5"]


RING = '(place "A1" {1 3 5})'
FILL = "(move Add (to (sites Empty)))"
# fmt: off
ENDS = [
    # (what is tried, game, moves, over, winner, ranking)
    ("a line", game(FILL, end="(if (is Line 2) (result Mover Win))"), "+0, +8, +1", 1, 1, [1, 2]),
    ("no line yet", game(FILL, end="(if (is Line 2) (result Mover Win))"), "+0, +8, +2", 0, 0, [0, 0]),
    ("the other loses", game(FILL, end="(if (is Line 2) (result Next Loss))"), "+0, +8, +1", 1, 1, [1, 2]),
    ("the mover loses", game(FILL, end="(if (is Line 2) (result Mover Loss))"), "+0, +8, +1", 1, 2, [2, 1]),
    ("a draw", game(FILL, end="(if (is Line 2) (result Mover Draw))"), "+0, +8, +1", 1, 0, [1.5, 1.5]),
    ("a full board", game(FILL, "(rectangle 1 2)", end="(if (is Full) (result P2 Win))"), "+0, +1", 1, 2, [2, 1]),
    ("a loop", game(FILL, end="(if (is Loop Orthogonal) (result Mover Win))", start='(place "A1" {0 1 2 3 5 6 7})'), "+8", 1, 1, [1, 2]),
    ("an open loop", game(FILL, end="(if (is Loop Orthogonal) (result Mover Win))", start='(place "A1" {0 1 2 3 5 6})'), "+8", 0, 0, [0, 0]),
    ("a loop of corners", game(FILL, end="(if (is Loop) (result Mover Win))", start=RING), "+7", 1, 1, [1, 2]),
    ("no moves", game("(move Add (to (sites Empty)))", "(rectangle 1 2)", end="(if (no Moves Next) (result Mover Win))"), "+0, +1", 1, 2, [2, 1]),
    ("all passed", game("(move Pass)"), "Pass, Pass", 1, 0, [1.5, 1.5]),
    ("not all passed", game("(or (move Pass) (move Add (to 0)))"), "Pass, +0, Pass", 0, 0, [0, 0]),
    ("passing ends nothing", game("(move Pass)", meta="(passEnd NoEnd)"), "Pass, Pass, Pass", 0, 0, [0, 0]),
    ("scores", game(FILL, end="(if (= 2 (count Moves)) (byScore {(score P1 4) (score P2 7)}))"), "+0, +1", 1, 2, [2, 1]),
    ("equal scores", game(FILL, end="(if (= 2 (count Moves)) (byScore {(score P1 4) (score P2 4)}))"), "+0, +1", 1, 0, [1.5, 1.5]),
    ("the least score", game(FILL, end="(if (= 2 (count Moves)) (byScore {(score P1 4) (score P2 7)} misere:True))"), "+0, +1", 1, 1, [1, 2]),
    ("scores kept", game("(move Add (to (sites Empty)) (then (addScore Mover (last To))))", end="(if (= 2 (count Moves)) (byScore))"), "+4, +3", 1, 1, [1, 2]),
    ("payoffs", game(FILL, end="(if (= 2 (count Moves)) (payoffs {(payoff P1 1.0) (payoff P2 2.0)}))"), "+0, +1", 1, 2, [2, 1]),
    ("three players, one wins", game(FILL, players="3", end="(if (is Line 2) (result Mover Win))"), "+0, +4, +8, +1", 0, 1, [1, 0, 0]),
    ("three players, one loses", game(FILL, players="3", end="(if (is Line 2) (result Mover Loss))"), "+0, +4, +8, +1", 0, 0, [3, 0, 0]),
    ("three players, scores", game(FILL, players="3", end="(if (= 1 (count Moves)) (byScore {(score P1 1) (score P2 5) (score P3 5)}))"), "+0", 1, 0, [3, 1.5, 1.5]),
    ("each player is asked", game(FILL, end="(forEach Player if:(= (player) 2) (result Player Win))"), "+0", 1, 2, [2, 1]),
    ("every other is asked", game(FILL, end="(forEach NonMover if:(= 1 1) (result Player Loss))"), "+0", 1, 1, [1, 2]),
    ("the first that holds", game(FILL, end="{(if (= 1 2) (result P1 Win)) (if (= 1 1) (result P2 Win)) (if (= 1 1) (result P1 Win))}"), "+0", 1, 2, [2, 1]),
    ("one player", game(FILL, players="1", end="(if (is Line 2) (result P1 Win))"), "+0, +1", 1, 1, [1]),
    ("one player loses", game(FILL, players="1", end="(if (is Line 2) (result P1 Loss))"), "+0, +1", 1, 0, [0]),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "played", "over", "winner", "ranking"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS]
)
def test_ends(text, played, over, winner, ranking):
    state = after(text, played)
    assert (state.over, state.winner, state.ranking) == (over, winner, ranking)
    assert bool(legal_moves(state)) is not bool(over)


HEAP = '(place "A1" 0) (set Count 5 to:(sites {0}))'
# fmt: off
IGNORED = [
    # (what the engine would ignore, what says the same and is heeded or asks for no more than is done, what is refused)
    ('(move Remove 4 count:2)', "(move Remove 4 count:1)", "some of the pieces"),
    ('(move Add (to 0) (then (remove 4 count:(count Players))))', "(move Add (to 0) (then (remove 4 count:(count at:4))))", "some of the pieces"),
    ("(move Step (from 4) (to (sites Empty)))", "(move Step (from 4) (to if:(is In (to) (sites Empty))))", "a region to step to"),
    ("(move Step (from 4) (to 5))", "(move Step (from 4) (to (sites Around (from))))", "a region to step to"),
    ('(move Shoot (piece "X0") (from 4) (to (sites Top)))', '(move Shoot (piece "X0") (from 4) (to if:(is In (to) (sites Top))))', "a region to shoot at"),
    ('(move Shoot (piece "X0") (from 4) (to (sites Around (from))))', '(move Shoot (piece "X0") (from 4))', "a region to shoot at"),
    ("(move Pass (then (pass) applyAfterAllMoves:True))", "(move Pass (then (pass) applyAfterAllMoves:False))", "wait for all moves"),
    ("(if (is Line 3 isVisible:True) (move Pass))", "(if (is Line 3 isVisible:False) (move Pass))", "what a player sees"),
    ('(if (= 9 (count Sites "Board")) (move Pass))', "(if (= 9 (count Sites)) (move Pass))", "names of containers"),
    ("(max Moves withValue:True (move Pass))", "(max Moves withValue:False (move Pass))", "values of pieces"),
    ("(if (= 8 (count Adjacent in:(sites Centre))) (move Pass))", "(if (= 8 (count Adjacent at:4)) (move Pass))", "neighbours of a region"),
]
# fmt: on


@pytest.mark.parametrize(("ignored", "heeded", "what"), IGNORED, ids=[case[0] for case in IGNORED])
def test_what_would_be_ignored_is_refused(ignored, heeded, what):
    others = {"start": CENTRE, "items": '(piece "X" Neutral)'}
    with pytest.raises(GameError, match=what) as caught:
        compile_game(game(ignored, **others))
    assert caught.value.stage == "unsupported"
    assert legal_moves(after(game(heeded, **others)))


def test_a_removal_empties_its_site():
    text = game("(move Remove 0 count:1)", start=HEAP, board=ROW)
    assert list(after(text).count) == [5, 0, 0, 0, 0]
    assert list(after(text, "-0").count) == [0, 0, 0, 0, 0]


def test_boards_in_layers_are_not_played():
    with pytest.raises(GameError, match="unsupported: layers") as caught:
        compile_game(game(board="(layers 2 (square 2)) use:Vertex"))
    assert caught.value.stage == "unsupported"
