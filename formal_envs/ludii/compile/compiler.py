"""From a checked tree to the image: the run of integers that the engine loads.

An image is sections (named in native.py) behind a table of offsets and lengths. The tree of rules becomes a list of
nodes, children before parents; the equipment becomes tables; what is known of the board alone is laid out once a board.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from formal_envs.ludii.board import BoardError, UnknownBoard, build_board
from formal_envs.ludii.compile.board_sections import board_sections, counted
from formal_envs.ludii.compile.bytecode import SITE_TYPES, USES, Component, Container, Image
from formal_envs.ludii.compile.ignored_arguments import unheeded
from formal_envs.ludii.compile.instructions import Nodes
from formal_envs.ludii.engine.library import COUNTS, SECTIONS
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.tree import POSITIONS, calls, child, contents, facing, items
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node

MAX_SITES = 1 << 16  # of all types together, hands included
MAX_PIECES = 2000  # kinds; the largest game known has 596
MAX_EVENTS = 32
MAX_STATE = 1 << 20  # bytes; the largest known has 142,352
#: In games on points (count Cell at:..) and the like ask of hands.
HANDS_ARE_CELLS = ("count", "is", "site", "state", "what", "who")
#: Ludemes of these heads are read by this module, not by the engine.
STRUCTURE = frozenset(
    (
        *("game", "players", "player", "equipment", "rules", "play", "end", "phase", "meta", "start", "regions", "map"),
        *("hand", "board", "boardless"),
    )
)


class Compiler:
    """Compiles one game; ``image()`` is the result."""

    def __init__(self, game: Call, text: str):
        self.game = game
        self.text = text
        self.place = game  # where the board is described, once it is found
        self.strings: dict[str, int] = {}
        self.nodes = Nodes(text, self.strings)
        self.facing: list[int] = []
        self.repetition = -1
        self.components: list[Component] = []
        self.containers: list[Container] = []

    def fail(self, stage: str, message: str, node: Node) -> GameError:
        """An error at ``node``."""
        return GameError(stage, message, self.text, node.start)

    def limit(self, n: int, most: int, what: str, node: Node) -> None:
        """Refuse a game with more than ``most`` of something."""
        if n > most:
            raise GameError(
                "board",
                f"a game has at most {most} {what}, this one would have more",
                self.text,
                node.start,
                (),
                "limit",
            )

    def players(self) -> None:
        """How many there are, and which way each looks."""
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
        """The board, and what lies on and beside it."""
        equipment = child(self.game, "equipment")
        parts = [part for part in contents(equipment) if isinstance(part, Call)]
        boards = [p for p in parts if p.signature.head in ("board", "boardless", "mancalaBoard", "surakartaBoard")]
        if not boards:
            raise self.fail("board", "the equipment has no board", equipment or self.game)
        self.place = boards[0]
        try:
            self.board = build_board(boards[0])
        except BoardError as error:
            stage = "unsupported" if isinstance(error, UnknownBoard) else "board"
            raise self.fail(stage, str(error), self.place) from None
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
        """A kind of piece for each of its owners, whose number its name gets."""
        name = part.args[0].value  # type: ignore[union-attr]
        role = next((a for a in part.args if isinstance(a, Leaf) and a.type == "roleType"), None)
        unowned = [self.n_players + 1] if part.signature.head == "tile" else list(range(1, self.n_players + 1))
        for owner in self.owners(role) if role else unowned:
            suffix = "" if owner > self.n_players or (owner == 0 and str(name).endswith("0")) else str(owner)
            if part.signature.head == "tile" and role is None:
                suffix = ""
            self.components.append(Component(f"{name}{suffix}", str(name), owner, part, facing(part)))
            self.limit(len(self.components), MAX_PIECES, "kinds of piece", part)

    def region(self, part: Call) -> None:
        """The parts of a region, for each of its owners."""
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

    def uses(self) -> int:
        """What the rules use, as bits; the site types that they name are noted."""
        flags = 0
        for call in calls(self.game):
            if ignored := unheeded(call):
                raise self.fail("unsupported", f"unsupported: {ignored[1]}", ignored[0])
            slug, head = call.signature.slug, call.signature.head
            if head in ("hand", "sow", "mancalaBoard") or slug.startswith("set_count"):
                flags |= USES["COUNT"]
            elif slug.startswith("is_visited"):
                flags |= USES["VISITED"]
            elif slug == "no_moves" and call.args[0].value != "Next":  # type: ignore[union-attr]
                flags |= USES["STUCK"]
            elif slug in ("trigger", "is_triggered"):  # a state holds a bit for each of the first strings
                event = call["event"]
                self.strings.setdefault(event.value, len(self.strings))  # type: ignore[union-attr,arg-type]
                self.limit(len(self.strings), MAX_EVENTS, "events", call)
            elif slug == "sites_lastto":
                flags |= USES["ARRIVED"]
            elif slug.startswith("is_repeat"):
                flags |= USES["HISTORY"]
            elif slug == "all_passed" or (slug == "passend" and call.args[0] == Leaf("passEndType", "NoEnd")):
                flags |= USES["PASS_RULES"]
            for param, arg in zip(call.signature.params, call.args, strict=True):
                if arg is not None and param.label == "count" and head != "payoff":
                    flags |= USES["COUNT"]
                if isinstance(arg, Leaf) and arg.value == "EndOfTurn":
                    flags |= USES["SEQUENCE_CAPTURE"]
                elif (
                    isinstance(arg, Leaf)
                    and arg.type == "siteType"
                    and arg.value != self.board.site_type
                    and (arg.value != "Cell" or head not in HANDS_ARE_CELLS)
                ):
                    self.other_types.add(str(arg.value))
        return flags

    def rules(self) -> None:
        """The rows of the start, the phases and the end."""
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
                self.repetition = POSITIONS["repetitionType"][
                    str(kind.value) if isinstance(kind, Leaf) else "Positional"
                ]
            elif meta.signature.head != "passEnd":
                raise self.fail("unsupported", f"unsupported: {meta.signature.name}", meta)
        phases = [
            p
            for arg in (rules.args if rules else ())
            for p in items(arg)
            if isinstance(p, Call) and p.signature.head == "phase"
        ]
        plain = child(rules, "play")
        if plain is not None:
            self.phase_rows.append(("", -1, self.play(plain), -1, -1))
        for phase in phases:
            name = str(phase.args[0].value)  # type: ignore[union-attr]
            role = next((a for a in phase.args if isinstance(a, Leaf) and a.type == "roleType"), None)
            owner = -1 if role is None or role.value in ("Shared", "All", "Each") else self.owners(role)[0]
            end = child(phase, "end")
            changes = [
                c for arg in phase.args for c in items(arg) if isinstance(c, Call) and c.signature.head == "nextPhase"
            ]
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
        if not self.phase_rows:
            raise self.fail("names", "a game has a phase or more, got none", rules or self.game)

    def play(self, play: Call) -> int:
        """The row of what may be played."""
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
            moves = next(
                (
                    a
                    for a in component.call.args
                    if isinstance(a, Call) and a.signature.result in ("decision", "effect")
                ),
                None,
            )
            flips = child(component.call, "flips")
            components += [
                component.owner,
                string(component.name),
                string(component.base),
                component.facing,
                node.add(moves),
                node.add(flips) if flips else -1,
            ]
        regions = [(string(name), owner, node.list(parts)) for name, owner, parts in self.regions]
        regions += self.short_named(regions)
        maps = [
            (string(str(m.args[0].value)) if isinstance(m.args[0], Leaf) else -1, node.list([m])) for m in self.maps
        ]
        containers = [(string(c.name), c.first, c.size, c.owner) for c in self.containers]
        tracks = [(string(t.name), t.owner, int(t.loop), len(t.sites), *t.sites) for t in self.board.tracks]
        phases = [(string(name), owner, play, end, changes) for name, owner, play, end, changes in self.phase_rows]
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
            **board_sections(self.board, at, hands, types),
            "COUNTS": [counts[name] for name in COUNTS],
            "NODES": array("i", [node.count, *node.rows]),
            "ROOTS": [self.start, self.end],
            "COMPONENTS": components,
            "CONTAINERS": [v for row in containers for v in row],
            "TRACKS": [v for row in tracks for v in row],
            "REGIONS": [v for row in regions for v in row],
            "PHASES": [v for row in phases for v in row],
            "NAMES": self.names(first),
            "FACING": self.facing,
            "MAPS": [v for row in maps for v in row],
            "TRACK_NAMES": counted(
                [i for i, t in enumerate(self.board.tracks) if name in t.name] for name in self.strings
            ),
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
        """Regions named after their owner ("Left1", "LastRankP2") once more without it, where rules use that name."""
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
        """For each string: component, container, phase and sites of that name, then the owners' components of it."""
        exact = {c.name: i for i, c in enumerate(self.components, 1)}
        owned = {(c.base, c.owner): i for i, c in enumerate(self.components, 1)}
        containers = {c.name: i for i, c in enumerate(self.containers)}
        containers.setdefault("Hand", 1 if len(self.containers) > 1 else -1)
        phases = {row[0]: i for i, row in reversed(list(enumerate(self.phase_rows)))}
        sites = {
            t: {name: i for i, name in enumerate(self.board.topologies[t].label, start)} for t, start in first.items()
        }
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
