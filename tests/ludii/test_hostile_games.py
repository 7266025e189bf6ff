"""Texts written to break the engine: each is refused, or played within the declared work, in little memory."""

import os
import resource
from pathlib import Path

import pytest
from work import measured

from formal_envs.ludii import GameReport, evaluate_game
from formal_envs.ludii.board.memo import kept
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play import report
from formal_envs.sandbox import Lost, isolated_map

ROOM = 1 << 30  # bytes of address space that a child may take beyond what it starts with
WORK = 30_000_000  # of all games of a text
SECONDS = 60  # of one text, on a slow machine
CALLS = 2_000_000  # of functions of Python and C, for one text, and 40 for each of its characters; WORK counts games
SANITIZED = "LD_PRELOAD" in os.environ  # sanitizers reserve all the address space there is, and more memory
PITS = '(mancalaBoard 2 6 store:None (track "T" "0,E,N,W" loop:True))'
BALL = '(piece "Ball" Each)'
STEPS = '(piece "A" Each (move Step (to {})))'
TWO = '(place "A1" 0) (place "A2" 8)'
SELECT = "(move Select (from (sites Board)) (then {}))"
ADD = "(move Add (to (sites Empty)) (then {}))"


def game(
    board="(square 3)",
    players="2",
    items=BALL,
    start="",
    play="(move Add (to (sites Empty)))",
    end="(if (is Line 3) (result Mover Win))",
    phases="",
):
    board = board if board.startswith(("(board", "(mancala", "(surakarta")) else f"(board {board})"
    rules = f"phases:{{{phases}}}" if phases else f"(play {play})"
    start = f"(start {{{start}}})" if start else ""
    return f'(game "G" (players {players}) (equipment {{{board} {items}}}) (rules {start} {rules} (end {end})))'


def nested(left, core, times, right=")"):
    return left * times + core + right * times


