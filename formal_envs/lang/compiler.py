"""From a checked tree to the image: the run of integers that the engine loads.

An image is sections (named in native.py) behind a table of offsets and lengths. The tree of rules becomes a list of nodes,
children before parents; the equipment becomes tables; what is known of the board alone is laid out once a board and kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from formal_envs.lang.ast import Array, Call, Leaf, Node
from formal_envs.lang.board import Board, BoardError, build_board
from formal_envs.lang.board.memo import kept
from formal_envs.lang.board.radials import Ray
from formal_envs.lang.errors import GameError
from formal_envs.lang.native import COUNTS, RELATIONS, SECTIONS, STATIC_REGIONS, TYPES, functions, opcodes
from formal_envs.lang.signatures import ENUMS

MAX_SITES = 1 << 16  # of all types together, hands included
MAX_PIECES = 2000  # kinds; the largest game known has 596
MAX_KEPT = 1 << 22  # integers of the boards' sections that are kept
MAX_STATE = 1 << 20  # bytes; the largest known has 142,352
SITE_TYPES = ENUMS["siteType"]
DIRECTIONS = {name: index for index, name in enumerate(ENUMS["absoluteDirection"])}
POSITIONS = {name: {word: index for index, word in enumerate(words)} for name, words in ENUMS.items()}
FACINGS = ("absoluteDirection", "compassDirection", "rotationalDirection", "spatialDirection")
KINDS = {"CONSTANT": 0, "LIST": 7}
#: Ludemes of these heads are read by this module, not by the engine.
STRUCTURE = frozenset("game players player equipment rules play end phase meta start regions map hand board boardless".split())
USES = {
    "COUNT": 1,
    "STATE": 2,
    "ROTATION": 4,
    "VALUE": 8,
    "SCORE": 16,
    "SWAP": 32,
    "NO_REPEAT": 64,
    "CYCLE": 128,
    "SEQUENCE_CAPTURE": 256,
    "PASS_RULES": 512,
    "VISITED": 1024,
    "HISTORY": 2048,
    "STORED_STATE": 4096,
    "STUCK": 8192,
    "ARRIVED": 16384,
}
#: Arguments that the engine would not heed, by slug ("" is every ludeme) and slot, and what they ask for. They are refused,
#: unless they say what the engine does anyway (see ``_harmless``).
UNHEEDED = {
    ("", "stack"): "stacks of pieces",
    ("", "level"): "stacks of pieces",
    ("", "trail"): "trails",
    ("then", "applyAfterAllMoves"): "consequences that wait for all moves",
    ("is_loop", "path"): "paths on tiles",
    ("is_loop", "region"): "several places to begin at",
    ("tile", "walk"): "pieces that cover several sites",
    ("tile", "walks"): "pieces that cover several sites",
    ("count_steps", "newRotation"): "turns on the way",
    ("sites_distance", "newRotation"): "turns on the way",
    ("site_from", "at"): "places of other times",
    ("prev", "prevType"): "players of other times",
    ("count_adjacent", "in"): "neighbours of a region",
    ("count_neighbours", "in"): "neighbours of a region",
    ("count_orthogonal", "in"): "neighbours of a region",
    ("count_diagonal", "in"): "neighbours of a region",
    ("count_off", "in"): "neighbours of a region",
    ("enclose", "between"): "enclosed empty places",
}


@dataclass
class Component:
    """A kind of piece: one a player for ``Each``."""

    name: str
    base: str
    owner: int
    call: Call
    facing: int = -1


@dataclass
class Container:
    """The board (the first one) or a hand: ``size`` sites from ``first`` on."""

    name: str
    first: int
    size: int
    owner: int


@dataclass
class Image:
    """What the engine loads, and what Python needs to describe its states."""

    name: str
    n_players: int
    board: Board
    components: list[Component]
    containers: list[Container]
    strings: list[str]
    phases: list[str]
    uses: int
    n_sites: int
    type_first: dict[str, int]
    data: array[int] = field(repr=False)


def calls(node: Node | None) -> Iterator[Call]:
    """Every ludeme of the tree, the outer ones first."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            yield node
            stack.extend(reversed(node.args))
        elif isinstance(node, Array):
            stack.extend(reversed(node.items))


