"""Records in the format of the conformance data, made by our own engine: for tests of what reads them."""

import numpy as np

from formal_envs.ludii import apply, compile_game, legal_moves, perft
from formal_envs.ludii.conformance.snapshots import digest, rest_digest, snapshot
from formal_envs.ludii.play.program import apply_with_actions


def record_of(text, plies=300):
    """A game's record with one random game and the counts to depth 2."""
    program = compile_game(text)
    bytecode, state = program.bytecode, program.initial()
    top = bytecode.board.topologies[bytecode.board.site_type]
    near = {name: [" ".join(map(str, row)) for row in top.neighbours[name]] for name in top.neighbours}
    rows, snaps, rng = [], {}, np.random.default_rng(1)
    while not state.over and len(rows) < plies:
        moves = legal_moves(state)
        keys = sorted({move.key for move in moves})
        move = moves[rng.integers(len(moves))]
        mover = state.mover
        state, done = apply_with_actions(state, move)
        shot = snapshot(state)
        row = [mover, len(moves), len(keys) if len(keys) < len(moves) else 0, digest("\n".join(keys)), move.key]
        rows.append([*row, ";".join(done), digest(shot["w"]), rest_digest(shot)])
        if len(rows) % 10 == 0:
            snaps[str(len(rows))] = shot
    end = {"over": bool(state.over), "plies": len(rows), "turns": state.turn}
    if state.over:
        end.update(winner=state.winner, ranking=state.ranking)
    counts = [perft(program, depth, ends=True) for depth in (1, 2)]
    return {
        "id": f"own/{program.name}",
        "name": program.name,
        "site_type": bytecode.board.site_type,
        "n_board": top.n,
        "sites": [[i, *top.xy[i], top.label[i], top.row[i], top.column[i]] for i in range(top.n)],
        "orth": ",".join(near["Orthogonal"]),
        "diag": ",".join(near["Diagonal"]),
        "adj_crc": digest(f'"{",".join(near["Adjacent"])}"'),
        "tracks": [[t.name, t.owner, t.loop, list(t.sites)] for t in bytecode.board.tracks],
        "components": [[i, c.name, c.owner] for i, c in enumerate(bytecode.components, 1)],
        "containers": [[i, c.name, c.first, c.size, c.owner] for i, c in enumerate(bytecode.containers)],
        "flags": [],
        "start": snapshot(program.initial()),
        "start_over": False,
        "start_legal": "|".join(sorted({move.key for move in legal_moves(program.initial())})),
        "perft": {"n": [n for n, _ in counts], "ends": [ends for _, ends in counts]},
        "mid": {"2": {"n": [len(legal_moves(_after(program, rows[:2])))], "ends": []}},
        "traces": [{"seed": 1, "plies": rows, "snaps": snaps, "end": end, "legal": {}}],
    }


def _after(program, rows):
    state = program.initial()
    for row in rows:
        state = apply(state, next(move for move in legal_moves(state) if move.key == row[4]))
    return state
