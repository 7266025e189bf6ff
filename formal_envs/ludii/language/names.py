"""What a typed game says in strings and numbers: names that nothing defines, missing equipment, impossible players.

Names are checked by the type of their slot: ``pieceName``, ``regionName`` ... all stand for ``string`` in the
signatures. Inside a piece's own moves and in maps a name may be undefined, as published games have it: nothing matches
there. Names of variables, maps and remembered values are free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from formal_envs.ludii.errors import GameError, nearest
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node, Signature

MAX_PLAYERS = 16
PIECES = frozenset({"piece", "tile", "card", "die", "domino"})
_PROPOSALS = frozenset({"is_proposed", "is_decided", "propose", "move_vote", "vote"})  # who asks or votes, not who may
_COORDINATE = re.compile(r"[A-Za-z]{0,2}[0-9]{1,4}")
OWNER = re.compile(r"P?[0-9]+$")  # "Home" stands for "Home1" or "HomeP1" of the player in question
KINDS = {
    "componentName": "piece",
    "pieceName": "piece",
    "regionName": "region",
    "trackName": "track",
    "phaseName": "phase",
    "containerName": "container",
    "coordinate": "coordinate",
    "proposal": "proposal",
}
_NAMED: dict[str, tuple[tuple[int, str], ...]] = {}  # slug -> its slots that hold names, and their types


def check_names(game: Call, text: str) -> None:
    """Refuse a typed game whose names do not fit together.

    Raises:
        GameError: stage "names".
    """
    if game.signature.slug == "game":
        _Names(game, text).check()


class _Names:
    """The names that a game defines, by type of name."""

    def __init__(self, game: Call, text: str):
        self.game = game
        self.text = text
        self.players = self._count_players()
        self.exact: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self.exact["containerName"].update(("Board", "Hand"))
        self.boards: list[Call] = []
        self.all_pieces = True  # whether every piece has a definition
        for call in _calls(game):
            self._define(call)
        for name in ("componentName", "pieceName", "regionName", "trackName"):
            self.exact[name].discard("")

    def check(self) -> None:
        """Look at what is there, then at every name."""
        equipment = self.game["equipment"]
        assert isinstance(equipment, Call)
        if len(self.boards) != 1:
            place = self.boards[1] if self.boards else equipment
            raise self._error(place, f"a game has one board, got {len(self.boards)}")
        self._check(self.game, "")

    def _error(
        self, node: Node, message: str, expected: tuple[str, ...] = (), difference: str | None = None
    ) -> GameError:
        return GameError("names", message, self.text, node.start, expected, difference)

    def _count_players(self) -> int:
        players = self.game["players"]
        assert isinstance(players, Call)
        argument = players.args[0]
        count = len(argument.items) if isinstance(argument, Array) else argument.value  # type: ignore[union-attr]
        if not 0 <= count <= MAX_PLAYERS:  # type: ignore[operator]
            raise self._error(argument or players, f"players must lie in [0, {MAX_PLAYERS}], got {count}", (), "limit")
        return count  # type: ignore[return-value]

    def _define(self, call: Call) -> None:
        slug = call.signature.slug
        if slug in PIECES or slug == "hand":
            self._check_owner(call["roleType"])
        if slug in PIECES:
            name, role = _string(call["name"]), _string(call["roleType"]) or ("Each" if slug == "piece" else "")
            self.exact["pieceName"].add(name)
            self.exact["componentName"].update(owned(name, role, self.players))
        elif slug == "hand":
            self.exact["containerName"].update(hands(_string(call["roleType"]), self.players))
        elif slug in ("dice", "deck", "dominoes"):  # they bring pieces of their own
            self.exact["containerName"].add(slug.capitalize())
            self.all_pieces = False
        elif slug == "regions":
            self.exact["regionName"].add(_string(call["name"]))
        elif slug == "track":
            self.exact["trackName"].add(_string(call["name"]))
        elif slug == "phase":
            self.exact["phaseName"].add(_string(call["name"]))
        elif slug == "remember_value":  # no region, and yet sites: of none (Kriegsspiel)
            self.exact["regionName"].add(_string(call["name"]))
        elif slug in _PROPOSALS:
            self.exact["proposal"].update(str(leaf.value) for arg in call.args for leaf in _leaves(arg))
        elif call.signature.result == "boardItem":
            self.boards.append(call)
            if call.signature.head == "surakartaBoard":
                self.exact["trackName"].add("AllTracks")

    def _check_owner(self, role: Node | None) -> None:
        """Pieces and hands belong to somebody who plays; regions, tracks and rules may speak of anybody."""
        owner = re.fullmatch(r"P(\d+)", _string(role))
        if role is not None and owner and int(owner[1]) > self.players:
            last = f"P{self.players}"
            message = f"the last player is {last}, got the owner {_string(role)}: name P1 to {last}, Each or Shared"
            expected = tuple(f"P{player}" for player in range(1, self.players + 1)[:5])
            raise self._error(role, message, (*expected, "Each", "Shared"))

    def _check(self, call: Call, within: str) -> None:
        slug = call.signature.slug
        within = "equipment" if slug in PIECES or call.signature.head == "map" else within
        for index, kind in _named(call.signature):
            for leaf in _leaves(call.args[index]):
                if not self._known(kind, str(leaf.value), call, within):
                    message = f"no {KINDS[kind]} is called {str(leaf.value)!r}"
                    raise self._error(leaf, message, _close(leaf.value, self.exact[kind]))
        for arg in call.args:
            for child in _children(arg):
                self._check(child, within)

    def _known(self, kind: str, name: str, call: Call, within: str) -> bool:
        if kind == "coordinate":
            return bool(_COORDINATE.fullmatch(name))
        if name in self.exact[kind]:
            return True
        if kind in ("componentName", "pieceName") and not self.all_pieces:
            return True
        if kind == "componentName":  # in hands they need no owner's number; on the board Ludii stops, but in play
            return name in self.exact["pieceName"]
        if kind == "pieceName":
            base = name.rstrip("0123456789")
            of_somebody = base in self.exact["pieceName"] and is_owner(name[len(base) :], self.players)
            return within == "equipment" or name in self.exact["componentName"] or of_somebody
        if kind == "phaseName":  # Ludii compares loosely, and stops when such a phase is entered
            return any(name.startswith(known) for known in self.exact[kind] if known)
        if kind == "regionName":
            known = {OWNER.sub("", known) for known in self.exact[kind]}
            return within == "equipment" or name in known or bool(_COORDINATE.fullmatch(name))
        if kind == "trackName":  # "Track" stands for "TrackCW" and "TrackCCW", "Track1" and "Track2"
            return within == "equipment" or any(known.startswith(name) for known in self.exact[kind])
        return False


def is_owner(digits: str, players: int) -> bool:
    """Whether the digits behind a piece's name, which may be none, are the number of a player or of nobody."""
    return len(digits) < 3 and int(digits or "0") <= players


