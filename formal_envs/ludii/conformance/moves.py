"""Sets of moves, and counts of sequences of them, compared with what a record says of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

from formal_envs.ludii.conformance.snapshots import Record, digest
from formal_envs.ludii.play.program import Move, State, apply_with_actions, legal_moves, perft

#: Tries to find out which moves are too many, where only a digest of the right ones is known.
_GUESSES = 20_000
#: Sequences counted one by one, where duplicates must be left out.
_UNIQUE_LIMIT = 25_000
_SHOWN = 12


def some(keys: Iterable[str]) -> str:
    """A list of keys, cut where it is long."""
    keys = list(keys)
    return ", ".join(keys[:_SHOWN]) + (f", … {len(keys)} in all" if len(keys) > _SHOWN else "")


def explain_keys(ours: set[str], expected: set[str]) -> str:
    """Which moves are missing and which are too many."""
    missing, extra = sorted(expected - ours), sorted(ours - expected)
    parts = [f"{len(ours)} moves, expected {len(expected)}"]
    if missing:
        parts.append(f"missing: {some(missing)}")
    if extra:
        parts.append(f"extra: {some(extra)}")
    return "; ".join(parts)


def guess_keys(ours: set[str], expected_digest: str, n: int, known: set[str]) -> set[str] | None:
    """The right set of ``n`` keys, where leaving out or adding a few known ones gives the digest."""
    keys = sorted(ours)
    surplus = len(keys) - n
    if surplus >= 0 and math.comb(len(keys), surplus) <= _GUESSES:
        for leave in itertools.combinations(keys, surplus):
            if digest("\n".join(k for k in keys if k not in leave)) == expected_digest:
                return ours - set(leave)
    new = sorted((known | {"Pass"}) - ours)
    if surplus < 0 and math.comb(len(new), -surplus) <= _GUESSES:
        for add in itertools.combinations(new, -surplus):
            if digest("\n".join(sorted([*keys, *add]))) == expected_digest:
                return ours | set(add)
    if surplus == 0 and len(keys) * len(new) <= _GUESSES:
        for leave_one, add_one in itertools.product(keys, new):
            if digest("\n".join(sorted(ours - {leave_one} | {add_one}))) == expected_digest:
                return ours - {leave_one} | {add_one}
    return None


def distinct_moves(state: State) -> list[tuple[Move, State]]:
    """The legal moves without duplicates: no two have the same key and do the same."""
    found: dict[tuple[str, tuple[str, ...]], tuple[Move, State]] = {}
    for move in legal_moves(state):
        after, done = apply_with_actions(state, move)
        found.setdefault((move.key, tuple(sorted(done))), (move, after))
    return list(found.values())


def distinct_perft(state: State, depth: int) -> tuple[int, list[int]]:
    """As ``perft`` with its ends, duplicates left out at each step."""
    total, ends = 0, [0] * (state.program.n_players + 1)
    for _, after in distinct_moves(state) if not state.over else ():
        if depth == 1:
            total += 1
            if after.over:
                ends[after.winner] += 1
        else:
            n, more = distinct_perft(after, depth - 1)
            total += n
            ends = [x + y for x, y in zip(ends, more, strict=True)]
    return total, ends


def check_perft(where: str, state: State, counts: Record, unique: Record | None, limit: int) -> str | None:
    """The first depth at which the number of sequences differs, in words."""
    for depth, n in enumerate(counts["n"], 1):
        if n > limit:
            break
        got, ends = perft(state, depth, ends=True)
        expected_ends = counts["ends"][depth - 1] if depth <= len(counts["ends"]) else ends
        if got == n and ends == expected_ends:
            continue
        if unique and depth <= len(unique["n"]) and unique["n"][depth - 1] <= _UNIQUE_LIMIT:
            got_u, ends_u = distinct_perft(state, depth)
            if got_u == unique["n"][depth - 1]:
                continue
            told = f"expected {unique['n'][depth - 1]}, got {got_u}, ended {ends_u}"
            return f"{where} without duplicates, depth {depth}: {told}"
        if got != n:
            return f"{where} depth {depth}: expected {n}, got {got}"
        return f"{where} depth {depth}, games ended [by nobody, 1, 2]: expected {expected_ends}, got {ends}"
    return None
