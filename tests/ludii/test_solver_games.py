"""Games whose winner is known, from the literature or by a few lines of Python that know nothing of the engine."""

from functools import cache

import pytest

from formal_envs.ludii import apply, compile_game, legal_moves, solve, with_pieces

ADD = "(play (move Add (to (sites Empty))))"
WORK = 1_000_000_000


def game(board, rules, pieces='(piece "Disc" Each)', players="(players {(player N) (player S)})"):
    return f'(game "Known" {players} (equipment {{(board {board}) {pieces}}}) (rules {rules}))'


def lines(columns, rows, length, result="Win"):
    return game(f"(rectangle {rows} {columns})", f"{ADD} (end (if (is Line {length}) (result Mover {result})))")


@pytest.mark.parametrize(
    ("columns", "rows", "length", "winner"),
    [(3, 3, 3, 0), (4, 3, 3, 1), (3, 4, 3, 1), (4, 2, 3, 0), (5, 2, 3, 0), (2, 2, 2, 1), (4, 4, 3, 1)],
)
def test_lines_on_small_boards(columns, rows, length, winner):
    """m,n,k-games: k = 3 is the first player's on 4 by 3 and more, drawn on 3 by 3 and in two rows; k = 2 is his.

    Source: Uiterwijk and van den Herik, The advantage of the initiative, Information Sciences 122 (2000).
    """
    assert solve(compile_game(lines(columns, rows, length)), work=WORK).winner == winner


def test_tic_tac_toe():
    """A draw, and one as well where three in a row lose (Golomb and Hales, Hypercube tic-tac-toe, 2002)."""
    found = solve(compile_game(lines(3, 3, 3)))
    assert (found.winner, found.plies, found.line, str(found)) == (0, None, (), "a draw")
    assert solve(compile_game(lines(3, 3, 3, "Loss"))).winner == 0


def test_four_in_a_row_on_a_small_board_is_drawn():
    """Connect Four on 4 by 4: John Tromp's table of Connect-4 on small boards."""
    falls = "(or (is In (to) (sites Bottom)) (is Occupied (ahead (to) S)))"
    play = f"(play (move Add (to (sites Empty) if:{falls})))"
    text = game("(square 4)", f"{play} (end (if (is Line 4) (result Mover Win)))")
    assert solve(compile_game(text), work=WORK).winner == 0


def hex_game(size):
    ends = "".join(
        f"(if (and (is Mover P{p}) (is Connected {{(sites Side {a}) (sites Side {b})}})) (result P{p} Win))"
        for p, a, b in ((1, "NE", "SW"), (2, "NW", "SE"))
    )
    return compile_game(game(f"(hex Diamond {size})", f"{ADD} (end {{{ends}}})"))


def hex_openings(size):
    """The first moves that win, as (row, column), by trying everything."""
    cells = frozenset((r, c) for r in range(size) for c in range(size))

    def connected(own):  # from row 0 to the last row
        reached, todo = set(), [cell for cell in own if cell[0] == 0]
        while todo:
            r, c = cell = todo.pop()
            reached.add(cell)
            around = {(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1), (r + 1, c - 1), (r - 1, c + 1)}
            todo += (around & own) - reached
        return any(r == size - 1 for r, _ in reached)

    @cache
    def first_wins(first, second):
        free = cells - first - second
        if not free:
            return connected(first)
        if len(first) == len(second):
            return any(first_wins(first | {cell}, second) for cell in free)
        return all(first_wins(first, second | {cell}) for cell in free)

    return {cell for cell in cells if first_wins(frozenset({cell}), frozenset())}


@pytest.mark.parametrize(("size", "plies"), [(2, 3), (3, 5), (4, 9)])
def test_the_first_player_wins_hex(size, plies):
    """Nash's argument; the lengths are those of the shortest wins, by trying everything on 2 by 2 and 3 by 3."""
    found = solve(hex_game(size), work=WORK)
    assert (found.winner, found.plies, len(found.line)) == (1, plies, plies)


def winning_openings(size, sites):
    start = hex_game(size).initial()
    openings = {int(move.key.split()[1][1:]): move for move in legal_moves(start)}
    return {site for site in sites if solve(apply(start, openings[site]), work=WORK).winner == 1}


@pytest.mark.parametrize("size", [2, 3])
def test_openings_of_hex(size):
    """The first moves that win are those of trying everything. Sites lie in rows across the short diagonal."""
    cells = sorted(((r, c) for r in range(size) for c in range(size)), key=lambda cell: (cell[0] - cell[1], cell[1]))
    wins = {cells.index(cell) for cell in hex_openings(size)}
    assert winning_openings(size, range(size * size)) == wins


def test_on_4_by_4_the_short_diagonal_wins():
    """In half the board, as the other is its like. A search with bitboards, too slow for here, found the same."""
    assert winning_openings(4, range(8)) == {0, 4}


def domineering(rows, columns):
    near = {1: ("Top", "N"), 2: ("Right", "E")}
    phases = " ".join(
        f'(phase "{name}" P{p} (play (move Add (to (difference (sites Empty) (sites {side}))'
        f" if:(is Empty (ahead (to) {way}))) (then (add (to (ahead (last To) {way})))))))"
        for name, p, (side, way) in (("Upright", 1, near[1]), ("Across", 2, near[2]))
    )
    end = "(end (if (no Moves Next) (result Mover Win)))"
    return compile_game(game(f"(rectangle {rows} {columns})", f"phases:{{{phases}}} {end}"))


