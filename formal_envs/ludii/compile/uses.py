"""What the rules of a game ask of a state: which parts of it, which types of sites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from formal_envs.ludii.board import Board
from formal_envs.ludii.compile.ignored_arguments import ignored_argument, may_be_ignored
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.engine.interface import USES
from formal_envs.ludii.language.tree import calls, child, contents, items
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node, Signature

#: Ludemes that draw from chance.
_CHANCE = frozenset(
    {
        "roll",
        "random",
        "random_num",
        "value_random",
        "sites_random",
        "directions_random",
        "place_random",
        "place_random_stack",
    }
)
#: Ludemes that ask of a graph of edges and their ends.
_GRAPHS = (
    *("is_crossing", "is_path", "is_regulargraph", "is_spanningtree", "is_tree", "is_treecentre", "sites_crossing"),
    "edge_between",
)
#: Ludemes that ask of the vertices of one place, and of which type that is.
_VERTICES_OF = {"sites_cell": "Cell", "sites_edge": "Edge"}
#: In games on points (count Cell at:..) and the like ask of hands.
_HANDS_ARE_CELLS = ("count", "is", "site", "state", "what", "who")

_PROPOSALS = ("is_proposed", "is_decided", "move_propose", "propose", "move_vote", "vote")

#: What further ludemes use.
_ALWAYS = {
    "sites_lastto": USES["ARRIVED"],
    "last_between": USES["BETWEEN"],
    "all_passed": USES["PASS_RULES"],
    "tracksite_move": USES["STEPS_ON_TRACKS"],
}

_WIN, _LOSS = Leaf("resultType", "Win"), Leaf("resultType", "Loss")


@dataclass(frozen=True)
class Uses:
    """Bits of ``USES``, the site types that the rules name besides the board's own, what is proposed and voted for."""

    flags: int
    site_types: tuple[str, ...]
    proposals: tuple[str, ...]


def read_uses(source: Source, board: Board) -> Uses:
    """What the whole tree of a game uses.

    Raises:
        GameError: stage "unsupported" (an argument that the engine would ignore).
    """
    flags = USES["CHANCE_START"] if _draws(child(child(source.game, "rules"), "start")) else 0
    flags |= USES["STACK"] if any(map(_stacks, source.calls)) else 0
    site_types: set[str] = set()
    proposals: dict[str, int] = {}  # and where each stands first
    for call in source.calls:
        of_any, count = _flags_of(call.signature)
        flags |= of_any
        if count is not None and call.args[count] is not None:
            flags |= USES["COUNT"]
        if _may_be_refused(call.signature):
            _refuse(source, call, board, flags & USES["STACK"] != 0)
    flags |= _flags_of_arguments(source)
    for call in (call for slug in _PROPOSALS for call in source.by_slug.get(slug, ())):
        for leaf in (leaf for arg in call.args[:2] for leaf in items(arg) if isinstance(leaf, Leaf)):
            name = str(leaf.value)
            proposals[name] = min(leaf.start, proposals.get(name, leaf.start))
    if not source.by_slug.keys().isdisjoint(_GRAPHS):
        site_types |= {"Vertex", "Edge"}
    for slug, type_ in _VERTICES_OF.items():
        if any(call["index"] is not None for call in source.by_slug.get(slug, ())):
            site_types |= {"Vertex", type_}
    for call, param, leaf in source.leaves.get("siteType", ()):
        if param.type == "siteType" and (leaf.value != "Cell" or call.signature.head not in _HANDS_ARE_CELLS):
            site_types.add(str(leaf.value))
    return Uses(
        flags, tuple(sorted(site_types - {board.site_type})), tuple(sorted(proposals, key=proposals.__getitem__))
    )


@cache
def _may_be_refused(signature: Signature) -> bool:
    return may_be_ignored(signature) or signature.head in ("mode", "is", "result", "intersection")


