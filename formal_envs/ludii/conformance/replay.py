"""A recorded game played again, move by move, up to the first difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from formal_envs.ludii.conformance.moves import distinct_moves, explain_keys, guess_keys, some
from formal_envs.ludii.conformance.snapshots import Record, compare_snapshots, digest, rest_digest, snapshot, start_of
from formal_envs.ludii.play.program import Move, Program, State, apply_with_actions, legal_moves
from formal_envs.ludii.play.told import with_rolls, with_seed

_SEEDS = 16  # tries to draw what the record has, where chance decides about an effect
_ROLL = re.compile(r"SetStateAndUpdateDice site=(\d+) s(\d+)")


class Difference(NamedTuple):
    """Where this engine and the record part: a section, what happened, the trace's seed and the ply if in a trace."""

    section: str
    message: str
    seed: int | None = None
    ply: int | None = None

    def __str__(self) -> str:
        place = f" (trace {self.seed}, ply {self.ply})" if self.ply is not None else ""
        return f"{self.section}{place}: {self.message}"


def _done(ply: list[Any]) -> Counter[str]:
    """The recorded actions of a ply, marks and notes taken away."""
    words = [ply[4] if word == "*" else word.lstrip("*") for word in (ply[5] or "*").split(";")]
    return _plain(word for word in words if word != "Note")


def _plain(actions: Iterable[str]) -> Counter[str]:
    """Actions without what may be written or not: that a pass is forced, that one piece is moved."""
    return Counter(action.removesuffix(" forced=true").removesuffix(" c1") for action in actions)


def choose(state: State, candidates: list[Move], ply: list[Any], scores: bool) -> tuple[State, Counter[str]]:
    """The state after the recorded move and what was done: of several with its key, the one that does the same."""
    best: tuple[tuple[bool, int], State, Counter[str]] | None = None
    expected = _done(ply)
    for move in candidates:
        after, actions = apply_with_actions(state, move)
        done = _plain(actions)
        if len(candidates) == 1:
            return after, done
        shot = snapshot(after, scores)
        same = digest(shot["w"]) == ply[6] and rest_digest(shot) == (ply[7] if len(ply) > 7 else "")
        rank = same, -((expected - done) + (done - expected)).total()
        if best is None or rank > best[0]:
            best = rank, after, done
    assert best is not None
    return best[1], best[2]


def _drawn(state: State, ply: list[Any], scores: bool) -> tuple[State, Counter[str]] | None:
    """The state after the recorded move where chance draws what the record has; None if it never does."""
    for seed in range(_SEEDS):
        told = with_seed(state, seed)
        candidates = [move for move in legal_moves(told) if move.key == ply[4]]
        if candidates:
            after, done = choose(told, candidates, ply, scores)
            if done == _done(ply):
                return after, done
    return None


def _moves_differ(state: State, moves: list[Move], ply: list[Any], listed: str | None, known: set[str]) -> str | None:
    ours = {move.key for move in moves}
    n, key = ply[2] or ply[1], ply[4]
    if digest("\n".join(sorted(ours))) != ply[3]:
        expected = set(listed.split("|")) if listed else guess_keys(ours, ply[3], n, known)
        if expected:
            return explain_keys(ours, expected)
        played = "" if key in ours else f"; missing: {key}"
        return f"{len(ours)} different moves, expected {n}, the digests differ{played}; ours: {some(sorted(ours))}"
    if len(moves) != ply[1] and len(distinct_moves(state)) != len(moves):  # none may be double, or all that are there
        return f"{len(moves)} moves, expected {ply[1]}; without duplicates they are the same {n}"
    return None


def replay(record: Record, program: Program, trace: Record, states: dict[int, State]) -> Difference | None:
    """The first difference in a recorded game.

    ``states`` gets the positions that ``mid`` counts from, by ply, and at -1 the last one that agreed.
    """
    state, plies = start_of(program, trace.get("start") or record["start"]), trace["plies"]
    known = {ply[4] for ply in plies} | set(record.get("start_legal", "").split("|")) - {""}
    wanted = {int(name.rstrip("u")) for name in record.get("mid", {})}
    for i, ply in enumerate(plies):
        states[-1] = state
        if i in wanted:
            states[i] = state
        listed, snap = trace.get("legal", {}).get(str(i)), trace["snaps"].get(str(i + 1))
        after = _play(state, ply, listed, snap, known, "score" in record["flags"])
        if not isinstance(after, State):
            return Difference(*after, trace["seed"], i)
        state = after
    if len(plies) in wanted:
        states[len(plies)] = state
    return _end_differs(trace, state, trace["seed"])