@cache
def lays_last(free, upright):
    """Whether who is to lay a domino on these cells lays the last one."""
    for r, c in free:
        other = (r + 1, c) if upright else (r, c + 1)
        if other in free and not lays_last(free - {(r, c), other}, not upright):
            return True
    return False


@pytest.mark.parametrize(("rows", "columns"), [(r, c) for r in range(2, 5) for c in range(2, 5)])
def test_domineering(rows, columns):
    cells = frozenset((r, c) for r in range(rows) for c in range(columns))
    assert solve(domineering(rows, columns), work=WORK).winner == (1 if lays_last(cells, True) else 2)


@pytest.mark.parametrize(("size", "winner"), [(2, 1), (3, 1), (4, 1), (5, 2)])
def test_domineering_on_squares(size, winner):
    """Source: Breuker, Uiterwijk and van den Herik, Solving 8 x 8 Domineering, TCS 230 (2000)."""
    assert solve(domineering(size, size), work=WORK).winner == winner


CLOBBER = "(move Step Orthogonal (to if:(is Enemy (who at:(to))) (apply (remove (to)))))"


@cache
def clobbers_last(own, other):
    for r, c in own:
        for to in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
            if to in other and not clobbers_last(other - {to}, own - {(r, c)} | {to}):
                return True
    return False


@pytest.mark.parametrize(("rows", "columns"), [(1, 2), (1, 4), (1, 5), (1, 6), (2, 2), (2, 3), (3, 3), (2, 5), (3, 4)])
def test_clobber(rows, columns):
    start = '(start {(place "Disc1" (sites Phase 0)) (place "Disc2" (sites Phase 1))})'
    rules = f"{start} (play (forEach Piece)) (end (if (no Moves Next) (result Mover Win)))"
    program = compile_game(game(f"(rectangle {rows} {columns})", rules, f'(piece "Disc" Each {CLOBBER})'))
    own, other = (frozenset((r, c) for r in range(rows) for c in range(columns) if (r + c) % 2 == k) for k in (0, 1))
    assert solve(program, work=WORK).winner == (1 if clobbers_last(own, other) else 2)


@pytest.mark.parametrize(("rows", "columns"), [(1, 5), (2, 3), (3, 3), (2, 5), (3, 4)])
def test_the_first_player_wins_chomp(rows, columns):
    """Whoever eats the last square loses; he wins wherever there are two squares or more (Gale, 1974)."""
    eaten = "(and (>= (row of:(site)) (row of:(last To))) (>= (column of:(site)) (column of:(last To))))"
    bite = f"(then (forEach Site (sites Occupied by:Neutral) (if {eaten} (remove (site)))))"
    rules = f'(start (place "Square0" (sites Board))) (play (move Remove (sites Occupied by:Neutral) {bite}))'
    text = game(
        f"(rectangle {rows} {columns})",
        f"{rules} (end (if (is Empty 0) (result Mover Loss)))",
        '(piece "Square" Neutral)',
    )
    assert solve(compile_game(text), work=WORK).winner == 1


def test_with_a_swap_only_a_balanced_first_move_is_not_lost():
    """Whichever side an opening favours, he who began as player 2 takes it; so he wins unless an opening is drawn."""
    plain = compile_game(lines(4, 3, 3)).initial()
    openings = {solve(apply(plain, move), work=WORK).winner for move in legal_moves(plain)}
    assert openings >= {1}
    swapped = compile_game(lines(4, 3, 3).replace("(rules", "(rules (meta (swap))"))
    assert solve(swapped, work=WORK).winner == (0 if 0 in openings else 2)


def test_what_is_told():
    one = solve(compile_game(lines(3, 3, 1)))
    assert str(one) == "player 1 wins in 1 ply"
    assert [move.key for move in one.line] == ["Add t0 w1"]
    assert str(solve(compile_game(lines(2, 2, 2)))) == "player 1 wins in 3 plies"
    over = compile_game(lines(3, 3, 1)).initial()
    assert str(solve(apply(over, legal_moves(over)[0]))) == "player 1 has won"
    spent = solve(compile_game(lines(3, 3, 3)), work=1000)
    assert str(spent) == f"not known: nobody wins by force within {spent.depth} plies; the work ended there"
    assert str(solve(compile_game(lines(3, 3, 3)), max_plies=2)) == "not known: nobody wins by force within 2 plies"


def test_a_position_set_up_by_hand():
    """Two in a row and the move: one ply; the other's two in a row twice over: he wins in two whatever one does."""
    state = compile_game(lines(3, 3, 3)).initial()
    assert solve(with_pieces(state, {0: (1,), 1: (1,)})).plies == 1
    found = solve(with_pieces(state, {0: (2,), 2: (2,), 4: (2,)}))
    assert (found.winner, found.plies) == (2, 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("(players {(player N) (player S)})", "(players 3)"), "two players"),
        (("(play", "(play (roll)) (play"), "chance"),
    ],
)
def test_what_is_not_asked(change, why):
    text = lines(3, 3, 3)
    if why == "chance":
        text = text.replace("(piece", "(dice num:1) (piece").replace("(play (move", "(play (do (roll) next:(move")
        text = text.replace("(sites Empty))))", "(sites Empty)))))")
    else:
        text = text.replace(*change)
    found = solve(compile_game(text))
    assert why in found.why
    assert (found.winner, found.work, found.depth) == (None, 0, 0)
