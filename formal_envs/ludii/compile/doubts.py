"""What a game says and cannot mean: places off the board, hands, players and pieces that are not there.

Ludii takes such texts, and what they say does nothing, so they compile here too. A reward or an author may like to
know. Each rule is a small function over the typed tree and the equipment, and yields a message with its node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

from formal_envs.ludii.compile.bytecode import Doubt
from formal_envs.ludii.compile.equipment import Equipment, Players
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.language.evidence import unconfirmed
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node, Param

_PLACES = ("site", "sites", "at")  # slots whose numbers are places of the board
_NOT_PLACES = ("handsite", "place", "place_stack", "spiral")  # of hands; a start off the board is refused; a size
_ADDS = ("add", "move_add", "claim", "move_claim", "shoot", "move_shoot")
_OF_ONE = ("set_score", "addscore", "set_value_player")  # what they set is a single player's
_BOARD_ITEMS = ("piece", "hand", "tile", "regions", "track", "map")


class _Found(NamedTuple):
    rule: str
    node: Node
    message: str


@dataclass(frozen=True)
class _Game:
    source: Source
    players: Players
    equipment: Equipment

    known_labels: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def components(self) -> set[str]:
        return {piece.component.name for piece in self.equipment.pieces}

    @cached_property
    def bases(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for piece in self.equipment.pieces:
            found.setdefault(piece.component.base, []).append(piece.component.name)
        return found

    def labels(self, site_type: str) -> frozenset[str]:
        """The coordinates of the board's places of a type."""
        if site_type not in self.known_labels:
            self.known_labels[site_type] = frozenset(self.equipment.board.topologies[site_type].label)
        return self.known_labels[site_type]

    def calls(self, *slugs: str) -> Iterator[Call]:
        """The ludemes of these kinds."""
        for slug in slugs:
            yield from self.source.by_slug.get(slug, ())

    def leaves(self, kind: str) -> Sequence[tuple[Call, Param, Leaf]]:
        """The literals of a type, see ``Source.leaves``."""
        return self.source.leaves.get(kind, ())


def _off_board(game: _Game) -> Iterator[_Found]:
    """Numbers and coordinates of places that no board or hand of the game has."""
    for call, _, leaf in game.leaves("coordinate"):
        if leaf.value not in game.labels(_site_type(call) or game.equipment.board.site_type):
            yield _Found("no-place", leaf, f"the board has no place {leaf.value!r}")
    for call, param, leaf in game.leaves("int"):
        if param.slot not in _PLACES or not isinstance(leaf.value, int) or leaf.value < game.equipment.n_sites:
            continue
        if not _site_type(call) and call.signature.slug not in _NOT_PLACES:
            last = game.equipment.n_sites - 1
            yield _Found("no-place", leaf, f"the last place is {last}, got {leaf.value}")


def _no_hand(game: _Game) -> Iterator[_Found]:
    """Hands of players who have none."""
    owners = {container.owner for container in game.equipment.containers[1:]}
    for call in game.calls("handsite", "sites_hand"):
        role = next((arg for arg in call.args if isinstance(arg, Leaf) and arg.type == "roleType"), None)
        player = _player(role)
        if not owners or (player and player not in owners):
            yield _Found("no-hand", call, f"{role.value if role and owners else 'nobody'} has no hand")


def _nobody(game: _Game) -> Iterator[_Found]:
    """Roles beyond the players."""
    for call, _, leaf in game.leaves("roleType"):
        # published games keep the regions of players who are not there
        if _player(leaf) > game.players.n and call.signature.head not in _BOARD_ITEMS:
            yield _Found("nobody", leaf, f"the last player is P{game.players.n}, got {leaf.value}")


def _no_piece(game: _Game) -> Iterator[_Found]:
    """Pieces by names that nothing is called; where they are added, by a name without its owner's number."""
    added = {id(call["pieceRef"]) for call in game.calls(*_ADDS)}
    for call, _, leaf in game.leaves("pieceName"):
        name = str(leaf.value)
        if name in game.components:
            continue
        if name not in game.bases:
            yield _Found("no-piece", leaf, f"no piece is called {name!r}")
        elif id(call) in added:
            those = " or ".join(map(repr, game.bases[name][:3]))
            yield _Found("no-piece", leaf, f"{name!r} is no piece's whole name and adds none; name {those}")


def _no_regions(game: _Game) -> Iterator[_Found]:
    """Connections of regions that a player does not have."""
    owners = {region.owner for region in game.equipment.regions}
    for call in game.calls("is_connected", "is_blocked"):
        if isinstance(role := call["roleType"], Leaf):
            player = _player(role)
            if not owners - {-1} or (player and player not in owners):
                yield _Found("no-regions", call, f"{role.value} has no (regions ..) to connect, so this never holds")


def _never(game: _Game) -> Iterator[_Found]:
    """What never holds or does nothing, whatever the game."""
    for call in game.calls("is_cycle"):
        yield _Found("never", call, "(is Cycle) never holds")
    triggered = {_text(call["event"]) for call in game.calls("trigger")}
    for call in game.calls("is_triggered"):
        if (event := _text(call["event"])) not in triggered:
            told = "and events are not told apart" if triggered else "so this never holds"
            yield _Found("never", call, f"nothing triggers {event!r}, {told}")
    for call in game.calls(*_OF_ONE):
        if _text(call["roleType"]) in ("Each", "All", "Shared"):
            yield _Found("never", call, f"{call.signature.name} of Each does nothing")


def _no_phase(game: _Game) -> Iterator[_Found]:
    """Phases to go to that are not there, at which play stops."""
    known = {_text(call["name"]) for call in game.calls("phase")}
    for call in game.calls("nextphase"):
        if (name := call["name"]) is not None and _text(name) not in known:
            yield _Found("no-phase", name, f"no phase is called {_text(name)!r}: a game that comes here stops")


_RULES = (_off_board, _no_hand, _nobody, _no_piece, _no_regions, _never, _no_phase)


def find_doubts(source: Source, players: Players, equipment: Equipment) -> tuple[Doubt, ...]:
    """What all rules find, in the order of the text."""
    game = _Game(source, players, equipment)
    found = {Doubt(one.rule, one.message, one.node.start, one.node.end) for rule in _RULES for one in rule(game)}
    return tuple(sorted(found, key=lambda doubt: (doubt.start, doubt.end, doubt.message)))


def find_unconfirmed(source: Source) -> tuple[Doubt, ...]:
    """The ludemes that are written as in no game whose play agrees with a record, in the order of the text."""
    found = (
        Doubt("unconfirmed", f"no record confirms ({call.signature.name} ...) with {shape}", call.start, call.end)
        for call, shape in unconfirmed(source.calls)
    )
    return tuple(sorted(set(found), key=lambda doubt: (doubt.start, doubt.end, doubt.message)))


def _player(role: Node | None) -> int:
    """The number of a role such as P2 or Team2; 0 for others."""
    return _number(_text(role))


@cache
def _number(role: str) -> int:
    number = re.fullmatch(r"(?:P|Team)([0-9]+)", role)
    return int(number[1]) if number else 0


def _site_type(call: Call) -> str:
    """The type of sites that a ludeme names itself; empty where it names none."""
    return next((str(a.value) for a in call.args if isinstance(a, Leaf) and a.type == "siteType"), "")


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, Leaf) else ""