def owned(name: str, role: str, players: int) -> set[str]:
    """The names of the components that a piece defines, one per owner; a lone player's have no number."""
    if players == 1 and re.fullmatch(r"Each|P1", role):
        return {name}
    if role == "Each":
        return {f"{name}{player}" for player in range(1, players + 1)}
    if re.fullmatch(r"P\d+", role):
        return {f"{name}{role[1:]}"}
    return {f"{name}0"} if role == "Neutral" and not name.endswith("0") else {name}


def hands(role: str, players: int) -> set[str]:
    """The names of the hands that a ludeme defines: numbered even where one plays alone."""
    return {f"Hand{player}" for player in range(1, players + 1)} if role == "Each" else owned("Hand", role, 0)


def _named(signature: Signature) -> tuple[tuple[int, str], ...]:
    found = _NAMED.get(signature.slug)
    if found is None:
        types = [(index, param.type.strip("{}")) for index, param in enumerate(signature.params)]
        found = _NAMED[signature.slug] = tuple((index, kind) for index, kind in types if kind in KINDS)
    return found


def _children(node: Node | None) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    elif isinstance(node, Array):
        for item in node.items:
            yield from _children(item)


def _calls(node: Node) -> Iterator[Call]:
    stack: list[Node] = [node]
    while stack:
        found = stack.pop()
        if isinstance(found, Call):
            yield found
            stack.extend(arg for arg in found.args if arg is not None and not isinstance(arg, Leaf))
        elif isinstance(found, Array):
            stack.extend(found.items)


def _leaves(node: Node | None) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Array):
        for item in node.items:
            yield from _leaves(item)


def _string(node: Node | None) -> str:
    return str(node.value) if isinstance(node, Leaf) else ""


def _close(name: object, known: set[str]) -> tuple[str, ...]:
    return tuple(nearest(str(name), known, 3) or sorted(known)[:5])
