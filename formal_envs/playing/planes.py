"""How a position becomes planes: which planes a game has, and where its sites lie in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.headers import opcodes
from formal_envs.ludii.engine.interface import NODE, PLANES, SECTIONS, USES
from formal_envs.ludii.language.signatures import SIGNATURES

Place = tuple[int, int]
#: What shows that a number of a site is more than nought, besides an argument of its name.
_SET_BY = {
    "State": ("set_state", "flip"),
    "Rotation": ("set_rotation", "move_set_rotation", "rotations"),
    "Value": ("set_value", "start_set_value"),
}
_AGAIN = ("moveagain", "set_nextplayer", "move_set_nextplayer", "foreach_die")
_SCORES = ("set_score", "addscore", "addscore_all", "start_set_score", "payoffs")
_SPARSE = 4  # cells of the plane for each site, at most, where sites keep their rows and columns


@dataclass(frozen=True)
class PlaneLayout:
    """The planes of a game, each of ``shape[1:]`` rows and columns.

    Attributes:
        shape: (planes, rows, columns).
        names: what each plane shows, for the player who looks.
        site_place: for each site its row and column, no two alike; None for dice, which have planes of their own.
        data: the same for the engine.
    """

    shape: tuple[int, int, int]
    names: tuple[str, ...]
    site_place: tuple[Place | None, ...]
    data: NDArray[np.int32]


def plane_layout(bytecode: Bytecode, moves: bool) -> PlaneLayout:
    """The planes of a game; ``moves``: pieces move, so that the last move came from somewhere."""
    rows, columns, places = site_places(bytecode)
    kinds, names = _kinds(bytecode)
    first = dict.fromkeys(PLANES, -1)
    if bytecode.uses & USES["STACK"]:
        first["Beneath"] = len(names)
        names += [f"{name} beneath" for name in names]
    for sort, parts in _further(bytecode, moves):
        first[sort] = len(names)
        names += parts
    cells = [-1 if place is None else place[0] * columns + place[1] for place in places]
    data = [len(names), rows * columns, *first.values(), *cells, *(plane for row in kinds for plane in row)]
    return PlaneLayout((len(names), rows, columns), tuple(names), places, np.array(data, np.int32))


# ---------------------------------------------------------------- kinds of piece
def _whose(n_players: int) -> list[str]:
    """Owners as one player sees them: himself, those who follow him, nobody, everybody."""
    others = ["opponent's"] if n_players == 2 else [f"player {k} on's" for k in range(1, n_players)]
    return ["own", *others, "nobody's", "everybody's"]


def _kinds(bytecode: Bytecode) -> tuple[list[list[int]], list[str]]:
    """(role, component) -> plane, a row for nobody too; and the names of those planes.

    A player's own pieces come first, then those of the one who follows him, and so on: of each as many planes as any of
    them has kinds. The kinds of all players are in the order of their names where these are the same.
    """
    n = bytecode.n_players
    owned: list[list[int]] = [[] for _ in range(n + 2)]
    for what, component in enumerate(bytecode.components[len(bytecode.dice) :], len(bytecode.dice) + 1):
        owned[component.owner].append(what)
    base = {what: bytecode.components[what - 1].base for kinds in owned for what in kinds}
    if len({tuple(sorted(base[what] for what in kinds)) for kinds in owned[1 : n + 1]}) == 1:
        owned[1 : n + 1] = [sorted(kinds, key=base.__getitem__) for kinds in owned[1 : n + 1]]
    most = max(map(len, owned[1 : n + 1]))
    table = [[-1] * (len(bytecode.components) + 1) for _ in range(n + 1)]
    for role in range(1, n + 1):
        for player in range(1, n + 1):
            for rank, what in enumerate(owned[player]):
                table[role][what] = (player - role) % n * most + rank
        for rank, what in enumerate([*owned[0], *owned[n + 1]]):
            table[role][what] = n * most + rank
    names = [f"{whose} {_of_rank(base, owned[1 : n + 1], rank)}" for whose in _whose(n)[:n] for rank in range(most)]
    for whose, kinds in zip(_whose(n)[n:], (owned[0], owned[n + 1]), strict=True):
        names += [f"{whose} {base[what]}" for what in kinds]
    return table, names


def _of_rank(base: dict[int, str], owned: list[list[int]], rank: int) -> str:
    return "/".join(dict.fromkeys(base[kinds[rank]] for kinds in owned if rank < len(kinds)))


# ---------------------------------------------------------------- planes of other sorts
def _further(bytecode: Bytecode, moves: bool) -> Iterator[tuple[str, list[str]]]:
    """The other sorts that the game uses, in the engine's order."""
    n, whose, used, uses = bytecode.n_players, _whose(bytecode.n_players), _used(bytecode), bytecode.uses
    present = {
        "Veiled": [f"{each} piece of a hidden kind" for each in whose] if uses & USES["HIDDEN"] else [],
        "Count": ["pieces on the site / 32"] if uses & (USES["COUNT"] | USES["STACK"]) else [],
        "Unseen": ["hidden site"] if uses & USES["HIDDEN"] else [],
        "Captured": ["to be captured"] if uses & USES["SEQUENCE_CAPTURE"] else [],
        "Mover": [f"{'own' if not k else whose[k]} turn" for k in range(n - 1)],
        "Seat": ["role, from 0 for the first to 1 for the last"] if n > 1 else [],
        "Again": ["the turn goes on"] if used & {*_AGAIN} else [],
        "Score": [f"{each} score, 1/2 at 0" for each in whose[:n]] if used & {*_SCORES} else [],
        "Phase": [f"phase {name}" for name in bytecode.phases] if len(bytecode.phases) > 1 else [],
        "Dice": [f"die {k + 1}" for k in range(len(bytecode.dice))],
        "From": ["last move from"] if moves else [],
        "To": ["last move to"],
        **{sort: [f"{sort.lower()} / 16"] if used & {sort, *by} else [] for sort, by in _SET_BY.items()},
    }
    for sort in PLANES:
        if present.get(sort):
            yield sort, present[sort]