BOARDS = [
    *(
        "(square 1000000000)",
        "(square 5000)",
        "(hex 1000)",
        "(hex Star 100000)",
        "(tri 100000)",
        "(rectangle 1 1000000)",
    ),
    *("(rectangle 0 5)", "(concentric {1000000 1000000})", "(concentric Square rings:100000)", "(wedge 100000)"),
    *(
        "(spiral turns:1000 sites:100000)",
        "(regular 100000)",
        "(layers 1000000000 (square 1))",
        "(layers 100 (square 50))",
    ),
    *("(scale 1000000 (square 3))", "(scale 0 (square 3))", "(rotate 1000000 (square 3))", "(square (- 0 5))"),
    *(
        "(tiling T3464 100000)",
        "(quadhex 100000)",
        "(brick 100000 100000)",
        "(complete (square 40))",
        "(square (/ 1 0))",
    ),
    *(
        "(square (^ 2 2147483647))",
        "(square (% 5 0))",
        "(graph vertices:{})",
        "(graph vertices:{{0 0}})",
        "(square {100000 -5 3})",
    ),
    "(repeat 1000 1000 step:{{1 0} {0 1}} (poly {{0 0} {0 1} {1 1} {1 0}}))",
    "(graph vertices:{" + "{0 0} " * 3000 + "} edges:{" + "{0 1} " * 3000 + "})",
    "(graph vertices:{{0 0} {1 0}} edges:{{0 5} {-1 1} {1 1}})",
    "(add (square 3) edges:{{0 100000}} cells:{{0 1 2000000000}})",
    "(remove (square 3) cells:{-5 1000000000})",
    "(remove (square 3) cells:{0 1 2 3 4 5 6 7 8})",
    "(hole (square 5) (poly {{-100 -100} {100 -100} {100 100} {-100 100}}))",
    "(keep (square 5) (poly {{100 100} {101 100} {101 101}}))",
    "(splitCrossings (merge {(square 25) (rotate 17 (square 25)) (rotate 31 (square 25))}))",
    "(merge {" + "(square 9) " * 200 + "})",
    nested("(merge ", "(square 2)", 25, " (square 2))"),
    nested("(subdivide ", "(hex 3)", 40),
    nested("(dual ", "(square 6)", 60),
    "(board (square 100))",
    "(board (square 100) use:Vertex)",
    "(board (graph vertices:{{0 0} {1 0}}) use:Edge)",
    "(board (graph vertices:{{0 0} {1 0}}) use:Cell)",
    *("(mancalaBoard 1000000 1000000)", "(mancalaBoard 0 0)", "(surakartaBoard (square 100) loops:1000000)"),
    *("(surakartaBoard (add))", "(surakartaBoard (square 0))", "(surakartaBoard (square 6) loops:-5)"),
    '(board (square 3) (track "T" {0 100000 -5 8} loop:True))',
    '(board (square 3) (track "T" "' + "0,E," * 50000 + '" loop:True))',
    "(board (square 3) {" + " ".join(f'(track "T{i}" "0,E,N,W" loop:True)' for i in range(2000)) + "})",
]
TEXTS = {
    "no phases": game(phases=" "),
    "brackets": "(" * 10_000,
    "games in games": '(game "G" ' * 10_000,
    "not, 10,000 deep": game(end=f"(if {nested('(not ', '(is Line 3)', 10_000)} (result Mover Win))"),
    "not, 80 deep": game(end=f"(if {nested('(not ', '(is Line 3)', 80)} (result Mover Win))"),
    "braces": "{" * 100_000,
    "10 MB of brackets": "(a" * 5_000_000,
    "10 MB of quotes": '"' * 10_000_000,
    "1 MB of slashes": "//" * 499_999,
    "1 MB of spaces": " " * 999_999,
    "1 MB of words": "(game " + "a " * 499_000,
    "1 MB of labels": '(game "G" (players ' + "a:" * 499_000,
    "a long list of conditions": game(end="(if (or {" + "(is Line 3) " * 20_000 + "}) (result Mover Win))"),
    "a long list of numbers": game(play="(move Add (to (sites {" + "4 " * 100_000 + "})))"),
    "a long list of regions": game("(square 50)", play="(move Add (to (union {" + "(sites Top) " * 20_000 + "})))"),
    "a long list of games": game() * 1000,
    "a long string": game().replace('"G"', '"' + "x" * 900_000 + '"'),
    "NUL": game().replace('"G"', '"\0"'),
    "NUL at the end": game() + "\0",
    "NUL in rules": game().replace("(rules", "\0(rules"),
    "half a surrogate pair": game().replace('"G"', '"\ud800"'),
    "half a surrogate pair before": "\udfff" + game(),
    "surrogates in a name": game().replace("Ball", "\ud800\udc00"),
    "digits": game("(square " + "9" * 10_000 + ")"),
    "digits of another script": game("(square \N{ARABIC-INDIC DIGIT THREE})"),
    "exponent": game("(scale 1e308 (square 3))"),
    **{f"{n} players": game(players=n) for n in ("0", "1", "16", "17", "-1", "2147483647")},
    "2000 seats": game(players="{" + "(player N) " * 2000 + "}"),
    "200 kinds": game(items=" ".join(f'(piece "K{i}" Each)' for i in range(200))),
    "20,000 kinds": game(items=" ".join(f'(piece "K{i}" Each)' for i in range(20_000))),
    "16 players, 2100 kinds": game(players="16", items=" ".join(f'(piece "K{i}" Each)' for i in range(2100))),
    "1500 kinds on a large board": game(
        "(square 50)",
        items=" ".join(f'(piece "K{i}" P1)' for i in range(1500)),
        play="(move Add (to (sites Empty Vertex)))",
    ),
    "a piece twice": game(items=BALL + BALL),
    "no piece": game(items=""),
    **{f"hand of {n}": game(items=f"{BALL} (hand Each size:{n})") for n in ("2147483647", "0", "-5", "30000")},
    "1000 hands": game(items=BALL + " (hand Each size:1000)" * 1000),
    "10,000 maps": game(items=BALL + ' (map "M" {(pair 0 1)})' * 10_000, play='(move Add (to (mapEntry "M" 5)))'),
    "a map of itself": game(
        items=BALL + '(map "M" {(pair 0 (mapEntry "M" 0)) (pair (mapEntry "M" 0) 5)})',
        play='(move Add (to (mapEntry "M" 0)))',
    ),
    "phases in a circle": game(
        phases='(phase "A" (play (move Pass)) (nextPhase "B")) (phase "B" (play (move Pass)) (nextPhase "A"))'
    ),
    "2000 phases": game(phases=" ".join(f'(phase "P{i}" (play (move Pass)) (nextPhase "P{i}"))' for i in range(2000))),
}
REGIONS = {
    "a region of itself": '(regions "R" (sites "R"))',
    "regions of each other": '(regions "R" (sites "S")) (regions "S" (sites "R"))',
    "regions of each other that move": '(regions "R" (union (sites Empty) (sites "S"))) (regions "S" (sites "R"))',
    "regions of an owner of itself": '(regions "R" P1 (sites P1)) (regions P2 (sites P1))',
}
PIECES = {  # moves of pieces that ask for the moves of pieces
    "forEach": '(piece "A" Each (forEach Piece))',
    "can Move": STEPS.format("if:(can Move (forEach Piece))"),
    "sites To": STEPS.format("(sites To (forEach Piece))"),
    "sites From": STEPS.format("(sites From (forEach Piece Next))"),
    "is Threatened": STEPS.format('if:(not (is Threatened (id "A" Mover) at:(to)))'),
    "is Threatened by": STEPS.format("if:(is Threatened at:(to) (forEach Piece))"),
    "no Moves": STEPS.format("if:(no Moves Next)"),
    "then": '(piece "A" Each (move Step (to) (then (forEach Piece))))',
    "do": '(piece "A" Each (do (forEach Piece) ifAfterwards:(can Move (forEach Piece))))',
    "do next": '(piece "A" Each (do (forEach Piece) next:(forEach Piece)))',
    "while": '(piece "A" Each (while (= 1 1) (forEach Piece)))',
    "max Moves": '(piece "A" Each (max Moves (forEach Piece)))',
    "priority": '(piece "A" Each (priority {(forEach Piece) (move Pass)}))',
    "forEach twice": '(piece "A" Each (or (forEach Piece) (forEach Piece)))',
}
PLAYS = [
    "(max Moves (move Select (from (sites Board)) (then (moveAgain))))",
    "(max Captures (move Select (from (sites Board)) (then (moveAgain))))",
    *("(move Pass)", "(move Pass (then (moveAgain)))", SELECT.format("(moveAgain)"), "(while (= 1 1) (pass))"),
    "(while (= 1 1) (move Add (to (sites Empty))))",
    SELECT.format("(while (= 1 1) (set Counter (+ (counter) 1)))"),
    SELECT.format("(while (= 1 1) (while (= 1 1) (addScore Mover 2147483647)))"),
    "(forEach Value min:0 max:2000000000 (move Add (to (value))))",
    "(forEach Value min:-2147483647 max:2147483647 (move Add (to -1)))",
    "(forEach Value min:0 max:100000 (forEach Value min:0 max:100000 (move Add (to -1))))",
    "(forEach Value min:0 max:100000 (forEach Site (sites Board) (move Add (to (site)))))",
    ADD.format('(forEach Value min:1 max:1000000000 (remember Value "X" (value)))'),
    ADD.format("(and (forEach Value min:0 max:100 (remember Value (value))) (forget Value All))"),
    ADD.format("(forEach Value min:0 max:1000 (set Pending (value)))"),
    "(or (move Add (to (sites Pending))) " + ADD.format("(and (set Pending -5) (set Pending 1000000000))") + ")",
    SELECT.format("(set Count at:(last To) 2147483647)"),
    SELECT.format("(set Count at:(last To) -2147483647)"),
    SELECT.format("(and {(set State at:(last To) -5) (set Value at:(last To) -7) (set State at:1000 5)})"),
    ADD.format(
        '(and {(set Var "X" (* 2147483647 (var "X"))) (set Var (+ (var) 2147483647)) (set Counter 2147483647)})'
    ),
    ADD.format("(addScore Mover (- 2147483647))"),
    ADD.format("(addScore Mover (abs (- -2147483647 1)))"),
    ADD.format("(set Counter (/ (- -2147483647 1) -1))"),
    ADD.format("(set Counter (% (- -2147483647 1) -1))"),
    ADD.format("(set NextPlayer (player 17))"),
    ADD.format("(set NextPlayer (player -1))"),
    ADD.format("(set NextPlayer (array {-5 1000000000}))"),
    *(
        ADD.format("(swap Players 1000 -5)"),
        ADD.format("(swap Pieces -5 1000000000)"),
        ADD.format("(swap Pieces 3 (last To))"),
    ),
    *(ADD.format("(swap Pieces (last To) (last To))"), ADD.format("(takeControl of:1000 by:2000)")),
    *(ADD.format("(takeControl of:All by:Shared)"), ADD.format("(takeControl of:Mover by:Neutral)")),
    *(
        ADD.format("(takeControl of:Each by:Each)"),
        ADD.format('(trigger "E" 1000)'),
        ADD.format("(promote -5 (piece 1000) P16)"),
    ),
    ADD.format('(promote (last To) (piece "Ball") (player 1000))'),
    ADD.format('(promote (last To) (piece "Ball") Shared)'),
    ADD.format("(remove (sites {-5 1000000000 4}))"),
    *("(move Add (piece 1000) (to (sites Empty)))", "(move Add (piece {0 -1 5 1000000000}) (to (sites Empty)))"),
    *("(move Add (to (sites Empty)) count:2147483647)", "(move Add (to (sites Empty)) count:-5)"),
    "(move Add (to (sites Random (sites Empty) num:3)))",
    "(or (move Add (to (sites Empty))) (forEach Piece (move (from) (to (sites Board)) count:2147483647)))",
    "(or (move Add (to (sites Empty))) (forEach Piece (move (from) (to (sites Board)) count:-2147483647)))",
    "(or (move Add (to (sites Empty))) (forEach Piece (move (from) (to (sites Board)) copy:True)))",
    "(or (move Add (to (sites Empty))) (forEach Piece (move Set Rotation (to (from)) {-2147483647 2147483647 -1})))",
    "(or (move Add (to 4)) (forEach Piece (or (move Set Rotation (to (from)) -1) (move Step Forward (to)))))",
    "(random {2147483647.0 2147483647.0} {(move Pass) (move Pass)})",
    "(random {-1.0 0.0} {(move Pass) (move Pass)})",
    "(random (move Add (to (sites Empty))) num:-5)",
    "(allCombinations (move Add (to (sites Board))) (move Add (to (sites Board))))",
    "(append (forEach Site (sites Board) (forEach Site (sites Board) (move Add (to (site))))))",
    "(forEach Group (forEach Group (forEach Group (move Add (to (sites Empty))))))",
    "(seq {" + "(move Add (to (sites Empty))) " * 200 + "})",
]
STARTS = [
    '(forEach Value min:0 max:2147483647 (place "Ball1" (value)))',
    "(forEach Value min:0 max:1000000 (set RememberValue (value)))",
    '(place "Ball1" 0 count:2147483647) (place "Ball1" 0 count:2147483647)',
    '(place "Ball1" 0 count:-2147483647)',
    '(place "Ball1" 0 state:2147483647 rotation:2147483647 value:2147483647)',
    '(place "Ball1" 0 state:-2147483647 rotation:-2147483647 value:-2147483647)',
    '(place "Ball1" -5) (place "Ball1" 1000000000) (place "Ball1" Edge 1000000000)',
    '(place "Ball1" (sites Random num:3)) (place "Ball2" (value Random (range 0 6)))',
    '(place "Ball1" {-1 4 99}) (set P1 {-1 99}) (set Score Each 2147483647)',
    "(set Count 2147483647 to:(sites Board))",
    "(set Count -5 to:(sites Board))",
]
SOWS = [
    *("(sow)", "(sow count:2147483647 numPerHole:2147483647 origin:True)", "(sow count:-5 numPerHole:-7)", "(sow -5)"),
    *("(sow skipIf:(= 1 1))", "(sow apply:(sow apply:(sow)))", "(sow count:1000000 includeSelf:False)"),
    *(
        "(sow apply:(moveAgain) backtracking:(= 1 1))",
        "(sow apply:(remove (to)) forward:(= 1 1))",
        "(sow (last To) sowEffect:(sow))",
    ),
]
BIG = [  # many moves, or much to do, on 2,500 places
    "(or (move Add (to (sites Empty))) (forEach Piece (move (from) (to (sites Empty)))))",
    "(forEach Site (sites Board) (forEach Site (sites Board) (move Add (to (site)))))",
    "(move Add (to (forEach (sites Board) if:(is In 1 (forEach (sites Board) if:(is In 2 (sites Around (site))))))))",
    "(move Add (to (forEach of:(sites Board) (sites Around (site) distance:100))))",
    "(move (from (sites Board)) (to (sites Board)))",
    "(move Select (from (sites Board)) (to (sites Board)))",
    SELECT.format("(forEach Site (sites Board) (forEach Site (sites Board) (set State at:(site) 1)))"),
    "(move Add (to (sites Empty)) (then (set Pending (sites Board))))",
    "(forEach Direction (from 0) Adjacent (forEach Site (sites Board) (forEach Piece (move Add (to (to))) Shared)))",
    "(do (move Add (to (sites Board))) ifAfterwards:(is Connected {(sites Top) (sites Bottom)}))",
    nested("(forEach Site (sites Board) ", "(move Pass)", 40),
    f"(move Add (to {nested('(union (sites Board) ', '(sites Top)', 80)}))",
    f"(move Add (to {nested('(forEach (sites Board) if:(is In (site) ', '(sites Top)', 40, '))')}))",
]
VALUES = ("-5", "1000000000", "9")
NUMBERS = [
    *(
        "(what at:{})",
        "(who at:{})",
        "(count at:{})",
        "(state at:{})",
        "(rotation at:{})",
        "(value Piece at:{})",
        "(row of:{})",
    ),
    *(
        "(column of:{})",
        "(layer of:{})",
        "(phase of:{})",
        "(ahead {} steps:{} N)",
        "(ahead {} steps:2147483647 Forward)",
    ),
    *("(size Group at:{})", "(count Liberties at:{})", "(count Steps {} {})", "(regionSite (sites Board) index:{})"),
    *(
        "(coord row:{} column:{})",
        "(handSite P1 {})",
        "(handSite {})",
        "(score (player {}))",
        '(id "Ball" {})',
        "(where {})",
    ),
    *(
        '(where "Ball" {})',
        "(value Player {})",
        "(count Pieces of:{})",
        "(trackSite Move from:{} steps:{})",
        "(what Edge at:{})",
    ),
    *(
        "(count Cell at:{})",
        "(count Neighbours at:{})",
        "(count Orthogonal at:{})",
        "(count Adjacent Vertex at:{})",
        "(mapEntry {})",
    ),
    *(
        "(size Stack at:{})",
        "(count Sites in:(sites {{{}}}))",
        "(size Territory (player {}))",
        "(value Random (range {} {}))",
    ),
    *(
        "(pow {} {})",
        "(/ {} 0)",
        "(% (count Turns) (- {} {}))",
        "(max (array {{{} {}}}))",
        "(+ (results from:{} to:{} 5))",
    ),
    *(
        "(* {} (* {} (* {} {})))",
        "(count Value {} in:(array {{{}}}))",
        "(state Vertex at:{})",
        "(+ {{{} {} 2147483647}})",
    ),
]
SETS = [
    *(
        "(sites Around {})",
        "(sites Direction from:{} N)",
        "(sites Direction from:{} distance:{})",
        "(sites Row {})",
        "(sites Column {})",
    ),
    *(
        "(sites Phase {})",
        "(sites Layer {})",
        "(sites State {})",
        "(sites Cell {})",
        "(sites Edge {})",
        "(sites Between from:{} to:{})",
    ),
    *("(sites LineOfSight at:{})", "(sites LineOfSight Farthest at:{})", "(sites Incident Edge of:Cell at:{})"),
    *(
        "(sites Incident Vertex of:Edge at:{})",
        "(sites Distance from:{} (range 0 {}))",
        "(sites Distance from:{} (range -5 2147483647))",
    ),
    *("(sites Group at:{})", "(sites {{{} {}}})", "(expand origin:{} steps:{})", "(expand {} (sites Board) steps:{})"),
    *(
        "(expand (sites Board) steps:2147483647 All)",
        "(sites Random (sites Board) num:{})",
        "(sites {} {{{{F F R F}}}})",
    ),
    *(
        "(difference (sites Board) {})",
        "(sites Occupied by:(player {}) container:{} component:{})",
        "(sites (player {}))",
    ),
    *(
        "(sites Side (player {}))",
        "(sites Hand (player {}))",
        "(sites Track from:{} to:{})",
        "(sites Pattern {{F R F}} from:{} what:{})",
    ),
    *(
        "(sites Start (piece {}))",
        "(sites (array {{{} {}}}))",
        "(sites Centre Edge)",
        "(union {{}})",
        "(intersection {{}})",
        "(sites {{}})",
    ),
]
CONDITIONS = [
    *("(is Empty {})", "(is Occupied Edge {})", "(is In {} (sites Board))", "(is Line 3 through:{})", "(is Line {})"),
    *(
        "(is Line {} throughAny:(sites Board))",
        "(is Line 3 what:{})",
        "(is Line 3 whats:{{{} {}}})",
        "(is Line Edge 3)",
    ),
    *(
        "(is Line 3 throughAny:(sites Board) exact:True contiguous:False throughHowMuch:{})",
        "(is Loop {} {})",
        "(is Loop)",
    ),
    *(
        "(is Connected {} at:{} Sides)",
        "(is Connected Corners)",
        "(is Connected {} SidesNoCorners)",
        "(is Blocked {} Sides)",
    ),
    *(
        "(is Pattern {{F R F}} from:{} what:{})",
        "(is Within {} at:{})",
        "(is Related Adjacent {} {})",
        "(is Threatened {} at:{})",
    ),
    *(
        "(is Mover {})",
        "(is Next {})",
        "(is Enemy {})",
        "(is Friend {})",
        "(is Active {})",
        "(is Flat {})",
        "(is Visited {})",
    ),
    *(
        '(is Triggered "E" {})',
        "(all Sites (sites Board) if:(= 0 (what at:(+ (site) {}))))",
        "(all Different (sites Board) except:{})",
    ),
    *(
        "(all Values (array {{{} 5}}) if:(= (value) 1))",
        "(no Pieces of:{})",
        "(no Moves All)",
        "(no Moves Shared)",
        "(no Moves Neutral)",
    ),
    *(
        "(is Connected {{" + "(sites Top) " * 100 + "}})",
        "(is Pattern {{" + "F R " * 500 + "}} from:4 what:0)",
        "(is Even {})",
    ),
    nested("(is Connected {{(forEach (sites Board) if:", "(is Connected Sides)", 25, ")}})"),
]
ODD = {"int": "(= {0} {0})", "region": "(= 3 (count Sites in:{0}))", "bool": "{0}"}


