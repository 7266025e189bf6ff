"""Another engine's record of a game, compared with this one: board, start, moves, positions, results, counts.

The record is a line of the conformance data (see its README): snapshots as run-length lists, digests, and for each ply
the key of the move played. A comparison ends in differences, each with the section where it struck and a message
that says what was expected and what came.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.tree import SITE_TYPES
from formal_envs.ludii.play.program import Move, Program, State, apply_with_actions, compile_game, legal_moves, perft

Record = dict[str, Any]
#: Tries to find out which moves are too many, where only a digest of the right ones is known.
_GUESSES = 20_000
#: Sequences counted one by one, where duplicates must be left out.
_UNIQUE_LIMIT = 25_000
_SHOWN = 12


class Difference(NamedTuple):
    """Where this engine and the record part: a section, what happened, the trace's seed and the ply if in a trace."""

    section: str
    message: str
    seed: int | None = None
    ply: int | None = None

    def __str__(self) -> str:
        place = f" (trace {self.seed}, ply {self.ply})" if self.ply is not None else ""
        return f"{self.section}{place}: {self.message}"


@dataclass
class Comparison:
    """What came of comparing one game."""

    id: str
    name: str = ""
    verdict: str = "agrees"  # agrees, differs, unsupported, rejected, crashed, timeout, failed
    differences: list[Difference] = field(default_factory=list)
    traces: int = 0
    traces_replayed: int = 0
    plies: int = 0
    perft: int = 0
    perft_equal: int = 0
    context: str = ""  # the place in the text, or the position before the first ply that differs

    @property
    def cause(self) -> str:
        """The section of the first difference; for a game that does not compile, the ludeme or stage."""
        return self.differences[0].section if self.differences else self.verdict


def digest(text: str) -> str:
    """The lowest 24 bits of the CRC-32 of ``text``, six hexadecimal digits."""
    return f"{zlib.crc32(text.encode()) & 0xFFFFFF:06x}"


def run_lengths(values: Iterable[int]) -> str:
    """Blank-separated runs: ``0*4 1 2*2``."""
    runs = ((value, len(list(group))) for value, group in itertools.groupby(values))
    return " ".join(f"{value}*{n}" if n > 1 else f"{value}" for value, n in runs)


def expand(text: str) -> list[int]:
    """The list that ``run_lengths`` wrote."""
    values: list[int] = []
    for run in text.split():
        value, _, n = run.partition("*")
        values += [int(value)] * int(n or 1)
    return values


def snapshot(state: State, scores: bool = False) -> Record:
    """A position as the record writes it: ``w c s r v`` of each type of site, ``x m t ph``."""
    bytecode = state.program.bytecode
    arrays = dict(zip("wcsrv", (state.what, state.count, state.local_state, state.rotation, state.value), strict=True))
    hands = [site for c in bytecode.containers[1:] for site in range(c.first, c.first + c.size)]
    places = {"": [*range(bytecode.board.topologies[bytecode.board.site_type].n), *hands]}
    for name, first in bytecode.type_first.items():
        if name != bytecode.board.site_type:
            places[name] = list(range(first, first + bytecode.board.topologies[name].n))
    found: Record = {}
    for name, sites in places.items():
        values = {letter: [int(array[site]) for site in sites] for letter, array in arrays.items()}
        if not name or any(values["w"]):
            found[f"w{name}"] = run_lengths(values["w"])
        if values["c"] != [int(w != 0) for w in values["w"]]:
            found[f"c{name}"] = run_lengths(values["c"])
        for letter in "srv":
            if any(values[letter]):
                found[f"{letter}{name}"] = run_lengths(values[letter])
    n = state.program.n_players
    if scores:
        found["x"] = " ".join(str(s) for s in state.score[1 : n + 1])
    found["m"] = [state.mover, state.previous, state.next]
    found["t"] = [state.turn, state.moves_in_turn, state.counter, state.n_moves]
    if len(bytecode.phases) > 1:
        found["ph"] = state.phase[1 : n + 1]
    return found


def rest_digest(shot: Record) -> str:
    """Digest of what a snapshot says besides ``w``; empty where it says nothing."""
    keys = [f"{letter}{name}" for letter in "crsvw" for name in ("", *SITE_TYPES)]
    pairs = [
        f"{key}={shot[key]}"
        for key in sorted([*keys[: keys.index("w")], *keys[keys.index("w") + 1 :], "x"])
        if key in shot
    ]
    return digest(";".join(pairs)) if pairs else ""