def child(call: Call | None, head: str) -> Call | None:
    """The argument of ``call`` that is a ludeme called ``head``."""
    for arg in call.args if call else ():
        if isinstance(arg, Call) and arg.signature.head == head:
            return arg
    return None


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of an array, the one thing itself, or nothing."""
    if node is None:
        return ()
    return node.items if isinstance(node, Array) else (node,)


def contents(call: Call | None) -> tuple[Node, ...]:
    """What a ludeme that only holds a list, such as ``(start {...})``, holds."""
    return tuple(item for arg in (call.args if call else ()) for item in items(arg))


def _takes_empty(condition: Node | None) -> bool:
    """Whether a condition on a site plainly holds for some empty ones: it is, or offers, ``(is Empty ..)``, or denies something else."""
    if not isinstance(condition, Call):
        return False
    slug = condition.signature.slug
    if slug in ("and", "and_all"):
        parts = [arg for arg in contents(condition) if isinstance(arg, Call)]
        return any(part.signature.slug == "is_empty" for part in parts) or all(map(_takes_empty, parts))
    if slug in ("or", "or_all"):
        return any(_takes_empty(arg) for arg in contents(condition))
    if slug == "not":
        return not _takes_empty(condition.args[0])
    return slug == "is_empty"


def _harmless(name: str, arg: Node) -> bool:
    """Whether an argument of ``UNHEEDED`` asks for nothing that the engine does not do."""
    if isinstance(arg, Call) and name == "between":
        return not _takes_empty(arg["if_"])
    return isinstance(arg, Leaf) and arg.value in (False, 0, "Mover")


@cache
def _unheeded(slug: str, names: tuple[str, ...]) -> tuple[tuple[int, str, str], ...]:
    """Place, name and meaning of the arguments in ``UNHEEDED`` that a ludeme with these slots has."""
    keys = [(slug if (slug, name) in UNHEEDED else "", name) for name in names]
    return tuple((place, key[1], UNHEEDED[key]) for place, key in enumerate(keys) if key in UNHEEDED)


def facing(call: Call) -> int:
    """The direction that a player or a piece faces; -1 where it says none."""
    return next((DIRECTIONS[str(a.value)] for a in call.args if isinstance(a, Leaf) and a.type in FACINGS), -1)


class _Nodes:
    """The tree of rules as a list of rows: op, kind, type, value, n, then the rows of the arguments."""

    def __init__(self, text: str, strings: dict[str, int]):
        self.text = text
        self.strings = strings
        self.rows = array("i")
        self.count = 0
        self.constants: dict[tuple[str, Any], int] = {}

    def row(self, op: int, kind: int, type_: int, value: int, args: list[int]) -> int:
        self.rows.extend((op, kind, type_, value, len(args), *args))
        self.count += 1
        return self.count - 1

    def constant(self, leaf: Leaf) -> int:
        key = leaf.type, leaf.value
        index = self.constants.get(key)
        if index is None:
            type_ = leaf.type
            if type_ in ("compassDirection", "rotationalDirection", "spatialDirection"):
                type_ = "absoluteDirection"  # which has them all
            if type_ in POSITIONS:
                value = POSITIONS[type_][leaf.value]  # type: ignore[index]
            elif leaf.type == "string":
                value = self.strings.setdefault(leaf.value, len(self.strings))  # type: ignore[arg-type]
            elif leaf.type == "float":
                value = round(1000 * max(-1e6, min(1e6, leaf.value)))  # type: ignore[arg-type]
            else:
                value = int(leaf.value)
            index = self.constants[key] = self.row(-1, KINDS["CONSTANT"], TYPES[type_], value, [])
        return index

    def add(self, node: Node | None) -> int:
        """The number of the row for ``node``; -1 for None."""
        if node is None:
            return -1
        if isinstance(node, Leaf):
            return self.constant(node)
        if isinstance(node, Array):
            return self.list(node.items)
        op = opcodes().get(node.signature.slug)
        if op is None and node.signature.head != "piece":
            raise GameError("unsupported", f"unsupported: {node.signature.name}", self.text, node.start)
        return self.row(-1 if op is None else op, 8, -1, 0, [self.add(arg) for arg in node.args])

    def list(self, nodes: Iterable[Node]) -> int:
        return self.row(-1, KINDS["LIST"], -1, 0, [self.add(node) for node in nodes])


def _rows(lists: Iterable[Iterable[int]]) -> list[int]:
    """Each list behind its length."""
    values: list[int] = []
    for row in lists:
        row = tuple(row)
        values.append(len(row))
        values += row
    return values


def _size(sections: dict[str, array[int]]) -> int:
    return sum(len(section) for section in sections.values())


@kept(MAX_KEPT, _size)
def _board_sections(board: Board, n_sites: int, hands: tuple[tuple[int, int], ...], types: tuple[str, ...]) -> dict[str, array[int]]:
    """The sections that depend on the board and the hands alone. ``types``: the site types that have sites, the default first."""
    first, at = {}, max(board.topologies["Cell"].n if board.site_type != "Cell" else 0, board.topologies[board.site_type].n)
    at = max([at, *(start + size for start, size in hands)])
    for name in types:
        first[name] = 0 if name == board.site_type else at
        at += 0 if name == board.site_type else board.topologies[name].n
    per_site = [[-1] * n_sites for _ in range(5)] + [[0] * n_sites for _ in range(2)]
    for index, (start, size) in enumerate(hands, 1):
        per_site[4][start : start + size] = [index] * size
    rays: list[list[Ray]] = [[]] * n_sites
    neighbours: list[list[Any]] = [[()] * n_sites for _ in RELATIONS]
    regions: list[list[int]] = [[] for _ in STATIC_REGIONS]
    sides: list[list[int]] = [[] for _ in DIRECTIONS]
    for name in types:
        top, start = board.topologies[name], first[name]
        stop = start + top.n
        xs, ys = [round(1000 * x) for x, _ in top.xy], [round(1000 * y) for _, y in top.xy]
        for values, numbers in zip(per_site, (top.row, top.column, top.layer, top.phase, [0] * top.n, xs, ys), strict=True):
            values[start:stop] = numbers
        for rows, relation in zip(neighbours, RELATIONS, strict=True):
            found = top.neighbours[relation]
            rows[start:stop] = [tuple(s + start for s in row) for row in found] if start else found
        rays[start:stop] = [[(w, m, tuple([s + start for s in p])) for w, m, p in row] for row in top.rays] if start else top.rays
    top = board.topologies[board.site_type]
    for index, region in enumerate(STATIC_REGIONS):
        regions[index] = list(top.regions.get(region, ()))
    for direction, sites in top.sides.items():
        sides[DIRECTIONS[direction]] = list(sites)
    starts: list[int] = [0]
    walks: list[int] = []
    for site_rays in rays:
        kept_rays = 0
        for name, relations, path in site_rays:
            if name in DIRECTIONS:
                walks += (DIRECTIONS[name], relations, len(path))
                walks += path
                kept_rays += 1
        starts.append(starts[-1] + kept_rays)
    incident: list[int] = []
    if len(types) > 1:
        for source in types:
            for target in types:
                touching = board.incident.get((source, target))
                if touching is not None and source != target:
                    incident.extend((SITE_TYPES.index(source), SITE_TYPES.index(target)))
                    incident.extend(_rows(tuple(s + first[target] for s in row) for row in touching))
    return {
        "SITES": array("i", chain.from_iterable(per_site)),
        "RADIALS": array("i", starts + walks),
        "NEIGHBOURS": array("i", _rows(chain.from_iterable(neighbours))),
        "STATIC_REGIONS": array("i", _rows(regions)),
        "SIDES": array("i", _rows(sides)),
        "INCIDENT": array("i", incident),
    }


class Compiler:
    """Compiles one game; ``image()`` is the result."""

    def __init__(self, game: Call, text: str):
        self.game = game
        self.text = text
        self.place = game  # where the board is described, once it is found
        self.strings: dict[str, int] = {}
        self.nodes = _Nodes(text, self.strings)
        self.facing: list[int] = []
        self.repetition = -1
        self.components: list[Component] = []
        self.containers: list[Container] = []

    def fail(self, stage: str, message: str, node: Node) -> GameError:
        return GameError(stage, message, self.text, node.start)

    def limit(self, n: int, most: int, what: str, node: Node) -> None:
        if n > most:
            raise GameError("board", f"a game has at most {most} {what}, this one would have more", self.text, node.start, (), "limit")

    def players(self) -> None:
        players = child(self.game, "players")
        assert players is not None
        first = players.args[0]
        if isinstance(first, Leaf):
            self.n_players = int(first.value)
            self.facing = [-1] * (self.n_players + 2)
        else:
            each = items(first)
            self.n_players = len(each)
            self.facing = [-1] * (self.n_players + 2)
            for index, player in enumerate(each, 1):
                self.facing[index] = facing(player)  # type: ignore[arg-type]
        if not 1 <= self.n_players <= 16:
            raise self.fail("unsupported", f"unsupported: {self.n_players} players", players)

    def owners(self, node: Node | None) -> list[int]:
        """The players of an owner's role, each his own for ``Each``."""
        role = node.value if isinstance(node, Leaf) else "Neutral"
        if role == "Each":
            return list(range(1, self.n_players + 1))
        if role in ("Shared", "All", "Any"):
            return [self.n_players + 1]
        if isinstance(role, str) and role[0] == "P" and role[1:].isdigit():
            return [int(role[1:])]
        return [0]

    def equipment(self) -> None:
        equipment = child(self.game, "equipment")
        parts = [part for part in contents(equipment) if isinstance(part, Call)]
        boards = [p for p in parts if p.signature.head in ("board", "boardless", "mancalaBoard", "surakartaBoard")]
        if not boards:
            raise self.fail("board", "the equipment has no board", equipment or self.game)
        self.place = boards[0]
        try:
            self.board = build_board(boards[0])
        except BoardError as error:
            raise self.fail("board", str(error), self.place) from None
        top = self.board.topologies[self.board.site_type]
        self.n_board = top.n
        self.containers.append(Container("Board", 0, top.n, 0))
        at = max(top.n, self.board.topologies["Cell"].n if self.board.site_type != "Cell" else 0)
        self.regions: list[tuple[str | None, int, tuple[Node, ...]]] = []
        self.maps: list[Call] = []
        for part in parts:
            head = part.signature.head
            if head in ("piece", "tile"):
                self.piece(part)
            elif head == "hand":
                size = part["size"].value if part["size"] else 1  # type: ignore[union-attr]
                if not 1 <= int(size) <= MAX_SITES:
                    raise self.fail("board", f"a hand has 1 to {MAX_SITES} sites, got {size}", part)
                for owner in self.owners(part.args[0]):
                    number = 0 if owner == self.n_players + 1 else owner
                    self.containers.append(Container(f"Hand{number}", at, int(size), owner))
                    at += int(size)
                    self.limit(at, MAX_SITES, "sites", part)
            elif head == "regions":
                self.region(part)
            elif head == "map":
                self.maps.append(part)
            elif part is not boards[0]:
                raise self.fail("unsupported", f"unsupported: {part.signature.name}", part)
        self.n_default = at

    def piece(self, part: Call) -> None:
        name = part.args[0].value  # type: ignore[union-attr]
        role = next((a for a in part.args if isinstance(a, Leaf) and a.type == "roleType"), None)
        unowned = [self.n_players + 1] if part.signature.head == "tile" else list(range(1, self.n_players + 1))
        for owner in self.owners(role) if role else unowned:
            suffix = "" if owner > self.n_players or str(name).endswith(str(owner)) and owner == 0 else str(owner)
            if part.signature.head == "tile" and role is None:
                suffix = ""
            self.components.append(Component(f"{name}{suffix}", str(name), owner, part, facing(part)))
            self.limit(len(self.components), MAX_PIECES, "kinds of piece", part)

    def region(self, part: Call) -> None:
        name: str | None = None
        role: Leaf | None = None
        contents: list[Node] = []
        for arg in part.args:
            if isinstance(arg, Leaf) and arg.type == "string":
                name = str(arg.value)
            elif isinstance(arg, Leaf) and arg.type == "roleType":
                role = arg
            elif arg is not None:
                contents.extend(items(arg) if not isinstance(arg, Array) or arg.type != "int" else (arg,))
        for owner in self.owners(role) if role else [-1]:
            self.regions.append((name, owner, tuple(contents)))

    def heeded(self, call: Call) -> None:
        """Refuses a ludeme with an argument that the engine would ignore."""
        signature = call.signature
        for place, name, meaning in _unheeded(signature.slug, tuple(signature.slot)):
            arg = call.args[place]
            if arg is not None and not _harmless(name, arg):
                raise self.fail("unsupported", f"unsupported: {signature.name} with {name.rstrip('_')}: {meaning}", arg)

    def uses(self) -> int:
        flags = 0
        for call in calls(self.game):
            self.heeded(call)
            slug, head = call.signature.slug, call.signature.head
            if head in ("hand", "sow", "mancalaBoard") or slug.startswith("set_count"):
                flags |= USES["COUNT"]
            elif slug.startswith("is_cycle"):
                flags |= USES["CYCLE"]
            elif slug.startswith("is_visited"):
                flags |= USES["VISITED"]
            elif slug == "no_moves" and call.args[0].value != "Next":  # type: ignore[union-attr]
                flags |= USES["STUCK"]
            elif slug == "sites_lastto":
                flags |= USES["ARRIVED"]
            elif slug.startswith("is_repeat"):
                flags |= USES["HISTORY"]
            elif slug == "all_passed" or slug == "passend" and call.args[0].value == "NoEnd":  # type: ignore[union-attr]
                flags |= USES["PASS_RULES"]
            for param, arg in zip(call.signature.params, call.args, strict=True):
                if arg is not None and param.label == "count" and head != "payoff":
                    flags |= USES["COUNT"]
                if isinstance(arg, Leaf) and arg.value == "EndOfTurn":
                    flags |= USES["SEQUENCE_CAPTURE"]
                elif isinstance(arg, Leaf) and arg.type == "siteType" and arg.value != self.board.site_type:
                    if arg.value != "Cell" or head not in ("count", "is", "site", "state", "what", "who"):
                        self.other_types.add(str(arg.value))
        return flags

    def rules(self) -> None:
        rules = child(self.game, "rules")
        self.start = self.nodes.list(contents(child(rules, "start"))) if child(rules, "start") else -1
        self.end = self.nodes.list(contents(child(rules, "end"))) if child(rules, "end") else -1
        self.phase_rows: list[tuple[str, int, int, int, int]] = []
        for meta in contents(child(rules, "meta")):
            assert isinstance(meta, Call)
            if meta.signature.head == "swap":
                self.flags |= USES["SWAP"]
            elif meta.signature.name == "no Repeat":
                self.flags |= USES["NO_REPEAT"]
                kind = meta.args[0]
                self.repetition = POSITIONS["repetitionType"][str(kind.value) if isinstance(kind, Leaf) else "Positional"]
            elif meta.signature.head != "passEnd":
                raise self.fail("unsupported", f"unsupported: {meta.signature.name}", meta)
        phases = [p for arg in (rules.args if rules else ()) for p in items(arg) if isinstance(p, Call) and p.signature.head == "phase"]
        plain = child(rules, "play")
        if plain is not None:
            self.phase_rows.append(("", -1, self.play(plain), -1, -1))
        for phase in phases:
            name = str(phase.args[0].value)  # type: ignore[union-attr]
            role = next((a for a in phase.args if isinstance(a, Leaf) and a.type == "roleType"), None)
            owner = -1 if role is None or role.value in ("Shared", "All", "Each") else self.owners(role)[0]
            end = child(phase, "end")
            changes = [c for arg in phase.args for c in items(arg) if isinstance(c, Call) and c.signature.head == "nextPhase"]
            play = child(phase, "play")
            assert play is not None
            self.phase_rows.append(
                (
                    name,
                    owner,
                    self.play(play),
                    self.nodes.list(contents(end)) if end else -1,
                    self.nodes.list(changes) if changes else -1,
                )
            )

    def play(self, play: Call) -> int:
        moves = contents(play)
        return self.nodes.add(moves[0]) if moves else -1

    def image(self) -> Image:
        """The compiled game.

        Raises:
            GameError: stage "board" or "unsupported".
        """
        self.players()
        self.equipment()
        self.other_types: set[str] = set()
        self.flags = self.uses()
        self.rules()
        node = self.nodes
        string = lambda name: self.strings.setdefault(name, len(self.strings)) if name else -1  # noqa: E731
        components = []
        for component in self.components:
            moves = next((a for a in component.call.args if isinstance(a, Call) and a.signature.result in ("decision", "effect")), None)
            flips = child(component.call, "flips")
            components += [
                component.owner,
                string(component.name),
                string(component.base),
                component.facing,
                -1,
                -1,
                -1,
                node.add(moves),
                -1,
                node.add(flips) if flips else -1,
            ]
        regions = [(string(name), owner, node.list(parts)) for name, owner, parts in self.regions]
        regions += self.short_named(regions)
        maps = [(string(str(m.args[0].value)) if isinstance(m.args[0], Leaf) else -1, node.list([m])) for m in self.maps]
        containers = [(string(c.name), c.first, c.size, c.owner) for c in self.containers]
        tracks = [(string(t.name), t.owner, int(t.loop), len(t.sites), *t.sites) for t in self.board.tracks]
        phases = [(string(name), owner, play, end, changes, -1) for name, owner, play, end, changes in self.phase_rows]
        types = (self.board.site_type, *sorted(self.other_types))
        first, at = {self.board.site_type: 0}, self.n_default
        for name in types[1:]:
            first[name] = at
            at += self.board.topologies[name].n
        self.limit(at, MAX_SITES, "sites", self.game)
        self.limit(self.state_bytes(at), MAX_STATE, "bytes in its state", self.game)
        counts = dict.fromkeys(COUNTS, 0)
        for name in SITE_TYPES:
            counts[f"first_{name}"] = first.get(name, -1)
            counts[f"n_{name}"] = self.board.topologies[name].n
        counts.update(
            n_players=self.n_players,
            n_sites=at,
            n_board=self.n_board,
            site_type=SITE_TYPES.index(self.board.site_type),
            uses=self.flags,
            repetition=self.repetition,
            n_components=len(self.components),
            n_containers=len(self.containers),
            n_tracks=len(tracks),
            n_regions=len(regions),
            n_phases=len(phases),
            n_maps=len(maps),
            n_strings=len(self.strings),
        )
        hands = tuple((c.first, c.size) for c in self.containers[1:])
        sections: dict[str, Iterable[int]] = {
            **_board_sections(self.board, at, hands, types),
            "COUNTS": [counts[name] for name in COUNTS],
            "NODES": array("i", [node.count, *node.rows]),
            "ROOTS": [self.start, self.end, -1, -1],
            "COMPONENTS": components,
            "CONTAINERS": [v for row in containers for v in row],
            "TRACKS": [v for row in tracks for v in row],
            "REGIONS": [v for row in regions for v in row],
            "PHASES": [v for row in phases for v in row],
            "NAMES": self.names(first),
            "FACING": self.facing,
            "MAPS": [v for row in maps for v in row],
            "TRACK_NAMES": _rows([i for i, t in enumerate(self.board.tracks) if name in t.name] for name in self.strings),
        }
        table, body = array("i", [len(SECTIONS)]), array("i")
        offset = 1 + 2 * len(SECTIONS)
        for name in SECTIONS:
            part = sections[name]
            part = part if isinstance(part, array) else array("i", part)
            table.extend((offset + len(body), len(part)))
            body.extend(part)
        title = self.game.args[0]
        return Image(
            name=str(title.value) if isinstance(title, Leaf) else "",
            n_players=self.n_players,
            board=self.board,
            components=self.components,
            containers=self.containers,
            strings=list(self.strings),
            phases=[row[0] for row in self.phase_rows],
            uses=self.flags,
            n_sites=at,
            type_first=first,
            data=table + body,
        )

    def state_bytes(self, n_sites: int) -> int:
        """About what a state takes: six numbers a site, a number a string, sets of sites for players and pieces."""
        sets = 7 + self.n_players + len(self.components)
        return 4 * (6 * n_sites + len(self.strings)) + (n_sites + 63) // 64 * 8 * sets

    def short_named(self, regions: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Regions whose name ends in their owner ("Left1", "LastRankP2") once more under the name without it, where rules use that."""
        known = {(name, owner) for name, owner, _ in regions}
        strings = list(self.strings)
        found = []
        for name, owner, parts in regions:
            for ending in (f"P{owner}", str(owner)):
                short = self.strings.get(strings[name].removesuffix(ending), -1) if name >= 0 else -1
                if short >= 0 and (short, owner) not in known:
                    found.append((short, owner, parts))
                    break
        return found

    def names(self, first: dict[str, int]) -> list[int]:
        """For each string: component, container, phase, sites of that name by type, the component of that base name by owner."""
        exact = {c.name: i for i, c in enumerate(self.components, 1)}
        owned = {(c.base, c.owner): i for i, c in enumerate(self.components, 1)}
        containers = {c.name: i for i, c in enumerate(self.containers)}
        containers.setdefault("Hand", 1 if len(self.containers) > 1 else -1)
        phases = {row[0]: i for i, row in reversed(list(enumerate(self.phase_rows)))}
        sites = {t: {name: i for i, name in enumerate(self.board.topologies[t].label, start)} for t, start in first.items()}
        values = []
        for name in self.strings:
            values += [exact.get(name, 0), containers.get(name, -1), phases.get(name, -1)]
            values += [sites[t].get(name, -1) if t in sites else -1 for t in (self.board.site_type, *SITE_TYPES)]
            values += [owned.get((name, owner), 0) for owner in range(self.n_players + 2)]
        return values


def compile_image(game: Call, text: str) -> Image:
    """The image of a checked game.

    Raises:
        GameError: stage "board" (it cannot be built) or "unsupported" (the engine does not play a ludeme yet).
    """
    compiler = Compiler(game, text)
    try:
        return compiler.image()
    except BoardError as error:  # some of a board is found only when asked for
        raise GameError("board", str(error), text, compiler.place.start) from None
