"""From a checked tree to the bytecode: the run of integers that the engine loads.

Bytecode is sections (named in engine/interface.py) behind a table of offsets and lengths. The tree of rules becomes a
list of instructions; the equipment becomes tables; what depends on the board alone is laid out once per board.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from formal_envs.ludii.board import Board, BoardError
from formal_envs.ludii.compile.board_sections import board_sections
from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.compile.doubts import find_doubts, find_unconfirmed
from formal_envs.ludii.compile.equipment import MAX_SITES_IN_ALL, Equipment, Players, read_equipment, read_players
from formal_envs.ludii.compile.instructions import Instructions
from formal_envs.ludii.compile.rules import write_rules
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.compile.tables import (
    component_table,
    container_table,
    dice_table,
    map_table,
    name_table,
    phase_table,
    region_table,
    track_names,
    track_table,
)
from formal_envs.ludii.compile.uses import read_uses
from formal_envs.ludii.engine.interface import COUNTS, HIDDEN, LEVELS_SIZE, SECTIONS, SETS, SITE_NUMBERS, USES
from formal_envs.ludii.language.tree import SITE_TYPES
from formal_envs.ludii.language.typed_tree import Call, Leaf

MAX_STATE = 1 << 20  # bytes; the largest known has 142,352


def compile_bytecode(game: Call, text: str) -> Bytecode:
    """The bytecode of a checked game.

    Raises:
        GameError: stage "board" (it cannot be built) or "unsupported" (the engine does not play a ludeme yet).
    """
    source = Source(game, text)
    if game.signature.slug == "match":
        raise source.error("unsupported", "unsupported: match, several games in a row", game)
    players = read_players(source)
    equipment = read_equipment(source, players)
    try:
        return _assemble(source, players, equipment)
    except BoardError as error:  # some of a board is found only when asked for
        raise source.error("board", str(error), equipment.described) from None


def _assemble(source: Source, players: Players, equipment: Equipment) -> Bytecode:
    """All sections. Instructions and strings get their numbers in the order of the lines that add them."""
    board = equipment.board
    uses = read_uses(source, board)
    instructions = Instructions(source)
    rules = write_rules(source, players, instructions)
    components = component_table(equipment, instructions)
    regions = region_table(equipment, instructions)
    maps = map_table(equipment, instructions)
    containers = container_table(equipment, instructions)
    tracks = track_table(board, instructions)
    phases = phase_table(rules, instructions)

    type_first, n_sites = _first_sites(equipment, uses.site_types)
    source.limit(n_sites, MAX_SITES_IN_ALL, "sites")
    flags = uses.flags | rules.flags
    if players.n == 1 and "move_pass" in source.by_slug:  # alone, one may pass again and again, where rules say so
        flags |= USES["PASS_RULES"]
    size = _state_bytes(n_sites, players, equipment, instructions) + (LEVELS_SIZE if flags & USES["STACK"] else 0)
    if flags & USES["HIDDEN"]:
        size += len(HIDDEN) * players.n * ((n_sites + 63) // 64 * 8)
    source.limit(size, MAX_STATE, "bytes in its state")
    counts = {
        "n_players": players.n,
        "n_sites": n_sites,
        "uses": flags,
        "repetition": rules.repetition,
        "n_strings": len(instructions.strings),
        "n_components": len(components),
        "n_containers": len(containers),
        "n_tracks": len(tracks),
        "n_regions": len(regions),
        "n_phases": len(phases),
        "n_maps": len(maps),
        "n_dice": len(equipment.dice),
        **_board_counts(board, type_first),
    }
    hands = tuple((hand.first, hand.size) for hand in equipment.containers[1:])
    data = _joined(
        {
            **board_sections(board, n_sites, hands, tuple(type_first.items())),
            "COUNTS": [counts[name] for name in COUNTS],
            "NODES": array("i", [instructions.count, *instructions.rows]),
            "ROOTS": [rules.start, rules.end],
            "COMPONENTS": _flat(components),
            "CONTAINERS": _flat(containers),
            "TRACKS": _flat(tracks),
            "REGIONS": _flat(regions),
            "PHASES": _flat(phases),
            "NAMES": name_table(instructions.strings, players, equipment, rules, type_first),
            "FACING": players.facing,
            "MAPS": _flat(maps),
            "DICE": _flat(dice_table(equipment)),
            "TRACK_NAMES": track_names(instructions.strings, board),
        }
    )
    title = source.game.args[0]
    return Bytecode(
        name=str(title.value) if isinstance(title, Leaf) else "",
        n_players=players.n,
        board=board,
        components=tuple(piece.component for piece in equipment.pieces),
        containers=equipment.containers,
        dice=equipment.dice,
        strings=tuple(instructions.strings),
        phases=tuple(phase.name for phase in rules.phases),
        proposals=uses.proposals,
        uses=flags,
        n_sites=n_sites,
        type_first=type_first,
        data=data,
        doubts=find_doubts(source, players, equipment),
        unconfirmed=find_unconfirmed(source),
    )


def _board_counts(board: Board, type_first: Mapping[str, int]) -> dict[str, int]:
    return {
        "n_board": board.n,
        "site_type": SITE_TYPES.index(board.site_type),
        **{f"first_{name}": type_first.get(name, -1) for name in SITE_TYPES},
        **{f"n_{name}": board.topologies[name].n for name in SITE_TYPES},
    }


def _first_sites(equipment: Equipment, others: Iterable[str]) -> tuple[dict[str, int], int]:
    """The first site of each type that the game uses, the board's own before the ``others``; the sites in all."""
    first, at = {equipment.board.site_type: 0}, equipment.n_sites
    for name in others:
        first[name] = at
        at += equipment.board.topologies[name].n
    return first, at


def _state_bytes(n_sites: int, players: Players, equipment: Equipment, instructions: Instructions) -> int:
    """About the size of a state: numbers per site, one per string, sets of sites: its own, of players, of pieces."""
    sets = len(SETS) + 2 + players.n + len(equipment.pieces)
    return 4 * (len(SITE_NUMBERS) * n_sites + len(instructions.strings)) + (n_sites + 63) // 64 * 8 * sets


def _flat(rows: Iterable[Iterable[int]]) -> array[int]:
    return array("i", [value for row in rows for value in row])


def _joined(sections: Mapping[str, Iterable[int]]) -> array[int]:
    """The sections in their order, behind the table of their offsets and lengths."""
    table, body = array("i", [len(SECTIONS)]), array("i")
    offset = 1 + 2 * len(SECTIONS)
    for name in SECTIONS:
        section = array("i", sections[name])
        table.extend((offset + len(body), len(section)))
        body.extend(section)
    return table + body
