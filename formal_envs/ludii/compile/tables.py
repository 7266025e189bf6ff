"""Equipment, phases and names as tables of integers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from formal_envs.ludii.board import Board
from formal_envs.ludii.compile.board_sections import counted
from formal_envs.ludii.compile.equipment import Equipment, Players
from formal_envs.ludii.compile.instructions import Instructions
from formal_envs.ludii.compile.rules import Rules
from formal_envs.ludii.language.tree import SITE_TYPES, child
from formal_envs.ludii.language.typed_tree import Call, Leaf

Table: TypeAlias = list[tuple[int, ...]]


def component_table(equipment: Equipment, instructions: Instructions) -> Table:
    """Owner, names with and without the owner's number, facing, moves, and what it flips to."""
    rows: Table = []
    for component, call in equipment.pieces:
        parts = [arg for arg in call.args if isinstance(arg, Call)]
        moves = next((part for part in parts if part.signature.result in ("decision", "effect")), None)
        name, base = instructions.string(component.name), instructions.string(component.base)
        actions = instructions.add(moves), instructions.add(child(call, "flips"))
        rows.append((component.owner, name, base, component.facing, *actions))
    return rows


def region_table(equipment: Equipment, instructions: Instructions) -> Table:
    """Name, owner and parts.

    A region named after its owner ("Left1", "LastRankP2") comes once more without it, where the rules use that name.
    """
    rows = [(instructions.string(r.name), r.owner, instructions.list(r.parts)) for r in equipment.regions]
    known = {(name, owner) for name, owner, _ in rows}
    names = list(instructions.strings)
    short_named = []
    for name, owner, parts in rows:
        for ending in (f"P{owner}", str(owner)) if name >= 0 else ():
            short = instructions.strings.get(names[name].removesuffix(ending), -1)
            if short >= 0 and (short, owner) not in known:
                short_named.append((short, owner, parts))
                break
    return [*rows, *short_named]


def map_table(equipment: Equipment, instructions: Instructions) -> Table:
    """Name and pairs."""
    named = [(call, call.args[0]) for call in equipment.maps]
    return [
        (instructions.string(str(name.value)) if isinstance(name, Leaf) else -1, instructions.list([call]))
        for call, name in named
    ]


def container_table(equipment: Equipment, instructions: Instructions) -> Table:
    """Name, first site, size and owner."""
    return [(instructions.string(c.name), c.first, c.size, c.owner) for c in equipment.containers]


def dice_table(equipment: Equipment) -> Table:
    """Site, component, hand of dice, owner, how many faces, their values."""
    return [(d.site, i, d.hand, d.owner, len(d.faces), *d.faces) for i, d in enumerate(equipment.dice, 1)]


def track_table(board: Board, instructions: Instructions) -> Table:
    """Name, owner, whether it is a loop, length, sites."""
    return [(instructions.string(t.name), t.owner, int(t.loop), len(t.sites), *t.sites) for t in board.tracks]


def phase_table(rules: Rules, instructions: Instructions) -> Table:
    """Name, owner, play, end, and changes to other phases."""
    return [(instructions.string(name), *numbers) for name, *numbers in rules.phases]


def name_table(
    strings: Mapping[str, int], players: Players, equipment: Equipment, rules: Rules, type_first: Mapping[str, int]
) -> list[int]:
    """For each string: component, container, phase and sites of that name, then the owners' components of it.

    Last the one component of each owner whose name holds it: ``(where "King" P1)`` finds "King_noCross1".
    """
    board = equipment.board
    components = [piece.component for piece in equipment.pieces]
    exact = {c.name: i for i, c in enumerate(components, 1)}
    owned = {(c.base, c.owner): i for i, c in enumerate(components, 1)}
    called = {*exact, *(c.base for c in components)}
    containers = {c.name: i for i, c in enumerate(equipment.containers)}
    containers.setdefault(
        "Hand", next((i for i, c in enumerate(equipment.containers) if c.name.startswith("Hand")), -1)
    )
    phases = {phase.name: i for i, phase in reversed(list(enumerate(rules.phases)))}
    sites = {t: {label: i for i, label in enumerate(board.topologies[t].label, at)} for t, at in type_first.items()}
    values = []
    for name in strings:
        values += [exact.get(name, 0), containers.get(name, -1), phases.get(name, -1)]
        values += [sites[t].get(name, -1) if t in sites else -1 for t in (board.site_type, *SITE_TYPES)]
        values += [owned.get((name, owner), 0) for owner in range(players.n + 2)]
        holding = [] if name in called else [i for i, c in enumerate(components, 1) if name in c.name]
        of_owner = [[i for i in holding if components[i - 1].owner == owner] for owner in range(players.n + 2)]
        values += [found[0] if len(found) == 1 else 0 for found in of_owner]
    return values


def track_names(strings: Mapping[str, int], board: Board) -> list[int]:
    """For each string the tracks whose name holds it, behind their number."""
    return counted([i for i, track in enumerate(board.tracks) if name in track.name] for name in strings)