def _refuse(source: Source, call: Call, board: Board, stacks: bool) -> None:
    """Raise what a ludeme has that the engine does not play."""
    if ignored := ignored_argument(call, stacks):
        raise source.error("unsupported", f"unsupported: {ignored[1]}", ignored[0])
    if call.signature.slug == "mode" and isinstance(mode := call.args[0], Leaf) and mode.value != "Alternating":
        raise source.error("unsupported", f"unsupported: mode {mode.value}, players move together or not at all", call)
    if named := _unknown(call):
        raise source.error("unsupported", f"unsupported: {named}", call)
    if call.signature.head == "intersection" and _mixes_types(call, board.site_type):
        raise source.error("unsupported", "unsupported: intersection of sites of two types, by their numbers", call)


def _unknown(call: Call) -> str | None:
    """What it says that is read, but whose meaning no record has settled."""
    slug, args = call.signature.slug, call.args
    if slug == "is_threatened" and not any(args):
        return "is Threatened of nothing named"
    if slug == "result" and args[0] == Leaf("roleType", "All") and args[1] in (_WIN, _LOSS):
        return f"result All {'Win' if args[1] == _WIN else 'Loss'}"
    return None


def _mixes_types(call: Call, default: str) -> bool:
    """Whether it plainly asks which numbers two types of sites share, as numbers here are of one type each."""
    found = set()
    for part in contents(call):
        if isinstance(part, Call) and "siteType" in part.signature.slot:
            of = part["siteType"]
            found.add(of.value if isinstance(of, Leaf) else default)
    return len(found) > 1


def _draws(node: Node | None) -> bool:
    """Whether anything in it is drawn from chance."""
    return any(call.signature.slug in _CHANCE for call in calls(node))


def _flags_of_arguments(source: Source) -> int:
    """What ludemes use for an argument that they have."""
    flags = 0
    for call in source.by_slug.get("no_moves", ()):
        flags |= USES["STUCK"] if call.args[0] != Leaf("roleType", "Next") else 0
    for call in source.by_slug.get("passend", ()):
        flags |= USES["PASS_RULES"] if call.args[0] == Leaf("passEndType", "NoEnd") else 0
    for call in (*source.by_slug.get("slide", ()), *source.by_slug.get("move_slide", ())):
        flags |= USES["ALL_TRACKS"] if Leaf("string", "AllTracks") in call.args else 0
    if any(leaf.value == "EndOfTurn" for _, _, leaf in source.leaves.get("whenType", ())):
        flags |= USES["SEQUENCE_CAPTURE"]
    return flags


#: What tells that pieces stand on each other: ludemes, and arguments unless they are false.
_STACK_LUDEMES = ("place_stack", "place_random_stack", "size_stack", "toplevel", "level", "foreach_level")
_STACK_ARGUMENTS = ("stack", "level", "largeStack")


def _stacks(call: Call) -> bool:
    """Whether a ludeme makes a game one of stacks, as Ludii has it; ``top:`` alone does not."""
    always, places = _stacked(call.signature)
    given = [arg for arg in (call.args[place] for place in places) if arg is not None] if places else []
    return always or any(not (isinstance(arg, Leaf) and arg.value is False) for arg in given)


@cache
def _stacked(signature: Signature) -> tuple[bool, tuple[int, ...]]:
    """Whether a ludeme is of stacks whatever its arguments are, and the indices of those that may make it so."""
    places = tuple(index for name, index in signature.slot.items() if name in _STACK_ARGUMENTS)
    return signature.slug in _STACK_LUDEMES, places


@cache
def _flags_of(signature: Signature) -> tuple[int, int | None]:
    """What a ludeme uses whatever its arguments are, and the index of the one that uses counts of pieces if given."""
    slug, head = signature.slug, signature.head
    labels = [param.label for param in signature.params]
    count = labels.index("count") if "count" in labels and head != "payoff" else None
    if slug in _CHANCE:
        return USES["CHANCE"], count
    if "hidden" in slug:
        return USES["HIDDEN"], count
    if head == "dice":
        return USES["CHANCE"] | USES["COUNT"] | USES["PASS_RULES"], count
    if head in ("hand", "sow", "mancalaBoard") or slug.startswith("set_count"):
        return USES["COUNT"], count
    if slug.startswith("is_visited"):
        return USES["VISITED"], count
    if slug.startswith(("is_repeat", "is_cycle")):
        return USES["HISTORY"], count
    return _ALWAYS.get(slug, 0), count
