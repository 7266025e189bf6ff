"""What holds of any text: what ``fuzz_games.py`` asks of each.

The report of a text is the same twice; a position never holds an illegal number (a component that is not one, a count
below zero, a count without a piece); players, those who look ahead too, choose the same move twice; a pretty-printed
tree is read back as the same tree. Games side by side take any number for a move, their planes lie in [0, 1], their
masks and positions are those of the list of legal moves.

The engine is imported where it is used: a fuzzer instruments it before.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formal_envs.ludii import Program, State

FAR = [-(2**31) + 1, -1, 0, 9, 16, 17, 31, 32, 33, 63, 64, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1]
LITTLE_WORK = 3_000_000  # of all games of a text with --texts


def check(text: str) -> None:
    """Raise AssertionError if the text breaks a law; any other exception is a finding too."""
    from formal_envs.ludii import GameError, apply, check_game, choose, compile_game, evaluate_game, legal_moves
    from formal_envs.ludii.language.printer import one_line

    try:
        tree = check_game(text)
    except GameError:
        return
    assert check_game(one_line(tree)) == tree, "printing and reading again changes the tree"
    try:
        program = compile_game(text)
    except GameError:
        return
    first, second = (repr(evaluate_game(text, playouts=3, max_turns=30, seed=1)) for _ in range(2))
    assert first == second, "not deterministic"  # as text: errors are equal only to themselves
    state, random = program.initial(), Random(0)
    try:
        for _ in range(12):
            assert ((state.what >= 0) & (state.what <= len(program.bytecode.components))).all(), "no such component"
            assert (state.count >= 0).all(), "a negative count"
            assert ((state.count > 0) == (state.what > 0)).all(), "a count without a piece"
            moves = legal_moves(state)
            if not moves:
                break
            player = random.choice(("random", "one-ply", "uct:8"))
            move = choose(state, player, 1, work=LITTLE_WORK)
            assert move == choose(state, player, 1, work=LITTLE_WORK), "another choice"
            state = apply(state, move)
        check_beside(program, Random(text))
    except GameError as error:
        if error.stage != "play":
            raise


def whole(state: State) -> tuple[bytes, bytes]:
    """All of a state but who was found to have no move, which it is told when its moves are listed."""
    from formal_envs.ludii.engine.interface import StateHeader

    at, size = StateHeader.stuck.offset, StateHeader.stuck.size
    return state._block[:at] + bytes(size) + state._block[at + size :], state._history


def check_beside(program: Program, random: Random) -> None:
    """Raise AssertionError if games side by side break a law."""
    import numpy as np

    from formal_envs.errors import ConfigError
    from formal_envs.ludii import apply
    from formal_envs.playing.table import Table

    seat = random.choice([None, "random", *range(1, program.n_players + 1)])
    kinds = ("random", "one-ply", "uct:4") if seat == 1 else ("random",)  # before the others' turns many games can end
    players = [random.choice(kinds) for _ in range(program.n_players - 1)]
    try:
        table = Table(program, 2, None if seat is None else players, seat or 1, random.choice([8, 40]))
        table.begin(np.ones(2, bool))
    except ConfigError:
        return  # too many numbers, a seat that never comes to move
    states: list[State | None] = [None, None]
    for _ in range(8):
        numbers = np.zeros(2, np.int64)
        for slot, mask in enumerate(table.view["mask"]):
            state = table.state(slot)
            assert mask.any(), "no number to take"
            assert (table.numbering.mask(state) == mask).all(), "the mask is another than that of the legal moves"
            assert states[slot] is None or whole(state) == whole(states[slot]), "another position"
            legal = random.random() < 0.8
            numbers[slot] = (
                random.choice(np.flatnonzero(mask)) if legal else random.choice([*FAR, random.randrange(mask.size)])
            )
            states[slot] = None
            if legal and seat is None:
                states[slot] = apply(state, table.numbering.decode(state, int(numbers[slot])))
        planes = table.view["planes"]
        assert ((planes >= 0) & (planes <= 1)).all(), "planes outside"
        try:
            table.step(numbers, again=True)
        except ConfigError:
            return
        ended = table.view["terminated"] | table.view["truncated"]
        states = [None if over else state for state, over in zip(states, ended, strict=True)]
