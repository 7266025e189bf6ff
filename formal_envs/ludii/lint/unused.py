"""What a game defines and never uses, and what it reads and never sets: by its typed tree alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from formal_envs.ludii.language.names import OWNER
from formal_envs.ludii.language.tree import calls, items
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node

_DEFINE = ("game", "piece", "regions", "track", "map", "phase")
_ADD = (
    "add",
    "move_add",
    "claim",
    "move_claim",
    "sow",
    "set_count",
    "start_set_count",
)  # the mover's first piece, unless told
_FOLLOW = ("sow", "trackSite", "track")  # a track that they need not name
_READS = {
    "var": ("variable", ("set_var", "start_set_var")),
    "values_remembered": ("remembered value", ("remember_value",)),
}


class Suspicion(NamedTuple):
    """A rule's name, where it struck, and what is suspicious there."""

    rule: str
    node: Node
    message: str


class Names:
    """A game's ludemes and the strings that stand anywhere but where something gets its name."""

    def __init__(self, game: Call):
        self.calls = list(calls(game))

    @cached_property
    def words(self) -> frozenset[str]:
        """The strings of all rules."""
        found = set[str]()
        for call in self.calls:
            for param, arg in zip(call.signature.params, call.args, strict=True):
                if param.slot != "name" or call.signature.slug not in _DEFINE:
                    found.update(str(x.value) for x in items(arg) if isinstance(x, Leaf) and x.type == "string")
        return frozenset(found)

    def speak_of(self, name: str) -> bool:
        """Whether a string is a name, or the name with an owner's number."""
        return any(OWNER.sub("", word) == OWNER.sub("", name) for word in self.words)

    def of(self, *slugs: str) -> list[Call]:
        """The ludemes with these signatures."""
        return [call for call in self.calls if call.signature.slug in slugs]

    def of_head(self, *heads: str) -> list[Call]:
        """The ludemes with these names."""
        return [call for call in self.calls if call.signature.head in heads]


def unused_pieces(names: Names) -> Iterator[Suspicion]:
    """Pieces that no rule names or numbers, and that no move adds by itself, as it does with the first of an owner."""
    if any(isinstance(arg, Call) for call in names.of("piece_ref") for arg in call.args):
        return  # pieces by computed numbers
    adds, owners = bool(names.of(*_ADD)), set[str]()
    for piece in names.of("piece"):
        name, owner = _text(piece["name"]), _text(piece["roleType"]) or "Each"
        by_itself = adds and owner not in owners
        owners.add(owner)
        if not by_itself and not names.speak_of(name):
            yield Suspicion("unused-piece", piece, f"no rule puts the piece {name!r} on the board")


def unused_regions(names: Names) -> Iterator[Suspicion]:
    """Regions that no rule names; those of a player are found by ``(sites Mover)`` and the like too."""
    for region in names.of("regions"):
        name = _text(region["name"])
        if name and region["roleType"] is None and not names.speak_of(name):
            yield Suspicion("unused-region", region, f"no rule names the region {name!r}")


def unused_tracks(names: Names) -> Iterator[Suspicion]:
    """Tracks that no rule names, in games without a ludeme that follows one by itself."""
    if not any(call.signature.slug != "track" for call in names.of_head(*_FOLLOW)):
        for track in names.of("track"):
            name = _text(track["name"])
            if not any(word and word in name for word in names.words):
                yield Suspicion("unused-track", track, f"no rule follows the track {name!r}")


def unused_maps(names: Names) -> Iterator[Suspicion]:
    """Maps that no rule looks into; without a name it looks into the first."""
    read = {_text(call["name"]) for call in names.of("mapentry")}
    for number, one in enumerate(names.of("map")):
        name = _text(one["name"])
        if name not in read and not ("" in read and number == 0):
            yield Suspicion("unused-map", one, f"no rule looks into the map {name!r}")


def never_set(names: Names) -> Iterator[Suspicion]:
    """Variables and remembered values that are read and that no rule sets."""
    for reads, (kind, sets) in _READS.items():
        known = {_text(call["name"]) for call in names.of(*sets)}
        for call in names.of(reads):
            name = _text(call["name"])
            if name not in known:
                yield Suspicion(
                    "never-set", call, f"no rule sets the {kind} {name!r}" if name else f"no rule sets a {kind}"
                )


def unreached_phases(names: Names) -> Iterator[Suspicion]:
    """Phases that no ``(nextPhase ..)`` leads to: the first phase of a player is his from the start."""
    named = {_text(call["name"]) for call in names.of("nextphase")}
    started, by_itself = set[str](), False
    for phase in names.of("phase"):
        role, name = _text(phase["roleType"]) or "Shared", _text(phase["name"])
        starts = role not in started and not started & {"Shared", "All", "Each"}
        started.add(role)
        if not (starts or by_itself or name in named):
            yield Suspicion("unreached-phase", phase, f"no (nextPhase ...) leads to the phase {name!r}")
        by_itself = any(c.signature.slug == "nextphase" and not _text(c["name"]) for c in calls(phase))


def constant_conditions(names: Names) -> Iterator[Suspicion]:
    """``(if True ..)`` and ``(if False ..)``."""
    for call in names.of_head("if"):
        if isinstance(condition := call.args[0], Leaf):
            yield Suspicion(
                "constant-condition", condition, f"this condition {'always' if condition.value else 'never'} holds"
            )


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, Leaf) else ""


RULES = (unused_pieces, unused_regions, unused_tracks, unused_maps, never_set, unreached_phases, constant_conditions)
"""Each yields what it finds."""
