"""Games written for the tests, and strategies for texts and typed trees of the language."""

import functools

from hypothesis import strategies as st

from formal_envs.lang.ast import Array, Call, Leaf
from formal_envs.lang.signatures import LANGUAGE

LINES = """(game "Three Balls" (players 2)
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


@functools.cache
def _height(type_name):
    """How deep the shallowest tree of a type is; the fixed point of an equation, found by counting up."""
    return _heights()[type_name]


@functools.cache
def _heights():
    heights = dict.fromkeys(["int", "integer", "float", "real", "bool", "flag", "string", *LANGUAGE.enums], 0)
    names = {param.type.strip("{}") for signature in LANGUAGE.signatures.values() for param in signature.params}
    names |= {signature.result for signature in LANGUAGE.signatures.values()}
    for limit in range(1, 12):
        for name in names - set(heights):
            members = LANGUAGE.aliases.get(name)
            known = [heights[member] for member in members or () if member in heights]
            if not members:
                known = [limit for s in LANGUAGE.signatures.values() if s.result == name and needs(s) < limit]
            if known:
                heights[name] = min(known)
    return heights


def needs(signature):
    """The height of the shallowest arguments that a signature can have."""
    heights = globals()["_partial"]
    places = [[signature.params[slot] for slot in slots] for slots in signature.places]
    required = [
        min(heights.get(p.type, 0) if not p.type.startswith("{") else 0 for p in place)
        for place in places
        if not place[0].optional
    ]
    return max(required, default=0)
