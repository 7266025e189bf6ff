"""A site is threatened exactly if a piece of the enemy could move there: laws over random positions."""

from hypothesis import given
from hypothesis import strategies as st

from formal_envs.ludii import compile_game, legal_moves

FREE = "if:(not (is Friend (who at:(to))))"
#: Ways in which a piece moves, by directions that are fixed, its own or of another place, and by several steps.
WAYS = [
    f"(move Step (to {FREE}))",
    f"(move Step Forward (to {FREE}))",
    f"(move Step (directions {{FL BR}}) (to {FREE}))",
    "(move Slide Orthogonal (to if:(is Enemy (who at:(to)))))",
    "(move Slide (directions {Forward Leftward}) (to if:(is Enemy (who at:(to)))))",
    "(move Slide (between (exact 2)) (to if:(is Enemy (who at:(to)))))",
    f"(move Leap {{{{F F R F}} {{F F L F}}}} (to {FREE}))",
    f"(move Leap {{{{F L F}}}} rotations:False (to {FREE}))",
    f"(move Hop All (between if:(is Occupied (between))) (to {FREE}))",
    "(forEach Direction Orthogonal (to (apply (forEach Direction (from (to)) Diagonal "
    f"(if (= 1 1) (move (from) (to {FREE})))))))",
    "(forEach Direction Diagonal (between (range 1 2) if:True) (to (apply (if (= 1 1) (move (from) (to))))))",
    f"(move Step (from 3) (to {FREE}))",
    f"(move (from) (to (sites Corners) {FREE}))",
    f"(move (from) (to (sites Around (from)) {FREE}))",
    "(move (from) (to (sites Empty)))",
    "(move (from) (to (difference (sites Empty) (sites Corners))))",
    f"(or (move Step E (to {FREE})) (if (is In (from) (sites Bottom)) (move Slide N (to {FREE}))))",
    f"(priority {{(move Step W (to {FREE})) (move Step NE (to {FREE}))}})",
    f"(do (move Step (to {FREE})) ifAfterwards:(is In (last To) (sites Top)))",
    f"(do (move Step W (to {FREE})) next:(move Step (from (last To)) N (to {FREE})))",
]


def position(ways, king, foes, play):
    """A game on 25 sites where player 1 has a king, and player 2 a piece with one of the ways on each place of foes."""
    kinds = " ".join(f'(piece "K{k}" P2 {way})' for k, way in enumerate(ways))
    placed = " ".join(f'(place "K{k % len(ways)}2" {site})' for k, site in enumerate(sorted(foes - {king})))
    return f"""(game "Threats" (players {{(player N) (player S)}})
        (equipment {{(board (square 5)) (piece "King" P1) {kinds}}})
        (rules (start {{(place "King1" {king}) {placed}}}) (play {play}) (end (if (= 0 1) (result Mover Draw)))))"""


@given(
    ways=st.lists(st.sampled_from(WAYS), min_size=1, max_size=3),
    king=st.integers(0, 24),
    foes=st.frozensets(st.integers(0, 24), max_size=6),
)
def test_what_could_be_moved_to_is_threatened(ways, king, foes):
    asked = '(if (is Threatened (id "King" P1) (forEach Piece)) (move Pass) (move Add (to (sites Board))))'
    threatened = compile_game(position(ways, king, foes, asked))
    (first, *_) = legal_moves(threatened.initial())
    theirs = legal_moves(compile_game(position(ways, king, foes, "(forEach Piece P2)")).initial())
    assert (first.key == "Pass") == any(move.key.endswith(f" t{king}") for move in theirs)


def test_threats_to_the_mover_told_as_moves_of_the_next():
    """The king on 7 may not stay beside the rook's column, whichever of the two ways the rook's moves are told in."""
    text = """(game "Told" (players {(player N) (player S)})
        (equipment {(board (square 3)) (piece "King" P1 (move Step (to (sites Empty) if:(is Empty (to)))))
          (piece "Rook" P2 (move Slide Orthogonal (to if:(is Enemy (who at:(to))))))})
        (rules (start {(place "King1" 1) (place "Rook2" 8)})
          (play (do (forEach Piece) ifAfterwards:(not (is Threatened (id "King" Mover) (forEach Piece TELLS)))))
          (end (if (= 0 1) (result Mover Draw)))))"""
    text = text.replace("(to (sites Empty) if:", "(to if:")
    told = [compile_game(text.replace("TELLS", tells)).initial() for tells in ("Next", "Mover", "")]
    assert all(
        {move.key for move in legal_moves(state)} == {"Move f1 t0", "Move f1 t3", "Move f1 t4"} for state in told
    )