def odd(kind, expression, value):
    """A game that asks, after each move, for something odd of a place, a player or a number that is not there."""
    return game(
        '(board (square 4) (track "T" "0,E,N,W" loop:True))',
        items='(piece "Ball" Each (move Step (to if:(is Empty (to))))) (hand Each) (map {(pair 1 2)}) '
        "(regions P1 (sites Top)) (regions P2 (sites Bottom))",
        play="(or (move Add (to (sites Empty))) (forEach Piece))",
        end=f"(if {ODD[kind].format(expression.format(*[value] * 4))} (result Mover Win))",
    )


CASES = {
    "boards": {board[:60]: game(board) for board in BOARDS},
    "texts": TEXTS,
    "regions": {
        name: game(items=BALL + regions, play='(move Add (to (sites "R")))') for name, regions in REGIONS.items()
    },
    "pieces": {name: game(items=piece, start=TWO, play="(forEach Piece)") for name, piece in PIECES.items()},
    "plays": {play[:90]: game(play=play) for play in PLAYS},
    "starts": {start[:60]: game(start=start, play="(forEach Piece (move Step Forward (to)))") for start in STARTS},
    "sows": {
        f"{sow} of {n}": game(PITS, start=f"(set Count {n} to:(sites Board))", play=SELECT.format(sow))
        for sow in SOWS
        for n in ("5", "100000", "2147483647")
    },
    "large boards": {play[:90]: game("(square 50)", play=play) for play in BIG},
    **{
        kind: {f"{e[:70]} {value}": odd(kind, e, value) for e in expressions for value in VALUES}
        for kind, expressions in (("int", NUMBERS), ("region", SETS), ("bool", CONDITIONS))
    },
}


