"""Strategies for games of our own that all compile and can be played: board x pieces x moves x consequences x ends."""

from hypothesis import strategies as st

BOARDS = [
    *("(square 3)", "(square 4)", "(rectangle 2 5)", "(hex 2)", "(hex Diamond 4)", "(tri 3)", "(rotate 45 (square 3))"),
    *("(square 3 diagonals:Alternating)", "(concentric Square rings:2) use:Vertex", "(brick 3 3)"),
    "(concentric {0 4 8})",
]
EMPTY, FREE = "(to if:(is Empty (to)))", "(to if:(not (is Friend (who at:(to)))) (apply (remove (to))))"
CAPTURE = "(between if:(is Enemy (who at:(between))) (apply (remove (between))))"
DIRECTIONS = ["", "Orthogonal", "Diagonal", "Forward", "(directions {FL FR})", "N", "All"]
PIECE_MOVES = [
    *(f"(move Step {{d}} {EMPTY}{{then}})", f"(move Step {{d}} {FREE}{{then}})", "(move Slide {d}{then})"),
    *(f"(move Hop {{d}} {CAPTURE} {EMPTY}{{then}})", "(move Leap {{{{F F R F}} {{F F L F}}}} " + FREE + "{then})"),
]
MOVES = [
    *("(move Add (to (sites Empty)){then})", "(move Remove (sites Occupied by:Next){then})", "(move Pass{then})"),
    *("(move (from (sites Occupied by:Mover)) (to (sites Empty)){then})", "(move Swap Pieces 0 1{then})"),
    *(
        "(move (from (handSite Mover)) (to (sites Empty)){then})",
        '(forEach Piece (move Promote (from) (piece "B"){then}))',
    ),
    *(
        "(move Select (from (sites Occupied by:All)){then})",
        "(do (move Add (to (sites Empty)){then}) ifAfterwards:(is Line 2))",
    ),
    *(
        "(move Set Rotation (to 0){then})",
        "(priority {{(move Remove (sites Around (last To))) (move Add (to (sites Empty)){then})}})",
    ),
]
EFFECTS = [
    *("(moveAgain)", "(custodial)", "(enclose)", "(surround)", "(intervene)", "(push (from (last To)) E)", "(attract)"),
    *(
        "(addScore Mover 1)",
        "(set Count at:(last To) 3)",
        "(set State at:(last To) 2)",
        "(set Value at:0 4)",
        "(remember Value (last To))",
    ),
    *(
        '(set Var "X" (count Moves))',
        "(set Pending (last To))",
        "(set NextPlayer (player 1))",
        "(swap Pieces)",
        "(note 3)",
    ),
    *(
        "(takeControl of:Next by:Mover)",
        "(if (is Even (last To)) (moveAgain))",
        "(forget Value All)",
        "(directional (from (last To)))",
    ),
    *(
        '(promote (last To) (piece "B"))',
        "(add (to (sites Random (sites Empty))))",
        "(forEach Site (sites Top) (remove (site)))",
    ),
]
ENDS = [
    *(
        "(if (is Line 3) (result Mover Win))",
        "(if (no Moves Next) (result Mover Win))",
        "(if (no Pieces Next) (result Next Loss))",
    ),
    *(
        "(if (is Full) (result Mover Draw))",
        "(if (> (count Moves) 12) (byScore))",
        "(if (is Connected 2 Sides) (result Mover Win))",
    ),
    *(
        "(if (is Loop) (result Mover Loss))",
        "(if (is Repeat) (result Next Win))",
        "(if (= 9 (count Turns)) (byScore misere:True))",
    ),
    *(
        "(forEach NonMover if:(< (count Pieces of:(player)) 1) (result Player Loss))",
        "(if (is Cycle) (result Mover Draw))",
    ),
]
METAS = ["", "(swap)", "(no Repeat)", "(passEnd NoEnd)"]
STARTS = [
    *(
        "",
        '(place "A1" 0) (place "A2" 3)',
        '(place "A1" {0 1}) (place "A2" {3 4})',
        '(place "A1" 2 state:1 rotation:3 value:2)',
    ),
    *('(place "A1" (sites Bottom)) (place "A2" (sites Top))', "(set Score Each 3) (set Count 2 to:(sites Centre))"),
]


@st.composite
def playable_games(draw):
    """The text of a game."""
    players = draw(st.sampled_from([2, 2, 2, 3, 1]))
    then = st.one_of(st.just(""), st.sampled_from(EFFECTS).map(lambda effect: f" (then {effect})"))
    move = st.builds(
        lambda form, d, t: form.format(d=d, then=t), st.sampled_from(PIECE_MOVES), st.sampled_from(DIRECTIONS), then
    )
    other = st.builds(lambda form, t: form.format(then=t), st.sampled_from(MOVES), then)
    play = draw(st.lists(st.one_of(other, st.just("(forEach Piece)")), min_size=1, max_size=3))
    ends = draw(st.lists(st.sampled_from(ENDS), min_size=1, max_size=2))
    start = draw(st.sampled_from([s for s in STARTS if players > 1 or "A2" not in s]))
    start = start if players > 1 else start.replace('"A1"', '"A"')  # a lone player's pieces have no number
    hand = '(place "A" "Hand" count:3)'
    meta, board = draw(st.sampled_from(METAS)), draw(st.sampled_from(BOARDS))
    use = draw(st.sampled_from(["", "", " use:Vertex"])) if "use:" not in board else ""
    return (
        f'(game "Drawn" (players {players}) (equipment {{(board {board}{use}) '
        f'(piece "A" Each {draw(move)}) (piece "B" Each {draw(move)}) (hand Each)}}) '
        f"(rules {f'(meta {meta})' if meta else ''} (start {{{start} {hand}}}) "
        f"(play (or {{{' '.join(play)}}})) (end {{{' '.join(ends)}}})))"
    )
