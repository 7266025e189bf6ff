"""Records of the play of our own games, so that the rules are guarded where no outside data is.

``python -m tests.audits.golden_games`` compares, and ``--write`` writes them anew: for a change that is meant to alter
how games are played, whose commit then shows which.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from formal_envs.ludii import GameError, apply, compile_game, evaluate_game, legal_moves, perft
from formal_envs.ludii.conformance.snapshots import digest, rest_digest, snapshot

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "tests" / "ludii" / "golden.jsonl"
GAMES = sorted(ROOT.glob("formal_envs/tasks/game/games/*.lud")) + sorted(ROOT.glob("tests/games/*.lud"))
PLIES = 120
SEQUENCES = 2000  # depths of move sequences are counted up to so many
PLAYOUTS = 20


def name(file: Path) -> str:
    """What a game is called in the records: games of the tests may have the names of others."""
    return ("tests/" if file.parent.parent.name == "tests" else "") + file.stem


def record(file: Path) -> dict[str, Any]:
    """How a game is played: its board, its start, counts of move sequences, two random games, and its report."""
    text = file.read_text(encoding="utf-8")
    program = compile_game(text)
    report = evaluate_game(text, playouts=PLAYOUTS, seed=0)
    return {
        "game": name(file),
        "board": digest(_board(program)),
        "start": digest(json.dumps(snapshot(program.initial()), sort_keys=True)),
        "perft": _counts(program),
        "play": [_play(program, seed) for seed in (1, 2)],
        "report": [*report.wins, report.draws, report.timeouts, report.mean_moves, round(report.reward, 12)],
    }


def _board(program: Any) -> str:
    topologies = program.bytecode.board.topologies.items()
    return json.dumps([[kind, top.n, top.xy, top.label, top.neighbours] for kind, top in sorted(topologies)])


def _counts(program: Any) -> list[int]:
    counts: list[int] = []
    for depth in range(1, 6):
        counts.append(perft(program, depth))
        if counts[-1] * (counts[-1] / counts[-2] if depth > 1 else counts[-1]) > SEQUENCES:
            break
    return counts


def _play(program: Any, seed: int) -> str:
    """A digest of every move, of what was legal, and of every position of a random game."""
    state, rng = program.initial(), np.random.default_rng(seed)
    lines = []
    while not state.over and len(lines) < PLIES:
        try:
            moves = legal_moves(state)
        except GameError:  # more work than a ply may take
            break
        move = moves[rng.integers(len(moves))]
        state = apply(state, move)
        shot = snapshot(state)
        lines.append(" ".join((",".join(each.key for each in moves), move.key, digest(shot["w"]), rest_digest(shot))))
    return f"{len(lines)} {digest(chr(10).join(lines))} {state.winner if state.over else '-'}"


def main() -> None:
    """Compare, or write."""
    if "--write" in sys.argv[1:]:
        RECORDS.write_text("".join(json.dumps(record(file)) + "\n" for file in GAMES), encoding="utf-8")
        return
    known = {line["game"]: line for line in map(json.loads, RECORDS.read_text(encoding="utf-8").splitlines())}
    other = [name(file) for file in GAMES if json.loads(json.dumps(record(file))) != known.get(name(file))]
    print(f"{len(GAMES) - len(other)} of {len(GAMES)} games are played as recorded", *other)
    sys.exit(bool(other))


if __name__ == "__main__":
    main()