def room():
    """Address space that this process has taken."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def evaluated(text):
    """What becomes of a text in a process that may take little more memory: the report, calls, MB that it grew by."""
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (room() + ROOM, resource.RLIM_INFINITY))
    report.MAX_WORK = report.MAX_TOTAL_WORK = WORK
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, calls = measured(lambda: evaluate_game(text, playouts=3, max_turns=20))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return found, calls, grown / 1024


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to bound the memory of a process")
@pytest.mark.parametrize("kind", CASES)
def test_hostile_texts(kind):
    library()  # compiled before, not in every child
    names, texts = list(CASES[kind]), list(CASES[kind].values())
    seen = {}
    for index, answer in isolated_map(evaluated, texts, timeout=SECONDS):
        seen[names[index]] = answer
    for name, answer in seen.items():
        assert not isinstance(answer, Lost), f"{name}: {answer}"
        found, calls, grown = answer
        assert isinstance(found, GameReport)
        assert (found.playouts > 0) or found.error is not None, name
        assert found.work <= WORK, name
        assert 0 <= found.reward <= 1, name
        assert calls <= CALLS + 40 * len(CASES[kind][name]), f"{name}: {calls} calls"
        assert SANITIZED or grown < 200, f"{name}: {grown} MB"
    assert len(seen) == len(texts)


#: What is refused, and the words of the refusal; what is not refused plays.
REFUSED = [
    (game("(square 1000000000)"), "board", "numbers must lie within"),
    (game("(square 5000)"), "board", "at most 8192"),
    (game("(board (square 85) use:Vertex)"), "board", "meet more than"),
    (TEXTS["games in games"], "syntax", "brackets inside each other"),
    (TEXTS["10 MB of brackets"], "syntax", "longer than 1000000 characters"),
    (TEXTS["17 players"], "names", "players must lie in"),
    (TEXTS["20,000 kinds"], "board", "at most 2000 kinds of piece"),
    (TEXTS["1500 kinds on a large board"], "board", "bytes in its state"),
    (TEXTS["1000 hands"], "board", "at most 65536 sites"),
    (TEXTS["hand of 2147483647"], "board", "a hand has 1 to"),
    (TEXTS["hand of -5"], "board", "a hand has 1 to"),
    (CASES["regions"]["a region of itself"], "play", "too deep"),
    (CASES["pieces"]["forEach"], "play", "too deep"),
    (game(play=PLAYS[0]), "play", "too deep"),
    (game(play="(while (= 1 1) (pass))"), "play", "too many moves or effects"),
    (game(play="(forEach Value min:0 max:2000000000 (move Add (to -1)))"), "play", "too much work in one game"),
    (game(play=ADD.format('(forEach Value min:1 max:1000 (remember Value "X" (value)))')), "play", "remembers"),
    (game(start=STARTS[0]), "play", "the start position cannot be set up"),
]


@pytest.mark.parametrize(("text", "stage", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_what_the_refusal_says(text, stage, message, monkeypatch):
    monkeypatch.setattr(report, "MAX_WORK", WORK)
    monkeypatch.setattr(report, "MAX_TOTAL_WORK", WORK)
    error = evaluate_game(text, playouts=1, max_turns=20).error
    assert error is not None
    assert (error.stage, message in error.message) == (stage, True), error


def test_chance_before_the_first_move():
    """A start position may be drawn at random: it is drawn once, when the game is compiled."""
    text = game(
        start='(place "Ball1" (sites Random num:3))', play="(forEach Piece (move Step (to if:(is Empty (to)))))"
    )
    assert evaluate_game(text, playouts=3, max_turns=5).playouts == 3


def test_what_is_kept_is_bounded_by_its_size():
    """Many boards, one after another, do not pile up: the ones used longest ago go."""
    made = []

    @kept(10, len)
    def text_of(n):
        made.append(n)
        return "x" * n

    for n in (4, 5, 4, 3, 4, 5, 20, 4):  # 4 and 5 fit, 3 drives out 5, then 5 drives out 3; 20 never stays
        assert text_of(n) == "x" * n
    assert made == [4, 5, 3, 5, 20, 4]