def _play(
    state: State, ply: list[Any], listed: str | None, snap: Record | None, known: set[str], scores: bool
) -> State | tuple[str, str]:
    """The position after a recorded ply, or where they part first: the section and the difference in words.

    Args:
        state: the position before.
        ply: the record's row.
        listed: the keys of all legal moves, where the record has them.
        snap: the position after, where the record has it.
        known: keys that the record has elsewhere.
        scores: whether the game has scores.
    """
    if state.over:
        return "end", f"the game is over, expected {ply[4]} to be played; winner {state.winner}"
    if state.mover != ply[0]:
        return "mover", f"player {state.mover} is to move, expected {ply[0]}"
    if faces := _rolled(state.program, ply):
        state = with_rolls(state, faces)
    moves = legal_moves(state)
    if message := _moves_differ(state, moves, ply, listed, known):
        return "moves", message
    after, done = choose(state, [move for move in moves if move.key == ply[4]], ply, scores)
    if state.program.has_chance and done != _done(ply):
        after, done = _drawn(state, ply, scores) or (after, done)
    shot = snapshot(after, scores)
    rest = ply[7] if len(ply) > 7 else ""
    told = compare_snapshots(snap, shot, after.over) if snap else None
    if digest(shot["w"]) != ply[6] or rest_digest(shot) != rest or told:
        return "position", _position_differs(state, after, ply, shot, done, told)
    return after


def _rolled(program: Program, ply: list[Any]) -> list[int]:
    """The face of each die that a recorded ply rolls before its move; nothing where it rolls none."""
    before = (ply[5] or "").partition("*")[0]
    rolls = {int(site): int(face) for site, face in _ROLL.findall(before)}
    return [rolls[die.site] for die in program.bytecode.dice] if rolls else []


def _position_differs(
    before: State, after: State, ply: list[Any], shot: Record, done: Counter[str], told: str | None
) -> str:
    expected, rest = _done(ply), ply[7] if len(ply) > 7 else ""
    which = [name for name, ok in (("w", digest(shot["w"]) == ply[6]), ("rest", rest_digest(shot) == rest)) if not ok]
    parts = [f"after {ply[4]} of player {before.mover}: {' and '.join(which) or 'bookkeeping'} differ"]
    if after.over:
        parts.append(f"the game is over, winner {after.winner}")
    if told:
        parts.append(told)
    if missing := list((expected - done).elements()):
        parts.append(f"not done: {some(missing)}")
    if extra := list((done - expected).elements()):
        parts.append(f"done too: {some(extra)}")
    if "w" in which and not told:
        changed = [int(site) for site in (before.what != after.what).nonzero()[0]]
        parts.append("our changes: " + some(f"{s}: {before.what[s]} to {after.what[s]}" for s in changed))
    if "rest" in which and not told:
        parts.append("we have " + "; ".join(f"{k}={v}" for k, v in shot.items() if k not in ("w", "m", "t", "ph")))
    parts.append(f"recorded: {(ply[5] or '*')[:300]}")
    return "; ".join(parts)


def _end_differs(trace: Record, state: State, seed: int) -> Difference | None:
    end, n = trace["end"], len(trace["plies"])
    over = bool(state.over)
    if over != end["over"]:
        what = f"winner {end.get('winner')}" if end["over"] else "to go on"
        return Difference("end", f"over is {over}, expected {end['over']} ({what})", seed, n)
    if over and (state.winner, state.ranking) != (end["winner"], [float(r) for r in end["ranking"]]):
        ours = f"winner {state.winner}, ranking {state.ranking}"
        return Difference("end", f"{ours}, expected winner {end['winner']}, ranking {end['ranking']}", seed, n)
    if state.turn != end["turns"]:
        return Difference("end", f"turn {state.turn}, expected {end['turns']}", seed, n)
    return None
