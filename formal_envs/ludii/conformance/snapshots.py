"""Positions as the records write them: run-length lists and digests."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable
from typing import Any, TypeAlias

from formal_envs.ludii.engine.interface import USES
from formal_envs.ludii.language.tree import SITE_TYPES
from formal_envs.ludii.play.program import Program, State
from formal_envs.ludii.play.told import with_pieces

Record: TypeAlias = dict[str, Any]
_SHOWN = 12  # places that differ
_SEEDS = 64  # of random starts, as the number of pieces may be drawn, too
_PARTS = ("w", "k", "c", "s", "r", "v", "ks", "kr", "kv")  # of a position: a number, or a stack's, for each site


def digest(text: str) -> str:
    """The lowest 24 bits of the CRC-32 of ``text``, six hexadecimal digits."""
    return f"{zlib.crc32(text.encode()) & 0xFFFFFF:06x}"


def run_lengths(values: Iterable[int | str]) -> str:
    """Blank-separated runs: ``0*4 1 2*2``, of stacks ``0*4 1.1*2``."""
    runs = ((value, len(list(group))) for value, group in itertools.groupby(values))
    return " ".join(f"{value}*{n}" if n > 1 else f"{value}" for value, n in runs)


def expand(text: str) -> list[str]:
    """The list that ``run_lengths`` wrote."""
    values: list[str] = []
    for run in text.split():
        value, _, n = run.partition("*")
        values += [value] * int(n or 1)
    return values


def _of_stacks(state: State, name: str, sites: list[int]) -> Record:
    """``k``, and ``ks kr kv`` where they are not zero: each level of each site."""
    stacks = [state.stack(site) for site in sites]
    found = {}
    for key, field in (("k", "what"), ("ks", "state"), ("kr", "rotation"), ("kv", "value")):
        numbers = [[getattr(piece, field) for piece in stack] for stack in stacks]
        if any(map(any, numbers)) or (key == "k" and not name):
            found[key + name] = run_lengths(".".join(map(str, levels)) or "0" for levels in numbers)
    return found


def snapshot(state: State, scores: bool = False) -> Record:
    """A position as the record writes it: ``w c s r v`` or ``w k ks kr kv`` of each type of site, ``x m t ph``."""
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
        if bytecode.uses & USES["STACK"]:
            found |= _of_stacks(state, name, sites)
            continue
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
    if dice := bytecode.dice:
        numbers = sorted({die.hand for die in dice})
        found["dice"] = [[v for die, v in zip(dice, state.dice, strict=False) if die.hand == hand] for hand in numbers]
    return found


def start_of(program: Program, recorded: Record) -> State:
    """The start position; where chance decides about it, the recorded one, if some seed gives the same pieces."""
    state = program.initial()
    if not program.bytecode.uses & USES["CHANCE_START"]:
        return state
    hands = [site for c in program.bytecode.containers[1:] for site in range(c.first, c.first + c.size)]
    sites = [*range(program.bytecode.board.n), *hands]
    rows = [[int(v) for v in expand(recorded[letter])] if letter in recorded else None for letter in "wcsrv"]
    what = rows[0] or []
    wanted = sorted(what)
    if not any(sorted(program.initial(seed).what[sites].tolist()) == wanted for seed in range(_SEEDS)):
        return state
    count, *marks = [row or [missing] * len(sites) for row, missing in zip(rows[1:], (1, 0, 0, 0), strict=True)]
    return with_pieces(state, dict(zip(sites, zip(what, count, *marks, strict=True), strict=True)))


def rest_digest(shot: Record) -> str:
    """Digest of what a snapshot says besides ``w``; empty where it says nothing."""
    keys = [f"{part}{name}" for part in _PARTS for name in ("", *SITE_TYPES)]
    pairs = [f"{key}={shot[key]}" for key in sorted([*keys, "x"]) if key in shot and key != "w"]
    return digest(";".join(pairs)) if pairs else ""


def compare_snapshots(expected: Record, got: Record, over: bool = False) -> str | None:
    """The first part of a position that differs, in words."""
    keys = [part + name for part in _PARTS for name in ("", *SITE_TYPES) if part + name in {**expected, **got}]
    for key in [*keys, "x", "m", "t", "ph", "dice"]:
        if over and key in ("m", "t", "ph"):
            continue
        theirs, ours = expected.get(key), got.get(key)
        if theirs == ours or (key in ("x", "ph") and theirs is None):
            continue
        if key in ("x", "m", "t", "ph", "dice"):
            names = {"x": "scores", "m": "[mover, previous, next]", "ph": "phases", "dice": "dice"}
            return f"{names.get(key, '[turn, moves in turn, counter, moves]')} expected {theirs}, got {ours}"
        a, b = expand(theirs or ""), expand(ours or "")
        a, b = a or ["0"] * len(b), b or ["0"] * len(a)
        if key[0] == "c" and None in (theirs, ours):
            return f"{key} expected {theirs}, got {ours}"
        if len(a) != len(b):
            return f"{key} has {len(b)} places, expected {len(a)}"
        wrong = [f"{i}: expected {x}, got {y}" for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        return f"{key} differs at {len(wrong)} places: {'; '.join(wrong[:_SHOWN])}"
    return None