def compare_snapshots(expected: Record, got: Record, over: bool = False) -> str | None:
    """The first part of a position that differs, in words."""
    keys = sorted({key for key in (*expected, *got) if key[0] in "wcsrv" and key[1:] in ("", *SITE_TYPES)})
    for key in [*sorted(keys, key=lambda k: "wcsrv".index(k[0])), "x", "m", "t", "ph"]:
        if over and key in ("m", "t", "ph"):
            continue
        theirs, ours = expected.get(key), got.get(key)
        if theirs == ours or (key in ("x", "ph") and theirs is None):
            continue
        if key in ("x", "m", "t", "ph"):
            names = {"x": "scores", "m": "[mover, previous, next]", "ph": "phases"}
            return f"{names.get(key, '[turn, moves in turn, counter, moves]')} expected {theirs}, got {ours}"
        a, b = expand(theirs or ""), expand(ours or "")
        a, b = a or [0] * len(b), b or [0] * len(a)
        if key[0] == "c" and None in (theirs, ours):
            return f"{key} expected {theirs}, got {ours}"
        if len(a) != len(b):
            return f"{key} has {len(b)} places, expected {len(a)}"
        wrong = [f"{i}: expected {x}, got {y}" for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        return f"{key} differs at {len(wrong)} places: {'; '.join(wrong[:_SHOWN])}"
    return None


def check_board(record: Record, program: Program) -> str | None:
    """The first difference of the boards in words: sites, positions, labels, rows, neighbours, tracks."""
    board = program.bytecode.board
    if board.site_type != record["site_type"]:
        return f"pieces stand on {board.site_type}, expected {record['site_type']}"
    top = board.topologies[board.site_type]
    if top.n != record["n_board"]:
        return f"{top.n} sites, expected {record['n_board']}"
    sites = record["sites"]
    theirs = [(x, y) for _, x, y, *_ in sites]
    if wrong := [i for i, (p, q) in enumerate(zip(theirs, top.xy, strict=True)) if math.dist(p, q) > 2e-3]:
        i = wrong[0]
        same = sorted((round(x, 2), round(y, 2)) for x, y in theirs) == sorted(
            (round(x, 2), round(y, 2)) for x, y in top.xy
        )
        kind = "the same points in another order" if same else "other points"
        x, y = (round(v, 4) for v in top.xy[i])
        return f"{kind}: {len(wrong)} sites, the first is {i}: expected {theirs[i]}, got {(x, y)}"
    for name in ("Orthogonal", "Diagonal", "Adjacent"):
        ours = [" ".join(map(str, row)) for row in top.neighbours[name]]
        if name == "Adjacent":
            if digest(f'"{",".join(ours)}"') != record["adj_crc"]:
                return "neighbours by Adjacent differ (only a digest is known)"
            continue
        expected = record["orth" if name == "Orthogonal" else "diag"].split(",")
        if wrong := [i for i, (x, y) in enumerate(zip(expected, ours, strict=True)) if x != y]:
            i = wrong[0]
            return f"{name} neighbours of {len(wrong)} sites; of {i}: expected [{expected[i]}], got [{ours[i]}]"
    for name, place, values in (("label", 3, top.label), ("row", 4, top.row), ("column", 5, top.column)):
        if wrong := [i for i, site in enumerate(sites) if site[place] != values[i]]:
            i = wrong[0]
            return f"{name}s of {len(wrong)} sites; of {i}: expected {sites[i][place]}, got {values[i]}"
    tracks = [[t.name, t.owner, t.loop, list(t.sites)] for t in board.tracks]
    expected_tracks = [list(t) for t in record.get("tracks", [])]
    if tracks != expected_tracks:
        pairs = itertools.zip_longest(expected_tracks, tracks)
        return "track: " + next(f"expected {x}, got {y}" for x, y in pairs if x != y)
    return None


def check_equipment(record: Record, program: Program) -> str | None:
    """The first difference of pieces and containers in words."""
    pieces = [[i, c.name, c.owner] for i, c in enumerate(program.bytecode.components, 1)]
    if pieces != record["components"]:
        pairs = itertools.zip_longest(record["components"], pieces)
        return "component: " + next(f"expected {x}, got {y}" for x, y in pairs if x != y)
    containers = [[c.first, c.size, c.owner] for c in program.bytecode.containers]
    expected = [row[2:] for row in record["containers"]]
    if containers != expected:
        pairs = itertools.zip_longest(expected, containers)
        return "container [first, sites, owner]: " + next(f"expected {x}, got {y}" for x, y in pairs if x != y)
    return None


def _some(keys: Iterable[str]) -> str:
    keys = list(keys)
    return ", ".join(keys[:_SHOWN]) + (f", … {len(keys)} in all" if len(keys) > _SHOWN else "")


def explain_keys(ours: set[str], expected: set[str]) -> str:
    """Which moves are missing and which are too many."""
    missing, extra = sorted(expected - ours), sorted(ours - expected)
    parts = [f"{len(ours)} moves, expected {len(expected)}"]
    if missing:
        parts.append(f"missing: {_some(missing)}")
    if extra:
        parts.append(f"extra: {_some(extra)}")
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


def _moves_differ(state: State, moves: list[Move], ply: list[Any], listed: str | None, known: set[str]) -> str | None:
    ours = {move.key for move in moves}
    n, key = ply[2] or ply[1], ply[4]
    if digest("\n".join(sorted(ours))) != ply[3]:
        expected = set(listed.split("|")) if listed else guess_keys(ours, ply[3], n, known)
        if expected:
            return explain_keys(ours, expected)
        played = "" if key in ours else f"; missing: {key}"
        return f"{len(ours)} different moves, expected {n}, the digests differ{played}; ours: {_some(sorted(ours))}"
    if len(moves) != ply[1] and len(distinct_moves(state)) != len(moves):  # none may be double, or all that are there
        return f"{len(moves)} moves, expected {ply[1]}; without duplicates they are the same {n}"
    return None


def replay(record: Record, program: Program, trace: Record, states: dict[int, State]) -> Difference | None:
    """The first difference in a recorded game.

    ``states`` gets the positions that ``mid`` counts from, by ply, and at -1 the last one that agreed.
    """
    state, seed, scores = program.initial(), trace["seed"], "score" in record["flags"]
    known = {ply[4] for ply in trace["plies"]} | set(record.get("start_legal", "").split("|")) - {""}
    wanted = {int(name.rstrip("u")) for name in record.get("mid", {})}
    for i, ply in enumerate(trace["plies"]):
        states[-1] = state
        if i in wanted:
            states[i] = state
        differ = lambda section, message: Difference(section, message, seed, i)  # noqa: E731, B023
        if state.over:
            return differ("end", f"the game is over, expected {ply[4]} to be played; winner {state.winner}")
        if state.mover != ply[0]:
            return differ("mover", f"player {state.mover} is to move, expected {ply[0]}")
        moves = legal_moves(state)
        message = _moves_differ(state, moves, ply, trace.get("legal", {}).get(str(i)), known)
        if message:
            return differ("moves", message)
        before = state
        state, done = choose(state, [move for move in moves if move.key == ply[4]], ply, scores)
        shot = snapshot(state, scores)
        rest = ply[7] if len(ply) > 7 else ""
        listed = trace["snaps"].get(str(i + 1))
        told = compare_snapshots(listed, shot, state.over) if listed else None
        if digest(shot["w"]) != ply[6] or rest_digest(shot) != rest or told:
            return differ("position", _position_differs(before, state, ply, shot, done, told))
        last = i + 1 == len(trace["plies"])
        if last and len(trace["plies"]) in wanted:
            states[i + 1] = state
    return _end_differs(trace, state, seed)


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
        parts.append(f"not done: {_some(missing)}")
    if extra := list((done - expected).elements()):
        parts.append(f"done too: {_some(extra)}")
    if "w" in which and not told:
        changed = [int(site) for site in (before.what != after.what).nonzero()[0]]
        parts.append("our changes: " + _some(f"{s}: {before.what[s]} to {after.what[s]}" for s in changed))
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


def _checks(record: Record, program: Program, result: Comparison, quick: bool) -> Iterator[Difference | None]:
    def section(name: str, message: str | None) -> Difference | None:
        return Difference(name, message) if message else None

    state = program.initial()
    yield section("board", check_board(record, program))
    yield section("equipment", check_equipment(record, program))
    if bool(state.over) != record["start_over"]:
        yield Difference("start", f"over is {bool(state.over)}, expected {record['start_over']}")
    yield section("start", compare_snapshots(record["start"], snapshot(state, "score" in record["flags"])))
    if listed := record.get("start_legal"):
        ours = {move.key for move in legal_moves(state)}
        if ours != set(listed.split("|")):
            yield Difference("moves", "at the start: " + explain_keys(ours, set(listed.split("|"))))
    traces = record.get("traces", [])[: 1 if quick else None]
    states: dict[int, State] = {}
    for trace in traces:
        result.traces += 1
        reached = states if trace["seed"] == 1 else {}
        difference = replay(record, program, trace, reached)
        if difference and not result.context:
            result.context = str(reached[-1])
        result.traces_replayed += difference is None
        result.plies += len(trace["plies"]) if difference is None else difference.ply or 0
        yield difference
    limit = 2_000 if quick else 1 << 60
    if "perft" in record:
        result.perft += 1
        failed = check_perft("from the start", state, record["perft"], record.get("perft_u"), limit)
        for name, counts in record.get("mid", {}).items():
            if not failed and not name.endswith("u") and int(name) in states:
                where = f"after {name} plies of trace 1"
                failed = check_perft(where, states[int(name)], counts, record["mid"].get(f"{name}u"), limit)
        result.perft_equal += failed is None
        yield section("perft", failed)


def compare(game: Record, record: Record | None, quick: bool = False) -> Comparison:
    """Compiles a game and compares it with its record; ``quick``: the first trace and small counts only."""
    result = Comparison(game["id"], game.get("name", ""))
    if record:
        result.traces, result.perft = len(record.get("traces", [])), int("perft" in record)
    try:
        program = compile_game(game["text"])
    except GameError as error:
        result.verdict = "unsupported" if error.stage == "unsupported" else "rejected"
        result.differences.append(Difference(error.stage, error.message))
        result.context = error.caret()
        return result
    if record is None:
        return result
    result.traces = result.perft = 0
    try:
        result.differences += [d for d in _checks(record, program, result, quick) if d]
    except GameError as error:
        result.differences.append(Difference("play", error.message))
        result.traces, result.perft = len(record.get("traces", [])), int("perft" in record)
    if result.differences:
        result.verdict = "differs"
    return result
