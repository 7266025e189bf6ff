"""Games written for the tests, strategies for typed trees, and the conformance data where it is at hand."""

import functools
import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import strategies as st

from formal_envs.ludii.language.signatures import LANGUAGE
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf

LINES = """(game "Three-Balls" (players 2)
  (equipment {(board (square 3)) (piece "Ball" Each) (hand Each) (regions "Home" P1 (sites Bottom))})
  (rules
    (start (place "Ball" "Hand" count:3))
    (play (move Add (to (sites Empty))))
    (end (if (is Line 3) (result Mover Win)))))
"""

RACE = """// Run across, jumping over whatever stands in the way.
(game "Runners" (players {(player N) (player S)})
  (equipment {
    (board (hex Diamond (+ 3 4)) use:Vertex)
    (piece "Runner" Each (or (move Step Forward (to if:(is Empty (to)))) (move Hop (between if:(is Occupied (between)))
      (to if:(is Empty (to))))))
    (regions "Goal" P1 (sites Top)) (regions "Goal" P2 (sites Bottom))})
  (rules
    (meta (swap))
    (start {(place "Runner1" (sites Bottom)) (place "Runner2" {"A7" "B7"})})
    phases:{
      (phase "Run" (play (forEach Piece)) (nextPhase (> (count Turns) 10) "Sprint"))
      (phase "Sprint" (play (or {(forEach Piece) (move Pass)} (then (set Counter 0)))))}
    (end {
      (if (is In (last To) (sites Mover "Goal")) (result Mover Win))
      (if (no Moves Next) (byScore {(score P1 (count Pieces P1)) (score P2 (count Pieces P2))}))})))
"""

SOWING = """(game "Pits" (players 2)
  (equipment {(mancalaBoard 2 6 store:None (track "Round" "0,E,N,W" loop:True)) (piece "Seed" Shared)
    (map "Pit" {(pair P1 FirstSite) (pair P2 LastSite)})})
  (rules
    (start (set Count 4 to:(sites Track "Round")))
    (play (move Select (from (sites Mover) if:(< 0 (count at:(from))))
      (then (sow "Round" apply:(if (= 2 (count at:(to))) (and (remove (to) count:2) (addScore Mover 2)))))))
    (end (if (all Sites (sites Board) if:(= 0 (count at:(site)))) (byScore)))))
"""

GAMES = (LINES, RACE, SOWING)

ERRORS = [
    # (a part of LINES, what stands there instead, stage, line, column, message, one of the expected)
    ("(is Line 3)", "(is Lin 3)", "types", 6, 18, "(is ...) has no kind 'Lin'; did you mean 'Line'?", "Line"),
    ("(is Line 3)", "(iss Line 3)", "types", 6, 14, "unknown ludeme 'iss'; did you mean 'is'?", "(is ...)"),
    ("(is Line 3)", "(is Line three)", "types", 6, 23, "'three' is not <siteType> or <int>", "<int>"),
    ("(is Line 3)", "(is Line)", "types", 6, 22, "(is Line ...) lacks <int>", None),
    ("(is Line 3)", "(is Line 3 exat:True)", "types", 6, 25, "has no argument exat:; did you mean 'exact'?", None),
    ("(is Line 3)", "(is Line 3 exact:3)", "types", 6, 31, "3 is not <bool>", "<bool>"),
    ("(is Line 3)", "(is Line exact:True 3)", "types", 6, 23, "exact: cannot stand here in (is Line ...)", None),
    ("move Add", "move Diagonal", "types", 5, 17, "lacks its kind before 'Diagonal'", "(move Step Diagonal ...)"),
    ("(is Line 3)", "is", "types", 6, 14, "'is' needs brackets: (is ...)", "(is ...)"),
    ("(is Line 3)", "(and (is Line 3) (remove (to)))", "types", 6, 31, "(remove ...) is not <bool>", "<bool>"),
    ("(sites Empty)", "{1 2}", "types", 5, 25, "an array is not <siteType> or <region> or <int>", "<region>"),
    ("Win", "Won", "types", 6, 40, "'Won' is not <resultType>; did you mean 'Win'?", "Win"),
    ("(players 2)", "", "types", 2, 3, "(equipment ...) is not <players>", "<players>"),
    ("(players 2)", "(players 17)", "names", 1, 30, "players must lie in [0, 16], got 17", None),
    ("(board (square 3))", "", "names", 2, 3, "a game has one board, got 0", None),
    ("(sites Empty)", '(sites "Homes")', "names", 5, 32, "no region is called 'Homes'", "Home"),
    ('"Ball" "Hand" count:3', '"Ball3" coord:"A1"', "names", 4, 19, "no piece is called 'Ball3'", "Ball1"),
    ('"Ball" "Hand" count:3', '"Ball1" coord:"Mitte"', "names", 4, 33, "no coordinate is called 'Mitte'", None),
    ("(hand Each)", "(hand Each", "syntax", 2, 99, "'}' does not close '(hand' of line 2, column 54", "')'"),
    ("(hand Each)", "()", "syntax", 2, 54, "a bracket without the name of a ludeme after it", "a ludeme"),
    ("(hand Each)", '("Hands" 2)', "syntax", 2, 54, "no macro is called 'Hands'", None),
    ('"Ball" Each', '"Ball Each', "syntax", 4, 31, "the string that starts here is not closed", None),
    ("count:3", "count:", "syntax", 4, 33, "the argument count: has no value", "a number"),
    ("Win)))))", "Win))))", "syntax", 7, 1, "the text ends inside '(game' of line 1, column 1", "')'"),
    ("Win)))))", "Win))))) )", "syntax", 6, 49, "there is more text after the game", "the end of the text"),
    ('(game "Three', 'Well: (game "Three', "syntax", 1, 1, "the text starts with something else than a game", None),
]