def _used(bytecode: Bytecode) -> set[str]:
    """The ludemes of a game, and ``State``, ``Rotation``, ``Value`` where one has an argument of that name."""
    names, data = list(opcodes()), bytecode.data
    at, size = data[1 + 2 * SECTIONS.index("NODES")], data[2 + 2 * SECTIONS.index("NODES")]
    end, width, found = at + size, len(NODE), set[str]()
    at += 1  # behind the number of nodes
    while at < end:
        op, n = data[at], data[at + width - 1]
        if op >= 0:
            found.add(names[op])
            found |= {
                label.capitalize()
                for param, arg in zip(SIGNATURES[names[op]].params, data[at + width : at + width + n], strict=True)
                if (label := param.label) in ("state", "rotation", "value") and arg >= 0
            }
        at += width + n
    return found


# ---------------------------------------------------------------- where sites lie
def site_places(bytecode: Bytecode) -> tuple[int, int, tuple[Place | None, ...]]:
    """Rows, columns, and the place of each site.

    The board's sites lie at their rows and columns, its layers one behind the other; then those of other types; then
    rows of hands and of whatever has no row and column to itself. Where rows and columns would be nearly empty the
    sites lie one after another.
    """
    board = bytecode.board
    places: list[Place | None] = [None] * bytecode.n_sites
    types = [(board.site_type, 0), *((name, first) for name, first in bytecode.type_first.items() if first)]
    columns = max(_width(bytecode, name) for name, _ in types)
    top, left = 0, list[int]()
    for name, first in types:
        topology = board.topologies[name]
        if not _keeps_lines(bytecode, name):
            left += range(first, first + topology.n)
            continue
        taken, height = set[Place](), max(topology.row) + 1
        for site in range(topology.n):
            place = top + topology.layer[site] * height + topology.row[site], topology.column[site]
            if place in taken:
                left.append(first + site)
            else:
                taken.add(place)
                places[first + site] = place
        top += height * (max(topology.layer) + 1)
    dice = {die.site for die in bytecode.dice}
    left += [s for hand in bytecode.containers[1:] for s in range(hand.first, hand.first + hand.size) if s not in dice]
    for k, site in enumerate(left):
        places[site] = top + k // columns, k % columns
    return max(1, top + -(-len(left) // columns)), columns, tuple(places)


def _keeps_lines(bytecode: Bytecode, name: str) -> bool:
    topology = bytecode.board.topologies[name]
    cells = (
        (max(topology.row, default=0) + 1)
        * (max(topology.column, default=0) + 1)
        * (max(topology.layer, default=0) + 1)
    )
    return topology.n > 0 and cells <= _SPARSE * topology.n + 64


def _width(bytecode: Bytecode, name: str) -> int:
    topology = bytecode.board.topologies[name]
    return max(topology.column) + 1 if _keeps_lines(bytecode, name) else max(1, round(topology.n**0.5))
