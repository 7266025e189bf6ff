"""A record's board, pieces and containers, compared with a program's."""

from __future__ import annotations

import itertools
import math

from formal_envs.ludii.conformance.snapshots import Record, digest
from formal_envs.ludii.play.program import Program


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
