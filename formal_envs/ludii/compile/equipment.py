"""Players, and what a game is played with: the board, hands, pieces, regions and maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from formal_envs.ludii.board import Board, BoardError, UnknownBoard, build_board, check_tracks
from formal_envs.ludii.compile.bytecode import Component, Container, Die
from formal_envs.ludii.compile.dice import read_dice
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.tree import child, contents, facing, items
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node

MAX_SITES_IN_ALL = 1 << 16  # of all types together, hands included
MAX_PIECES = 2000  # kinds; the largest game known has 596
_BOARDS = ("board", "boardless", "mancalaBoard", "surakartaBoard")


@dataclass(frozen=True)
class Players:
    """How many players there are, and the direction that each faces, by number; -1 where the game names none."""

    n: int
    facing: tuple[int, ...]

    def owners(self, role: Node | None) -> list[int]:
        """The players that an owner's role stands for: all of them for ``Each``, 0 for nobody, n + 1 for everybody."""
        name = role.value if isinstance(role, Leaf) else "Neutral"
        if name == "Each":
            return list(range(1, self.n + 1))
        if name in ("Shared", "All", "Any"):
            return [self.n + 1]
        if isinstance(name, str) and name[0] == "P" and name[1:].isdigit():
            return [int(name[1:])]
        return [0]


class Piece(NamedTuple):
    """A component, and the ludeme that describes it."""

    component: Component
    call: Call


class Region(NamedTuple):
    """A named region of one owner (-1: of none), as the rules describe it."""

    name: str | None
    owner: int
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Equipment:
    """What a game is played with. Sites of the board's own type and of hands are numbered 0 to ``n_sites`` - 1."""

    board: Board
    described: Call  # where the board is
    pieces: tuple[Piece, ...]
    containers: tuple[Container, ...]
    dice: tuple[Die, ...]
    regions: tuple[Region, ...]
    maps: tuple[Call, ...]
    n_sites: int


def read_players(source: Source) -> Players:
    """The players of a game.

    Raises:
        GameError: stage "unsupported": nobody plays.
    """
    players = child(source.game, "players")
    assert players is not None
    first = players.args[0]
    if first == Leaf("int", 0) or (isinstance(first, Array) and not first.items):
        raise source.error("unsupported", "unsupported: a game without players, a simulation", players)
    if isinstance(first, Leaf):
        n = int(first.value)
        return Players(n, (-1,) * (n + 2))
    each = [facing(player) for player in items(first) if isinstance(player, Call)]
    return Players(len(each), (-1, *each, -1))


def read_equipment(source: Source, players: Players) -> Equipment:
    """The equipment of a game.

    Raises:
        GameError: stage "board" (it cannot be built) or "unsupported".
    """
    parts = [part for part in contents(child(source.game, "equipment")) if isinstance(part, Call)]
    described = next((part for part in parts if part.signature.head in _BOARDS), None)
    if described is None:
        raise source.error("board", "the equipment has no board", child(source.game, "equipment"))
    board = _board(source, described)
    containers = [Container("Board", 0, board.n, 0)]
    n_sites = max(board.n, board.n_cells if board.site_type != "Cell" else 0)
    pieces: list[Piece] = []
    regions: list[Region] = []
    maps: list[Call] = []
    described_dice: list[Call] = []
    for part in parts:
        head = part.signature.head
        if head in ("piece", "tile"):
            for piece in _pieces(part, players):
                pieces.append(piece)
                source.limit(len(pieces), MAX_PIECES, "kinds of piece", part)
        elif head == "hand":
            for hand in _hands(source, part, players, n_sites):
                containers.append(hand)
                n_sites = hand.first + hand.size
                source.limit(n_sites, MAX_SITES_IN_ALL, "sites", part)
        elif head == "regions":
            regions += _regions(part, players)
        elif head == "map":
            maps.append(part)
        elif head == "dice":
            described_dice.append(part)
        elif part is not described:
            raise source.error("unsupported", f"unsupported: {part.signature.name}", part)
    try:
        check_tracks(board.tracks, n_sites)
    except BoardError as error:
        raise source.error("board", str(error), described) from None
    if not pieces:
        pieces = list(_default_pieces(described, players))
    dice = read_dice(source, described_dice, players.n, n_sites)
    if dice:  # their components come first, their hand last, wherever they are described
        pieces = [
            *(Piece(Component(f"Die{i}", "Die", die.owner), part) for i, (die, part) in enumerate(dice, 1)),
            *pieces,
        ]
        containers.append(Container("Dice0", n_sites, len(dice), players.n + 1))
        n_sites += len(dice)
        source.limit(n_sites, MAX_SITES_IN_ALL, "sites", described_dice[0])
    return Equipment(
        board=board,
        described=described,
        pieces=tuple(pieces),
        containers=tuple(containers),
        dice=tuple(die for die, _ in dice),
        regions=tuple(regions),
        maps=tuple(maps),
        n_sites=n_sites,
    )


def _board(source: Source, call: Call) -> Board:
    try:
        return build_board(call)
    except BoardError as error:
        stage = "unsupported" if isinstance(error, UnknownBoard) else "board"
        raise source.error(stage, str(error), call) from None


def _hands(source: Source, part: Call, players: Players, first: int) -> Iterator[Container]:
    """A hand for each of its owners, the first one from site ``first`` on."""
    size = part["size"].value if isinstance(part["size"], Leaf) else 1
    if not 1 <= int(size) <= MAX_SITES_IN_ALL:
        raise source.error("board", f"a hand has 1 to {MAX_SITES_IN_ALL} sites, got {size}", part)
    for owner in players.owners(part.args[0]):
        yield Container(f"Hand{0 if owner == players.n + 1 else owner}", first, int(size), owner)
        first += int(size)


def _pieces(part: Call, players: Players) -> Iterator[Piece]:
    """A component for each owner of a piece, whose number is added to its name; a lone player's is not."""
    base = str(part.args[0].value) if isinstance(part.args[0], Leaf) else ""
    tile = part.signature.head == "tile"
    role = next((arg for arg in part.args if isinstance(arg, Leaf) and arg.type == "roleType"), None)
    for owner in players.owners(role) if role else ([players.n + 1] if tile else range(1, players.n + 1)):
        everybody = owner == players.n + 1 or (tile and role is None)
        numbered = not base.endswith("0") if owner == 0 else players.n > 1 and not everybody
        yield Piece(Component(f"{base}{owner}" if numbered else base, base, owner, facing(part)), part)


def _default_pieces(board: Call, players: Players) -> Iterator[Piece]:
    """What a game without pieces of its own is played with, as in Ludii: "Ball11", "Ball22", or "Ball1" alone."""
    ludeme = Call(SIGNATURES["piece"], (None,) * len(SIGNATURES["piece"].params), board.start, board.end)
    for player in range(1, players.n + 1):
        base = f"Ball{player}"
        yield Piece(Component(f"{base}{player}" if players.n > 1 else base, base, player, -1), ludeme)


def _regions(part: Call, players: Players) -> Iterator[Region]:
    """A region for each of its owners."""
    name: str | None = None
    role: Leaf | None = None
    parts: list[Node] = []
    for arg in part.args:
        if isinstance(arg, Leaf) and arg.type == "string":
            name = str(arg.value)
        elif isinstance(arg, Leaf) and arg.type == "roleType":
            role = arg
        elif arg is not None:
            parts.extend((arg,) if isinstance(arg, Array) and arg.type == "int" else items(arg))
    for owner in players.owners(role) if role else [-1]:
        yield Region(name, owner, tuple(parts))
