"""What the rules of a game ask of a state: which parts of it, which types of sites, which events."""

from __future__ import annotations

from dataclasses import dataclass

from formal_envs.ludii.board import Board
from formal_envs.ludii.compile.ignored_arguments import ignored_argument
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.engine.interface import MAX_EVENTS, USES
from formal_envs.ludii.language.tree import calls
from formal_envs.ludii.language.typed_tree import Call, Leaf

#: In games on points (count Cell at:..) and the like ask of hands.
_HANDS_ARE_CELLS = ("count", "is", "site", "state", "what", "who")


@dataclass(frozen=True)
class Uses:
    """Bits of ``USES``, the site types that the rules name besides the board's own, and the events they trigger."""

    flags: int
    site_types: tuple[str, ...]
    events: tuple[str, ...]


def read_uses(source: Source, board: Board) -> Uses:
    """What the whole tree of a game uses.

    Raises:
        GameError: stage "unsupported" (an argument that the engine would ignore), or too many events.
    """
    flags = 0
    site_types: set[str] = set()
    events: dict[str, None] = {}
    for call in calls(source.game):
        if ignored := ignored_argument(call):
            raise source.error("unsupported", f"unsupported: {ignored[1]}", ignored[0])
        flags |= _flags(call)
        event = call["event"] if call.signature.slug in ("trigger", "is_triggered") else None
        if isinstance(event, Leaf):  # a state has a bit for each event
            events[str(event.value)] = None
            source.limit(len(events), MAX_EVENTS, "events", call)
        site_types |= _site_types(call)
    return Uses(flags, tuple(sorted(site_types - {board.site_type})), tuple(events))


def _flags(call: Call) -> int:
    slug, head = call.signature.slug, call.signature.head
    flags = 0
    if head in ("hand", "sow", "mancalaBoard") or slug.startswith("set_count"):
        flags |= USES["COUNT"]
    elif slug.startswith("is_visited"):
        flags |= USES["VISITED"]
    elif slug == "no_moves" and call.args[0] != Leaf("roleType", "Next"):
        flags |= USES["STUCK"]
    elif slug == "sites_lastto":
        flags |= USES["ARRIVED"]
    elif slug.startswith("is_repeat"):
        flags |= USES["HISTORY"]
    elif slug == "all_passed" or (slug == "passend" and call.args[0] == Leaf("passEndType", "NoEnd")):
        flags |= USES["PASS_RULES"]
    given = [(p.label, arg) for p, arg in zip(call.signature.params, call.args, strict=True) if arg is not None]
    if head != "payoff" and any(label == "count" for label, _ in given):
        flags |= USES["COUNT"]
    if any(isinstance(arg, Leaf) and arg.value == "EndOfTurn" for _, arg in given):
        flags |= USES["SEQUENCE_CAPTURE"]
    return flags


def _site_types(call: Call) -> set[str]:
    """The site types that the arguments of a ludeme name, without cells where they stand for hands."""
    named = {str(arg.value) for arg in call.args if isinstance(arg, Leaf) and arg.type == "siteType"}
    return named - {"Cell"} if call.signature.head in _HANDS_ARE_CELLS else named