_STRINGS = ["A1", "Ball", "Hand", "Home", "no // comment", "(", "Zürich"]
_LITERALS = {
    "int": st.integers(-(2**31) + 1, 2**31 - 1),
    "integer": st.integers(-9, 99),
    "float": st.floats(-1000, 1000).map(lambda x: round(x, 3)),
    "real": st.sampled_from([0.0, -0.5, 2.0]),
    "bool": st.booleans(),
    "flag": st.booleans(),
    "string": st.sampled_from(_STRINGS),
}
_NAMES = {"integer": "int", "real": "float", "flag": "bool"}  # what a leaf of the type is called


@functools.cache
def heights():
    """How many ludemes deep the shallowest tree of each type is."""
    found = dict.fromkeys([*_LITERALS, *LANGUAGE.enums], 0)
    while True:
        before = dict(found)
        for signature in LANGUAGE.signatures.values():
            found[signature.result] = min(found.get(signature.result, 99), _need(signature, found) + 1)
        for alias, members in LANGUAGE.aliases.items():
            found[alias] = min(found.get(member, 99) for member in members)
        if found == before:
            return found


def _need(signature, found):
    required = [place for place in signature.positions if not signature.params[place[0]].optional]
    return max((min(_lowest(signature.params[slot].type, found) for slot in place) for place in required), default=0)


def _lowest(type_name, found):
    return 0 if type_name.startswith("{") else found.get(type_name, 99)


def trees(draw, type_name, depth=4):
    """A typed tree of the type, drawn by hypothesis; deeper than ``depth`` only where there is no shallower one."""
    if type_name.startswith("{"):
        element = type_name[1:-1]
        size = draw(st.integers(0, 2)) if depth > heights().get(element.strip("{}"), 0) else 0
        return Array(tuple(trees(draw, element, depth - 1) for _ in range(size)), element)
    if type_name in LANGUAGE.aliases:
        lowest = min(heights()[member] for member in LANGUAGE.aliases[type_name])
        members = [m for m in LANGUAGE.aliases[type_name] if heights()[m] <= max(depth, lowest)]
        return trees(draw, draw(st.sampled_from(members)), depth)
    if type_name in LANGUAGE.enums:
        return Leaf(type_name, draw(st.sampled_from(LANGUAGE.enums[type_name])))
    literal = _LITERALS.get(type_name)
    fitting = [
        signature
        for signature in LANGUAGE.signatures.values()
        if signature.result == type_name and _need(signature, heights()) < max(depth, heights()[type_name])
    ]
    if literal is not None and (depth <= 0 or not fitting or draw(st.booleans())):
        return Leaf(_NAMES.get(type_name, type_name), draw(literal))
    signature = draw(st.sampled_from(fitting))
    args = [None] * len(signature.params)
    for place in signature.positions:
        optional = signature.params[place[0]].optional
        if optional and (depth <= 1 or draw(st.booleans())):
            continue
        room = max(depth - 1, min(_lowest(signature.params[slot].type, heights()) for slot in place))
        slots = [slot for slot in place if _lowest(signature.params[slot].type, heights()) <= room]
        slot = draw(st.sampled_from(slots))
        args[slot] = trees(draw, signature.params[slot].type, depth - 1)
    return Call(signature, tuple(args))


@st.composite
def ludemes(draw, type_name, depth=4):
    """A ludeme of the type, as a typed tree."""
    tree = trees(draw, type_name, max(depth, 1))
    while not isinstance(tree, Call):
        tree = trees(draw, type_name, depth)
    return tree


DATA = Path(os.environ.get("FORMAL_ENVS_LUDII", Path(__file__).parents[3] / "shared" / "ludii"))


def rows(name):
    """The lines of a file of the conformance data, which is kept outside the repository."""
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"no conformance data: {path} is missing; set FORMAL_ENVS_LUDII to its folder")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
